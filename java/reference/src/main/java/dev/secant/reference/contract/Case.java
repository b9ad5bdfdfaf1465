// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import java.util.ArrayList;
import java.util.List;

/**
 * One op on given inputs.
 *
 * @param name shapes and options, for people
 * @param body plans the op, runs it, and says what to compare; called once per backend with equal
 *     inputs
 */
record Case(String op, String name, Body body) {
  interface Body {
    void run(Stage stage);
  }

  /** Everything the contract tries. */
  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    cases.addAll(DataCases.all());
    cases.addAll(ConvCases.all());
    cases.addAll(NormCases.all());
    cases.addAll(HeadCases.all());
    cases.addAll(ConsistencyCases.all());
    cases.addAll(LossHeadCases.all());
    cases.addAll(OptimCases.all());
    cases.addAll(ProbeCases.all());
    return cases;
  }
}
