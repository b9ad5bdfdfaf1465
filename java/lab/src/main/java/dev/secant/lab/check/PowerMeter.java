// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Mean power of the device while something runs, as nvidia-smi tells it. */
final class PowerMeter {
  private static final long EVERY_MS = 100;

  /** For one answer; a program that hangs is ended and not asked again. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final CheckSettings settings;
  private final String bus;
  private final Path program;
  private final Duration patience;
  private final Thread thread;
  private volatile boolean stopped;
  private double sum;
  private int samples;

  private PowerMeter(CheckSettings settings, String bus, Path program, Duration patience) {
    this.settings = settings;
    this.bus = bus;
    this.program = program;
    this.patience = patience;
    this.thread = new Thread(this::sample, "power-meter");
    thread.setDaemon(true);
  }

  /**
   * Of the device of a backend; nvidia-smi counts devices otherwise than CUDA, so by its address.
   */
  static PowerMeter start(CheckSettings settings, Backend backend) {
    return start(settings, backend.address().orElse(""), PATIENCE);
  }

  /**
   * @param bus address of the device; nothing is measured where it is empty
   * @param patience for one answer of nvidia-smi
   */
  static PowerMeter start(CheckSettings settings, String bus, Duration patience) {
    Path program = bus.isEmpty() ? null : settings.tools().find("nvidia-smi");
    PowerMeter meter = new PowerMeter(settings, bus, program, patience);
    if (program != null) meter.thread.start();
    return meter;
  }

  /** Watts; NaN where nobody tells. */
  double stop() {
    stopped = true;
    if (program == null) return Double.NaN;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return samples == 0 ? Double.NaN : sum / samples;
  }

  private void sample() {
    List<String> command =
        List.of(
            program.toString(),
            "--query-gpu=power.draw",
            "--format=csv,noheader,nounits",
            "--id=" + bus);
    while (!stopped && !settings.over()) {
      Subprocess.Result r = Subprocess.run(command, settings.log("power.log"), patience);
      if (r.code() != 0) return;
      try {
        double watts = Double.parseDouble(r.lines().get(0).strip());
        if (!(watts > 0 && watts < Double.POSITIVE_INFINITY)) return;
        sum += watts;
        samples++;
        Thread.sleep(EVERY_MS);
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        return;
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
