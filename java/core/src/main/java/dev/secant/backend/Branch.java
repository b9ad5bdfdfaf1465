// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * Work beside that of a plan, which a device may do at the same time: whatever the ops of {@link
 * #plan()} run between {@link #fork()} and {@link #join()}. Between the two, neither side writes
 * what the other one reads or writes. Lives as long as the plan that it came from; same thread
 * rules.
 */
public interface Branch {
  /** Plans the ops of the branch. Tensors of either plan serve both. */
  Plan plan();

  /** What the branch runs from now on waits for all that its trunk has run so far. */
  Op fork();

  /** What the trunk runs from now on waits for all that the branch has run so far. */
  Op join();

  /** False where the branch is the trunk itself, so that nothing has to be kept apart. */
  boolean apart();

  /** No branch: the plan itself. */
  static Branch none(Plan plan) {
    return new Branch() {
      @Override
      public Plan plan() {
        return plan;
      }

      @Override
      public Op fork() {
        return () -> {};
      }

      @Override
      public Op join() {
        return () -> {};
      }

      @Override
      public boolean apart() {
        return false;
      }
    };
  }
}
