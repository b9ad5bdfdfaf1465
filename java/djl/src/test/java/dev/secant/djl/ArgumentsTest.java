// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.djl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Proxy;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Wrong arguments are named, where they are given; no engine is needed for that. */
@Tag("native")
class ArgumentsTest {
  private static final NDArray POINTS = array(DataType.FLOAT32, new Shape(4, 2));

  /** One that knows what it is and holds nothing. */
  private static NDArray array(DataType type, Shape shape) {
    return (NDArray)
        Proxy.newProxyInstance(
            NDArray.class.getClassLoader(),
            new Class<?>[] {NDArray.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getDataType" -> type;
                  case "getShape" -> shape;
                  case "size" -> shape.size();
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void weightsOfBatches() {
    refused("alpha is null", () -> new MixedBatches(1, (double[]) null));
    refused("length of alpha must be in 1..16, got 0", () -> new MixedBatches(1));
    refused("alpha must be in [0.001, 1000.0], got 0.0", () -> new MixedBatches(1, 1, 0));
  }

  @Test
  void classesOfLabels() {
    try (MixedBatches mixed = new MixedBatches(1, 1, 1)) {
      refused("classes must be >= 1, got 0", () -> mixed.labels(0));
    }
  }

  @Test
  void weightsOfTheListener() {
    refused("alpha is null", () -> new NonLinListener(POINTS, 1, (double[]) null));
    refused("length of alpha must be in 1..16, got 0", () -> new NonLinListener(POINTS, 1));
    refused(
        "alpha must be in [0.001, 1000.0], got 2000.0",
        () -> new NonLinListener(POINTS, 1, 1, 2000));
  }

  @Test
  void pointsOfTheListener() {
    refused("points is null, expected (T, ...) F32", () -> new NonLinListener(null, 1, 1, 1));
    refused(
        "points must be FLOAT32, got int64 (4, 2)",
        () -> new NonLinListener(array(DataType.INT64, new Shape(4, 2)), 1, 1, 1));
    refused(
        "points must have rows of elements, (T, ...), got ()",
        () -> new NonLinListener(array(DataType.FLOAT32, new Shape()), 1, 1, 1));
    refused(
        "points must have rows of elements, (T, ...), got (0, 2)",
        () -> new NonLinListener(array(DataType.FLOAT32, new Shape(0, 2)), 1, 1, 1));
    refused(
        "elements of points must be at most 536870911, got 4294967296",
        () -> new NonLinListener(array(DataType.FLOAT32, new Shape(1L << 32, 1)), 1, 1, 1));
  }

  @Test
  void theNetworkThatIsMeasured() {
    NonLinListener listener = new NonLinListener(POINTS, 1, 1, 1);
    refused(
        "network must be a SequentialBlock, whose blocks follow each other, got null",
        () -> listener.measure(null));
  }
}
