// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Plans convolutions on one device and remembers the choices. The first convolution of a shape
 * times its candidates; later ones of the same shape take the same plan, and so does everything
 * when a plan file is given: an op that it lacks is refused. Confined to one thread at a time.
 * Closing it stops its planning threads and leaves the convolutions as they are; close those first
 * all the same, since they use the handle.
 */
public final class Convolutions implements AutoCloseable {
  private final CudaLibraries libraries;
  private final Target target;
  private final PlanSearch search;
  private final CandidateTimer timer;
  private final PlanFile given;
  private final SortedMap<String, PlanFile.Entry> chosen = new TreeMap<>();

  private Convolutions(
      CudaLibraries libraries,
      Target target,
      SearchOptions options,
      CandidateTimer timer,
      PlanFile given) {
    this.libraries = libraries;
    this.target = target;
    this.search = new PlanSearch(target, options);
    this.timer = timer;
    this.given = given;
  }

  /**
   * For a present device.
   *
   * @param handle used while planning; branches may have others on the same device
   * @param timer measures candidates; their runs overwrite the outputs of the op that is planned
   * @param given plans to use instead of searching, or empty
   * @throws PlanFileException when the plans are for another device or another cuDNN
   */
  public static Convolutions onDevice(
      CudaLibraries libraries,
      CudnnHandle handle,
      DeviceProperties device,
      SearchOptions options,
      CandidateTimer timer,
      Optional<PlanFile> given) {
    given.ifPresent(plans -> plans.require(libraries.cudnn(), device));
    return new Convolutions(
        libraries, Target.present(handle, device), options, timer, given.orElse(null));
  }

  /**
   * For a described device: everything but running. Takes the first plan in heuristic order.
   *
   * @throws CudnnException when cuDNN does not accept the description
   */
  public static Convolutions described(
      CudaLibraries libraries,
      DeviceProperties device,
      SearchOptions options,
      Optional<PlanFile> given) {
    return described(libraries, device, options, null, given);
  }

  /** With a timer, which cannot run anything: for tests of the choice. */
  static Convolutions described(
      CudaLibraries libraries,
      DeviceProperties device,
      SearchOptions options,
      CandidateTimer timer,
      Optional<PlanFile> given) {
    given.ifPresent(plans -> plans.require(libraries.cudnn(), device));
    return new Convolutions(
        libraries, Target.described(libraries, device), options, timer, given.orElse(null));
  }

  /**
   * Plans a convolution; both branches may be the same.
   *
   * @param operands dL_dx 0: no gradient of the input; dL_dw 0: forward only; b 0: no bias
   * @param main runs forward and backwardData
   * @param weights runs backwardWeights
   * @throws IllegalArgumentException for a shape out of range, a null or misaligned operand
   * @throws UnsupportedPrecisionException when the device lacks the precision
   * @throws NoPlanException when cuDNN has no plan within the options
   * @throws PlanFileException when the given plans do not serve
   */
  public CudnnConv2d conv2d(
      Conv2d.Spec spec, Precision precision, ConvOperands operands, Branch main, Branch weights) {
    return new CudnnConv2d(this, spec, precision, operands, main, weights);
  }

  /** The choices so far; equal choices give equal text. */
  public PlanFile plans() {
    return new PlanFile(libraries.cudnn(), target.device(), chosen.values());
  }

  // ---- choice
  // --------------------------------------------------------------------------------------------------

  BoundPlan bind(OpKey key, ConvOperands operands, Branch branch) {
    for (Operand o : key.op().operands()) operands.required(key, o);
    try (ConvGraph graph = new ConvGraph(key, target)) {
      PlanFile.Entry known = given == null ? chosen.get(key.text()) : given.entry(key);
      BoundPlan bound =
          known == null
              ? searched(graph, operands, branch)
              : bound(search.recorded(graph, known), operands, branch);
      chosen.put(key.text(), bound.plan().entry());
      return bound;
    }
  }

  private static BoundPlan bound(ConvPlan plan, ConvOperands operands, Branch branch) {
    try {
      return new BoundPlan(plan, operands, branch);
    } catch (RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  private BoundPlan searched(ConvGraph graph, ConvOperands operands, Branch branch) {
    List<ConvPlan> plans = search.candidates(graph);
    List<BoundPlan> candidates = new ArrayList<>();
    BoundPlan best = null;
    try {
      for (ConvPlan plan : plans) candidates.add(bound(plan, operands, branch));
      best =
          timer == null
              ? candidates.get(0)
              : Fastest.of(candidates, candidate -> timer.time(candidate::run));
      return best;
    } finally {
      for (BoundPlan c : candidates) if (c != best) c.close();
      for (ConvPlan p : plans.subList(candidates.size(), plans.size())) p.close();
    }
  }

  @Override
  public void close() {
    search.close();
    target.close();
  }
}
