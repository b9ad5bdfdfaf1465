// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigYamlTest {
  @TempDir Path folder;

  /** One configuration per value of every option, next to the defaults. */
  static List<RunConfig> everyOption() {
    List<RunConfig> configs = new ArrayList<>();
    for (OptionSpec spec : Options.all().values()) {
      for (String value : samples(spec)) {
        ConfigResolver resolver = new ConfigResolver(3);
        if (spec.key().equals("dataset") && !value.equals("made")) resolver.override("data=d");
        if (spec.key().equals("data")) resolver.override("dataset=cifar10");
        if (value.equals("steps")) resolver.override("steps=9");
        if (value.equals("both") && spec.key().startsWith("ict"))
          resolver.override("ict.target=self");
        if (value.equals("erm")) resolver.override("reading=literal");
        configs.add(resolver.override(spec.key() + "=" + value).resolve().config());
      }
    }
    return configs;
  }

  private static List<String> samples(OptionSpec spec) {
    if (spec.type() instanceof ValueType.Choice choice) return choice.values();
    if (spec.type() instanceof ValueType.FilePath) return List.of("a b/c:d 'e' #f", "-x", "äö");
    return switch (spec.key()) {
      case "depth" -> List.of("10", "28", "40");
      case "k" -> List.of("auto", "3", "16");
      case "alpha" -> List.of("auto", "0.1", "0.30000000000000004,1e-3");
      case "probe.k" -> List.of("2", "5");
      case "optim.eps" -> List.of("1e-8", "1.2345678901234567e-300");
      default ->
          List.of(spec.fallback(), spec.type() instanceof ValueType.Real ? "0.123456789" : "77");
    };
  }

  @Test
  void everyOptionReadsBackAsItWas() {
    for (RunConfig config : everyOption()) {
      String text = ConfigYaml.write(config);
      assertThat(ConfigYaml.parse("c", text)).as(text).isEqualTo(config);
      assertThat(ConfigYaml.write(ConfigYaml.parse("c", text))).isEqualTo(text);
    }
  }

  @Test
  void itIsAValidConfigurationFile() throws Exception {
    for (RunConfig config : everyOption()) {
      Path file = Files.writeString(folder.resolve("config.yaml"), ConfigYaml.write(config));
      assertThat(new ConfigResolver(8).file(file).resolve().config()).isEqualTo(config);
      assertThat(ConfigYaml.read(file)).isEqualTo(config);
    }
  }

  /** A matched run says so, and reads back to the same parameters, whatever K they were for. */
  @Test
  void matchedAlphaStaysWritten() {
    for (String k : List.of("2", "3", "16")) {
      ConfigResolver resolver = new ConfigResolver(2).flag("k", k).flag("alpha", "0.3");
      resolver.override("mix.alpha=matched").override("probe.alpha=0.9");
      RunConfig config = resolver.resolve().config();
      String text = ConfigYaml.write(config);
      assertThat(text).contains("\nmix.alpha: matched\n").contains("alpha: 0.3\n");
      assertThat(ConfigYaml.parse("c", text)).isEqualTo(config);
      assertThat(config.method().alpha()).hasSize(Integer.parseInt(k));
      assertThat(config.method().alpha().get(0) == 0.3).isEqualTo(k.equals("2"));
    }
  }

  @Test
  void everyOptionStandsInItOnceAndSorted() {
    List<String> keys =
        ConfigYaml.write(new ConfigResolver(2).resolve().config())
            .lines()
            .map(line -> line.substring(0, line.indexOf(": ")))
            .collect(Collectors.toList());
    assertThat(keys).containsExactlyElementsOf(new TreeSet<>(Options.all().keySet()));
  }

  @Test
  void hashIgnoresTheMachineAndNothingElse() {
    String base = hash("k=2");
    for (String key : ConfigYaml.MACHINE_KEYS) {
      boolean number = Set.of("threads", "device", "cuda.steps-per-launch").contains(key);
      String value = number ? "7" : "elsewhere";
      String dataset = key.equals("data") ? "cifar10" : "made";
      if (key.equals("data")) {
        assertThat(hash("dataset=cifar10", "data=a")).isEqualTo(hash("dataset=cifar10", "data=b"));
      } else {
        assertThat(hash("dataset=" + dataset, key + "=" + value)).as(key).isEqualTo(base);
      }
    }
    assertThat(List.of(hash("seed=1"), hash("labels=300"), hash("ict.weight=99"), hash("init=x")))
        .doesNotContain(base)
        .doesNotHaveDuplicates();
    assertThat(base).matches("[0-9a-f]{64}");
  }

  private static String hash(String... overrides) {
    ConfigResolver resolver = new ConfigResolver(2);
    for (String o : overrides) resolver.override(o);
    return ConfigYaml.hash(resolver.resolve().config());
  }

  @Test
  void permissionToOverwriteIsNotWrittenDown() {
    RunConfig config = new ConfigResolver(2).overwrite(true).resolve().config();
    assertThat(config.run().overwrite()).isTrue();
    assertThat(ConfigYaml.parse("c", ConfigYaml.write(config)).run().overwrite()).isFalse();
  }

  @Test
  void aMissingOptionIsNamed() {
    String text =
        ConfigYaml.write(new ConfigResolver(2).resolve().config()).replaceAll("(?m)^width.*\n", "");
    assertThatThrownBy(() -> ConfigYaml.parse("runs/a/config.yaml", text))
        .hasMessage("runs/a/config.yaml: option width is missing; a run writes every option");
  }
}
