// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Plan;
import dev.secant.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A flat real arena with a named view per parameter. Lives as long as the plan it was made in. */
public final class Params {
  private final ParamLayout layout;
  private final Tensor flat;
  private final Map<String, Tensor> views = new LinkedHashMap<>();

  /** Zeros. */
  public Params(Plan plan, ParamLayout layout) {
    this.layout = layout;
    this.flat = plan.real(layout.count());
    for (ParamLayout.Entry e : layout.entries())
      views.put(e.name(), flat.view(e.offset(), e.shape().dims()));
  }

  public ParamLayout layout() {
    return layout;
  }

  /** All elements, (P). */
  public Tensor flat() {
    return flat;
  }

  /**
   * @throws IllegalArgumentException when there is no such parameter
   */
  public Tensor get(String name) {
    Tensor view = views.get(name);
    if (view == null) throw new IllegalArgumentException("no parameter is called " + name);
    return view;
  }
}
