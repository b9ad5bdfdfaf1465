// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Plans convolutions on one device and remembers the choices. The first convolution of a shape
 * times its candidates; later ones of the same shape take the same plan, and so does everything
 * when a plan file is given: an op that it lacks is refused. Confined to one thread at a time.
 * Closing it stops its planning threads and frees the plans, which all convolutions of a shape
 * share: close those first.
 */
public final class Convolutions implements AutoCloseable {
  private final CudaLibraries libraries;
  private final Target target;
  private final PlanSearch search;
  private final CandidateTimer timer;
  private final PlanFile given;
  private final SortedMap<String, ConvPlan> plans = new TreeMap<>();

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
   * @param handle used while planning, on the stream that the timer times; lanes may have others on
   *     the same device
   * @param planners makes a handle on the same device for the calling thread: cuDNN forbids that
   *     threads share one at a time
   * @param timer measures candidates; their runs overwrite the outputs of the op that is planned
   * @param given plans to use instead of searching, or empty
   * @throws PlanFileException when the plans are for another device or another cuDNN
   */
  public static Convolutions onDevice(
      CudaLibraries libraries,
      CudnnHandle handle,
      Supplier<CudnnHandle> planners,
      DeviceProperties device,
      SearchOptions options,
      CandidateTimer timer,
      Optional<PlanFile> given) {
    given.ifPresent(plans -> plans.require(libraries.cudnn(), device));
    return new Convolutions(
        libraries, Target.present(handle, planners, device), options, timer, given.orElse(null));
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
   * Plans a convolution; both lanes may be the same.
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
      Conv2d.Spec spec, Precision precision, ConvOperands operands, Lane main, Lane weights) {
    return new CudnnConv2d(this, spec, precision, operands, main, weights);
  }

  /** The choices so far; equal choices give equal text. */
  public PlanFile plans() {
    List<PlanFile.Entry> chosen = plans.values().stream().map(ConvPlan::entry).toList();
    return new PlanFile(libraries.cudnn(), target.device(), chosen);
  }

  // ---- choice ----------------------------------------------------------------------------------

  BoundPlan bind(OpKey key, ConvOperands operands, Lane lane) {
    for (Operand o : key.op().operands()) operands.required(key, o);
    ConvPlan plan = plans.get(key.text());
    if (plan == null) {
      plan = made(key, operands, lane);
      plans.put(key.text(), plan);
    }
    return new BoundPlan(plan, operands, lane);
  }

  private ConvPlan made(OpKey key, ConvOperands operands, Lane lane) {
    try (ConvGraph graph = new ConvGraph(key, target)) {
      if (given != null) return search.recorded(graph, given.entry(key));
      List<ConvPlan> candidates = search.candidates(graph);
      ConvPlan best = null;
      try {
        best = timer == null ? candidates.get(0) : fastest(candidates, operands, lane);
        return best;
      } finally {
        for (ConvPlan c : candidates) if (c != best) c.close();
      }
    }
  }

  /**
   * On the timed stream, whatever the lane, and in a workspace for the purpose: what candidates
   * want that lose shall not stay.
   */
  private ConvPlan fastest(List<ConvPlan> candidates, ConvOperands operands, Lane lane) {
    try (Workspace trial = lane.workspace().another()) {
      Lane laneOfTrial = new Lane(target.handle(), trial);
      return Fastest.of(candidates, plan -> time(new BoundPlan(plan, operands, laneOfTrial)));
    }
  }

  private double time(BoundPlan candidate) {
    try (candidate) {
      return timer.time(candidate::run);
    }
  }

  @Override
  public void close() {
    search.close();
    plans.values().forEach(ConvPlan::close);
    plans.clear();
    target.close();
  }
}
