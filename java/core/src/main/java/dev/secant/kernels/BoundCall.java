// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.secant_context;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.Turn;
import dev.secant.tensor.WrongStateException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A kernel bound to its arguments: run as often as wanted on what the memory holds at that moment,
 * without allocating.
 *
 * <p>Binding checks what does not change: types, sizes, alignment, overlaps, extents. Every run
 * checks what may have: that this, its context and the memory are open, that the context still has
 * its type of activations, whose turn it is, and the data that the kernel is steered by - indices
 * within their range, weights finite and with rows that sum to 1 within 1e-4, the scalars of the
 * run. A run that is refused has written nothing.
 *
 * <p>Same thread rules as the {@link KernelContext}, which closes what was bound on it when it is
 * closed. {@code close()} is idempotent; a run after it throws {@link IllegalStateException}. The
 * memory stays the caller's.
 */
public abstract sealed class BoundCall implements AutoCloseable
    permits BoundMixing, BoundConsistency, BoundNonLin, BoundDirichlet {
  /** The native call; returns its status. */
  interface Kernel {
    int run(secant_context context);
  }

  private record Operand(String name, NativeArray array) {}

  private final KernelContext context;
  private final DType activations;
  private final Lifetime lifetime;
  private final List<Operand> operands = new ArrayList<>();
  private final List<Pointer> owned = new ArrayList<>();
  private MixtureWeights weights;
  private Kernel kernel;

  /**
   * In the turn of the context, which closes this with itself from now on.
   *
   * @param what for messages, such as {@code the bound mixing}
   */
  BoundCall(KernelContext context, String what) {
    this.context = context;
    this.lifetime = new Lifetime(this, what, context.turn());
    this.activations = context.activations();
    context.adopt(this);
  }

  // ---- binding ----------------------------------------------------------------------------------

  /**
   * Binds arguments that were checked, in the turn of the context.
   *
   * @param fill makes the pointers and structs of the call
   */
  static <T extends BoundCall> T bound(KernelContext context, Supplier<T> make, Consumer<T> fill) {
    try (Turn.Use use = context.use()) {
      T call = make.get();
      try {
        fill.accept(call);
        return call;
      } catch (RuntimeException | Error e) {
        Closing.after(e, call);
        throw e;
      }
    }
  }

  /** The type that arguments were checked for is still the context's, whose turn this now has. */
  final void requireActivations(DType type) {
    if (type == activations) return;
    throw new WrongStateException(
        ErrorCode.WRONG_STATE,
        "the context's type of activations was changed: expected "
            + activations
            + " as at the binding, got "
            + type);
  }

  final FloatPointer floats(String name, NativeArray array) {
    keep(name, array);
    return array == null ? null : Address.floats(array.address());
  }

  final IntPointer ints(String name, NativeArray array) {
    keep(name, array);
    return Address.ints(array.address());
  }

  /** Looks before every run whether it was closed; null is passed over. */
  final void keep(String name, NativeArray array) {
    if (array != null) operands.add(new Operand(name, array));
  }

  /** Looks before every run whether rows sum to one. */
  final FloatPointer weights(NativeArray lambda, int batch, int ways) {
    keep("lambda", lambda);
    weights = new MixtureWeights(lambda.address(), batch, ways);
    return Address.floats(lambda.address());
  }

  /** What a run calls, with pointers that were made here. */
  final void calls(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Frees a pointer when this is closed. */
  final <T extends Pointer> T own(T pointer) {
    owned.add(pointer);
    return pointer;
  }

  // ---- running ----------------------------------------------------------------------------------

  /** Takes the turn for one run. */
  final Turn.Use use() {
    return lifetime.use();
  }

  /** Checks what may have changed since the binding, and calls. Whoever calls has the turn. */
  final void call() {
    secant_context handle = context.handle();
    requireActivations(context.activations());
    for (int i = 0; i < operands.size(); i++) {
      Operand operand = operands.get(i);
      operand.array.requireOpen(operand.name);
    }
    if (weights != null) weights.require();
    try {
      check(kernel.run(handle));
    } finally {
      // Whoever runs this for the last time may have let go of the memory's owners already.
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public final void close() {
    try (Turn.Use use = lifetime.turn().take()) {
      if (!lifetime.end()) return;
      context.forget(this);
      Closing.all(owned);
    }
  }
}
