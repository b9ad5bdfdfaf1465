// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.lab.metrics.Energy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters of a machine with one processor, as Linux shows them. */
class EnergyMeterTest {
  private static final long RANGE = 1_000_000_000;

  @TempDir Path powercap;

  private long now;

  @BeforeEach
  void counters() throws IOException {
    zone("intel-rapl:0", "package-0", 5_000_000);
    zone("intel-rapl:0:0", "core", 1_000_000);
    zone("intel-rapl:0:1", "dram", 7_000_000);
    zone("intel-rapl:1", "psys", 9_000_000);
    zone("intel-rapl-mmio:0", "package-0", 5_000_000);
    Files.createDirectories(powercap.resolve("intel-rapl"));
  }

  private void zone(String folder, String name, long count) throws IOException {
    Path zone = Files.createDirectories(powercap.resolve(folder));
    Files.writeString(zone.resolve("name"), name + "\n");
    Files.writeString(zone.resolve("max_energy_range_uj"), RANGE + "\n");
    count(folder, count);
  }

  private void count(String folder, long microjoules) throws IOException {
    Files.writeString(powercap.resolve(folder).resolve("energy_uj"), microjoules + "\n");
  }

  private EnergyMeter meter(double before) {
    return EnergyMeter.start(powercap, before, () -> now);
  }

  @Test
  void packageAndMemoryAreCountedOnceEach() throws IOException {
    EnergyMeter meter = meter(0);
    for (String all : new String[] {"intel-rapl:0:0", "intel-rapl:1", "intel-rapl-mmio:0"})
      count(all, 900_000_000);
    count("intel-rapl:0", 8_000_000);
    count("intel-rapl:0:1", 7_500_000);
    assertThat(meter.energy())
        .isEqualTo(new Energy(3.5, "RAPL, the whole machine: package-0, dram"));
  }

  @Test
  void aCounterThatStartsAgainIsFollowed() throws IOException {
    EnergyMeter meter = meter(0);
    count("intel-rapl:0", RANGE - 1_000_000);
    now += TimeUnit.MINUTES.toNanos(1);
    meter.pass();
    count("intel-rapl:0", 4_000_000);
    now += TimeUnit.MINUTES.toNanos(1);
    meter.pass();
    count("intel-rapl:0", RANGE);
    assertThat(meter.joules()).isCloseTo(994 + 5 + 996, within(1e-9));
  }

  @Test
  void looksAreFarApart() throws IOException {
    EnergyMeter meter = meter(0);
    count("intel-rapl:0", RANGE);
    now += TimeUnit.SECONDS.toNanos(19);
    meter.pass();
    // Not seen in between: it went once around and is where it was.
    count("intel-rapl:0", 5_000_000);
    assertThat(meter.joules()).isZero();
  }

  @Test
  void whatGoesOnAddsUp() throws IOException {
    EnergyMeter meter = meter(10);
    count("intel-rapl:0", 6_000_000);
    assertThat(meter.joules()).isCloseTo(11, within(1e-9));
    Energy energy = meter(Double.NaN).energy();
    assertThat(energy.joules()).isNaN();
    assertThat(energy.source()).isEqualTo("not recorded: an earlier part of the run has none");
  }

  @Test
  void whatCannotBeReadSaysWhy() throws IOException {
    Path missing = powercap.resolve("none");
    assertThat(EnergyMeter.start(missing, 0, () -> now).energy().source())
        .isEqualTo("not recorded: no " + missing);
    Path empty = Files.createDirectories(powercap.resolve("empty"));
    assertThat(EnergyMeter.start(empty, 0, () -> now).energy().source())
        .isEqualTo("not recorded: " + empty + " has no counter of a processor");
    EnergyMeter meter = meter(0);
    Files.writeString(powercap.resolve("intel-rapl:0/energy_uj"), "gone\n");
    assertThat(meter.energy().joules()).isNaN();
    assertThat(meter.energy().source())
        .startsWith("not recorded: a counter could not be read any more: ")
        .contains("gone");
    assertThat(meter(0).energy().source()).startsWith("not recorded: ").contains("gone");
  }

  @Test
  void aDeviceHasNoCounterHere() {
    assertThat(EnergyMeter.start("cuda", 0).energy().source())
        .isEqualTo("not recorded: the energy of a cuda device has no counter here");
  }
}
