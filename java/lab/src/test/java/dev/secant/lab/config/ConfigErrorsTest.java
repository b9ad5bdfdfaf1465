// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exact texts that users meet. */
class ConfigErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "k=0 | --k must be a whole number from 2 to 16 (with erm 1), or auto, not \"0\"",
        "k=17 | --k must be a whole number from 2 to 16 (with erm 1), or auto, not \"17\"",
        "k=two | --k must be a whole number from 2 to 16 (with erm 1), or auto, not \"two\"",
        "k=1 | k=1 (--k) must be from 2 to 16 with method=ict (default)",
        "k=1 method=mixup | k=1 (--k) must be from 2 to 16 with method=mixup (--method)",
        "k=2 method=erm | k=2 (--k) has no use with method=erm (--method), which mixes nothing; leave it out",
        "k=4 batch=3 | k=4 (--k) must be at most batch=3 (--batch): partners are shifts of the batch; "
            + "-o ict.partners=independent lifts this",
        "batch=1 | k=2 (auto) must be at most batch=1 (--batch): partners are shifts of the batch; "
            + "-o ict.partners=independent lifts this",
        "alpha=0 | --alpha must be one or K numbers from 0.001 to 1000, separated by commas, or auto, not \"0\"",
        "alpha=1e4 | --alpha must be one or K numbers from 0.001 to 1000, separated by commas, or auto, not \"1e4\"",
        "alpha=nan | --alpha must be one or K numbers from 0.001 to 1000, separated by commas, or auto, not \"nan\"",
        "k=3 alpha=1,2 | alpha=1,2 (--alpha) has 2 values, expected 1 or k=3 (--k)",
        "labels=0 | --labels must be a whole number of at least 1, not \"0\"",
        "labels=1e3 | --labels must be a whole number of at least 1, not \"1e3\"",
        "steps=-5 | --steps must be a whole number of at least 1, or auto, not \"-5\"",
        "steps=5 budget=quick | steps=5 (--steps) contradicts budget=quick (--budget), which is 8192 steps: "
            + "give one of them",
        "budget=steps | budget=steps (--budget) needs --steps N",
        "depth=27 | depth=27 (--depth) must be 6n+4; the nearest are 22 and 28",
        "depth=3 | --depth must be a whole number from 10 to 1000, not \"3\"",
        "depth=1000000 | --depth must be a whole number from 10 to 1000, not \"1000000\"",
        "width=0 | --width must be a whole number from 1 to 1000, not \"0\"",
        "width=100000000 | --width must be a whole number from 1 to 1000, not \"100000000\"",
        "batch=2000000000 | --batch must be a whole number from 1 to 65536, not \"2000000000\"",
        "threads=2000 | --threads must be a whole number from 1 to 1024, or auto, not \"2000\"",
        "run.first-step=5 steps=5 | run.first-step=5 (-o run.first-step) must be below steps=5 (--steps), "
            + "or no step is left",
        "run.first-step=8192 | run.first-step=8192 (-o run.first-step) must be below steps=8192 (auto, from budget quick), "
            + "or no step is left",
        "mix.alpha=matched k=3 alpha=0.001 | mix.alpha=matched (-o mix.alpha) with alpha=0.001 (--alpha) and k=3 (--k) "
            + "gives Dirichlet parameters of 0.000500, expected at least 0.001: alpha must be at least 0.002003",
        "mix.alpha=matched k=16 alpha=0.01 | mix.alpha=matched (-o mix.alpha) with alpha=0.01 (--alpha) and k=16 (--k) "
            + "gives Dirichlet parameters of 0.000661, expected at least 0.001: alpha must be at least 0.01522",
        "probe.k=5 test-limit=3 | probe.k=5 (-o probe.k) must be at most test-limit=3 (--test-limit): a probe mixes "
            + "different images",
        "cuda.convolutions=portable precision=tf32 | precision=tf32 (--precision) contradicts cuda.convolutions=portable "
            + "(-o cuda.convolutions): those compute in fp32 or bf16",
        "cuda.convolutions=portable cuda.plans=p | cuda.plans=p (-o cuda.plans) has no use with "
            + "cuda.convolutions=portable (-o cuda.convolutions), which use no cuDNN",
        "cuda.convolutions=portable fast=on | fast=on (--fast) has no use with cuda.convolutions=portable "
            + "(-o cuda.convolutions), which use no cuDNN",
        "cuda.graph=off cuda.steps-per-launch=3 | cuda.steps-per-launch=3 (-o cuda.steps-per-launch) has no use with "
            + "cuda.graph=off (-o cuda.graph), which launches kernels one by one",
        "backend=cpu device=1 | device=1 (--device) has no use with backend=cpu (--backend), which uses no CUDA device",
        "backend=cpu cuda.graph=off | cuda.graph=off (-o cuda.graph) has no use with backend=cpu (--backend), which uses no "
            + "CUDA device",
        "alpha=1,2 mix.alpha=matched | alpha=1,2 (--alpha) contradicts mix.alpha=matched (-o mix.alpha), which works on a "
            + "single value",
        "method=erm alpha=1,2 | alpha=1,2 (--alpha) has 2 values, expected 1 or k=1 (auto)",
        "ict.partners=independent method=erm | ict.partners=independent (-o ict.partners) has no use with method=erm "
            + "(--method), which mixes nothing",
        "mix.alpha=matched method=erm | mix.alpha=matched (-o mix.alpha) has no use with method=erm (--method), which mixes "
            + "nothing",
        "ict.target=self method=mixup | ict.target=self (-o ict.target) has no use with method=mixup (--method), which reads "
            + "no unlabelled images",
        "ict.reduction=l2 method=erm | ict.reduction=l2 (-o ict.reduction) has no use with method=erm (--method), which "
            + "reads no unlabelled images",
        "ict.ramp=1 method=erm | ict.ramp=1 (-o ict.ramp) has no use with method=erm (--method), which reads no unlabelled "
            + "images",
        "bn.running=unlabelled method=mixup | bn.running=unlabelled (-o bn.running) has no use with method=mixup (--method), "
            + "which reads no unlabelled images",
        "method=itc | --method must be one of erm, mixup, ict, not \"itc\"; did you mean ict?",
        "data=x | data=x (--data) has no use with dataset=made (default), which is drawn; to read files give "
            + "--dataset cifar10, cifar100, svhn or folder",
        "dataset=cifar10 data=d svhn.extra=on | svhn.extra=on (-o svhn.extra) has no use with dataset=cifar10 (--dataset)",
        "backend=cpu precision=tf32 | precision=tf32 (--precision) contradicts backend=cpu (--backend): a CPU computes in "
            + "fp32 or bf16",
        "dataset=cifar10 | dataset=cifar10 (--dataset) needs --data DIR, the folder with its files",
        "seed=-1 | --seed must be a whole number of at least 0, not \"-1\"",
        "optim.lr=0 | -o optim.lr must be a number above 0, not \"0\"",
        "optim.beta1=1 | -o optim.beta1 must be a number from 0 to 1 (excluded), not \"1\"",
        "ema.warmup=yes | -o ema.warmup must be one of auto, on, off, not \"yes\"",
        "ict.gradient=both | ict.gradient=both (-o ict.gradient) contradicts ict.target=teacher (reading paper): "
            + "averaged weights have no gradient; give -o ict.target=self as well",
        "ict.space=prob method=erm | ict.space=prob (-o ict.space) has no use with method=erm (--method), "
            + "which reads no unlabelled images",
        "ict.weight=1 method=mixup | ict.weight=1 (-o ict.weight) has no use with method=mixup (--method), "
            + "which reads no unlabelled images",
        "reading=lineage method=erm | reading=lineage (--reading) has no use with method=erm (--method), "
            + "which reads no unlabelled images",
        "reading=literal method=mixup | reading=literal (--reading) has no use with method=mixup (--method), "
            + "which reads no unlabelled images",
        "mix.lambda=batch method=erm | mix.lambda=batch (-o mix.lambda) has no use with method=erm (--method), "
            + "which mixes nothing",
        "bn.running=all method=erm | bn.running=all (-o bn.running) has no use with method=erm (--method), "
            + "which reads no unlabelled images",
        "ict.spcae=prob | -o ict.spcae: unknown option \"ict.spcae\"; did you mean ict.space?",
        "zzzzzz=1 | -o zzzzzz: unknown option \"zzzzzz\"",
      })
  void refusals(String given, String message) {
    assertThatThrownBy(() -> resolve(given)).isInstanceOf(UsageException.class).hasMessage(message);
  }

  private static void resolve(String given) {
    ConfigResolver resolver = new ConfigResolver(2);
    for (String pair : given.split(" ")) {
      String key = pair.substring(0, pair.indexOf('='));
      boolean flag = Options.all().containsKey(key) && Options.all().get(key).flag();
      if (flag) resolver.flag(key, pair.substring(key.length() + 1));
      else resolver.override(pair);
    }
    resolver.resolve();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels: 5\\nlabels: 6 | f.yaml line 2: labels is given twice",
        "ict: {space: prob}\\nict.space: prob | f.yaml line 2: ict.space is given twice",
        "a: 1 | f.yaml line 1: unknown option \"a\"; a newer version of the program may have it",
        "widht: 1 | f.yaml line 1: unknown option \"widht\"; did you mean width?",
        "\\nk: 99 | f.yaml line 2: k must be a whole number from 2 to 16 (with erm 1), or auto, not \"99\"",
        "just words | f.yaml line 1: expected lines of \"key: value\"",
        "k: {x: [}  | f.yaml line 1: not YAML: expected the node content, but found '}'",
        "k: | f.yaml line 1: k must be a whole number from 2 to 16 (with erm 1), or auto, not \"\"",
        "overwrite: true | f.yaml line 1: unknown option \"overwrite\"; a newer version of the program may have it",
        "format: 2\\nk: 3 | f.yaml line 1: format 2 is that of a newer version of the program; this one reads format 1",
        "a: [{b: 1}]\\nformat: 7 | f.yaml line 2: format 7 is that of a newer version of the program; this one reads format 1",
        "format: one | f.yaml line 1: format must be a whole number of at least 1",
        "format: {k: 1} | f.yaml line 1: format must be a whole number of at least 1",
        "format: 1\\nformat: 1 | f.yaml line 2: format is given twice",
      })
  void filesAreRefusedWithTheirLine(String yaml, String message) {
    String text = yaml.replace("\\n", "\n");
    assertThatThrownBy(
            () ->
                new ConfigResolver(2).entries("f.yaml", ConfigFile.parse("f.yaml", text)).resolve())
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @Test
  void nearestCountsSwapsAsOneEdit() {
    assertThat(Nearest.distance("ca", "ac")).isEqualTo(1);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }

  @Test
  void anOverrideNeedsAValue() {
    assertThatThrownBy(() -> new ConfigResolver(2).override("ict.space"))
        .hasMessage("-o ict.space: expected key=value");
  }
}
