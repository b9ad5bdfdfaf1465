// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.Plan;
import dev.secant.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Native objects are closed by whoever made them, in constructors that fail too. JavaCPP counts
 * them only where it may collect them as well, so each case runs in a process of its own that is
 * set so and has memory enough never to collect.
 */
@Tag("native")
class OwnershipTest {
  private static final Conv2d.Spec SPEC = new Conv2d.Spec(2, 8, 8, 16, 16, 3, 1);
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"backend", "convolution", "failing convolution"})
  void everythingIsClosed(String what) throws Exception {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command(what))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("ended").isTrue();
    assertThat(Files.readString(output)).isEqualTo("closed: " + what + "\n");
    assertThat(process.exitValue()).isZero();
  }

  private static List<String> command(String what) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms512m", "-Xmx512m", "-Xmn400m", "-XX:+UseSerialGC"));
    command.add("-Dorg.bytedeco.javacpp.nopointergc=false");
    String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
    if (cache != null) command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(OwnershipTest.class.getName(), what));
    return command;
  }

  /** One case, in the process of its own. */
  public static void main(String[] arguments) {
    backend().close();
    switch (arguments[0]) {
      case "backend" -> closeABackend();
      case "convolution" -> closeAConvolution();
      default -> failToMakeAConvolution();
    }
    System.out.println("closed: " + arguments[0]);
  }

  private static OneDnnBackend backend() {
    return new OneDnnBackend(new BackendOptions(1, 0, DeviceOptions.standard()));
  }

  private static void closeABackend() {
    long before = Pointer.totalCount();
    OneDnnBackend backend = backend();
    assertThat(Pointer.totalCount()).isGreaterThan(before);
    backend.close();
    backend.close();
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  private static void closeAConvolution() {
    try (OneDnnBackend backend = backend()) {
      Plan plan = backend.newPlan();
      Conv2d.Tensors tensors = tensors(plan, plan.real(16, 3, 3, 16));
      long before = Pointer.totalCount();
      OneDnnConv2d conv = new OneDnnConv2d(backend, SPEC, tensors);
      assertThat(Pointer.totalCount()).isGreaterThan(before + 10);
      conv.close();
      conv.close();
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  /** The gradient of the kernel is planned last; its memory is gone here. */
  private static void failToMakeAConvolution() {
    try (OneDnnBackend backend = backend()) {
      Plan plan = backend.newPlan();
      Plan other = backend.newPlan();
      Conv2d.Tensors tensors = tensors(plan, other.real(16, 3, 3, 16));
      other.close();
      long before = Pointer.totalCount();
      assertThatThrownBy(() -> new OneDnnConv2d(backend, SPEC, tensors))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  private static Conv2d.Tensors tensors(Plan plan, Tensor kernelGradient) {
    Tensor x = plan.activation(2, 8, 8, 16);
    Tensor y = plan.activation(2, 8, 8, 16);
    Tensor w = plan.real(16, 3, 3, 16);
    return new Conv2d.Tensors(x, w, null, y, y, x, kernelGradient, null);
  }
}
