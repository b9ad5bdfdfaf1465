// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;

/**
 * Owner of tensors and planned ops; closing it frees both, once. Planning checks every shape and
 * type and throws {@link IllegalArgumentException} with what was expected and found; running an op
 * checks nothing. Planning with, or running an op of, a closed plan throws {@link
 * IllegalStateException}.
 *
 * <p>Shape letters: B rows of a batch, K points mixed, T source rows, C classes, N images, H W F
 * image, D features. A tensor described as real has the backend's {@link Backend#real()} type, an
 * activation its {@link Backend#activation()} type. Activations are NHWC, kernels OHWI. Tensors
 * named {@code dL_d…} are gradients; every output is overwritten.
 */
public interface Plan extends AutoCloseable {
  Backend backend();

  /** A zeroed tensor of this plan. */
  Tensor tensor(DType dtype, long... dims);

  /** A zeroed tensor of the backend's real type. */
  default Tensor real(long... dims) {
    return tensor(backend().real(), dims);
  }

  /** A zeroed tensor of the backend's type of activations. */
  default Tensor activation(long... dims) {
    return tensor(backend().activation(), dims);
  }

  /** Bytes of all tensors of this plan, without the scratch memory of ops. */
  long bytes();

  /** The op under a name that profilers show, where the backend has one to tell. */
  default Op named(String name, Op op) {
    return op;
  }

  /** Work beside this plan's; {@link Branch#none} where a backend does one thing at a time. */
  default Branch branch() {
    return Branch.none(this);
  }

  // ---- data ------------------------------------------------------------------------------------

  /** Expands a recipe at a step and mixes: {@code secant_mix}, {@code secant_mix_labels}. */
  Op mix(
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs);

  /**
   * Mixes (or, without rows and lambda, gathers) images by explicit index, without augmentation.
   *
   * @param indices (T) I32
   * @param rows (B, K) I32, or null
   * @param lambda (B, K) F32, or null together with rows
   * @param out activation (B, H, W, F), or (T, H, W, F) without rows
   */
  Op gather(
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out);

  // ---- network ---------------------------------------------------------------------------------

  Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors);

  /** The same, with the gradient of the kernel computed on a branch of this plan. */
  default Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors, Branch weights) {
    return conv2d(spec, tensors);
  }

  Norm norm(Norm.Spec spec, Norm.Tensors tensors);

  /**
   * A convolution and the norm behind it, forward only, in one op where a backend can: {@code
   * norm.x} is {@code conv.y}, whose content afterwards is anything.
   */
  default Op convNorm(
      Conv2d.Spec spec, Conv2d.Tensors conv, Norm.Spec normSpec, Norm.Tensors norm) {
    Conv2d first = conv2d(spec, conv);
    Norm second = norm(normSpec, norm);
    return () -> {
      first.forward();
      second.forward();
    };
  }

  /**
   * to = from, tensors of equal shape and type in this backend's memory; inside a recording too.
   */
  Op copy(Tensor from, Tensor to);

  /** out = a + b, activations of equal shapes; out may be a or b. */
  Op add(Tensor a, Tensor b, Tensor out);

  /**
   * Mean over the pixels of the activation y (B, H, W, D) into pooled (B, D), and its gradient (dL
   * tensors null: forward only).
   */
  Differentiable pool(Tensor y, Tensor pooled, Tensor dL_dpooled, Tensor dL_dy);

  /**
   * logits (B, C) = x (B, D) w (C, D)^T + bias (C); backward overwrites dL_dx, dL_dw, dL_dbias from
   * dL_dlogits (all four null: forward only).
   */
  Differentiable dense(
      Tensor x,
      Tensor w,
      Tensor bias,
      Tensor logits,
      Tensor dL_dlogits,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_dbias);

  // ---- losses ----------------------------------------------------------------------------------

  /**
   * loss (1) = mean over B of −Σ targets·log softmax(logits), with its gradient dL_dlogits (B, C),
   * or null.
   */
  Op crossEntropy(Tensor logits, Tensor targets, Tensor loss, Tensor dL_dlogits);

  /** Batched L2 consistency with its gradients. */
  Op consistency(Consistency spec, Consistency.Tensors tensors);

  /** The end of a training step in one op; everything but {@code y} and inputs is overwritten. */
  default Op head(Head head, Head.Tensors tensors) {
    PlanShapes.head(backend().types(), head, tensors);
    return head.ofParts(this, tensors);
  }

  // ---- optimiser -------------------------------------------------------------------------------

  /** Scalars of the step at hand: real tensors of one element each. */
  Op schedule(Schedule schedule, Tensor step, Scalars scalars);

  /** step (1) I64 += 1. */
  Op advance(Tensor step);

  /** Keeps the losses of the step, then step (1) I64 += 1. */
  Op advance(Tensor step, StepLog log);

  /** Reads a real tensor back while work goes on. */
  Readback readback(Tensor tensor);

  /**
   * Adam, then decoupled decay of the first {@code decayed} parameters, then EMA, over flat arenas;
   * then copies of the new weights and of their average, where asked for.
   */
  Op optimiser(Adam adam, Tensor step, Scalars scalars, OptimTensors tensors);

  // ---- probe -----------------------------------------------------------------------------------

  /**
   * Normalised NonLin of several layers in one call.
   *
   * @param layers points (T, D…) and mixed (B, D…), activations or real, one pair per layer
   * @param rows (B, K) I32
   * @param lambda (B, K) F32
   * @param out (L, B, 4) F64: distance, floor, relative, one_minus_cos
   */
  Op nonlin(List<NonLinLayer> layers, Tensor rows, Tensor lambda, double eps, Tensor out);

  @Override
  void close();
}
