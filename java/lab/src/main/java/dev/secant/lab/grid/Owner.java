// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * The process that works on a cell, as its lock file says.
 *
 * @param start of the process, in clock ticks since the start of the system: no two processes of
 *     one system have the same number and start
 * @param boot the system's start
 * @param namespace that the number belongs to; containers have their own
 * @param job of Slurm; empty outside one
 * @param restart how often Slurm started that job again
 * @param since when it took the cell, for people
 */
record Owner(
    String host,
    long pid,
    long start,
    String boot,
    String namespace,
    String job,
    long restart,
    String since) {
  private static final Path PROC = Path.of("/proc");

  /** This process. */
  static Owner self() {
    return self(System.getenv());
  }

  static Owner self(Map<String, String> environment) {
    long pid = ProcessHandle.current().pid();
    return new Owner(
        hostName(),
        pid,
        start(pid),
        textOf(PROC.resolve("sys/kernel/random/boot_id")).strip(),
        pidNamespace(),
        environment.getOrDefault("SLURM_JOB_ID", ""),
        Long.parseLong(environment.getOrDefault("SLURM_RESTART_COUNT", "0")),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /**
   * Whether this owner has ended for certain, as another process sees it. On another machine that
   * cannot be known, unless Slurm has started the very job again.
   */
  boolean gone(Owner observer) {
    if (!job.isEmpty() && job.equals(observer.job)) return restart < observer.restart;
    if (!host.equals(observer.host)) return false;
    if (!boot.equals(observer.boot)) return true;
    return namespace.equals(observer.namespace) && start(pid) != start;
  }

  /** For messages. */
  String describe() {
    return "process " + pid + " on " + host + " since " + since;
  }

  String json() {
    return Json.MAPPER
            .createObjectNode()
            .put("host", host)
            .put("pid", pid)
            .put("start", start)
            .put("boot", boot)
            .put("namespace", namespace)
            .put("job", job)
            .put("restart", restart)
            .put("since", since)
        + "\n";
  }

  /** What {@link #json} wrote. */
  static Owner of(JsonNode node) {
    return new Owner(
        node.path("host").asText("unknown"),
        node.path("pid").asLong(-1),
        node.path("start").asLong(-1),
        node.path("boot").asText(""),
        node.path("namespace").asText(""),
        node.path("job").asText(""),
        node.path("restart").asLong(0),
        node.path("since").asText("unknown"));
  }

  /** -1: there is no such process. */
  private static long start(long pid) {
    String stat = textOf(PROC.resolve(pid + "/stat"));
    // The name, in parentheses, may hold anything; the start is the 20th word after it.
    int name = stat.lastIndexOf(')');
    String[] words = stat.substring(name + 1).strip().split(" ");
    return words.length < 20 ? -1 : Long.parseLong(words[19]);
  }

  private static String pidNamespace() {
    try {
      return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String hostName() {
    String name = textOf(PROC.resolve("sys/kernel/hostname")).strip();
    if (!name.isEmpty()) return name;
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Empty where it cannot be read. */
  private static String textOf(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
