// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results that are kept in the repository, and what is said of them there. */
class KeptResultsTest {
  private static final Path KEPT = Path.of("../../benchmarks/results/paper");
  private static final long MOST_BYTES = 3_000_000;

  @TempDir Path out;

  private static List<Path> studies() throws IOException {
    try (Stream<Path> folders = Files.list(KEPT)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("studies")
  void theReportSaysOfTheClaimsWhatIsKeptBesideTheRuns(Path study) {
    StudyReport report = StudyReport.read(study);
    report.write(out);
    assertThat(report.unfinished()).isEmpty();
    assertThat(out.resolve("claims.md")).hasSameTextualContentAs(study.resolve("claims.md"));
    assertThat(study.resolve("README.md")).isNotEmptyFile();
  }

  @Test
  void allOfItIsSmall() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(KEPT)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) bytes += Files.size(file);
    }
    assertThat(bytes).isLessThan(MOST_BYTES);
  }
}
