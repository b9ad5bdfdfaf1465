// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.backend.Conv2d;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of the search, on real offers of cuDNN. */
class SearchTest {
  private static final Conv2d.Spec SPEC = new Conv2d.Spec(128, 16, 16, 64, 64, 3, 1);

  @BeforeEach
  void load() {
    Nvidia.libraries();
  }

  private static SearchOptions options(boolean fast, int candidates, long workspace) {
    return new SearchOptions(fast, candidates, workspace, 2);
  }

  /** Choices of the candidates, in order. */
  private static List<EngineChoice> candidates(OpKey key, SearchOptions options) {
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch search = new PlanSearch(target, options);
        ConvGraph graph = new ConvGraph(key, target)) {
      List<ConvPlan> plans = search.candidates(graph);
      plans.forEach(ConvPlan::close);
      return plans.stream().map(ConvPlan::choice).toList();
    }
  }

  private static List<EngineConfig> offered(PlanSearch search, ConvGraph graph) {
    List<EngineConfig> offered = search.offered(graph);
    offered.forEach(EngineConfig::close);
    return offered;
  }

  @Test
  void onlyFastAdmitsEnginesThatCuDnnCallsNondeterministic() {
    OpKey key = new OpKey(ConvOp.BACKWARD_WEIGHTS, Precision.TF32, SPEC);
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch strict = new PlanSearch(target, options(false, 100, Long.MAX_VALUE));
        ConvGraph graph = new ConvGraph(key, target)) {
      Set<EngineChoice> random =
          offered(strict, graph).stream()
              .filter(c -> c.notes().contains(NumericalNote.NONDETERMINISTIC))
              .map(EngineConfig::choice)
              .collect(Collectors.toSet());
      assertThat(random).as("the case has an engine to leave out").isNotEmpty();
      assertThat(candidates(key, options(false, 100, Long.MAX_VALUE)))
          .isNotEmpty()
          .doesNotContainAnyElementsOf(random);
      assertThat(candidates(key, options(true, 100, Long.MAX_VALUE))).containsAll(random);
    }
  }

  @Test
  void candidatesAreTheFirstOfTheHeuristicOrder() {
    OpKey key = new OpKey(ConvOp.FORWARD, Precision.BF16, SPEC);
    List<EngineChoice> all = candidates(key, options(false, 100, Long.MAX_VALUE));
    assertThat(all).hasSizeGreaterThan(SearchOptions.CANDIDATES);
    assertThat(candidates(key, SearchOptions.deterministic(2)))
        .isEqualTo(all.subList(0, SearchOptions.CANDIDATES));
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(1));
        ConvGraph graph = new ConvGraph(key, target)) {
      List<EngineChoice> order = offered(search, graph).stream().map(EngineConfig::choice).toList();
      assertThat(order.stream().filter(all::contains).toList()).isEqualTo(all);
    }
  }

  @Test
  void theWorkspaceLimitHolds() {
    OpKey key = new OpKey(ConvOp.BACKWARD_WEIGHTS, Precision.TF32, SPEC);
    List<EngineChoice> free = candidates(key, options(false, 100, Long.MAX_VALUE));
    List<EngineChoice> tight = candidates(key, options(false, 100, 1 << 20));
    assertThat(tight).isNotEmpty().hasSizeLessThan(free.size());
    assertThat(free).containsAll(tight);
  }

  @Test
  void nothingLeftSaysWhatWasOffered() {
    // cuDNN compiles its addition of a bias itself, which needs a driver.
    assumeTrue(CudaLibraries.noDriverBecause().isPresent(), "there is a driver");
    OpKey key = new OpKey(ConvOp.BIAS, Precision.FP32, SPEC);
    assertThatThrownBy(() -> candidates(key, SearchOptions.deterministic(1)))
        .isInstanceOf(NoPlanException.class)
        .hasMessageContaining("bias fp32 n128 h16 w16 i64 o64 k1 s1 on NVIDIA H200 (9.0)")
        .hasMessageContaining("offered 0 engine configurations");
  }

  @Test
  void strictSinglePrecisionLeavesTensorCoresOutWhereProductsAre() {
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device("sm_90"));
        PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(1))) {
      Set<NumericalNote> tensorCores = Set.of(NumericalNote.TENSOR_CORE);
      for (ConvOp op : ConvOp.values()) {
        assertThat(search.admits(new OpKey(op, Precision.FP32, SPEC), tensorCores))
            .isEqualTo(op == ConvOp.BIAS || op == ConvOp.BIAS_GRADIENT);
        assertThat(search.admits(new OpKey(op, Precision.TF32, SPEC), tensorCores)).isTrue();
        assertThat(search.admits(new OpKey(op, Precision.BF16, SPEC), tensorCores)).isTrue();
      }
      for (NumericalNote note :
          List.of(
              NumericalNote.WINOGRAD,
              NumericalNote.FFT,
              NumericalNote.REDUCED_PRECISION_REDUCTION,
              NumericalNote.NONDETERMINISTIC)) {
        for (Precision precision : Precision.values()) {
          OpKey key = new OpKey(ConvOp.FORWARD, precision, SPEC);
          assertThat(search.admits(key, Set.of(note))).as(key + " " + note).isFalse();
        }
      }
    }
  }

  @Test
  void aBiasIsPlannedByItsOutput() {
    Conv2d.Spec strided = new Conv2d.Spec(128, 32, 32, 32, 64, 3, 2);
    OpKey bias = new OpKey(ConvOp.BIAS, Precision.TF32, strided);
    assertThat(bias).isEqualTo(new OpKey(ConvOp.BIAS, Precision.TF32, SPEC));
    assertThat(bias.text()).isEqualTo("bias tf32 n128 h16 w16 i64 o64 k1 s1");
  }

  @Test
  void equalSearchesGiveEqualCandidates() {
    OpKey key = new OpKey(ConvOp.BACKWARD_DATA, Precision.BF16, SPEC);
    assertThat(candidates(key, SearchOptions.deterministic(2)))
        .isEqualTo(candidates(key, SearchOptions.deterministic(1)));
  }
}
