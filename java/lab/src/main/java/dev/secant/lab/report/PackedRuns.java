// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.RunDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * What a report needs of a folder of runs, small enough to be kept: of each run its configuration,
 * its summary, and its evaluations and probes, packed with gzip. The same runs give the same bytes,
 * and, with all digits, the same report.
 *
 * @param runs their names, in order
 * @param unfinished names of those that have not ended, and are not in it
 * @param bytes of all files written
 */
public record PackedRuns(List<String> runs, List<String> unfinished, long bytes) {
  public static final int ALL_DIGITS = 17;

  /** A number that is no count. */
  private static final Pattern FRACTION = Pattern.compile("(?<=:)-?\\d+\\.\\d+(E-?\\d+)?");

  /**
   * Reads every run that has ended below a folder, and writes what is to be kept of it under the
   * same name into another, new or empty one.
   *
   * @param digits significant ones that are kept of what was measured; {@link #ALL_DIGITS}: all
   * @throws DataException where there is no run, or one is damaged; nothing is written then
   * @throws UsageException where the folder has something in it
   */
  public static PackedRuns write(Path root, Path out, int digits) {
    RunDirectory.check(out, false);
    if (out.toAbsolutePath().normalize().startsWith(root.toAbsolutePath().normalize()))
      throw new UsageException(out + ": expected a folder outside of " + root);
    RunTree tree = RunTree.read(root);
    long bytes = 0;
    for (RunRecord run : tree.runs())
      bytes += pack(new RunDirectory(root.resolve(run.name())), out.resolve(run.name()), digits);
    return new PackedRuns(
        tree.runs().stream().map(RunRecord::name).toList(), tree.unfinished(), bytes);
  }

  private static long pack(RunDirectory run, Path to, int digits) {
    RunDirectory kept = new RunDirectory(to);
    try {
      Files.createDirectories(to);
      byte[] config = config(run).getBytes(StandardCharsets.UTF_8);
      byte[] summary = Files.readAllBytes(run.summary());
      byte[] metrics = metrics(run.storedMetrics(), digits);
      AtomicFile.write(kept.config(), config);
      AtomicFile.write(kept.packedMetrics(), metrics);
      AtomicFile.write(kept.summary(), summary);
      return (long) config.length + summary.length + metrics.length;
    } catch (IOException e) {
      throw IoFailureException.of("cannot pack", run.path(), e);
    }
  }

  /** With the last names of files and folders: where they lay is of one machine. */
  private static String config(RunDirectory run) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : Files.readAllLines(run.config())) {
      String key = line.replaceFirst(":.*", "");
      OptionSpec spec = Options.all().get(key);
      boolean path = spec != null && spec.type() instanceof ValueType.FilePath;
      text.append(path ? key + ": " + last(line.substring(key.length() + 1).strip()) : line);
      text.append('\n');
    }
    return text.toString();
  }

  private static String last(String quoted) {
    String value = quoted.replaceAll("^'|'$", "").replace("''", "'");
    Path name = Path.of(value).getFileName();
    return ConfigYaml.quoted(name == null ? value : name.toString());
  }

  private static byte[] metrics(Path file, int digits) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(Deflater.BEST_COMPRESSION);
    try (GzipCompressorOutputStream out = new GzipCompressorOutputStream(bytes, parameters)) {
      for (String line : MetricsReader.measured(file))
        out.write((rounded(line, digits) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String rounded(String line, int digits) {
    if (digits == ALL_DIGITS) return line;
    return FRACTION.matcher(line).replaceAll(m -> rounded(new BigDecimal(m.group()), digits));
  }

  private static String rounded(BigDecimal value, int digits) {
    return value.round(new MathContext(digits)).toString();
  }
}
