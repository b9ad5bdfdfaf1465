// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner a cell, and only proof ends ownership. */
class OwnershipTest {
  @TempDir Path path;

  private final Cell cell = FakeRuns.grid().cells().get(0);
  private final Owner self = Owner.self(Map.of());

  private GridFolder folder() {
    return new GridFolder(path);
  }

  private Owner changed(String host, long pid, long start, String boot, String namespace) {
    return new Owner(host, pid, start, boot, namespace, "", 0, "then");
  }

  private Owner ended() {
    return changed(self.host(), self.pid(), self.start() + 1, self.boot(), self.namespace());
  }

  @Test
  void thisProcessLives() {
    assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(self.start()).isPositive();
    assertThat(self.boot()).isNotEmpty();
    assertThat(self.gone(self)).isFalse();
  }

  @Test
  void onlyProofEndsOwnership() throws Exception {
    assertThat(ended().gone(self)).as("the number was given to another process").isTrue();
    assertThat(changed(self.host(), self.pid(), 1, "earlier", "").gone(self)).isTrue();
    assertThat(changed("elsewhere", self.pid(), 1, "other", "").gone(self)).isFalse();
    assertThat(changed(self.host(), 1 << 30, 1, self.boot(), self.namespace()).gone(self)).isTrue();
    assertThat(changed(self.host(), 1 << 30, 1, self.boot(), "container").gone(self)).isFalse();
    Process process = new ProcessBuilder("sleep", "60").start();
    Owner other = other(process.pid());
    assertThat(other.gone(self)).isFalse();
    process.destroyForcibly().waitFor();
    assertThat(other.gone(self)).isTrue();
  }

  private Owner other(long pid) throws IOException {
    String stat = java.nio.file.Files.readString(Path.of("/proc/" + pid + "/stat"));
    long start = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    return changed(self.host(), pid, start, self.boot(), self.namespace());
  }

  @Test
  void aJobThatSlurmStartedAgainHasEndedBefore() {
    Owner first = new Owner("node1", 7, 7, "b", "n", "123", 0, "then");
    Owner again = new Owner("node2", 9, 9, "c", "n", "123", 1, "now");
    Owner another = new Owner("node2", 9, 9, "c", "n", "124", 1, "now");
    assertThat(first.gone(again)).isTrue();
    assertThat(first.gone(another)).isFalse();
    assertThat(again.gone(first)).isFalse();
    Map<String, String> slurm = Map.of("SLURM_JOB_ID", "123", "SLURM_RESTART_COUNT", "2");
    assertThat(Owner.self(slurm).job()).isEqualTo("123");
    assertThat(Owner.self(slurm).restart()).isEqualTo(2);
  }

  @Test
  void anOwnerReadsBack() throws IOException {
    assertThat(Owner.of(Json.MAPPER.readTree(self.json()))).isEqualTo(self);
  }

  @Test
  void aLiveOwnerIsNamedAndAClosedLockIsFree() {
    try (CellLock lock = CellLock.take(folder(), cell, self)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> CellLock.take(folder(), cell, self))
          .isInstanceOfSatisfying(
              TakenException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
          .hasMessageContaining("process " + self.pid() + " on " + self.host() + " since ")
          .hasMessageContaining(folder().lock(cell).toString());
    }
    assertThat(folder().lock(cell)).doesNotExist();
    CellLock.take(folder(), cell, self).close();
  }

  @Test
  void aStaleLockIsTaken() {
    FakeRuns.write(folder().lock(cell), ended().json());
    try (CellLock lock = CellLock.take(folder(), cell, self)) {
      assertThat(lock).isNotNull();
      assertThat(CellLock.owner(folder(), cell)).contains(self);
    }
  }

  @Test
  void aDamagedLockProvesNothing() {
    FakeRuns.write(folder().lock(cell), "{\"host\":");
    assertThatThrownBy(() -> CellLock.take(folder(), cell, self))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not JSON")
        .hasMessageContaining("delete it where no process works on " + cell.name());
    assertThat(new StateReader(folder()).read(cell).kind()).isEqualTo(CellState.Kind.RUNNING);
  }
}
