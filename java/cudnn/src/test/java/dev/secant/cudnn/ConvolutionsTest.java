// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Conv2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Planning through the module's entry, for a described device: everything but running. */
class ConvolutionsTest {
  private static final Conv2d.Spec SPEC = new Conv2d.Spec(128, 16, 16, 64, 64, 3, 1);
  private static final ConvOperands TRAINING = operands(1 << 20, 0);

  /** Addresses that nothing is at; 0 as bias means none. */
  private static ConvOperands operands(long base, long bias) {
    return new ConvOperands(
        base, base * 2, bias, base * 3, base * 4, base * 5, base * 6, bias == 0 ? 0 : base * 7);
  }

  @BeforeEach
  void load() {
    Nvidia.libraries();
  }

  private static Convolutions planner(Optional<PlanFile> given) {
    return Convolutions.described(
        Nvidia.libraries(), Nvidia.device("sm_90"), SearchOptions.deterministic(2), given);
  }

  private static PlanFile planNetwork(Optional<PlanFile> given, Precision precision) {
    HostSpace space = new HostSpace();
    try (Convolutions planner = planner(given);
        Workspace main = new Workspace(space);
        Workspace weights = new Workspace(space)) {
      List<CudnnConv2d> all = new ArrayList<>();
      for (Conv2d.Spec spec : Network.convolutions(2, 128)) {
        Lane lane = new Lane(null, main);
        all.add(planner.conv2d(spec, precision, TRAINING, lane, new Lane(null, weights)));
      }
      assertThat(main.bytes()).isPositive();
      all.forEach(CudnnConv2d::close);
      return planner.plans();
    }
  }

  @Test
  void aPlanFileGivesTheSamePlansAgain() {
    PlanFile first = planNetwork(Optional.empty(), Precision.BF16);
    assertThat(first.size()).isEqualTo(10 * 3);
    PlanFile read = PlanFile.parse(first.text());
    PlanFile again = planNetwork(Optional.of(read), Precision.BF16);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(planNetwork(Optional.empty(), Precision.BF16).sha256()).isEqualTo(first.sha256());
    assertThatThrownBy(() -> planNetwork(Optional.of(read), Precision.TF32))
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining("expected forward tf32 n128 h32 w32 i3 o16 k3 s1");
  }

  /** A timer that calls the n-th candidate of an op the fastest. */
  private static final class Favourite implements CandidateTimer {
    private final int favourite;
    int calls;

    Favourite(int favourite) {
      this.favourite = favourite;
    }

    @Override
    public double time(Runnable run) {
      return calls++ == favourite ? 1 : 2;
    }
  }

  @Test
  void theFastestCandidateIsChosenAndTimedOncePerShape() {
    OpKey key = new OpKey(ConvOp.FORWARD, Precision.TF32, SPEC);
    DeviceProperties device = Nvidia.device("sm_90");
    SearchOptions options = SearchOptions.deterministic(2);
    Favourite timer = new Favourite(3);
    ConvOperands forwardOnly = new ConvOperands(16, 32, 0, 48, 0, 0, 0, 0);
    Lane lane = new Lane(null, new Workspace(new HostSpace()));
    try (Target target = Target.described(Nvidia.libraries(), device);
        PlanSearch search = new PlanSearch(target, options);
        ConvGraph graph = new ConvGraph(key, target);
        Convolutions planner =
            Convolutions.described(Nvidia.libraries(), device, options, timer, Optional.empty())) {
      List<ConvPlan> candidates = search.candidates(graph);
      for (int i = 0; i < 3; i++)
        planner.conv2d(SPEC, Precision.TF32, forwardOnly, lane, lane).close();
      assertThat(planner.plans().entry(key)).isEqualTo(candidates.get(3).entry());
      assertThat(timer.calls).isEqualTo(candidates.size()).isEqualTo(SearchOptions.CANDIDATES);
      candidates.forEach(ConvPlan::close);
    }
  }

  @Test
  void nothingIsLeftOpen() {
    long before = Descriptor.open();
    planNetwork(Optional.empty(), Precision.FP32);
    assertThatThrownBy(() -> plan(Optional.empty(), new ConvOperands(16, 32, 0, 8, 0, 0, 0, 0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Descriptor.open()).isEqualTo(before);
  }

  private static CudnnConv2d plan(Optional<PlanFile> given, ConvOperands operands) {
    Lane lane = new Lane(null, new Workspace(new HostSpace()));
    try (Convolutions planner = planner(given)) {
      return planner.conv2d(SPEC, Precision.TF32, operands, lane, lane);
    }
  }

  private static PlanFile with(PlanFile.Entry entry) {
    return new PlanFile(Nvidia.libraries().cudnn(), Nvidia.device("sm_90"), List.of(entry));
  }

  @Test
  void aRecordedPlanMustBuildAgain() {
    String op = new OpKey(ConvOp.FORWARD, Precision.TF32, SPEC).text();
    PlanFile.Entry none = new PlanFile.Entry(op, new EngineChoice(9999, new TreeMap<>()), 0);
    assertThatThrownBy(() -> plan(Optional.of(with(none)), TRAINING))
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining(op + ": expected a plan that this cuDNN builds, found engine 9999");
  }

  @Test
  void aRecordedPlanMustNeedTheRecordedWorkspace() {
    OpKey key = new OpKey(ConvOp.FORWARD, Precision.TF32, SPEC);
    PlanFile.Entry right = recorded(key, false);
    PlanFile.Entry wrong =
        new PlanFile.Entry(right.op(), right.choice(), right.workspaceBytes() + 1);
    assertThatThrownBy(() -> plan(Optional.of(with(wrong)), TRAINING))
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining("a workspace of " + wrong.workspaceBytes() + " bytes");
  }

  @Test
  void aRecordedPlanMustBeDeterministic() {
    OpKey key = new OpKey(ConvOp.BACKWARD_WEIGHTS, Precision.TF32, SPEC);
    PlanFile.Entry entry = recorded(key, true);
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(1));
        ConvGraph graph = new ConvGraph(key, target)) {
      assertThatThrownBy(() -> search.recorded(graph, entry))
          .isInstanceOf(PlanFileException.class)
          .hasMessageContaining("expected an engine that the options admit")
          .hasMessageContaining("NONDETERMINISTIC");
    }
  }

  /** The first plan that is, or is not, deterministic. */
  private static PlanFile.Entry recorded(OpKey key, boolean random) {
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch search =
            new PlanSearch(target, new SearchOptions(true, 100, Long.MAX_VALUE, 1));
        ConvGraph graph = new ConvGraph(key, target)) {
      List<ConvPlan> plans = search.candidates(graph);
      PlanFile.Entry entry =
          plans.stream()
              .filter(p -> p.notes().contains(NumericalNote.NONDETERMINISTIC) == random)
              .findFirst()
              .orElseThrow()
              .entry();
      plans.forEach(ConvPlan::close);
      return entry;
    }
  }

  @Test
  void aPlanFileOfAnotherDeviceIsRefused() {
    PlanFile other = new PlanFile(Nvidia.libraries().cudnn(), Nvidia.device("sm_100"), List.of());
    assertThatThrownBy(() -> planner(Optional.of(other)))
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining("device: expected NVIDIA H200, found NVIDIA B200");
  }

  @Test
  void nullAndMisalignedOperandsAreRefused() {
    ConvOperands noKernel = new ConvOperands(16, 0, 0, 32, 0, 0, 0, 0);
    assertThatThrownBy(() -> plan(Optional.empty(), noKernel))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "forward tf32 n128 h16 w16 i64 o64 k3 s1: w must lie at a multiple of 16 bytes, got null");
    ConvOperands crooked = new ConvOperands(16, 32, 0, 0x3c, 0, 0, 0, 0);
    assertThatThrownBy(() -> plan(Optional.empty(), crooked))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("y must lie at a multiple of 16 bytes, got 0x3c");
  }

  @Test
  void plansOfADescriptionDoNotRun() {
    try (CudnnConv2d conv = plan(Optional.empty(), TRAINING)) {
      assertThatThrownBy(conv::forward)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("planned for a described device");
    }
  }

  @Test
  void whatWasNotPlannedOrWasClosedDoesNotRun() {
    ConvOperands forwardOnly = new ConvOperands(16, 32, 0, 48, 0, 0, 0, 0);
    CudnnConv2d conv = plan(Optional.empty(), forwardOnly);
    assertThatThrownBy(conv::backwardData).hasMessage("planned without dL_dx");
    assertThatThrownBy(conv::backwardWeights).hasMessage("planned forward only");
    conv.close();
    conv.close();
    assertThatThrownBy(conv::forward).hasMessage("the convolution was closed");
  }

  @Test
  void theGraphsOfABiasAreWellFormed() {
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"))) {
      for (Precision precision : Precision.values()) {
        new ConvGraph(new OpKey(ConvOp.BIAS, precision, SPEC), target).close();
        new ConvGraph(new OpKey(ConvOp.BIAS_GRADIENT, precision, SPEC), target).close();
      }
    }
  }

  @Test
  void aDescriptionWithoutAKeyIsRefusedByName() {
    String json = Nvidia.json("sm_90").replace("\"multiProcessorCount\"", "\"multiProcessors\"");
    DeviceProperties device = DeviceProperties.described(json);
    assertThatThrownBy(() -> Target.described(Nvidia.libraries(), device))
        .isInstanceOf(CudnnException.class)
        .hasMessageContaining("finalisation of DEVICE for NVIDIA H200");
    assertThatThrownBy(() -> DeviceProperties.described("{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("deviceName must be text");
    assertThatThrownBy(() -> DeviceProperties.described("H200"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no JSON");
  }
}
