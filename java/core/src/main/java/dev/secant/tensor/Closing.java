// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.List;

/** Closes what an owner holds. */
public final class Closing {
  private Closing() {}

  /**
   * Closes all of them, the last one first. What one throws keeps none of the others open: the
   * first exception is thrown in the end, with the others attached.
   *
   * @throws IllegalStateException for a checked exception
   */
  public static void all(List<? extends AutoCloseable> resources) {
    RuntimeException first = null;
    for (int i = resources.size() - 1; i >= 0; i--) {
      RuntimeException failure = close(resources.get(i));
      if (first == null) first = failure;
      else if (failure != null) first.addSuppressed(failure);
    }
    if (first != null) throw first;
  }

  /** Closes a resource after a failure, which stays the one to be thrown. */
  public static void after(Throwable failure, AutoCloseable resource) {
    RuntimeException another = close(resource);
    if (another != null) failure.addSuppressed(another);
  }

  private static RuntimeException close(AutoCloseable resource) {
    try {
      resource.close();
      return null;
    } catch (RuntimeException e) {
      return e;
    } catch (Exception e) {
      return new WrongStateException(ErrorCode.FAILED, "cannot release " + resource, e);
    }
  }
}
