// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every option, one row per value: setting it changes these fields of the run's configuration to
 * these values, and no other field. What fields do to a run: {@code OptionEffectsTest}.
 */
class OptionFieldsTest {
  /** What is given | over these options | the fields that change. */
  private static final String ROWS =
      """
      dataset=folder            | dataset=cifar10 data=d | data.dataset=FOLDER run.out=runs/folder-250-ict2-s0
      dataset=cifar10           | dataset=folder data=d  | data.dataset=CIFAR10 run.out=runs/cifar10-250-ict2-s0
      data=e                    | dataset=cifar10 data=d | data.directory=e
      labels=500                |                        | data.labels=500 run.out=runs/made-500-ict2-s0
      seed=7                    |                        | run.seed=7 run.out=runs/made-250-ict2-s7
      dataset=cifar100 data=d   | dataset=cifar10 data=d | data.dataset=CIFAR100 run.out=runs/cifar100-250-ict2-s0
      dataset=svhn data=d       | dataset=cifar10 data=d | data.dataset=SVHN data.flip=false method.alpha=[0.1,0.1] method.probeAlpha=0.1 run.out=runs/svhn-250-ict2-s0
      svhn.extra=on             | dataset=svhn data=d    | data.svhnExtra=true
      split.classes=proportional|                        | data.proportional=true
      split.unlabelled=all      |                        | data.unlabelledAll=true
      augment=none              |                        | data.flip=false data.cropPad=0
      augment=crop              |                        | data.flip=false
      augment=flip-crop         | augment=none           | data.flip=true data.cropPad=4
      normalise=meanstd         |                        | data.normaliseMeanStd=true

      method=erm                |                        | method.kind=ERM method.k=1 method.alpha=[0.5] run.out=runs/made-250-erm-s0
      method=mixup              |                        | method.kind=MIXUP run.out=runs/made-250-mixup2-s0
      k=3                       |                        | method.k=3 method.alpha=[0.5,0.5,0.5] run.out=runs/made-250-ict3-s0
      alpha=0.1                 |                        | method.alpha=[0.1,0.1] method.probeAlpha=0.1
      alpha=0.1,2               |                        | method.alpha=[0.1,2.0]
      reading=lineage           |                        | method.reading=LINEAGE ict.space=PROB
      reading=literal           |                        | method.reading=LITERAL ict.selfTarget=true ict.gradientBoth=true ict.reduction=L2
      reading=paper             | reading=literal        | method.reading=PAPER ict.selfTarget=false ict.gradientBoth=false ict.reduction=MEAN
      mix.lambda=batch          |                        | method.lambdaScope=BATCH
      mix.alpha=matched         | k=3                    | method.alpha=[0.2,0.2,0.2] method.matchedFrom=0.5

      depth=34                  |                        | net.depth=34
      width=3                   |                        | net.width=3
      net.conv-bias=true        |                        | net.convBias=true
      bn.running=all            |                        | bn.running=ALL
      bn.running=unlabelled     |                        | bn.running=UNLABELLED
      bn.running=recalibrate    |                        | bn.running=RECALIBRATE
      bn.decay=0.9              |                        | bn.decay=0.9
      bn.warmup=on              |                        | bn.warmup=true
      bn.warmup=off             | steps=9                | bn.warmup=false
      bn.eps=0.1                |                        | bn.eps=0.1

      budget=standard           |                        | run.budget=STANDARD run.steps=65536 data.testLimit=0
      budget=paper              |                        | run.budget=PAPER run.steps=524288 data.testLimit=0
      budget=steps steps=9      |                        | run.budget=STEPS run.steps=9 ema.warmup=true bn.warmup=true
      steps=9                   |                        | run.budget=STEPS run.steps=9 ema.warmup=true bn.warmup=true
      batch=64                  |                        | optim.batch=64
      backend=cuda              |                        | run.backend=cuda data.testLimit=0
      backend=cpu               | backend=cuda           | run.backend=cpu data.testLimit=1000
      device=1                  | backend=cuda           | run.device.ordinal=1
      threads=1                 |                        | run.threads=1
      out=o                     |                        | run.out=o
      init=f                    |                        | run.init=f
      run.first-step=5          |                        | run.firstStep=5
      dump-recipes=f            |                        | run.dumpRecipes=f

      cuda.libraries=d          | backend=cuda           | run.device.folders=[d]
      cuda.library=f            | backend=cuda           | run.device.library=f
      cuda.convolutions=portable| backend=cuda           | run.device.convolutions=PORTABLE
      precision=tf32            | backend=cuda           | run.device.arithmetic=TF32
      precision=bf16            |                        | run.device.arithmetic=BF16
      checkpoint.every-minutes=9|                        | checkpoints.everyMinutes=9.0
      checkpoint.every-steps=9  |                        | checkpoints.everySteps=9
      cuda.steps-per-launch=4   | backend=cuda           | run.stepsPerLaunch=4
      cuda.branches=teacher     | backend=cuda           | run.branches=TEACHER
      cuda.branches=weights     | backend=cuda           | run.branches=WEIGHTS
      cuda.branches=all         | backend=cuda           | run.branches=ALL
      cuda.plans=f              | backend=cuda           | run.device.planFile=f
      fast=on                   | backend=cuda           | run.device.fast=true
      cuda.graph=off            | backend=cuda           | run.device.graph=false

      eval-every=7              |                        | evaluation.every=7
      probe-every=7             |                        | evaluation.probeEvery=7
      log-every=7               |                        | evaluation.logEvery=7
      test-limit=7              |                        | data.testLimit=7
      probe.k=3                 |                        | evaluation.probeK=3
      probe.alpha=0.2           |                        | method.probeAlpha=0.2
      probe.weights=both        |                        | evaluation.rawToo=true

      optim.lr=0.1              |                        | optim.learningRate=0.1
      optim.schedule=cosine     |                        | optim.cosine=true
      optim.weight-decay=0.1    |                        | optim.weightDecay=0.1
      optim.beta1=0.5           |                        | optim.beta1=0.5
      optim.beta2=0.5           |                        | optim.beta2=0.5
      optim.eps=0.1             |                        | optim.eps=0.1
      ema.decay=0.9             |                        | ema.decay=0.9
      ema.warmup=on             |                        | ema.warmup=true
      ema.warmup=off            | steps=9                | ema.warmup=false

      ict.target=self           |                        | ict.selfTarget=true
      ict.gradient=both         | ict.target=self        | ict.gradientBoth=true
      ict.space=prob            |                        | ict.space=PROB
      ict.space=logit-softmax   |                        | ict.space=LOGIT_SOFTMAX
      ict.reduction=sum         |                        | ict.reduction=SUM
      ict.reduction=l2          |                        | ict.reduction=L2
      ict.partners=independent  |                        | method.partners=INDEPENDENT
      ict.weight=5              |                        | ict.weight=5.0
      ict.ramp=0.5              |                        | ict.ramp=0.5
      """;

  /**
   * @param given {@code key=value}, the row's own first
   * @param over what is set before
   * @param changed field and value
   */
  record Row(List<String> given, List<String> over, Map<String, String> changed) {
    static Row parse(String line) {
      String[] cells = line.split("\\|");
      Map<String, String> changed = new TreeMap<>();
      for (String pair : words(cells[2])) {
        int equals = pair.indexOf('=');
        changed.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
      return new Row(words(cells[0]), words(cells[1]), changed);
    }

    private static List<String> words(String cell) {
      return cell.isBlank() ? List.of() : List.of(cell.strip().split("\\s+"));
    }

    String key() {
      return given.get(0).substring(0, given.get(0).indexOf('='));
    }
  }

  static List<Row> rows() {
    return ROWS.lines().filter(line -> !line.isBlank()).map(Row::parse).toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anOptionChangesItsFieldsAndNoOther(Row row) {
    Map<String, String> before = fields(resolved(row.over));
    Map<String, String> after =
        fields(resolved(Stream.concat(row.over.stream(), row.given.stream()).toList()));
    Map<String, String> changed = new TreeMap<>(after);
    changed.entrySet().removeAll(before.entrySet());
    assertThat(changed).isEqualTo(row.changed);
    assertThat(after.keySet()).isEqualTo(before.keySet());
  }

  /** An option that is added needs its row, and so does every word that one may be set to. */
  @Test
  void everyOptionHasItsRow() {
    Set<String> given = rows().stream().map(row -> row.given.get(0)).collect(Collectors.toSet());
    assertThat(rows().stream().map(Row::key).collect(Collectors.toSet()))
        .isEqualTo(Options.all().keySet());
    for (OptionSpec spec : Options.all().values()) {
      // Of data sets one is enough: what a name stands for is for its reader to prove.
      if (spec.key().equals("dataset") || !(spec.type() instanceof ValueType.Choice choice))
        continue;
      for (String word : choice.values()) {
        if (word.equals(spec.fallback()) || word.equals("auto")) continue;
        assertThat(given).contains(spec.key() + "=" + word);
      }
    }
  }

  /** Nothing in a configuration is out of reach, but for the permission that is never written. */
  @Test
  void everyFieldHasItsOption() {
    Set<String> reached = new TreeSet<>(Set.of("run.overwrite"));
    rows().forEach(row -> reached.addAll(row.changed.keySet()));
    assertThat(fields(resolved(List.of())).keySet()).isEqualTo(reached);
  }

  private static RunConfig resolved(List<String> options) {
    ConfigResolver resolver = new ConfigResolver(2);
    // In a file, which the command line may contradict.
    resolver.entries("base", Map.of("backend", new ConfigFile.Entry("cpu", 1)));
    options.forEach(resolver::override);
    return resolver.resolve().config();
  }

  /** Every component by its path, such as {@code run.device.fast}. */
  private static Map<String, String> fields(RunConfig config) {
    Map<String, String> fields = new TreeMap<>();
    collect("", config, fields);
    return fields;
  }

  private static void collect(String path, Record value, Map<String, String> fields) {
    for (RecordComponent c : value.getClass().getRecordComponents()) {
      Object part = part(c, value);
      if (part instanceof Record inner) collect(path + c.getName() + ".", inner, fields);
      else fields.put(path + c.getName(), String.valueOf(part).replace(" ", ""));
    }
  }

  private static Object part(RecordComponent component, Record value) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
