// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Plan;
import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;

/**
 * Single precision on the CPU: convolutions by oneDNN, everything else by the project's own
 * kernels. Create it on the thread that will use it: the thread count of oneDNN's OpenMP team
 * belongs to that thread.
 */
public final class OneDnnBackend implements Backend {
  private final KernelContext context;
  private final HostMemory memory = new HostMemory();
  private final engine engine;
  private final stream stream;
  private final Scratchpad scratchpad;
  private final Owned owned = new Owned();
  private final List<Plan> plans = new ArrayList<>();
  private boolean closed;

  public OneDnnBackend(BackendOptions options) {
    this.context = new KernelContext(options.threads(), options.level());
    try {
      this.engine = owned.add(new engine(org.bytedeco.dnnl.engine.kind.cpu, 0));
      KernelContext.check(Secant.secant_openmp_threads(options.threads()));
      this.stream = owned.add(new stream(engine));
      this.scratchpad = new Scratchpad(memory);
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
    return "oneDNN %d.%d.%d, fp32, %d threads, own kernels x86-64-v%d (%s)"
        .formatted(
            v.major(),
            v.minor(),
            v.patch(),
            context.threads(),
            context.level(),
            KernelContext.nativeBuild());
  }

  @Override
  public DType real() {
    return DType.F32;
  }

  @Override
  public Plan newPlan() {
    if (closed) throw new IllegalStateException("the backend was closed");
    Plan plan = new OneDnnPlan(this, context, memory);
    plans.add(plan);
    return plan;
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

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    for (int i = plans.size() - 1; i >= 0; i--) plans.get(i).close();
    scratchpad.close();
    owned.close();
    context.close();
  }
}
