// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Consistency;
import dev.secant.lab.config.RunConfig.Budget;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.error.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigResolverTest {
  @TempDir Path folder;

  private static ConfigResolver resolver() {
    return new ConfigResolver(2);
  }

  private static RunConfig flags(String... pairs) {
    ConfigResolver resolver = resolver();
    for (int i = 0; i < pairs.length; i += 2) resolver.flag(pairs[i], pairs[i + 1]);
    return resolver.resolve().config();
  }

  @Test
  void defaultsAreThoseOfThePaperReading() {
    RunConfig c = flags();
    assertThat(c.method().kind()).isEqualTo(Kind.ICT);
    assertThat(c.method().k()).isEqualTo(2);
    assertThat(c.method().alpha()).containsExactly(0.5, 0.5);
    assertThat(c.ict())
        .isEqualTo(
            new RunConfig.Ict(
                false, false, Consistency.Space.LOGIT, Consistency.Reduction.MEAN, 100, 0.4));
    assertThat(c.optim()).isEqualTo(new RunConfig.Optim(128, 0.002, false, 0.02, 0.9, 0.999, 1e-8));
    assertThat(c.bn().eps()).isEqualTo(1e-3);
    assertThat(c.ema()).isEqualTo(new RunConfig.Ema(0.999, false));
    assertThat(c.run().steps()).isEqualTo(8192);
    assertThat(c.run().budget()).isEqualTo(Budget.QUICK);
    assertThat(c.run().backend()).isEqualTo("cpu");
    assertThat(c.run().threads()).isEqualTo(2);
    assertThat(c.run().out()).isEqualTo(Path.of("runs/made-250-ict2-s0"));
    assertThat(c.data().directory()).isNull();
  }

  @Test
  void theEnvironmentNamesLibrariesThatNoOptionNames() {
    Map<String, String> environment = Map.of(Options.LIBRARIES_VARIABLE, "/opt/nvidia");
    ResolvedConfig found = new ConfigResolver(2, environment).resolve();
    assertThat(found.config().run().device().folders()).containsExactly(Path.of("/opt/nvidia"));
    assertThat(found.values().get("cuda.libraries").origin().text())
        .isEqualTo("environment SECANT_NVIDIA");
    ResolvedConfig named =
        new ConfigResolver(2, environment).override("cuda.libraries=/elsewhere").resolve();
    assertThat(named.config().run().device().folders()).containsExactly(Path.of("/elsewhere"));
    assertThat(flags().run().device().folders()).isEmpty();
  }

  /** One that asks for a class, one of somebody's own, and one of a key. */
  @Test
  void tagsAreRefused() {
    for (String text :
        new String[] {
          "method: !!javax.script.ScriptEngineManager ict", "k: !two 2", "!!binary k: 2"
        }) {
      assertThatThrownBy(() -> ConfigFile.parse("f.yaml", text))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("f.yaml line 1: the tag ")
          .hasMessageEndingWith(" is of no use here and refused");
    }
    assertThat(ConfigFile.parse("f.yaml", "k: !!int 2").get("k").text()).isEqualTo("2");
  }

  /** A mapping that holds itself, and one that is given twice: neither has a use here. */
  @Test
  void aliasesOfMappingsAreRefused() {
    for (String text : new String[] {"a: &x {b: *x}", "ict: &x {space: prob}\nema: *x"}) {
      assertThatThrownBy(() -> ConfigFile.parse("f.yaml", text))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("f.yaml line 1: an alias of this is of no use here");
    }
    String deep = "a: " + "[".repeat(100_000) + "]".repeat(100_000);
    assertThatThrownBy(() -> ConfigFile.parse("f.yaml", deep)).isInstanceOf(UsageException.class);
  }

  @Test
  void laterSourcesWinAndEveryValueKnowsItsOrigin() throws Exception {
    Path file = folder.resolve("run.yaml");
    Files.writeString(
        file,
        "reading: lineage\nict:\n  space: logit-softmax\n  weight: 10\nlabels: 500\nseed: 3\n");
    ResolvedConfig r =
        resolver()
            .flag("seed", "5")
            .file(file)
            .override("ict.weight=20")
            .override("seed=4")
            .resolve();
    assertThat(r.config().ict().space()).isEqualTo(Consistency.Space.LOGIT_SOFTMAX);
    assertThat(r.config().ict().weight()).isEqualTo(20);
    assertThat(r.config().run().seed()).isEqualTo(5);
    assertThat(r.config().data().labels()).isEqualTo(500);
    assertThat(origin(r, "seed")).isEqualTo("--seed");
    assertThat(origin(r, "ict.weight")).isEqualTo("-o ict.weight");
    assertThat(origin(r, "ict.space")).isEqualTo(file + " line 3");
    assertThat(origin(r, "ict.target")).isEqualTo("reading lineage");
    assertThat(origin(r, "width")).isEqualTo("default");
    assertThat(origin(r, "budget")).isEqualTo("default");
    assertThat(r.values().keySet()).isEqualTo(new java.util.TreeSet<>(Options.all().keySet()));
  }

  private static String origin(ResolvedConfig r, String key) {
    return r.values().get(key).origin().text();
  }

  /** Each is complete: all four options of the consistency loss, whatever the defaults are. */
  @ParameterizedTest
  @CsvSource({
    "paper, teacher, stop, logit, mean",
    "lineage, teacher, stop, prob, mean",
    "literal, self, both, logit, l2"
  })
  void readingsArePresets(
      String reading, String target, String gradient, String space, String reduction) {
    assertThat(ConfigResolver.preset(reading))
        .isEqualTo(
            Map.of(
                "ict.target", target,
                "ict.gradient", gradient,
                "ict.space", space,
                "ict.reduction", reduction));
    ResolvedConfig r = resolver().flag("reading", reading).resolve();
    ConfigResolver.preset(reading)
        .forEach(
            (key, text) ->
                assertThat(r.values().get(key))
                    .isEqualTo(new ResolvedConfig.Value(text, Origin.reading(reading))));
  }

  @Test
  void aReadingOnTheCommandLineReplacesWhatAFileSaysOfItsOptions() throws Exception {
    Path file = folder.resolve("of-a-run.yaml");
    Files.writeString(file, ConfigYaml.write(flags("reading", "paper")));
    RunConfig lineage = resolver().file(file).flag("reading", "lineage").resolve().config();
    assertThat(lineage.ict()).isEqualTo(flags("reading", "lineage").ict());
    RunConfig adjusted =
        resolver()
            .file(file)
            .flag("reading", "lineage")
            .override("ict.space=logit-softmax")
            .resolve()
            .config();
    assertThat(adjusted.ict().space()).isEqualTo(Consistency.Space.LOGIT_SOFTMAX);
    assertThat(resolver().file(file).resolve().config()).isEqualTo(flags("reading", "paper"));
  }

  /** What was {@code auto} says so, and what it was settled from. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "k          | 2                         | auto, from method ict",
        "steps      | 8192                      | auto, from budget quick",
        "threads    | 2                         | auto, from 2 cores",
        "augment    | flip-crop                 | auto, from dataset made",
        "ema.warmup | off                       | auto, from steps 8192",
        "bn.warmup  | off                       | auto, from steps 8192",
        "alpha      | 0.5,0.5                   | auto, from dataset made",
        "probe.alpha| 0.5                       | auto, from dataset made",
        "test-limit | 1000                      | auto, from backend cpu and steps 8192",
        "out        | runs/made-250-ict2-s0     | auto, from dataset, labels, method, k and seed",
      })
  void settledValuesSayFromWhat(String key, String text, String origin) {
    ResolvedConfig r = resolver().flag("backend", "cpu").resolve();
    assertThat(r.values().get(key).text()).isEqualTo(text);
    assertThat(origin(r, key)).isEqualTo(origin);
    ResolvedConfig asked = resolver().flag("backend", "cpu").override(key + "=auto").resolve();
    assertThat(asked.config()).isEqualTo(r.config());
    assertThat(origin(asked, key)).isEqualTo("auto (-o " + key + ")" + origin.substring(4));
  }

  @Test
  void settledValuesFollowWhatIsGiven() {
    ResolvedConfig r = resolver().flag("alpha", "0.3").flag("steps", "9").resolve();
    assertThat(origin(r, "probe.alpha")).isEqualTo("auto, from alpha 0.3");
    assertThat(origin(r, "alpha")).isEqualTo("--alpha");
    assertThat(origin(r, "steps")).isEqualTo("--steps");
    assertThat(origin(r, "budget")).isEqualTo("--steps");
    assertThat(origin(r, "backend")).isEqualTo("auto, from what can run here");
    assertThat(origin(resolver().flag("budget", "paper").resolve(), "steps"))
        .isEqualTo("auto, from budget paper");
  }

  @Test
  void moreThreadsThanCoresAreNoted() {
    ResolvedConfig r = resolver().flag("threads", "3").flag("test-limit", "0").resolve();
    assertThat(r.notes())
        .containsExactly(
            "threads=3 (--threads): more threads than this machine has cores, 2; they take turns, which is slower");
    assertThat(r.config().run().threads()).isEqualTo(3);
    assertThat(resolver().flag("threads", "2").flag("test-limit", "0").resolve().notes()).isEmpty();
  }

  /** No library, no device: whatever this machine has, only the processor is left. */
  @Test
  void autoThatFindsNothingGivesEveryReason() {
    assertThatThrownBy(
            () -> resolver().override("cuda.library=/none.so").flag("precision", "tf32").resolve())
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageStartingWith(
            "backend=auto (default) finds nothing here that computes with precision=tf32 (--precision): cuda: ")
        .hasMessageContaining("/none.so")
        .hasMessageEndingWith("; cpu: it computes in fp32 or bf16, tf32 was asked for");
  }

  @Test
  void optionsOfADeviceThatAutoDoesNotFindAreNoted() throws Exception {
    ConfigResolver resolver =
        resolver().override("cuda.library=/none.so").flag("fast", "on").flag("test-limit", "0");
    assertThat(resolver.resolve().notes())
        .containsExactly(
            "fast=on (--fast) changes nothing: backend=auto (default) found no CUDA device to use",
            "cuda.library=/none.so (-o cuda.library) changes nothing: backend=auto (default) found no CUDA device to use");
    Path file = folder.resolve("of-a-gpu.yaml");
    Files.writeString(file, "fast: on\ncuda.library: /none.so\nbackend: cuda\ntest-limit: 0\n");
    ResolvedConfig elsewhere = resolver().file(file).flag("backend", "cpu").resolve();
    assertThat(elsewhere.notes()).as("what a run on a GPU left in its file").isEmpty();
    assertThat(elsewhere.config().run().backend()).isEqualTo("cpu");
  }

  @Test
  void aFileOfThisFormatMaySaySo() throws Exception {
    Path file = Files.writeString(folder.resolve("f.yaml"), "format: 1\nk: 3\n");
    ResolvedConfig r = resolver().file(file).resolve();
    assertThat(r.config().method().k()).isEqualTo(3);
    assertThat(origin(r, "k")).isEqualTo(file + " line 2");
    assertThat(ConfigYaml.write(r.config())).startsWith("format: 1\n");
  }

  @Test
  void budgetsAndSteps() {
    assertThat(flags("budget", "standard").run().steps()).isEqualTo(65536);
    assertThat(flags("budget", "paper").run().steps()).isEqualTo(524288);
    RunConfig c = flags("steps", "400");
    assertThat(c.run().budget()).isEqualTo(Budget.STEPS);
    assertThat(c.run().steps()).isEqualTo(400);
    assertThat(
            resolver().override("steps=7").flag("budget", "quick").resolve().config().run().steps())
        .isEqualTo(8192);
    assertThat(
            resolver().override("budget=quick").flag("steps", "7").resolve().config().run().steps())
        .isEqualTo(7);
  }

  @Test
  void warmupIsForShortRuns() {
    assertThat(flags("steps", "8191").ema().warmup()).isTrue();
    assertThat(flags("steps", "8191").bn().warmup()).isTrue();
    assertThat(flags("steps", "8192").ema().warmup()).isFalse();
    assertThat(resolver().override("bn.warmup=on").resolve().config().bn().warmup()).isTrue();
  }

  @Test
  void testLimitIsSmallForShortRunsAndSaysSo() {
    ResolvedConfig r = resolver().resolve();
    assertThat(r.config().data().testLimit()).isEqualTo(1000);
    assertThat(r.notes()).singleElement().asString().contains("--test-limit 0 takes all");
    assertThat(flags("budget", "standard").data().testLimit()).isZero();
    assertThat(resolver().flag("test-limit", "0").resolve().notes()).isEmpty();
  }

  @Test
  void ermMixesNothing() {
    RunConfig c = flags("method", "erm", "alpha", "0.1");
    assertThat(c.method().k()).isEqualTo(1);
    assertThat(c.method().alpha()).containsExactly(0.1);
    assertThat(c.method().probeAlpha()).isEqualTo(0.1);
  }

  @Test
  void matchedAlphaKeepsTheMeanSumOfSquares() {
    for (int k = 2; k <= 16; k++) {
      RunConfig c = resolver().flag("k", "" + k).override("mix.alpha=matched").resolve().config();
      double alpha = c.method().alpha().get(0);
      assertThat((alpha + 1) / (k * alpha + 1))
          .isCloseTo(0.75, org.assertj.core.data.Offset.offset(1e-12));
      assertThat(c.method().alpha()).hasSize(k);
      assertThat(c.method().probeAlpha()).isEqualTo(0.5);
    }
  }

  @Test
  void alphaMayBeAVector() {
    RunConfig c = flags("k", "3", "alpha", "0.1, 1,2");
    assertThat(c.method().alpha()).isEqualTo(List.of(0.1, 1.0, 2.0));
    assertThat(c.method().probeAlpha()).isEqualTo(0.5);
  }

  @Test
  void everyOptionHasADefaultItAccepts() {
    Options.all()
        .forEach(
            (key, spec) -> {
              assertThat(spec.fallback()).as(key).isNotNull();
              assertThat(spec.description()).as(key).isNotBlank().hasSizeLessThan(90);
            });
  }
}
