// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.LockOwner;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner a cell; what proves that one has ended: FolderLockTest. */
class OwnershipTest {
  @TempDir Path path;

  private final Cell cell = FakeRuns.grid().cells().get(0);
  private final LockOwner self = LockOwner.self();

  private GridFolder folder() {
    return new GridFolder(path);
  }

  /** Of this machine, under a number that is another process's now. */
  private LockOwner ended() {
    String other = self.toJson().replace("\"started\":\"", "\"started\":\"1");
    return LockOwner.parse(other);
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
    FakeRuns.write(folder().lock(cell), ended().toJson());
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
        .hasMessageContaining("names no process")
        .hasMessageContaining("delete it where none works on " + cell.name());
    assertThat(new StateReader(folder()).read(cell).kind()).isEqualTo(CellState.Kind.RUNNING);
  }
}
