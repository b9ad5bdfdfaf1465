// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.ImagePool;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;
import java.util.List;

/** An untrained network with recalibrated statistics, and images, on the CPU backend. */
final class ProbeFixture implements AutoCloseable {
  static final Normalisation UNIT = Normalisation.unit(3);

  final Backend backend = Backends.create("cpu", BackendOptions.threads(2));
  final Plan plan = backend.newPlan();
  final WideResNetSpec spec;
  final Params weights;
  final Params statistics;
  final ImagePool pool;

  ProbeFixture(WideResNetSpec spec, Images images, long seed) {
    this.spec = spec;
    this.weights = new Params(plan, spec.parameters());
    this.statistics = new Params(plan, spec.statistics());
    this.pool = ResidentSet.pool(plan::tensor, images, spec.classes());
    Initialiser.initialise(weights, seed);
    int[] all = new int[(int) pool.count()];
    for (int i = 0; i < all.length; i++) all[i] = i;
    new Recalibration(plan, spec, weights, statistics, pool, UNIT, all).run();
  }

  /** A WRN-10-1 for images of side × side. */
  static WideResNetSpec small(int side) {
    return new WideResNetSpec(10, 1, side, side, 3, 10, false, WideResNetSpec.BN_EPS);
  }

  /** Made images, cut to their middle. */
  static Images images(int count, int side) {
    Images full = MadeImages.generate(7, 10, count, MadeImages.Difficulty.STANDARD).test();
    byte[] pixels = new byte[count * side * side * 3];
    int edge = (full.width() - side) / 2;
    for (int i = 0; i < count; i++) {
      for (int y = 0; y < side; y++) {
        int from = ((i * full.height() + y + edge) * full.width() + edge) * 3;
        System.arraycopy(full.pixels(), from, pixels, (i * side + y) * side * 3, side * 3);
      }
    }
    return new Images(side, side, 3, pixels, full.labels());
  }

  Probe probe(ProbePairs pairs) {
    return probe(Pass.EVALUATION, pairs);
  }

  Probe probe(Pass pass, ProbePairs pairs) {
    return new ProbeRunner(
            plan, spec, pass, weights, statistics, pool, UNIT, pairs.order(), pairs.lambda())
        .probe();
  }

  List<LayerNonLin> layers(ProbePairs pairs) {
    return probe(pairs).layers();
  }

  void scale(String name, double by) {
    Tensor t = weights.get(name);
    double[] values = t.toDoubles();
    for (int i = 0; i < values.length; i++) values[i] *= by;
    t.set(values);
  }

  /** Copies parameters or statistics of the same network into another backend's. */
  static void copy(Params from, Params to) {
    for (ParamLayout.Entry e : from.layout().entries()) {
      to.get(e.name()).set(from.get(e.name()).toDoubles());
    }
  }

  @Override
  public void close() {
    backend.close();
  }
}
