// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.PrintableLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * The process that a lock names.
 *
 * @param host name of the machine
 * @param user whose process it is
 * @param boot of the running kernel; another one after each start of the machine
 * @param namespace in which the process number counts; containers have their own
 * @param started clock ticks from the start of the machine to that of the process
 * @param job of Slurm; empty outside one
 * @param restart how often Slurm started that job again
 * @param since for people
 */
public record LockOwner(
    String host,
    String user,
    String boot,
    String namespace,
    long pid,
    String started,
    String job,
    long restart,
    String since) {
  /** The namespace of the machine itself has this number in every Linux. */
  static final String OF_THE_MACHINE = "pid:[4026531836]";

  private static final Path PROCESSES = Path.of("/proc");

  /** This process, which started long before its lock. */
  public static LockOwner self() {
    return self(System.getenv());
  }

  static LockOwner self(Map<String, String> environment) {
    long pid = ProcessHandle.current().pid();
    return new LockOwner(
        text(PROCESSES.resolve("sys/kernel/hostname")),
        System.getProperty("user.name", ""),
        text(PROCESSES.resolve("sys/kernel/random/boot_id")),
        ownNamespace(),
        pid,
        startTicks(pid),
        environment.getOrDefault("SLURM_JOB_ID", ""),
        Long.parseLong(environment.getOrDefault("SLURM_RESTART_COUNT", "0")),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** What a lock file says; null where it says nothing that can be understood. */
  public static LockOwner parse(String text) {
    try {
      JsonNode node = Json.MAPPER.readTree(text);
      if (!node.path("pid").canConvertToLong() || !node.path("host").isTextual()) return null;
      return new LockOwner(
          node.get("host").textValue(),
          node.path("user").asText(),
          node.path("boot").asText(),
          node.path("namespace").asText(),
          node.get("pid").longValue(),
          node.path("started").asText(),
          node.path("job").asText(),
          node.path("restart").asLong(),
          node.path("since").asText());
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  public String toJson() {
    return Json.MAPPER
            .createObjectNode()
            .put("host", host)
            .put("pid", pid)
            .put("user", user)
            .put("since", since)
            .put("started", started)
            .put("boot", boot)
            .put("namespace", namespace)
            .put("job", job)
            .put("restart", restart)
        + "\n";
  }

  /** Such as {@code process 1234 on node7 since 2026-01-01T12:00:00Z}. */
  public String describe() {
    return PrintableLine.of("process " + pid + " on " + host + " since " + since);
  }

  /**
   * Whether the process has certainly ended, as far as the one that asks can know: it ran on the
   * same machine, under a process number that is free or another's now. Of another machine, or
   * another container, nothing is certain, unless Slurm has started the very job again.
   */
  public boolean isGone(LockOwner here) {
    if (!job.isEmpty() && job.equals(here.job) && restart < here.restart) return true;
    if (!host.equals(here.host) || !namespace.equals(here.namespace)) return false;
    if (!boot.equals(here.boot)) return namespace.equals(OF_THE_MACHINE);
    return sees(here) && !started.equals(startTicks(pid));
  }

  /** Some systems hide processes of other users. */
  private boolean sees(LockOwner here) {
    return !started.isEmpty() && (user.equals(here.user) || !startTicks(1).isEmpty());
  }

  /** Of a process that runs, else empty: one that waits to be collected by its parent has ended. */
  static String startTicks(long pid) {
    String stat = text(PROCESSES.resolve(pid + "/stat"));
    // pid (name) state and 18 more fields; the name may hold spaces and parentheses
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    boolean running = fields.length > 19 && !fields[0].equals("Z") && !fields[0].equals("X");
    return running ? fields[19] : "";
  }

  private static String ownNamespace() {
    try {
      return Files.readSymbolicLink(PROCESSES.resolve("self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
