// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.tensor.BackendUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is missing is a reason, never a crash. */
class CudaProviderTest {
  private static BackendOptions options(int ordinal, Path library) {
    return BackendOptions.of(
        1,
        new DeviceOptions(
            ordinal,
            library,
            List.of(),
            Convolutions.PORTABLE,
            Arithmetic.FP32,
            null,
            true,
            false));
  }

  private static Path emulated() {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(Files.exists(library), "skipped: " + library + " is not there");
    return library;
  }

  @Test
  void aLibraryThatIsNotThereIsNamed() {
    BackendOptions missing = options(0, Path.of("/nowhere/libsecant_cuda.so"));
    assertThat(new CudaProvider().unavailableBecause(missing))
        .hasValueSatisfying(reason -> assertThat(reason).contains("/nowhere/libsecant_cuda.so"));
    assertThatThrownBy(() -> Backends.create("cuda", missing))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("/nowhere/libsecant_cuda.so");
  }

  @Test
  void aDeviceThatDoesNotExistIsRefused() {
    BackendOptions fifth = options(4, emulated());
    assertThat(new CudaProvider().unavailableBecause(fifth))
        .hasValueSatisfying(reason -> assertThat(reason).contains("must be in 0..3, got 4"));
    assertThatThrownBy(() -> Backends.create("cuda", fifth))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("device must be in 0..3, got 4");
  }

  @Test
  void autoTakesTheDeviceWhereOneCanBeUsed() {
    assertThat(Backends.resolve("auto", options(0, emulated())).name()).isEqualTo("cuda");
    assertThat(new CudaProvider().unavailableBecause(options(0, emulated()))).isEmpty();
  }
}
