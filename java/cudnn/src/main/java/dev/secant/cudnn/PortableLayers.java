// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Plan;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_conv_spec;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeStruct;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The project's own portable convolutions (cuda/conv.cu): right on every device and in the
 * emulation, where no vendor's library runs, and slow.
 */
public final class PortableLayers implements LinearLayers {
  @Override
  public DType kernelGradient() {
    return DType.F32;
  }

  @Override
  public String description() {
    return "portable convolutions";
  }

  @Override
  public Conv2d conv2d(
      Streams streams, Conv2d.Spec s, Conv2d.Tensors t, Consumer<AutoCloseable> owner) {
    secant_conv_spec spec =
        NativeStruct.of(secant_conv_spec::new)
            .batch(s.batch())
            .height(s.height())
            .width(s.width())
            .in(s.in())
            .out(s.out())
            .kernel(s.kernel())
            .stride(s.stride());
    owner.accept(spec);
    return new Portable(streams, spec, t);
  }

  @Override
  public Optional<Differentiable> dense(
      KernelContext context,
      LtDense.Extents extents,
      DenseOperands operands,
      Consumer<AutoCloseable> owner) {
    return Optional.empty();
  }

  @Override
  public List<Ceiling> ceilings(Plan plan, boolean small, Consumer<AutoCloseable> owner) {
    return List.of();
  }

  @Override
  public Optional<String> choices() {
    return Optional.empty();
  }

  @Override
  public void close() {}

  private record Portable(Streams streams, secant_conv_spec spec, Tensors t) implements Conv2d {
    @Override
    public void forward() {
      check(
          Secant.secant_conv_forward(
              streams.main().handle(),
              spec,
              t.x().activations(),
              t.w().activations(),
              floats(t.b()),
              t.y().activations()));
    }

    @Override
    public void backwardData() {
      if (t.dL_dx() == null) throw new IllegalStateException("planned without dL_dx");
      check(
          Secant.secant_conv_backward_data(
              streams.main().handle(),
              spec,
              t.w().activations(),
              t.dL_dy().activations(),
              t.dL_dx().activations()));
    }

    @Override
    public void backwardWeights() {
      if (t.dL_dw() == null) throw new IllegalStateException("planned forward only");
      check(
          Secant.secant_conv_backward_weights(
              streams.weights().handle(),
              spec,
              t.x().activations(),
              t.dL_dy().activations(),
              t.dL_dw().floats(),
              floats(t.dL_db())));
    }

    private static FloatPointer floats(Tensor tensor) {
      return tensor == null ? null : tensor.floats();
    }
  }
}
