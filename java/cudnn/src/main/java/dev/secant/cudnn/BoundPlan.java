// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.util.Arrays;
import java.util.List;

/**
 * A plan with the addresses of its tensors and workspace. Running it is one native call. Closing is
 * idempotent; running after close throws {@link IllegalStateException}.
 */
final class BoundPlan implements Workspace.User, AutoCloseable {
  private final ConvPlan plan;
  private final Lane lane;
  private final long[] ids;
  private final long[] addresses;
  private Descriptor variantPack;
  private boolean closed;

  /** The plan stays its owner's, who closes it later. */
  BoundPlan(ConvPlan plan, ConvOperands operands, Lane lane) {
    this.plan = plan;
    this.lane = lane;
    OpKey key = plan.key();
    List<Operand> list = key.op().operands();
    boolean inPlace = key.op() == ConvOp.BIAS;
    int n = list.size();
    this.ids = Arrays.copyOf(list.stream().mapToLong(Operand::id).toArray(), inPlace ? n + 1 : n);
    this.addresses =
        Arrays.copyOf(
            list.stream().mapToLong(o -> operands.required(key, o)).toArray(), ids.length);
    if (inPlace) {
      ids[n] = ConvGraph.BIAS_SOURCE;
      addresses[n] = operands.required(key, Operand.Y);
    }
    lane.workspace().attach(this, plan.workspaceBytes());
  }

  @Override
  public void workspaceAt(long address) {
    Descriptor pack = new Descriptor(DescriptorKind.VARIANT_PACK, plan.key().text());
    try {
      pack.set(Attribute.PACK_IDS, ids)
          .set(Attribute.PACK_POINTERS, addresses)
          .set(Attribute.PACK_WORKSPACE, address)
          .finalised();
    } catch (RuntimeException e) {
      pack.close();
      throw e;
    }
    if (variantPack != null) variantPack.close();
    variantPack = pack;
  }

  ConvPlan plan() {
    return plan;
  }

  /** Submits one run to the lane's stream. */
  void run() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the convolution was closed");
    if (lane.handle() == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, plan.key() + ": planned for a described device, cannot run");
    plan.execute(lane.handle(), variantPack.pointer());
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    lane.workspace().detach(this);
    if (variantPack != null) variantPack.close();
  }
}
