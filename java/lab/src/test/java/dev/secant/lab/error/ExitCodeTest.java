// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.tensor.OutOfMemoryException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  @Test
  void everyFailureHasItsCode() {
    assertThat(ExitCode.of(new UsageException("x"))).isEqualTo(2);
    assertThat(ExitCode.of(new DataException("x"))).isEqualTo(3);
    assertThat(ExitCode.of(new BackendUnavailableException("x"))).isEqualTo(4);
    assertThat(ExitCode.of(new OutOfMemoryException("host", 7, ""))).isEqualTo(5);
    assertThat(ExitCode.of(new OutOfMemoryError())).isEqualTo(5);
    assertThat(ExitCode.of(new IoFailureException("x"))).isEqualTo(6);
    assertThat(ExitCode.of(new IOException("x"))).isEqualTo(6);
    assertThat(
            ExitCode.of(
                IoFailureException.of(
                    "cannot read", Path.of("f"), new ClosedByInterruptException())))
        .isEqualTo(130);
    assertThat(ExitCode.of(new DivergedException("x"))).isEqualTo(7);
    assertThat(ExitCode.of(new InterruptedRunException(ExitCode.TERMINATED, "x"))).isEqualTo(143);
  }

  @Test
  void theFirstKnownCauseCounts() {
    assertThat(ExitCode.of(new RuntimeException(new DataException("x", new IOException()))))
        .isEqualTo(3);
    assertThat(ExitCode.of(new RuntimeException("nobody expected it"))).isEqualTo(1);
  }

  @Test
  void anIoFailureNamesFileAndReason() {
    Path file = Path.of("/run/metrics.jsonl");
    assertThat(
            IoFailureException.of("cannot write", file, new IOException("No space left on device")))
        .hasMessage("cannot write /run/metrics.jsonl: No space left on device");
    assertThat(IoFailureException.of("cannot read", file, new AccessDeniedException("/run")))
        .hasMessage("cannot read /run/metrics.jsonl: permission denied");
    assertThat(
            IoFailureException.of(
                "cannot read", file, new FileSystemException("/run", null, "Is a directory")))
        .hasMessage("cannot read /run/metrics.jsonl: Is a directory");
  }
}
