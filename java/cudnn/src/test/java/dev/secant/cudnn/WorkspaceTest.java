// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
  private final HostSpace space = new HostSpace();
  private final Workspace workspace = new Workspace(space);

  private List<Long> user(long bytes) {
    List<Long> told = new ArrayList<>();
    workspace.attach(told::add, bytes);
    return told;
  }

  @Test
  void growsToTheLargestAndTellsEveryUser() {
    List<Long> none = user(0);
    List<Long> small = user(100);
    List<Long> large = user(1000);
    List<Long> medium = user(500);
    assertThat(workspace.bytes()).isEqualTo(1000);
    // The block of 100 stays: a recording may hold its address.
    assertThat(space.held()).isEqualTo(1100);
    long last = large.get(0);
    assertThat(none).hasSize(3).startsWith(0L).endsWith(last);
    assertThat(small).hasSize(2).endsWith(last);
    assertThat(medium).containsExactly(last);
  }

  @Test
  void closesOnce() {
    user(100);
    workspace.close();
    workspace.close();
    assertThat(space.held()).isZero();
    assertThatThrownBy(() -> user(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whoLeftIsNotToldAnyMore() {
    List<Long> told = new ArrayList<>();
    Workspace.User user = told::add;
    workspace.attach(user, 10);
    workspace.detach(user);
    user(1000);
    assertThat(told).hasSize(1);
  }
}
