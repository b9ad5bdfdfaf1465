// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Branches;
import dev.secant.lab.config.Word;
import java.util.ArrayList;
import java.util.List;

/** Runs that are checked and timed. */
final class Configurations {
  /** The methods that are compared, as options. */
  static final List<Method> METHODS =
      List.of(
          new Method("erm", 1, "method=erm"),
          new Method("mixup", 2, "method=mixup"),
          new Method("ict", 2, "method=ict"),
          new Method("ict", 4, "method=ict", "k=4"));

  /** Those with something that can run beside the rest, and what. */
  static final List<Method> BRANCHED =
      List.of(
          METHODS.get(0).beside(Branches.WEIGHTS),
          METHODS.get(2).beside(Branches.TEACHER),
          METHODS.get(2).beside(Branches.ALL));

  /**
   * @param name as the command line has it
   * @param k points mixed
   * @param branches what runs beside the rest of a step
   */
  record Method(String name, int k, Branches branches, String... options) {
    Method(String name, int k, String... options) {
      this(name, k, Branches.NONE, options);
    }

    Method beside(Branches on) {
      return new Method(name, k, on, with(options, "cuda.branches=" + Word.of(on)));
    }

    /** The same with nothing beside. */
    Method alone() {
      return METHODS.stream()
          .filter(m -> m.name.equals(name) && m.k == k)
          .findFirst()
          .orElseThrow();
    }

    /** Such as {@code ict4}, or {@code ict2 (beside: all)}. */
    String title() {
      String method = name.equals("erm") || name.equals("mixup") ? name : name + k;
      return branches == Branches.NONE ? method : method + " (beside: " + Word.of(branches) + ")";
    }
  }

  private static String[] with(String[] options, String another) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add(another);
    return all.toArray(String[]::new);
  }

  private Configurations() {}

  /** A small network for comparisons: little learning, so that roundings stay roundings. */
  static RunConfig small(Method method) {
    return of(method, "depth=10", "width=1", "batch=16", "steps=100", "labels=50", "optim.lr=1e-5");
  }

  /** The same, so many steps to a launch. */
  static RunConfig together(Method method, int steps) {
    String[] options = with(method.options(), "cuda.steps-per-launch=" + steps);
    return small(new Method(method.name(), method.k(), options));
  }

  /** The network of the paper. */
  static RunConfig wide(Method method, int batch, int depth) {
    return of(method, "depth=" + depth, "width=2", "batch=" + batch, "steps=8192", "labels=250");
  }

  private static RunConfig of(Method method, String... options) {
    List<String> all = new ArrayList<>(List.of("backend=cpu", "dataset=made", "test-limit=0"));
    all.addAll(List.of(options));
    all.addAll(List.of(method.options()));
    ConfigResolver resolver = new ConfigResolver(1);
    all.forEach(resolver::override);
    return resolver.resolve().config();
  }
}
