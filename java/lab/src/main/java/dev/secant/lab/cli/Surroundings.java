// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the system around the program allows it: limits of the process, of its control group, memory
 * nodes, and the locale that names of files are written in.
 *
 * @param root of the file system that /proc and /sys are read from
 */
record Surroundings(Path root) {
  private static final long FEWEST_FILES = 256;
  private static final double LEAST_GIB = 3;
  private static final int LEAST_DRIVER = 580;
  private static final Pattern DRIVER = Pattern.compile("Kernel Module.*? ((\\d+)\\.[\\d.]+)");

  List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    driver().ifPresent(all::add);
    all.addAll(
        List.of(
            limits(),
            controlGroup(),
            memoryNodes(),
            locale(System.getProperty("sun.jnu.encoding"))));
    return all;
  }

  /** Nothing where no NVIDIA driver is loaded. */
  private Optional<Finding> driver() {
    Matcher version = DRIVER.matcher(read("proc/driver/nvidia/version"));
    if (!version.find()) return Optional.empty();
    return Optional.of(
        Integer.parseInt(version.group(2)) >= LEAST_DRIVER
            ? Finding.ok("NVIDIA driver", version.group(1))
            : Finding.warn(
                "NVIDIA driver",
                version.group(1),
                "CUDA 13 needs version " + LEAST_DRIVER + " or later for --backend cuda"));
  }

  /** Such as {@code Debian GNU/Linux 12 (bookworm)}; empty where the system does not say. */
  String distribution() {
    return read("etc/os-release")
        .lines()
        .filter(line -> line.startsWith("PRETTY_NAME="))
        .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
        .findFirst()
        .orElse("");
  }

  private Finding limits() {
    String files = limit("Max open files");
    String space = limit("Max address space");
    String found = "open files " + files + ", address space " + space;
    if (files.matches("\\d+") && Long.parseLong(files) < FEWEST_FILES)
      return Finding.warn("limits", found, "ulimit -n 1024");
    if (space.matches("\\d+"))
      return Finding.warn(
          "limits", found, "ulimit -v unlimited: the Java machine reserves more than it uses");
    return Finding.ok("limits", found);
  }

  /** The soft limit. */
  private String limit(String name) {
    return read("proc/self/limits")
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split("\\s+")[0])
        .findFirst()
        .orElse("unknown");
  }

  private Finding controlGroup() {
    String memory = read("sys/fs/cgroup/memory.max").strip();
    String[] cpu = read("sys/fs/cgroup/cpu.max").strip().split("\\s+");
    boolean limitsCpu = cpu.length == 2 && cpu[0].matches("\\d+");
    String cores =
        limitsCpu
            ? String.format(
                Locale.ROOT, "%.1f cores", Double.parseDouble(cpu[0]) / Double.parseDouble(cpu[1]))
            : "no limit of cores";
    if (!memory.matches("\\d+")) return Finding.ok("control group", cores + ", no limit of memory");
    double gib = Double.parseDouble(memory) / (1L << 30);
    String found = String.format(Locale.ROOT, "%s, %.1f GiB of memory", cores, gib);
    return gib < LEAST_GIB
        ? Finding.warn("control group", found, "give it 3 GiB, or use a smaller --batch")
        : Finding.ok("control group", found);
  }

  private Finding memoryNodes() {
    long nodes = 0;
    try (Stream<Path> entries = Files.list(root.resolve("sys/devices/system/node"))) {
      nodes = entries.filter(p -> p.getFileName().toString().matches("node\\d+")).count();
    } catch (IOException e) {
      return Finding.ok("memory nodes", "unknown");
    }
    return nodes <= 1
        ? Finding.ok("memory nodes", "one")
        : Finding.info(
            "memory nodes",
            nodes + "",
            "numactl --cpunodebind=0 --membind=0 keeps a run on one of them");
  }

  static Finding locale(String encoding) {
    String found = "file names in " + encoding + ", text in " + Charset.defaultCharset();
    return "UTF-8".equalsIgnoreCase(encoding)
        ? Finding.ok("locale", found)
        : Finding.info(
            "locale", found, "LC_ALL=C.UTF-8 allows names with other letters than ASCII");
  }

  private String read(String name) {
    try {
      return Files.readString(root.resolve(name));
    } catch (IOException e) {
      return "";
    }
  }
}
