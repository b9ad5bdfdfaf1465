// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Consistency;
import dev.secant.backend.Consistency.Reduction;
import dev.secant.backend.Consistency.Space;
import dev.secant.backend.Head;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The head as one op. Inputs are small, so that logits are and softmax neither saturates nor
 * magnifies their roundings; each part has its own cases with large ones.
 */
final class LossHeadCases {
  private static final double WEIGHT = 3.7;

  /**
   * @param height of the map, as wide
   * @param own the sources are rows of the batch itself
   */
  private record Sizes(
      int labelled, int mixed, int ways, int height, int features, int classes, boolean own) {
    int sources() {
      return mixed;
    }

    int rows() {
      return labelled + mixed + (own ? sources() : 0);
    }
  }

  private LossHeadCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    cases.add(of(new Sizes(5, 0, 0, 4, 16, 10, false), null));
    cases.add(of(new Sizes(1, 0, 0, 3, 33, 3, false), null));
    for (Space space : Space.values()) {
      for (Reduction reduction : Reduction.values()) {
        Consistency spec = new Consistency(space, reduction);
        cases.add(of(new Sizes(6, 5, 2, 4, 32, 10, false), spec));
        cases.add(of(new Sizes(3, 4, 3, 2, 17, 7, true), spec));
      }
    }
    // A row that does not fit the shared memory of a block.
    cases.add(
        of(new Sizes(3, 2, 2, 1, 8, 2000, false), new Consistency(Space.LOGIT, Reduction.MEAN)));
    return cases;
  }

  private static Case of(Sizes s, Consistency spec) {
    String name = (spec == null ? "supervised" : spec.space() + " " + spec.reduction()) + " " + s;
    return new Case("head", name, stage -> run(stage, s, spec));
  }

  private static void run(Stage stage, Sizes s, Consistency spec) {
    boolean mixes = spec != null;
    double weights = 1 / Math.sqrt(s.features());
    Tensor y = stage.map(-1, 1, s.rows(), s.height(), s.height(), s.features());
    Tensor w = stage.uniform(-weights, weights, s.classes(), s.features());
    Tensor bias = stage.uniform(-1, 1, s.classes());
    Tensor targets =
        stage.real(
            HeadCases.softTargets(stage, s.labelled(), s.classes()), s.labelled(), s.classes());
    Tensor teacher = mixes && !s.own() ? stage.uniform(-1, 1, s.sources(), s.classes()) : null;
    Tensor rows = mixes ? stage.rows(s.mixed(), s.ways(), s.sources()) : null;
    Tensor lambda = mixes ? stage.lambda(s.mixed(), s.ways()) : null;
    Tensor weight = mixes ? stage.scalar(WEIGHT) : null;
    Head head = new Head(spec, s.labelled(), s.mixed());
    Supplier<Head.Tensors> tensors =
        () -> {
          Tensor logits = stage.output(s.rows(), s.classes());
          return new Head.Tensors(
              y,
              w,
              bias,
              targets,
              teacher,
              rows,
              lambda,
              weight,
              stage.output(s.rows(), s.features()),
              logits,
              stage.output(1),
              mixes ? stage.output(1) : null,
              stage.outputLike(logits),
              stage.outputLike(w),
              stage.outputLike(bias),
              stage.mapOutputLike(y));
        };
    Head.Tensors one = tensors.get();
    stage.plan().head(head, one).run();
    Head.Tensors parts = tensors.get();
    head.ofParts(stage.plan(), parts).run();

    Tolerance t = stage.tolerance();
    int pixels = s.height() * s.height();
    // Logits, and so their differences and probabilities, are known to a sum's rounding.
    double logit = t.sum(s.features(), 1);
    double size = 4 + Math.log(s.classes());
    double gradient = 1.0 / s.labelled() + (mixes ? WEIGHT * scale(spec, s) : 0);
    double rounding = gradient * (2 * logit + t.mean(s.classes() + s.ways(), size));
    Check check = new Check(stage, one, parts);
    check.real("pooled", Head.Tensors::pooled, t.mean(pixels, 1));
    check.real("logits", Head.Tensors::logits, logit);
    check.real("loss", Head.Tensors::loss, 2 * logit + t.mean(s.labelled() + s.classes(), size));
    if (mixes) {
      double allowed = lossRounding(stage, spec, s, logit, size);
      check.real("consistency", Head.Tensors::consistencyLoss, allowed);
    }
    check.real("dL_dlogits", Head.Tensors::dL_dlogits, rounding);
    double sums = s.rows() * rounding + t.sum(s.rows(), gradient);
    check.real("dL_dw", Head.Tensors::dL_dw, sums);
    check.real("dL_dbias", Head.Tensors::dL_dbias, sums);
    double map =
        (s.classes() * weights * rounding + t.sum(s.classes(), gradient * weights)) / pixels;
    check.map("dL_dy", Head.Tensors::dL_dy, map, gradient * weights * s.classes() / pixels);
  }

  /**
   * The head as one op against the reference, and against its parts on the same backend: where a
   * vendor's library computes the dense layer this compares the two directly.
   */
  private record Check(Stage stage, Head.Tensors one, Head.Tensors parts) {
    void real(String name, Function<Head.Tensors, Tensor> of, double allowed) {
      stage.compare(name, of.apply(one), allowed);
      stage.compareDifference(apart(name), of.apply(one), of.apply(parts), 2 * allowed);
    }

    void map(String name, Function<Head.Tensors, Tensor> of, double allowed, double largest) {
      stage.compareMap(name, of.apply(one), allowed);
      double stored = 2 * (allowed + stage.stored(largest));
      stage.compareDifference(apart(name), of.apply(one), of.apply(parts), stored);
    }

    private static String apart(String name) {
      return name + ", one op - parts";
    }
  }

  /** Largest dL_dlogits of the consistency over its weight, per unit of difference. */
  private static double scale(Consistency spec, Sizes s) {
    double difference = 4;
    return switch (spec.reduction()) {
      case MEAN -> 2 * difference * s.ways() / s.mixed() / s.classes();
      case SUM -> 2 * difference * s.ways() / s.mixed();
      // The direction of a difference is as sharp as the difference is long; these are not short.
      case L2 -> 8.0 * s.ways() / s.mixed();
    };
  }

  private static double lossRounding(
      Stage stage, Consistency spec, Sizes s, double logit, double size) {
    double terms =
        switch (spec.reduction()) {
          case MEAN -> 1;
          case SUM -> s.classes();
          case L2 -> Math.sqrt(s.classes());
        };
    return terms * size * (4 * logit + stage.tolerance().mean(s.classes() + s.ways(), size));
  }
}
