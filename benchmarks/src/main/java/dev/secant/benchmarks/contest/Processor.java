// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The processor, as far as numbers depend on it.
 *
 * @param family and model: what the maker calls the design
 * @param vectors the instructions that matter here
 */
public record Processor(
    String vendor, String name, int family, int model, int cores, List<String> vectors) {
  private static final List<String> MATTER =
      List.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16");

  /** That of this machine. */
  public static Processor here() {
    try {
      return of(
          Files.readString(Path.of("/proc/cpuinfo")), Runtime.getRuntime().availableProcessors());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Processor of(String cpuinfo, int cores) {
    Set<String> flags = Set.of(value(cpuinfo, "flags").split(" "));
    return new Processor(
        value(cpuinfo, "vendor_id"),
        value(cpuinfo, "model name"),
        Integer.parseInt(value(cpuinfo, "cpu family")),
        Integer.parseInt(value(cpuinfo, "model")),
        cores,
        MATTER.stream().filter(flags::contains).toList());
  }

  private static String value(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .filter(line -> line.matches(key + "\\s*:.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("0");
  }

  /** For file names: results of equal keys may be compared. */
  @JsonIgnore
  public String key() {
    return "%s-%d-%d-%dcores".formatted(vendor.toLowerCase(Locale.ROOT), family, model, cores);
  }

  /** For people. */
  public String describe() {
    return "%s (family %d, model %d), %d cores, %s"
        .formatted(name, family, model, cores, String.join(" ", vectors));
  }
}
