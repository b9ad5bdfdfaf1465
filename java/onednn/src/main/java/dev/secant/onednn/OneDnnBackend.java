// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Plan;
import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/**
 * The CPU: the project's own kernels, and oneDNN for the convolutions that {@link WinogradRule}
 * leaves to it. In fp32, or with feature maps and the kernels that convolutions read in bf16 and
 * all else in fp32. Create it on the thread that will use it: the thread count of oneDNN's OpenMP
 * team belongs to that thread. Use or close while another thread is inside throws {@link
 * IllegalStateException}.
 */
public final class OneDnnBackend implements Backend {
  private final KernelContext context;
  private final DType activation;
  private final HostMemory memory = new HostMemory();
  private final engine engine;
  private final stream stream;
  private final Scratchpad scratchpad;
  private final List<Scratchpad> wide = new ArrayList<>();
  private final Owned owned = new Owned();
  private final List<Plan> plans = new ArrayList<>();
  private final Lifetime lifetime;

  public OneDnnBackend(BackendOptions options) {
    this.context = new KernelContext(options.threads(), options.level());
    this.activation = options.device().arithmetic() == Arithmetic.BF16 ? DType.BF16 : DType.F32;
    try {
      context.activations(activation);
      this.engine = owned.add(new engine(org.bytedeco.dnnl.engine.kind.cpu, 0));
      KernelContext.check(Secant.secant_openmp_threads(options.threads()));
      this.stream = owned.add(new stream(engine));
      this.scratchpad = new Scratchpad(memory);
      this.lifetime = new Lifetime(this, "the backend", context.turn());
    } catch (RuntimeException | Error e) {
      owned.close();
      context.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return OneDnnProvider.NAME;
  }

  @Override
  public String description() {
    dnnl_version_t v = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d, %s, %d threads, own kernels x86-64-v%d%s (%s)"
        .formatted(
            v.major(),
            v.minor(),
            v.patch(),
            activation == DType.BF16 ? "bf16" : "fp32",
            context.threads(),
            context.level(),
            winograd().takesAny() ? ", 3x3 convolutions by Winograd" : "",
            KernelContext.nativeBuild());
  }

  @Override
  public DType real() {
    return DType.F32;
  }

  @Override
  public DType activation() {
    return activation;
  }

  @Override
  public Optional<String> warning() {
    if (activation != DType.BF16 || Bf16Support.ofProcessor() == Bf16Support.NATIVE)
      return Optional.empty();
    return Optional.of(
        "this processor has no avx512_bf16: bf16 is made of fp32 products, and about as fast as fp32");
  }

  /** Which convolutions the project's own kernels compute. */
  WinogradRule winograd() {
    return new WinogradRule(
        context.level(), activation == DType.BF16 ? Bf16Support.ofProcessor() : null);
  }

  /** Whether oneDNN's convolutions compute in fp32 on widened copies of what is bf16. */
  boolean widens() {
    return activation == DType.BF16 && Bf16Support.ofProcessor() == Bf16Support.WIDENED;
  }

  @Override
  public Plan newPlan() {
    try (Turn.Use use = lifetime.use()) {
      Plan plan = new OneDnnPlan(this, context, memory);
      plans.add(plan);
      return plan;
    }
  }

  void forget(Plan plan) {
    plans.remove(plan);
  }

  engine engine() {
    return engine;
  }

  stream stream() {
    return stream;
  }

  Scratchpad scratchpad() {
    return scratchpad;
  }

  /** Memory for the n-th widened operand of whichever primitive runs. */
  Scratchpad wide(int n) {
    while (wide.size() <= n) wide.add(new Scratchpad(memory));
    return wide.get(n);
  }

  /** bf16 to fp32, exactly. Enqueues nothing: done when it returns. */
  void widen(long count, Pointer bf16, Pointer fp32) {
    convert(count, Secant.SECANT_BFLOAT16, bf16, Secant.SECANT_FLOAT32, fp32);
  }

  /** fp32 to bf16, to nearest even. */
  void narrow(long count, Pointer fp32, Pointer bf16) {
    convert(count, Secant.SECANT_FLOAT32, fp32, Secant.SECANT_BFLOAT16, bf16);
  }

  private void convert(long count, int fromType, Pointer from, int toType, Pointer to) {
    KernelContext.check(Secant.secant_convert(context.handle(), count, fromType, from, toType, to));
  }

  @Override
  public void close() {
    try (Turn.Use use = lifetime.turn().take()) {
      if (!lifetime.end()) return;
      List<AutoCloseable> all = new ArrayList<>(List.of(context, owned, scratchpad));
      all.addAll(wide);
      all.addAll(plans);
      Closing.all(all);
    }
  }
}
