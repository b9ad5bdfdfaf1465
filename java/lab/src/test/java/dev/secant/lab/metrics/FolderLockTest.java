// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.FolderInUseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  private static final LockOwner SELF = LockOwner.self();

  @TempDir Path folder;

  private Path file() {
    return folder.resolve(FolderLock.FILE);
  }

  private void leave(LockOwner owner) throws IOException {
    Files.writeString(file(), owner.toJson());
  }

  /** This process, but for what a test changes. */
  private static LockOwner owner(
      String host, String boot, String namespace, long pid, String started) {
    return new LockOwner(host, SELF.user(), boot, namespace, pid, started, "", 0, "then");
  }

  private static LockOwner here(long pid, String started) {
    return owner(SELF.host(), SELF.boot(), SELF.namespace(), pid, started);
  }

  private void requireRefused(String who) {
    for (Runnable call :
        List.<Runnable>of(() -> FolderLock.acquire(folder), () -> FolderLock.requireFree(folder))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(FolderInUseException.class)
          .hasMessageContainingAll(folder + ": in use by ", who, "--steal");
    }
  }

  private void requireTaken() throws IOException {
    FolderLock.requireFree(folder);
    try (FolderLock lock = FolderLock.acquire(folder)) {
      assertThat(LockOwner.parse(Files.readString(file())).pid()).isEqualTo(SELF.pid());
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anOwnerIsNamedUntilItGivesTheFolderFree() throws IOException {
    try (FolderLock lock = FolderLock.acquire(folder.resolve("new"))) {
      assertThatThrownBy(() -> FolderLock.acquire(folder.resolve("new")))
          .isInstanceOf(FolderInUseException.class)
          .hasMessageContaining("process " + SELF.pid() + " on " + SELF.host() + " since 2");
    }
    assertThat(folder.resolve("new")).isEmptyDirectory();
    FolderLock.acquire(folder.resolve("new")).close();
  }

  @Test
  void whatAnEndedProcessLeftIsTaken() throws IOException, InterruptedException {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    leave(here(ended.pid(), "12345"));
    requireTaken();
  }

  @Test
  void anotherProcessOfThatNumberIsNoOwner() throws IOException {
    leave(here(SELF.pid(), SELF.started() + "0"));
    requireTaken();
  }

  /** Killed, and not collected by its parent yet. */
  @Test
  void aProcessThatEndedIsGoneBeforeItIsCollected() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 60").start();
    try {
      long pid = Long.parseLong(parent.inputReader().readLine());
      for (int i = 0; i < 100 && !LockOwner.startTicks(pid).isEmpty(); i++) Thread.sleep(20);
      assertThat(LockOwner.startTicks(pid)).isEmpty();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void theMachineHasStartedAgain() throws IOException {
    LockOwner before =
        owner(SELF.host(), "another", LockOwner.OF_THE_MACHINE, SELF.pid(), SELF.started());
    LockOwner now =
        owner(SELF.host(), SELF.boot(), LockOwner.OF_THE_MACHINE, SELF.pid(), SELF.started());
    assertThat(before.isGone(now)).isTrue();
    LockOwner contained = owner(SELF.host(), "another", "pid:[7]", 1, "1");
    assertThat(contained.isGone(owner(SELF.host(), SELF.boot(), "pid:[7]", 1, "1")))
        .as("containers of one name may be on several machines")
        .isFalse();
  }

  @Test
  void nothingIsCertainOfOtherMachinesAndContainers() throws IOException {
    leave(owner("elsewhere", SELF.boot(), SELF.namespace(), 1 << 30, "1"));
    requireRefused("process 1073741824 on elsewhere since then");
    leave(owner(SELF.host(), SELF.boot(), "pid:[7]", 1 << 30, "1"));
    requireRefused("process 1073741824 on " + SELF.host());
  }

  @Test
  void aProcessAtWorkIsNot() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      leave(here(process.pid(), LockOwner.startTicks(process.pid())));
      requireRefused("process " + process.pid());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aLockThatNamesNobodyIsOnlyStolen() throws IOException {
    Files.writeString(file(), "");
    requireRefused("a process that its lock does not name");
    assertThat(FolderLock.steal(folder)).isEqualTo("a process that it did not name");
    assertThat(FolderLock.steal(folder)).isNull();
    requireTaken();
  }

  @Test
  void aStolenLockIsNotGivenFreeByItsFormerOwner() throws IOException {
    FolderLock lock = FolderLock.acquire(folder);
    assertThat(FolderLock.steal(folder)).contains("process " + SELF.pid());
    leave(here(1, "1"));
    lock.close();
    assertThat(file()).exists();
  }

  @Test
  void ofManyThatFindALockLeftBehindOneTakesIt() throws Exception {
    int contenders = 16;
    ExecutorService threads = Executors.newFixedThreadPool(contenders);
    try {
      for (int round = 0; round < 20; round++) {
        leave(here(1 << 30, "1"));
        List<Callable<FolderLock>> calls = new ArrayList<>();
        for (int i = 0; i < contenders; i++) calls.add(this::taken);
        List<FolderLock> owners = new ArrayList<>();
        for (Future<FolderLock> result : threads.invokeAll(calls)) {
          if (result.get() != null) owners.add(result.get());
        }
        assertThat(owners).hasSize(1);
        owners.get(0).close();
        assertThat(folder).isEmptyDirectory();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private FolderLock taken() {
    try {
      return FolderLock.acquire(folder);
    } catch (FolderInUseException e) {
      return null;
    }
  }

  @Test
  void aJobThatSlurmStartedAgainHasEndedBefore() {
    LockOwner first = ofJob("node1", "123", 0);
    LockOwner again = ofJob("node2", "123", 1);
    assertThat(first.isGone(again)).isTrue();
    assertThat(first.isGone(ofJob("node2", "124", 1))).isFalse();
    assertThat(again.isGone(first)).isFalse();
    Map<String, String> slurm = Map.of("SLURM_JOB_ID", "123", "SLURM_RESTART_COUNT", "2");
    assertThat(LockOwner.self(slurm).job()).isEqualTo("123");
    assertThat(LockOwner.self(slurm).restart()).isEqualTo(2);
    assertThat(LockOwner.parse(again.toJson())).isEqualTo(again);
  }

  private static LockOwner ofJob(String host, String job, long restart) {
    return new LockOwner(host, "me", "b", "n", 7, "7", job, restart, "then");
  }
}
