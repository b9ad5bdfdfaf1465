// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import java.util.List;

/** One kind of torture. */
public interface Phase {
  String name();

  /** Of the time, beside those of the others. */
  int share();

  /** Works until the budget is over, or longer where a piece of work ends later. */
  List<Outcome> run(Budget budget) throws Exception;
}
