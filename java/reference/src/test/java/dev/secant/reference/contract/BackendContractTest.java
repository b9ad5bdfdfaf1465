// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Head;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.reference.ReferenceBackend;
import dev.secant.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * The reference keeps its own contract, and candidates that are wrong in one op fail in exactly
 * that op.
 */
class BackendContractTest {

  private static Set<String> failures(List<Row> rows) {
    Set<String> ops = new TreeSet<>();
    for (Row row : rows) if (!row.passed()) ops.add(row.op());
    return ops;
  }

  @Test
  void theReferenceKeepsItsContract() {
    try (Backend reference = new ReferenceBackend()) {
      List<Row> rows = new BackendContract().run(reference);
      assertThat(rows).hasSizeGreaterThan(300).allMatch(Row::passed);
      assertThat(rows).extracting(Row::name).doesNotContain("");
    }
  }

  @Test
  void everyOpOfAPlanHasRows() {
    try (Backend reference = new ReferenceBackend()) {
      Set<String> ops = new TreeSet<>();
      for (Row row : new BackendContract().run(reference)) ops.add(row.op().split(" ")[0]);
      assertThat(ops)
          .contains(
              "mix",
              "gather",
              "conv2d",
              "convNorm",
              "norm",
              "add",
              "pool",
              "dense",
              "crossEntropy",
              "consistency")
          .contains("schedule", "advance", "optimiser", "nonlin", "misuse");
    }
  }

  @Test
  void aConvolutionWithOneWrongElementFails() {
    Set<String> failures = failures(runWith("conv2d", BackendContractTest::wrongConvolution));
    assertThat(failures).containsExactly("conv2d y");
  }

  @Test
  void aNormThatSkipsTheRunningStatisticsFails() {
    Set<String> failures = failures(runWith("norm", BackendContractTest::normWithoutUpdates));
    assertThat(failures).containsExactly("norm runningMean", "norm runningVariance");
  }

  @Test
  void anOpThatDoesNothingFailsBecauseOutputsStartAsNaN() {
    Set<String> failures = failures(runWith("add", (plan, arguments) -> (Op) () -> {}));
    assertThat(failures).contains("add out");
  }

  @Test
  void aHeadThatIsNotItsPartsFailsAgainstThem() {
    Set<String> failures = failures(runWith("head", BackendContractTest::wrongHead));
    assertThat(failures).containsExactly("head dL_dbias", "head dL_dbias, one op - parts");
  }

  /** The bias of the first class takes a gradient that is one hundredth too large. */
  private static Object wrongHead(Plan plan, Object[] arguments) {
    Head.Tensors tensors = (Head.Tensors) arguments[1];
    Op right = ((Head) arguments[0]).ofParts(plan, tensors);
    return (Op)
        () -> {
          right.run();
          double[] values = tensors.dL_dbias().toDoubles();
          values[0] *= 1.01;
          tensors.dL_dbias().set(values);
        };
  }

  @Test
  void anOpThatThrowsIsARowWithTheReason() {
    List<Row> rows =
        runWith(
            "pool",
            (plan, arguments) -> {
              throw new UnsupportedOperationException("not here");
            });
    assertThat(rows)
        .anyMatch(
            row -> row.op().equals("pool") && row.note().contains("not here") && !row.passed());
    assertThat(rows).anyMatch(row -> row.op().equals("conv2d y") && row.passed());
  }

  @Test
  void aRowSaysItsVerdict() {
    assertThat(new Row("conv2d y", "a", 2, 1, "").text()).startsWith("FAIL conv2d y");
    assertThat(new Row("conv2d y", "a", 1, 1, "").text()).startsWith("ok ");
    assertThat(new Row("conv2d y", "a", Double.NaN, 1, "threw").passed()).isFalse();
  }

  private static Object wrongConvolution(Plan plan, Object[] arguments) {
    Conv2d right = plan.conv2d((Conv2d.Spec) arguments[0], (Conv2d.Tensors) arguments[1]);
    Tensor y = ((Conv2d.Tensors) arguments[1]).y();
    return new Conv2d() {
      @Override
      public void forward() {
        right.forward();
        double[] values = y.toDoubles();
        values[values.length - 1] += 1e-3;
        y.set(values);
      }

      @Override
      public void backwardData() {
        right.backwardData();
      }

      @Override
      public void backwardWeights() {
        right.backwardWeights();
      }
    };
  }

  private static Object normWithoutUpdates(Plan plan, Object[] arguments) {
    Norm.Spec s = (Norm.Spec) arguments[0];
    Norm.Spec still = new Norm.Spec(s.statistics(), s.segments(), 0, s.eps(), s.slope());
    return plan.norm(still, (Norm.Tensors) arguments[1]);
  }

  /** Runs the contract on the reference with one method of its plans replaced. */
  private static List<Row> runWith(String method, BiFunction<Plan, Object[], Object> replacement) {
    try (ReferenceBackend reference = new ReferenceBackend()) {
      Backend candidate =
          proxy(
              Backend.class,
              reference,
              "newPlan",
              arguments -> {
                Plan plan = reference.newPlan();
                return proxy(Plan.class, plan, method, others -> replacement.apply(plan, others));
              });
      return new BackendContract().run(candidate);
    }
  }

  private interface Replacement {
    Object call(Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, T target, String method, Replacement replacement) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, called, arguments) -> {
              if (called.getName().equals(method)) return replacement.call(arguments);
              try {
                return called.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
