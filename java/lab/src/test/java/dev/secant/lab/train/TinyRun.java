// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.metrics.RunDirectory;
import java.nio.file.Path;
import java.util.List;

/** Whole runs of a few steps on made images, with a tiny network. */
final class TinyRun {
  static final int STEPS = 6;

  private TinyRun() {}

  /**
   * @param options {@code key=value}, over: WRN-10-1, batch 16, 50 labels, 64 test images
   */
  static RunConfig config(Path out, String... options) {
    ConfigResolver resolver = new ConfigResolver(2);
    for (String option :
        List.of(
            "depth=10",
            "width=1",
            "batch=16",
            "labels=50",
            "steps=" + STEPS,
            "test-limit=64",
            "eval-every=2",
            "probe-every=3",
            "log-every=2",
            "threads=1",
            "out=" + out)) {
      resolver.override(option);
    }
    for (String option : options) resolver.override(option);
    return resolver.resolve().config();
  }

  static RunDirectory run(Path out, String... options) {
    RunConfig config = config(out, options);
    Path summary = Trainer.run(config, new TrainListener() {});
    RunDirectory directory = RunDirectory.open(config.run().out());
    assertThat(summary).isEqualTo(directory.summary());
    return directory;
  }
}
