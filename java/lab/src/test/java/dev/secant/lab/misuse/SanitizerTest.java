// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.lab.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the tests run with sanitizers, an overflow in the library is reported and ends the process.
 */
@Tag("native")
@EnabledIfSystemProperty(named = "secant.sanitized", matches = ".+")
class SanitizerTest {
  @TempDir Path folder;

  @Test
  void aPlantedOverflowIsReported() throws Exception {
    ForkedJvm.Ended ended = ForkedJvm.run(folder, SanitizerTest.class, List.of(), Map.of());
    assertThat(ended.output())
        .contains("ERROR: AddressSanitizer: heap-buffer-overflow")
        .contains("secant_memory_move")
        .doesNotContain("missed");
    assertThat(ended.status()).isNotZero();
  }

  /** Moves more bytes than there are, past every facade. */
  public static void main(String[] arguments) {
    try (KernelContext context = new KernelContext(1, 0);
        BytePointer from = new BytePointer(64);
        BytePointer to = new BytePointer(48)) {
      KernelContext.check(Secant.secant_memory_move(context.handle(), to, from, 64));
    }
    System.out.println("missed");
  }
}
