// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.metrics.Energy;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the energy that the machine's processors and their memory use, by the counters that Linux
 * has in {@code /sys/class/powercap} (RAPL). They count for the whole machine, whoever uses it.
 */
final class EnergyMeter {
  private static final Path POWERCAP = Path.of("/sys/class/powercap");

  /** Not psys, which has these in it, nor core, which package has in it. */
  private static final Pattern ZONE = Pattern.compile("intel-rapl:\\d+(:\\d+)?");

  private static final Pattern COUNTED = Pattern.compile("package-\\d+(-die-\\d+)?|dram");

  /** A counter of a processor of 250 W starts again after a quarter of an hour. */
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(20);

  private static final double MICRO = 1e-6;

  /** A counter that starts again from 0 above its range. */
  private static final class Counter {
    final String name;
    final Path file;
    final long range;
    long last;

    /** In microjoules. */
    long counted;

    Counter(String name, Path zone) throws IOException {
      this.name = name;
      this.file = zone.resolve("energy_uj");
      this.range = number(zone.resolve("max_energy_range_uj"));
      this.last = number(file);
    }

    void read() throws IOException {
      long now = number(file);
      counted += now >= last ? now - last : now - last + range;
      last = now;
    }
  }

  private final List<Counter> counters = new ArrayList<>();
  private final LongSupplier clock;
  private final double before;
  private String whyNotOrNull;
  private long looked;

  private EnergyMeter(double before, LongSupplier clock) {
    this.before = before;
    this.clock = clock;
    this.looked = clock.getAsLong();
  }

  /**
   * Of this machine from now on.
   *
   * @param backend of the run; what a device uses is not counted, and a part is not told as a whole
   * @param joules so far; NaN: not known
   */
  static EnergyMeter start(String backend, double joules) {
    if (backend.equals("cpu")) return start(POWERCAP, joules, System::nanoTime);
    EnergyMeter none = new EnergyMeter(joules, System::nanoTime);
    none.whyNotOrNull = "not recorded: the energy of a " + backend + " device has no counter here";
    return none;
  }

  static EnergyMeter start(Path powercap, double joules, LongSupplier clock) {
    EnergyMeter meter = new EnergyMeter(joules, clock);
    try {
      meter.find(powercap);
      if (meter.counters.isEmpty())
        meter.whyNotOrNull = "not recorded: " + powercap + " has no counter of a processor";
    } catch (NoSuchFileException e) {
      meter.whyNotOrNull = "not recorded: no " + e.getFile();
    } catch (AccessDeniedException e) {
      meter.whyNotOrNull = "not recorded: " + e.getFile() + " may not be read";
    } catch (IOException | NumberFormatException e) {
      meter.whyNotOrNull = "not recorded: " + e.getMessage();
    }
    return meter;
  }

  private void find(Path powercap) throws IOException {
    List<Path> zones;
    try (Stream<Path> entries = Files.list(powercap)) {
      zones =
          entries.filter(p -> ZONE.matcher(p.getFileName().toString()).matches()).sorted().toList();
    }
    for (Path zone : zones) {
      String name = Files.readString(zone.resolve("name")).strip();
      if (COUNTED.matcher(name).matches()) counters.add(new Counter(name, zone));
    }
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  /** Called often; looks at the counters now and then, before one can have come round twice. */
  void pass() {
    if (clock.getAsLong() - looked < INTERVAL) return;
    look();
  }

  private void look() {
    looked = clock.getAsLong();
    if (whyNotOrNull != null) return;
    try {
      for (Counter counter : counters) counter.read();
    } catch (IOException | NumberFormatException e) {
      whyNotOrNull = "not recorded: a counter could not be read any more: " + e.getMessage();
    }
  }

  /** Joules of the run until now; NaN: not known. */
  double joules() {
    look();
    if (whyNotOrNull != null) return Double.NaN;
    return before + MICRO * counters.stream().mapToLong(c -> c.counted).sum();
  }

  Energy energy() {
    double joules = joules();
    if (whyNotOrNull != null) return Energy.unknown(whyNotOrNull);
    if (Double.isNaN(before))
      return Energy.unknown("not recorded: an earlier part of the run has none");
    String names = counters.stream().map(c -> c.name).collect(Collectors.joining(", "));
    return new Energy(joules, "RAPL, the whole machine: " + names);
  }
}
