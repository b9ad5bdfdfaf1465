// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_nonlin_layer;
import dev.secant.jni.secant_pool;
import dev.secant.tensor.Closing;
import dev.secant.tensor.InvalidArgumentException;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What native calls of {@link DeviceKernels} take: made once for a context, and filled for each
 * call in its turn, so that calls allocate nothing.
 */
final class DeviceArguments implements AutoCloseable {
  final Address.Floats lambda = new Address.Floats();
  final Address.Ints rows = new Address.Ints();
  final Address.Ints indices = new Address.Ints();
  final Address.Floats source = new Address.Floats();
  final Address.Floats out = new Address.Floats();
  final Address.Floats student = new Address.Floats();
  final Address.Floats targets = new Address.Floats();
  final Address.Floats weight = new Address.Floats();
  final Address.Floats loss = new Address.Floats();
  final Address.Floats studentGradient = new Address.Floats();
  final Address.Floats targetsGradient = new Address.Floats();
  final Address.Doubles measures = new Address.Doubles();
  final Address.Longs step = new Address.Longs();
  final Address.Bytes pixels = new Address.Bytes();
  private final Address.Floats points = new Address.Floats();
  private final Address.Floats mixed = new Address.Floats();

  // Memory of the host, read before a call returns.
  final secant_pool pool = NativeStruct.of(secant_pool::new);
  final FloatPointer scale = new FloatPointer(Mixing.MOST_CHANNELS);
  final FloatPointer shift = new FloatPointer(Mixing.MOST_CHANNELS);
  final DoublePointer alpha = new DoublePointer(Secant.SECANT_MAX_WAYS);
  secant_nonlin_layer layers = NativeStruct.of(() -> new secant_nonlin_layer(1));

  /** Room for so many layers. */
  void reserve(int count) {
    if (count <= layers.capacity()) return;
    secant_nonlin_layer more = NativeStruct.of(() -> new secant_nonlin_layer(count));
    layers.close();
    layers = more;
  }

  void layer(int l, DeviceKernels.Layer layer) {
    if (layer == null) throw new InvalidArgumentException("layer " + l + " is null");
    layers
        .position(l)
        .points(points.at(layer.points()))
        .mixed(mixed.at(layer.mixed()))
        .features(layer.features())
        .type(KernelContext.nativeType(layer.type()));
  }

  @Override
  public void close() {
    Closing.all(List.of(pool, scale, shift, alpha, layers));
  }
}
