// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Builds things in parallel and keeps the first few that succeed, in their given order. */
final class FirstBuilt {
  private FirstBuilt() {}

  /**
   * The first {@code limit} results that are present, in the order of their sources. Builds as many
   * at a time as are still wanted; never builds more than it keeps plus those that failed.
   */
  static <S, T> List<T> of(
      List<S> sources, int limit, Function<S, Optional<T>> build, ExecutorService executor) {
    List<T> built = new ArrayList<>();
    int next = 0;
    while (built.size() < limit && next < sources.size()) {
      int end = Math.min(sources.size(), next + limit - built.size());
      List<Future<Optional<T>>> batch = new ArrayList<>();
      for (S source : sources.subList(next, end))
        batch.add(executor.submit(() -> build.apply(source)));
      collect(batch, built);
      next = end;
    }
    return built;
  }

  /**
   * Waits for all of them, whatever one of them throws: what they use must not be closed before.
   */
  private static <T> void collect(List<Future<Optional<T>>> batch, List<T> built) {
    RuntimeException first = null;
    for (Future<Optional<T>> f : batch) {
      try {
        result(f).ifPresent(built::add);
      } catch (RuntimeException e) {
        if (first == null) first = e;
      }
    }
    if (first != null) throw first;
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WrongStateException(ErrorCode.FAILED, "interrupted while building plans", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      throw new WrongStateException(ErrorCode.FAILED, "building a plan failed", e.getCause());
    }
  }
}
