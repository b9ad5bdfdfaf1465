// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.LockOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Why the last attempt at a cell failed, kept until the next.
 *
 * @param exitCode as {@link dev.secant.lab.error.ExitCode}, or that of a process that died
 */
record Failure(int exitCode, String reason, String host, String when) {
  static Failure now(int exitCode, String reason) {
    String when = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new Failure(exitCode, reason, LockOwner.self().host(), when);
  }

  void write(Path file) {
    String json =
        Json.MAPPER
                .createObjectNode()
                .put("exit_code", exitCode)
                .put("reason", reason)
                .put("host", host)
                .put("when", when)
            + "\n";
    AtomicFile.write(file, json.getBytes(StandardCharsets.UTF_8));
  }

  /** A damaged one says so. */
  static Optional<Failure> read(Path file) {
    if (!Files.exists(file)) return Optional.empty();
    try {
      JsonNode node = Json.read(file);
      return Optional.of(
          new Failure(
              node.path("exit_code").asInt(1),
              node.path("reason").asText("unknown"),
              node.path("host").asText("unknown"),
              node.path("when").asText("unknown")));
    } catch (DataException e) {
      return Optional.of(new Failure(1, e.getMessage(), "unknown", "unknown"));
    }
  }

  static void clear(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", file, e);
    }
  }
}
