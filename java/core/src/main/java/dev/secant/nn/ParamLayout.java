// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Names, shapes and places of parameters in one flat arena. Kernels of convolutions and of the
 * dense layer, the ones that take weight decay, come first; so the arena's first {@link #kernels()}
 * elements are exactly those.
 */
public final class ParamLayout {
  /**
   * @param name such as {@code group1/unit1/conv1/kernel}
   * @param kernel takes weight decay
   * @param offset in elements
   */
  public record Entry(String name, Shape shape, boolean kernel, long offset) {}

  private final List<Entry> entries;
  private final long kernels;
  private final long count;

  private ParamLayout(List<Entry> entries, long kernels, long count) {
    this.entries = List.copyOf(entries);
    this.kernels = kernels;
    this.count = count;
  }

  /** In arena order. */
  public List<Entry> entries() {
    return entries;
  }

  /** Elements that belong to kernels. */
  public long kernels() {
    return kernels;
  }

  /** All elements. */
  public long count() {
    return count;
  }

  /** Collects entries in the order the network declares them. */
  static final class Builder {
    private record Declared(String name, Shape shape, boolean kernel) {}

    private final List<Declared> declared = new ArrayList<>();

    void kernel(String name, long... dims) {
      declared.add(new Declared(name, Shape.of(dims), true));
    }

    void other(String name, long... dims) {
      declared.add(new Declared(name, Shape.of(dims), false));
    }

    ParamLayout build() {
      List<Entry> placed = new ArrayList<>();
      long kernels = place(placed, true, 0);
      long count = place(placed, false, kernels);
      return new ParamLayout(placed, kernels, count);
    }

    private long place(List<Entry> placed, boolean kernel, long from) {
      long offset = from;
      for (Declared d : declared) {
        if (d.kernel() != kernel) continue;
        placed.add(new Entry(d.name(), d.shape(), kernel, offset));
        offset += d.shape().count();
      }
      return offset;
    }
  }
}
