// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Backend;
import dev.secant.backend.Plan;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;

/**
 * Every op again, naively, in double precision, from its formula: the oracle that fast backends are
 * held against. Confined to one thread at a time.
 */
public final class ReferenceBackend implements Backend {
  private final HostMemory memory = new HostMemory();
  private final List<ReferencePlan> plans = new ArrayList<>();
  private boolean closed;

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "reference: plain Java, double precision, one thread";
  }

  @Override
  public DType real() {
    return DType.F64;
  }

  @Override
  public Plan newPlan() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the reference backend was closed");
    ReferencePlan plan = new ReferencePlan(this, memory);
    plans.add(plan);
    return plan;
  }

  void forget(ReferencePlan plan) {
    plans.remove(plan);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    for (ReferencePlan plan : List.copyOf(plans)) plan.close();
  }
}
