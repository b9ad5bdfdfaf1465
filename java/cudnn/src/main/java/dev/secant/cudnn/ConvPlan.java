// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.Set;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.global.cudnn;

/** A finalised execution plan of one graph. Closing is idempotent. */
final class ConvPlan implements AutoCloseable {
  private final OpKey key;
  private final EngineConfig config;
  private final Descriptor plan;
  private final long workspaceBytes;

  private ConvPlan(OpKey key, EngineConfig config, Descriptor plan) {
    this.key = key;
    this.config = config;
    this.plan = plan;
    this.workspaceBytes = plan.getLong(Attribute.PLAN_WORKSPACE);
  }

  /**
   * Finalises a plan; takes ownership of the configuration when it succeeds.
   *
   * @throws CudnnException when cuDNN refuses it, which is usual for some of its own offers
   */
  static ConvPlan build(OpKey key, EngineConfig config, Target target) {
    Descriptor plan =
        new Descriptor(DescriptorKind.EXECUTION_PLAN, key.text() + ", " + config.choice());
    try {
      target.onPlan(plan).set(Attribute.PLAN_CONFIG, config.descriptor()).finalised();
      return new ConvPlan(key, config, plan);
    } catch (RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  OpKey key() {
    return key;
  }

  EngineConfig config() {
    return config;
  }

  EngineChoice choice() {
    return config.choice();
  }

  Set<NumericalNote> notes() {
    return config.notes();
  }

  /** Bytes of device memory that a run needs besides its tensors. */
  long workspaceBytes() {
    return workspaceBytes;
  }

  PlanFile.Entry entry() {
    return new PlanFile.Entry(key.text(), choice(), workspaceBytes);
  }

  /** Submits one run: a single native call, nothing allocated. */
  void execute(CudnnHandle handle, cudnnBackendDescriptor_t variantPack) {
    int status = cudnn.cudnnBackendExecute(handle.context(), plan.pointer(), variantPack);
    if (status != cudnn.CUDNN_STATUS_SUCCESS)
      throw Status.exception(status, "execution", key.text() + ", " + choice());
  }

  @Override
  public void close() {
    plan.close();
    config.close();
  }
}
