// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The real libraries, where the environment says they are, and the described devices. */
final class Nvidia {
  /** A folder such as Python's {@code site-packages/nvidia}. */
  static final String FOLDER = "SECANT_NVIDIA";

  static final List<String> DEVICES = List.of("sm_80", "sm_90", "sm_100", "sm_120");

  private Nvidia() {}

  /** The folder; the calling test skips where there is none. */
  static Path folder() {
    String folder = System.getenv(FOLDER);
    assumeTrue(folder != null, FOLDER + " is not set: no cuDNN to test with");
    return Path.of(folder);
  }

  /** The loaded libraries. A folder that was named but does not serve is a failure. */
  static CudaLibraries libraries() {
    Path folder = folder();
    assertThat(CudaLibraries.unavailableBecause(List.of(folder))).isEmpty();
    return CudaLibraries.load(List.of(folder));
  }

  static DeviceProperties device(String name) {
    return DeviceProperties.described(json(name));
  }

  static String json(String name) {
    try (InputStream in = Nvidia.class.getResourceAsStream("devices/" + name + ".json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
