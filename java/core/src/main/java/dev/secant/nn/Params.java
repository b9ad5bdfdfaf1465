// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Plan;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A flat real arena with a named view per parameter, and, for weights on a backend whose
 * activations have a type of their own, a copy of it in that type for convolutions to read. Lives
 * as long as the plan it was made in.
 */
public final class Params {
  private final ParamLayout layout;
  private final Tensor flat;
  private final Tensor copy;
  private final Map<String, Tensor> views;
  private final Map<String, Tensor> copies;

  private Params(ParamLayout layout, Tensor flat, Tensor copy) {
    this.layout = layout;
    this.flat = flat;
    this.copy = copy;
    this.views = views(layout, flat);
    this.copies = copy == null ? views : views(layout, copy);
  }

  /** Zeros without a copy: statistics, gradients. */
  public Params(Plan plan, ParamLayout layout) {
    this(layout, plan.real(layout.count()), null);
  }

  /** Zeros with a copy where the backend's activations are not real: weights of a network. */
  public static Params weights(Plan plan, ParamLayout layout) {
    boolean typed = plan.backend().activation() != plan.backend().real();
    Tensor copy = typed ? plan.activation(layout.count()) : null;
    return new Params(layout, plan.real(layout.count()), copy);
  }

  private static Map<String, Tensor> views(ParamLayout layout, Tensor flat) {
    Map<String, Tensor> views = new LinkedHashMap<>();
    for (ParamLayout.Entry e : layout.entries())
      views.put(e.name(), flat.view(e.offset(), e.shape().dims()));
    return views;
  }

  public ParamLayout layout() {
    return layout;
  }

  /** All elements, (P). */
  public Tensor flat() {
    return flat;
  }

  /** All elements in the type of activations, (P); null when that is the real type. */
  public Tensor copy() {
    return copy;
  }

  /** Makes the copy anew; to be called by whoever writes elements other than the optimiser. */
  public void refreshCopy() {
    if (copy != null) copy.set(flat.toDoubles());
  }

  /** Takes over the elements of another arena of the same layout. */
  public void copyFrom(Params other) {
    flat.copyFrom(other.flat);
    if (copy != null) copy.copyFrom(other.copy);
  }

  /**
   * @throws IllegalArgumentException when there is no such parameter
   */
  public Tensor get(String name) {
    return named(views, name);
  }

  /** The elements of every parameter, by name in the order of the layout. */
  public Map<String, double[]> toDoubles() {
    Map<String, double[]> all = new LinkedHashMap<>();
    views.forEach((name, view) -> all.put(name, view.toDoubles()));
    return all;
  }

  /** A parameter as a convolution reads it: in the type of activations. */
  public Tensor kernel(String name) {
    return named(copies, name);
  }

  private static Tensor named(Map<String, Tensor> views, String name) {
    Tensor view = views.get(name);
    if (view == null) throw new InvalidArgumentException("no parameter is called " + name);
    return view;
  }
}
