// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.apart;
import static dev.secant.kernels.Arguments.array;
import static dev.secant.kernels.Arguments.fewRows;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;

import dev.secant.backend.Consistency;
import dev.secant.jni.Secant;
import dev.secant.tensor.DType;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * The ICT consistency loss D(f(Mix_λ u), Mix_λ f(u)) with its gradient (eq. 2 of the paper). Shape
 * letters: B mixed rows, K points each (1..16), T source rows, C classes. Logits, weights and
 * gradients are F32, rows I32. Gradients are overwritten and share no memory with anything else;
 * weights sum to 1 within 1e-4. Same thread rules as the {@link KernelContext}. A wrong argument
 * throws {@link IllegalArgumentException} with what was expected and found, before anything is
 * written; something closed {@link IllegalStateException}.
 */
public final class ConsistencyLoss {
  private final KernelContext context;
  private final Consistency definition;

  /** The spaces and reductions of {@link Consistency} are those of {@code secant_consistency}. */
  public ConsistencyLoss(KernelContext context, Consistency definition) {
    this.context = onHost("ConsistencyLoss", context);
    this.definition = given("definition", definition);
    given("definition.space", definition.space());
    given("definition.reduction", definition.reduction());
  }

  /**
   * {@link #evaluate(NativeArray, NativeArray, int, NativeArray, NativeArray, float, NativeArray,
   * NativeArray)} with direct buffers in native order.
   */
  public float evaluate(
      FloatBuffer student,
      FloatBuffer targets,
      int classes,
      IntBuffer rows,
      FloatBuffer lambda,
      float weight,
      FloatBuffer dL_dstudent,
      FloatBuffer dL_dtargets) {
    return evaluate(
        NativeArray.of("student", student),
        NativeArray.of("targets", targets),
        classes,
        NativeArray.of("rows", rows),
        NativeArray.of("lambda", lambda),
        weight,
        dL_dstudent == null ? null : NativeArray.of("dL_dstudent", dL_dstudent),
        dL_dtargets == null ? null : NativeArray.of("dL_dtargets", dL_dtargets));
  }

  /**
   * Returns the unweighted loss and overwrites the gradients, times the weight.
   *
   * @param student (B, C) logits of the mixed inputs
   * @param targets (T, C) logits of the source rows
   * @param classes C
   * @param rows (B, K) source row of each mixed point, in [0, T)
   * @param lambda (B, K)
   * @param weight w(t), finite
   * @param dL_dstudent (B, C), or null
   * @param dL_dtargets (T, C), or null for a stop-gradient
   */
  public float evaluate(
      NativeArray student,
      NativeArray targets,
      int classes,
      NativeArray rows,
      NativeArray lambda,
      float weight,
      NativeArray dL_dstudent,
      NativeArray dL_dtargets) {
    try (BoundConsistency bound =
        bind(student, targets, classes, rows, lambda, dL_dstudent, dL_dtargets)) {
      return bound.run(weight);
    }
  }

  /** The same for many runs, each with a weight of its own, without allocating. */
  public BoundConsistency bind(
      NativeArray student,
      NativeArray targets,
      int classes,
      NativeArray rows,
      NativeArray lambda,
      NativeArray dL_dstudent,
      NativeArray dL_dtargets) {
    range("classes", classes, 1, Integer.MAX_VALUE);
    int batch = fewRows("student", student, DType.F32, classes, "(B, C=" + classes + ")");
    int sources = fewRows("targets", targets, DType.F32, classes, "(T, C=" + classes + ")");
    int ways = fewRows("rows", rows, DType.I32, batch, "K columns of B=" + batch);
    range("ways (K of rows)", ways, 1, Secant.SECANT_MAX_WAYS);
    array("lambda", lambda, DType.F32, (long) batch * ways, "(B=" + batch + ", K=" + ways + ")");
    if (dL_dstudent != null) {
      String shape = "(B=" + batch + ", C=" + classes + ")";
      output("dL_dstudent", dL_dstudent, DType.F32, student.count(), shape);
    }
    if (dL_dtargets != null) {
      String shape = "(T=" + sources + ", C=" + classes + ")";
      output("dL_dtargets", dL_dtargets, DType.F32, targets.count(), shape);
    }
    apart("dL_dstudent", dL_dstudent, "dL_dtargets", dL_dtargets);
    requireApart("dL_dstudent", dL_dstudent, student, targets, rows, lambda);
    requireApart("dL_dtargets", dL_dtargets, student, targets, rows, lambda);
    return BoundCall.bound(
        context,
        () -> new BoundConsistency(context),
        call -> {
          FloatPointer nativeStudent = call.floats("student", student);
          FloatPointer nativeTargets = call.floats("targets", targets);
          IntPointer nativeRows = call.ints("rows", rows);
          FloatPointer nativeLambda = call.weights(lambda, batch, ways);
          FloatPointer nativeStudentGradient = call.floats("dL_dstudent", dL_dstudent);
          FloatPointer nativeTargetGradient = call.floats("dL_dtargets", dL_dtargets);
          call.calls(
              handle ->
                  Secant.secant_consistency(
                      handle,
                      definition.space().ordinal(),
                      definition.reduction().ordinal(),
                      batch,
                      ways,
                      sources,
                      classes,
                      nativeStudent,
                      nativeTargets,
                      nativeRows,
                      nativeLambda,
                      call.weight,
                      call.loss,
                      nativeStudentGradient,
                      nativeTargetGradient));
        });
  }

  private static void requireApart(
      String name,
      NativeArray gradient,
      NativeArray student,
      NativeArray targets,
      NativeArray rows,
      NativeArray lambda) {
    apart(name, gradient, "student", student);
    apart(name, gradient, "targets", targets);
    apart(name, gradient, "rows", rows);
    apart(name, gradient, "lambda", lambda);
  }
}
