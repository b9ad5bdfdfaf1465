// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.lab.metrics.LayerNonLin;
import java.util.List;

/** NonLin of the layers L0 … L5 and the evaluation read off the same clean forward passes. */
public record Probe(Evaluation evaluation, List<LayerNonLin> layers) {}
