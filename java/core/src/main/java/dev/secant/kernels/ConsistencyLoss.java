// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.apart;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;
import static dev.secant.kernels.Arguments.weights;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Consistency;
import dev.secant.jni.Secant;
import dev.secant.tensor.Turn;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * The ICT consistency loss D(f(Mix_λ u), Mix_λ f(u)) with its gradient (eq. 2 of the paper). Shape
 * letters: B mixed rows, K points each, T source rows, C classes. Buffers are direct, in native
 * order; gradients share no memory with anything else, weights sum to 1 within 1e-4. Same thread
 * rules as the {@link KernelContext}.
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
   * Returns the unweighted loss and overwrites the gradients, times the weight.
   *
   * @param student (B, C) logits of the mixed inputs
   * @param targets (T, C) logits of the source rows
   * @param rows (B, K) source row of each mixed point
   * @param lambda (B, K)
   * @param dL_dstudent (B, C), or null
   * @param dL_dtargets (T, C), or null for a stop-gradient
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
    range("classes", classes, 1, Integer.MAX_VALUE);
    int batch = rows("student", student, classes, "(B, C=" + classes + ")");
    int sources = rows("targets", targets, classes, "(T, C=" + classes + ")");
    String studentShape = "(B=" + batch + ", C=" + classes + ")";
    String targetShape = "(T=" + sources + ", C=" + classes + ")";
    int ways = rows("rows", rows, batch, "K columns of B=" + batch);
    range("ways (K of rows)", ways, 1, Secant.SECANT_MAX_WAYS);
    weights(lambda, batch, ways);
    if (dL_dstudent != null)
      output("dL_dstudent", dL_dstudent, (long) batch * classes, studentShape);
    if (dL_dtargets != null)
      output("dL_dtargets", dL_dtargets, (long) sources * classes, targetShape);
    try (Turn.Use use = context.use();
        FloatPointer nativeStudent = new FloatPointer(student);
        FloatPointer nativeTargets = new FloatPointer(targets);
        IntPointer nativeRows = new IntPointer(rows);
        FloatPointer nativeLambda = new FloatPointer(lambda);
        FloatPointer nativeWeight = new FloatPointer(new float[] {weight});
        FloatPointer loss = new FloatPointer(1);
        FloatPointer nativeStudentGradient =
            dL_dstudent == null ? null : new FloatPointer(dL_dstudent);
        FloatPointer nativeTargetGradient =
            dL_dtargets == null ? null : new FloatPointer(dL_dtargets)) {
      apart("dL_dstudent", nativeStudentGradient, "dL_dtargets", nativeTargetGradient);
      requireApart(
          "dL_dstudent",
          nativeStudentGradient,
          nativeStudent,
          nativeTargets,
          nativeRows,
          nativeLambda);
      requireApart(
          "dL_dtargets",
          nativeTargetGradient,
          nativeStudent,
          nativeTargets,
          nativeRows,
          nativeLambda);
      check(
          Secant.secant_consistency(
              context.handle(),
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
              nativeWeight,
              loss,
              nativeStudentGradient,
              nativeTargetGradient));
      return loss.get();
    }
  }

  private static void requireApart(
      String name,
      FloatPointer gradient,
      FloatPointer student,
      FloatPointer targets,
      IntPointer rows,
      FloatPointer lambda) {
    apart(name, gradient, "student", student);
    apart(name, gradient, "targets", targets);
    apart(name, gradient, "rows", rows);
    apart(name, gradient, "lambda", lambda);
  }
}
