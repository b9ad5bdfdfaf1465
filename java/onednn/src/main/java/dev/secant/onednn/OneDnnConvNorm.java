// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Convolution, batch norm with running statistics and LeakyReLU in one primitive: the norm is a
 * product and a sum for each channel, which oneDNN applies to the accumulators before it stores
 * them. So the map between is neither written nor read. y = leaky(conv · scale + shift), scale =
 * gamma / √(variance + eps), shift = beta − mean · scale, both taken anew in double at every run.
 */
final class OneDnnConvNorm implements Op, AutoCloseable {
  private final Owned owned = new Owned();
  private final Primitive primitive;
  private final Norm.Spec spec;
  private final Norm.Tensors norm;
  private final FloatPointer scale;
  private final FloatPointer shift;

  OneDnnConvNorm(
      OneDnnBackend backend,
      Conv2d.Spec conv,
      Conv2d.Tensors t,
      Norm.Spec spec,
      Norm.Tensors norm) {
    this.spec = spec;
    this.norm = norm;
    try {
      this.scale = own(new FloatPointer((long) conv.out()));
      this.shift = own(new FloatPointer((long) conv.out()));
      this.primitive = plan(backend, conv, t);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Primitive plan(OneDnnBackend backend, Conv2d.Spec conv, Conv2d.Tensors t) {
    engine engine = backend.engine();
    ConvShapes shapes = new ConvShapes(backend, conv, owned);
    primitive_attr attributes = shapes.attributes();
    post_ops after = own(new post_ops());
    after.append_binary(dnnl.dnnl_binary_mul, shapes.perChannel());
    after.append_binary(dnnl.dnnl_binary_add, shapes.perChannel());
    after.append_eltwise(dnnl.dnnl_eltwise_relu, (float) spec.slope(), 0);
    attributes.set_post_ops(after);
    convolution_forward.primitive_desc desc =
        own(
            t.b() == null
                ? new convolution_forward.primitive_desc(
                    engine,
                    dnnl.dnnl_forward_inference,
                    dnnl.dnnl_convolution_direct,
                    shapes.source(),
                    shapes.anyKernel(shapes.computed),
                    shapes.destination(),
                    shapes.strides(),
                    shapes.padding(),
                    shapes.padding(),
                    attributes,
                    false)
                : new convolution_forward.primitive_desc(
                    engine,
                    dnnl.dnnl_forward_inference,
                    dnnl.dnnl_convolution_direct,
                    shapes.source(),
                    shapes.anyKernel(shapes.computed),
                    shapes.bias(),
                    shapes.destination(),
                    shapes.strides(),
                    shapes.padding(),
                    shapes.padding(),
                    attributes,
                    false));
    Primitive p = owned.add(new Primitive(backend, desc, new convolution_forward(desc)));
    p.input(dnnl.DNNL_ARG_SRC, shapes.source(), t.x());
    p.packed(dnnl.DNNL_ARG_WEIGHTS, shapes.kernel(shapes.stored), t.w(), own(desc.weights_desc()));
    p.output(dnnl.DNNL_ARG_DST, shapes.destination(), norm.y());
    if (t.b() != null) p.direct(dnnl.DNNL_ARG_BIAS, shapes.bias(), t.b());
    p.direct(postOp(0), own(new memory(shapes.perChannel(), engine, scale)));
    p.direct(postOp(1), own(new memory(shapes.perChannel(), engine, shift)));
    return p;
  }

  /**
   * The operand of the n-th of the ops after: DNNL_ARG_ATTR_MULTIPLE_POST_OP(n) | DNNL_ARG_SRC_1.
   */
  private static int postOp(int n) {
    return dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (n + 1) | dnnl.DNNL_ARG_SRC_1;
  }

  private <T extends Pointer> T own(T pointer) {
    return owned.add(pointer);
  }

  @Override
  public void run() {
    FloatPointer gamma = norm.gamma().floats();
    FloatPointer beta = norm.beta().floats();
    FloatPointer mean = norm.runningMean().floats();
    FloatPointer variance = norm.runningVariance().floats();
    for (long c = 0; c < scale.capacity(); c++) {
      double a = gamma.get(c) / Math.sqrt(variance.get(c) + spec.eps());
      scale.put(c, (float) a);
      shift.put(c, (float) (beta.get(c) - mean.get(c) * a));
    }
    primitive.run();
  }

  @Override
  public void close() {
    owned.close();
  }
}
