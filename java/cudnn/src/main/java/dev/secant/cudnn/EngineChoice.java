// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An engine of cuDNN and the values of its knobs: all it takes to build the same plan again with
 * the same cuDNN on the same device.
 *
 * @param engine global index
 * @param knobs knob type to value, cuDNN's numbers
 */
record EngineChoice(long engine, SortedMap<Integer, Long> knobs) {
  EngineChoice {
    knobs = new TreeMap<>(knobs);
  }

  @Override
  public String toString() {
    return "engine " + engine + " knobs " + knobs;
  }
}
