// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigYamlTest {
  @TempDir Path folder;

  private static final Map<String, ConfigFile.Entry> READING =
      Map.of("reading", new ConfigFile.Entry("literal", 1));

  /** One configuration per value of every option, next to the defaults. */
  static List<RunConfig> everyOption() {
    List<RunConfig> configs = new ArrayList<>();
    for (OptionSpec spec : Options.all().values()) {
      for (String value : samples(spec)) {
        ConfigResolver resolver = new ConfigResolver(3);
        if (spec.key().equals("dataset") && !value.equals("made")) resolver.override("data=d");
        if (spec.key().equals("data")) resolver.override("dataset=cifar10");
        if (spec.key().equals("svhn.extra")) resolver.override("dataset=svhn").override("data=d");
        if (value.equals("steps")) resolver.override("steps=9");
        if (value.equals("both") && spec.key().startsWith("ict"))
          resolver.override("ict.target=self");
        if (spec.key().equals("precision")) resolver.override("backend=cuda");
        if (value.equals("erm")) resolver.entries("file", READING);
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
      case "alpha" -> List.of("auto", "0.1", "0.2,0.2", "0.30000000000000004,1e-3");
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

  /** The file of a run with equal parameters for all K points holds one of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"method=ict k=2", "method=mixup k=3 alpha=0.3", "mix.alpha=matched k=2 alpha=0.3"})
  void aRunsFileMayBeVariedInK(String options) throws Exception {
    RunConfig config = resolved(options);
    Path file = Files.writeString(folder.resolve("config.yaml"), ConfigYaml.write(config));
    assertThat(Files.readString(file))
        .doesNotContain("alpha: " + config.method().alpha().get(0) + ",");
    RunConfig same = new ConfigResolver(2).file(file).flag("out", "new").resolve().config();
    assertThat(ConfigYaml.hash(same)).isEqualTo(ConfigYaml.hash(config));
    RunConfig varied =
        new ConfigResolver(2).file(file).flag("k", "4").flag("out", "new").resolve().config();
    RunConfig fresh = resolved(options.replaceFirst("k=[0-9]", "k=4") + " out=new");
    assertThat(varied).isEqualTo(fresh);
    assertThat(varied.method().alpha()).hasSize(4);
    assertThat(ConfigYaml.hash(varied)).isEqualTo(ConfigYaml.hash(fresh));
  }

  @Test
  void aRunsFileMayBeVariedInItsMethod() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"),
            ConfigYaml.write(resolved("method=ict k=4 reading=lineage")));
    RunConfig erm =
        new ConfigResolver(2).file(file).flag("method", "erm").flag("k", "auto").resolve().config();
    assertThat(erm.method().k()).isEqualTo(1);
    assertThat(erm.method().alpha()).containsExactly(0.5);
  }

  private static RunConfig resolved(String options) {
    ConfigResolver resolver = new ConfigResolver(2);
    for (String option : options.split(" ")) resolver.override(option);
    return resolver.resolve().config();
  }

  @Test
  void optionsThatCameLaterMayBeMissingAndCountWhenSet() {
    RunConfig config = resolved("backend=cuda seed=3");
    String text = ConfigYaml.write(config);
    String older =
        text.lines()
            .filter(line -> !ConfigYaml.LATER_KEYS.contains(line.split(":")[0]))
            .collect(Collectors.joining("\n"));
    assertThat(older.lines().count())
        .isEqualTo(text.lines().count() - ConfigYaml.LATER_KEYS.size());
    assertThat(ConfigYaml.parse("older", older)).isEqualTo(config);
    assertThat(ConfigYaml.hash(resolved("backend=cuda seed=3 fast=on")))
        .isNotEqualTo(ConfigYaml.hash(config));
    assertThat(ConfigYaml.hash(resolved("dataset=svhn data=d svhn.extra=on")))
        .isNotEqualTo(ConfigYaml.hash(resolved("dataset=svhn data=d")));
  }

  /** Models of earlier revisions carry these hashes: they must stay what they are. */
  @Test
  void hashesStayTheSameFromRevisionToRevision() {
    String cifar =
        "dataset=cifar10 data=d labels=250 test-limit=1000 eval-every=50 probe-every=57 steps=285"
            + " backend=cpu";
    assertThat(ConfigYaml.hash(resolved(cifar + " method=ict k=2")))
        .isEqualTo("d4d05d829ba4f422eb2db1e1614dd4885a5afcd4f95712b2f0cae91e05daf968");
    String made =
        "labels=250 depth=10 width=1 batch=64 steps=800 test-limit=500 eval-every=5 probe-every=25"
            + " backend=cpu";
    assertThat(ConfigYaml.hash(resolved(made + " method=erm")))
        .isEqualTo("d513fcbda5b96b177eb9dc0218b39e3f1c1d03a8432ade14fcaee8449cd6496a");
  }

  @Test
  void everyOptionStandsInItOnceAndSorted() {
    List<String> keys =
        ConfigYaml.write(new ConfigResolver(2).resolve().config())
            .lines()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(": ")))
            .collect(Collectors.toList());
    assertThat(keys).containsExactlyElementsOf(new TreeSet<>(Options.all().keySet()));
  }

  @Test
  void hashIgnoresTheMachineAndNothingElse() {
    String base = hash("k=2");
    for (String key : ConfigYaml.MACHINE_KEYS) {
      boolean number =
          key.startsWith("checkpoint.")
              || Set.of("threads", "device", "cuda.steps-per-launch").contains(key);
      String value = number ? "7" : key.equals("cuda.branches") ? "all" : "elsewhere";
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
  void aDamagedFileOfARunIsNoWrongOption() throws Exception {
    Path file = Files.writeString(folder.resolve("config.yaml"), "k: 2\n");
    assertThatThrownBy(() -> ConfigYaml.read(file))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": option dataset is missing; a run writes every option");
  }

  /** The command that reads the run is right, the run is of another program. */
  @Test
  void theFileOfANewerVersionsRunIsRefused() throws Exception {
    String text = ConfigYaml.write(new ConfigResolver(2).resolve().config());
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"), text.replace(ConfigYaml.HEAD, "format: 2\n"));
    assertThatThrownBy(() -> ConfigYaml.read(file))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + " line 1: format 2 is that of a newer version of the program; this one reads format 1");
  }

  @Test
  void aMissingOptionIsNamed() {
    String text =
        ConfigYaml.write(new ConfigResolver(2).resolve().config()).replaceAll("(?m)^width.*\n", "");
    assertThatThrownBy(() -> ConfigYaml.parse("runs/a/config.yaml", text))
        .hasMessage("runs/a/config.yaml: option width is missing; a run writes every option");
  }
}
