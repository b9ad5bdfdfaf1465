// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.NpyFile;
import dev.secant.lab.error.ExitCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

/** Arrays of activations that another program wrote; the input is the file. */
class NpyFuzzTest {
  private record Array(long[] shape, float[] values) {}

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    Path file = Hostile.write(folder.resolve("a.npy"), input);
    Hostile.offer(ExitCode.DATA, file.toString(), () -> array(file))
        .ifPresent(NpyFuzzTest::requireRoundTrip);
  }

  private static Array array(Path file) {
    try (NpyFile npy = NpyFile.open(file)) {
      FloatBuffer values = FloatBuffer.allocate((int) (npy.rows() * npy.features()));
      for (long row = 0; row < npy.rows(); row++) npy.read(row, row + 1, values);
      Hostile.require(!values.hasRemaining(), "values are missing");
      return new Array(npy.shape(), values.array());
    }
  }

  private static void requireRoundTrip(Array array) {
    String shape = Arrays.toString(array.shape()).replace('[', '(').replace("]", ",)");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + text.length + 4 * array.values().length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x93)
            .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
            .put((byte) 1)
            .put((byte) 0)
            .putShort((short) text.length)
            .put(text);
    for (float value : array.values()) bytes.putFloat(value);
    Array again = array(Hostile.write(folder.resolve("again.npy"), bytes.array()));
    Hostile.require(
        Arrays.equals(array.shape(), again.shape())
            && Arrays.equals(array.values(), again.values()),
        "another array");
  }
}
