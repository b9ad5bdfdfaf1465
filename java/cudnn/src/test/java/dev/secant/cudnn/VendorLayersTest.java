// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.backend.Plan;
import dev.secant.kernels.DeviceInfo;
import dev.secant.kernels.KernelContext;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step's network on real cuDNN plans, up to where a device would be needed. */
class VendorLayersTest {
  private static final int BATCH = 128;

  @TempDir Path folder;

  private static DeviceOptions options(Arithmetic arithmetic, Path plans) {
    return new DeviceOptions(
        0, null, List.of(), Convolutions.VENDOR, arithmetic, plans, true, false);
  }

  private static CudaBackend backend(Arithmetic arithmetic, String device, Path plans) {
    CudaLibraries libraries = Nvidia.libraries();
    KernelContext context = Emulated.context(0);
    try {
      VendorLayers layers =
          VendorLayers.described(
              context, libraries, Nvidia.device(device), options(arithmetic, plans));
      return new CudaBackend(context, layers, arithmetic, true);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private static WideResNet network(Plan plan) {
    WideResNetSpec spec = new WideResNetSpec(10, 2, 8, 8, 3, 10, false, 1e-5);
    Params weights = Params.weights(plan, spec.parameters());
    Params statistics = new Params(plan, spec.statistics());
    Params gradients = new Params(plan, spec.parameters());
    Tensor rate = plan.real(1);
    return new WideResNet(
        plan,
        spec,
        new WideResNet.Batch(WideResNet.Pass.TRAINING, 1, 1),
        new WideResNet.Weights(weights, statistics, rate, gradients),
        plan.activation(BATCH, 8, 8, 3));
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void aTrainedNetworkIsPlannedInEveryArithmetic(Arithmetic arithmetic) {
    try (CudaBackend backend = backend(arithmetic, "sm_90", null)) {
      WideResNet network = network(backend.newPlan());
      PlanFile plans = PlanFile.parse(backend.choices().orElseThrow());
      // 10 convolutions of 10 shapes, each with three directions but the stem, which has two.
      assertThat(plans.size()).isEqualTo(29);
      assertThat(plans.device()).isEqualTo("NVIDIA H200");
      assertThat(backend.description()).contains("cuDNN", "cuBLASLt", "NVRTC");
      assertThatThrownBy(network::forward).hasMessageContaining("described device, cannot run");
    }
  }

  @Test
  void choicesGivenBackAreMadeAgain() throws IOException {
    String chosen;
    try (CudaBackend backend = backend(Arithmetic.BF16, "sm_90", null)) {
      network(backend.newPlan());
      chosen = backend.choices().orElseThrow();
    }
    Path file = Files.writeString(folder.resolve("plans.json"), chosen);
    try (CudaBackend backend = backend(Arithmetic.BF16, "sm_90", file)) {
      network(backend.newPlan());
      assertThat(backend.choices()).hasValue(chosen);
    }
    assertThatThrownBy(() -> backend(Arithmetic.BF16, "sm_80", file))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("expected NVIDIA A100-SXM4-80GB, found NVIDIA H200");
    try (CudaBackend backend = backend(Arithmetic.TF32, "sm_90", file)) {
      assertThatThrownBy(() -> network(backend.newPlan()))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContaining("an op is missing: expected forward tf32");
    }
    Path missing = folder.resolve("none.json");
    assertThatThrownBy(() -> backend(Arithmetic.BF16, "sm_90", missing))
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining(missing.toString());
  }

  @Test
  void anArithmeticThatADeviceLacksIsRefusedAtOnce() {
    DeviceInfo turing = new DeviceInfo("Tesla T4", 0, 7, 5, 40, 13000, 13000, 1, 1, "");
    assertThat(VendorLayers.required(Arithmetic.FP32, turing)).isEqualTo(Precision.FP32);
    assertThatThrownBy(() -> VendorLayers.required(Arithmetic.BF16, turing))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            "--precision bf16 needs compute capability 8.0 or later, Tesla T4 has 7.5;"
                + " use --precision fp32");
  }
}
