// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.reference.contract.BackendContract;
import dev.secant.reference.contract.Row;
import dev.secant.tensor.Bf16;
import dev.secant.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every op of the CUDA backend, emulated, beside the double-precision reference. */
class CudaContractTest {
  @ParameterizedTest
  @CsvSource({"0, FP32", "1, FP32", "2, FP32", "0, BF16", "3, BF16"})
  void agreesWithTheReference(int device, Arithmetic arithmetic) {
    try (Backend backend = Emulated.backend(device, arithmetic)) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows).hasSizeGreaterThan(100);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::text)).isEmpty();
    }
  }

  /** Kernels' gradients rounded to bf16 on their way, as the vendor's library gives them. */
  @Test
  void agreesWithTheReferenceWhereGradientsOfKernelsPassThroughBf16() {
    KernelContext context = Emulated.context(0);
    try (CudaBackend backend = new CudaBackend(context, new Rounded(), Arithmetic.BF16, true)) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::text)).isEmpty();
    }
    KernelContext another = Emulated.context(0);
    try (CudaBackend backend =
        new CudaBackend(
            another,
            new Rounded() {
              @Override
              public DType kernelGradient() {
                return DType.F32; // not what happens
              }
            },
            Arithmetic.BF16,
            true)) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::op)).contains("conv2d dL_dw");
    }
  }

  /** Portable layers whose kernels' gradients are rounded. */
  private static class Rounded implements LinearLayers {
    private final PortableLayers layers = new PortableLayers();

    @Override
    public DType kernelGradient() {
      return DType.BF16;
    }

    @Override
    public String description() {
      return "rounded";
    }

    @Override
    public Conv2d conv2d(
        Streams streams, Conv2d.Spec spec, Conv2d.Tensors t, Consumer<AutoCloseable> owner) {
      Conv2d planned = layers.conv2d(streams, spec, t, owner);
      return new Conv2d() {
        @Override
        public void forward() {
          planned.forward();
        }

        @Override
        public void backwardData() {
          planned.backwardData();
        }

        @Override
        public void backwardWeights() {
          planned.backwardWeights();
          streams.weights().synchronize();
          double[] values = t.dL_dw().toDoubles();
          for (int i = 0; i < values.length; i++) values[i] = Bf16.round((float) values[i]);
          t.dL_dw().set(values);
        }
      };
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
  }
}
