// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {
  @TempDir Path root;

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<Finding> found(String files, String space, String memory, String cpu, int nodes)
      throws IOException {
    write(
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units\n"
            + "Max open files            "
            + files
            + "                20000                files\n"
            + "Max address space         "
            + space
            + "            unlimited            bytes\n");
    write("sys/fs/cgroup/memory.max", memory + "\n");
    write("sys/fs/cgroup/cpu.max", cpu + "\n");
    for (int i = 0; i < nodes; i++)
      Files.createDirectories(root.resolve("sys/devices/system/node/node" + i));
    Files.createDirectories(root.resolve("sys/devices/system/node/power"));
    return new Surroundings(root).all();
  }

  @Test
  void aRoomySystemIsFine() throws IOException {
    List<Finding> all = found("1024", "unlimited", "max", "max 100000", 1);
    assertThat(all)
        .extracting(Finding::subject)
        .containsExactly("limits", "control group", "memory nodes", "locale");
    assertThat(new Surroundings(root).distribution()).isEmpty();
    write("etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    assertThat(new Surroundings(root).distribution()).isEqualTo("Debian GNU/Linux 12 (bookworm)");
    assertThat(all.subList(0, 3)).allMatch(f -> f.level() == Finding.Level.OK);
    assertThat(all.get(0).found()).isEqualTo("open files 1024, address space unlimited");
    assertThat(all.get(1).found()).isEqualTo("no limit of cores, no limit of memory");
  }

  @Test
  void aDriverThatIsTooOldIsSaid() throws IOException {
    String line = "NVRM version: NVIDIA UNIX %sx86_64 Kernel Module  %s  Tue Aug  5 UTC 2025\n";
    write("proc/driver/nvidia/version", line.formatted("Open ", "580.65.06"));
    assertThat(new Surroundings(root).all().get(0))
        .isEqualTo(Finding.ok("NVIDIA driver", "580.65.06"));
    write("proc/driver/nvidia/version", line.formatted("", "535.104.05"));
    Finding old = new Surroundings(root).all().get(0);
    assertThat(old.level()).isEqualTo(Finding.Level.WARN);
    assertThat(old.found()).isEqualTo("535.104.05");
    assertThat(old.advice()).contains("580 or later");
  }

  @Test
  void whatIsTightIsSaidWithAdvice() throws IOException {
    List<Finding> all = found("64", "unlimited", "1073741824", "150000 100000", 2);
    assertThat(all.get(0))
        .isEqualTo(
            Finding.warn("limits", "open files 64, address space unlimited", "ulimit -n 1024"));
    assertThat(all.get(1).found()).isEqualTo("1.5 cores, 1.0 GiB of memory");
    assertThat(all.get(1).level()).isEqualTo(Finding.Level.WARN);
    assertThat(all.get(2).found()).isEqualTo("2");
    assertThat(found("1024", "8000000", "max", "max 1", 2).get(0).advice()).startsWith("ulimit -v");
    assertThat(Surroundings.locale("ANSI_X3.4-1968").advice()).contains("LC_ALL=C.UTF-8");
    assertThat(Surroundings.locale("UTF-8").level()).isEqualTo(Finding.Level.OK);
  }
}
