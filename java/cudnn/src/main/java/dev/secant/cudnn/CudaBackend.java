// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Backend;
import dev.secant.backend.Ceiling;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.Plan;
import dev.secant.backend.Replay;
import dev.secant.kernels.ContextMemory;
import dev.secant.kernels.DeviceInfo;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A CUDA device: the project's own kernels on one stream, and on a second one what a step does
 * beside it; convolutions and dense layers from {@link LinearLayers}. Confined to one thread at a
 * time, which is checked; distinct backends, also of one device, are independent.
 */
public final class CudaBackend implements Backend {
  public static final String NAME = "cuda";

  private final KernelContext context;
  private final MemorySpace memory;
  private final LinearLayers layers;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final DeviceOptions.Arithmetic arithmetic;
  private final boolean graph;
  private KernelContext beside;
  private final Lifetime lifetime;

  /**
   * Takes over the context and the layers: they are closed with the backend.
   *
   * @param context of a CUDA device
   * @param arithmetic what the layers compute in
   * @param graph record steps; false runs them op by op
   */
  public CudaBackend(
      KernelContext context,
      LinearLayers layers,
      DeviceOptions.Arithmetic arithmetic,
      boolean graph) {
    if (!context.onDevice()) {
      throw new InvalidArgumentException(
          "expected the context of a CUDA device, got one of the CPU");
    }
    this.context = context;
    this.memory = new ContextMemory(context);
    this.layers = layers;
    this.arithmetic = arithmetic;
    this.graph = graph;
    this.lifetime = new Lifetime(this, "the backend", context.turn());
    context.activations(activation());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    DeviceInfo d = context.device();
    return "%s (%s, compute capability %s, driver CUDA %s, runtime %s), %s, %s (%s)"
        .formatted(
            d.name(),
            memory.name(),
            d.computeCapability(),
            DeviceInfo.version(d.driver()),
            DeviceInfo.version(d.runtime()),
            arithmetic.name().toLowerCase(Locale.ROOT),
            layers.description(),
            KernelContext.nativeBuild());
  }

  @Override
  public Optional<String> address() {
    return Optional.of(context.device().bus()).filter(bus -> !bus.isEmpty());
  }

  @Override
  public DType real() {
    return DType.F32;
  }

  @Override
  public DType activation() {
    return arithmetic == DeviceOptions.Arithmetic.BF16 ? DType.BF16 : DType.F32;
  }

  @Override
  public DType kernelGradient() {
    return layers.kernelGradient();
  }

  void forget(CudaReplay replay) {
    owned.remove(replay);
  }

  @Override
  public Optional<String> choices() {
    return layers.choices();
  }

  @Override
  public Plan newPlan() {
    open();
    Plan plan = new CudaPlan(this, context, memory, layers);
    owned.add(plan);
    return plan;
  }

  /** A plan on the second stream, closed by the plan that asks. */
  CudaPlan planBeside() {
    open();
    if (beside == null) {
      beside = context.beside();
      beside.activations(activation());
    }
    return new CudaPlan(this, beside, memory, layers);
  }

  void forget(Plan plan) {
    owned.remove(plan);
  }

  /** The step as one CUDA graph; see {@link CudaReplay}. */
  @Override
  public Replay record(Runnable step) {
    open();
    if (!graph) return step::run;
    CudaReplay replay = new CudaReplay(context, step, this::forget);
    owned.add(replay);
    return replay;
  }

  @Override
  public List<Ceiling> ceilings(Plan plan, boolean small) {
    List<Ceiling> all = new ArrayList<>(Backend.super.ceilings(plan, small));
    all.addAll(((CudaPlan) plan).ceilings(small));
    return all;
  }

  @Override
  public boolean asynchronous() {
    return true;
  }

  @Override
  public void synchronize() {
    open();
    context.synchronize();
  }

  private void open() {
    lifetime.requireOpen();
  }

  @Override
  public void close() {
    try (Turn.Use use = lifetime.turn().take()) {
      if (!lifetime.end()) return;
      List<AutoCloseable> all = new ArrayList<>(List.of(context));
      if (beside != null) all.add(beside);
      all.add(layers);
      all.addAll(owned);
      owned.clear();
      Closing.all(all);
    }
  }
}
