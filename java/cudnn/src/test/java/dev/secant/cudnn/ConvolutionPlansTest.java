// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Conv2d;
import dev.secant.nn.WideResNetSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real cuDNN plans, without a device, of every convolution of WRN-28-2 and WRN-28-10, for four
 * described devices.
 */
class ConvolutionPlansTest {
  private static final int[] WIDTHS = {2, 10};
  private static final int[] BATCHES = {128, 256, 384};
  private static final List<ConvOp> DIRECTIONS =
      List.of(ConvOp.FORWARD, ConvOp.BACKWARD_DATA, ConvOp.BACKWARD_WEIGHTS);

  /** Ten shapes each, of which the stem is common to both. */
  private static final int SHAPES = 19;

  static final List<String> devices = Nvidia.DEVICES;

  private static Set<Conv2d.Spec> shapes() {
    Set<Conv2d.Spec> shapes = new LinkedHashSet<>();
    for (int batch : BATCHES)
      for (int width : WIDTHS) shapes.addAll(Network.convolutions(width, batch));
    return shapes;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10})
  void theListIsTheNetworks(int width) {
    WideResNetSpec network = Network.spec(width);
    List<Conv2d.Spec> list = Network.convolutions(width, 128);
    long products = list.stream().mapToLong(Conv2d.Spec::multiplyAdds).sum();
    long dense = (long) network.features() * network.classes();
    assertThat(products + dense).isEqualTo(network.multiplyAdds());
    assertThat(new HashSet<>(list)).hasSize(10);
    assertThat(network.convolutions(128)).isEqualTo(list);
  }

  @ParameterizedTest
  @FieldSource("devices")
  void everyConvolutionHasDeterministicPlans(String name) {
    CudaLibraries libraries = Nvidia.libraries();
    long start = System.nanoTime();
    List<String> table = new ArrayList<>();
    int ops = 0;
    try (Target target = Target.described(libraries, Nvidia.device(name));
        PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(2))) {
      for (Conv2d.Spec spec : shapes()) {
        for (ConvOp op : DIRECTIONS) {
          StringBuilder row = new StringBuilder();
          for (Precision precision : Precision.values()) {
            row.append(" | ").append(planned(search, new OpKey(op, precision, spec)));
            ops++;
          }
          table.add("%-7s%-48s%s".formatted(name, text(op, spec), row));
        }
      }
    }
    print(libraries, name, table, ops, start);
    assertThat(ops).isEqualTo(SHAPES * BATCHES.length * DIRECTIONS.size() * 3);
  }

  /** Checks the candidates of one op and tells of them. */
  private static String planned(PlanSearch search, OpKey key) {
    try (ConvGraph graph = new ConvGraph(key, search.target())) {
      List<ConvPlan> plans = search.candidates(graph);
      try {
        assertThat(plans).as(key.text()).hasSizeBetween(1, SearchOptions.CANDIDATES);
        for (ConvPlan plan : plans) {
          checkPlan(key, plan);
          // A plan file's record builds the same plan again.
          search.recorded(graph, plan.entry()).close();
        }
        long most = plans.stream().mapToLong(ConvPlan::workspaceBytes).max().orElseThrow();
        return "%s %d plans %7.1f (<= %5.1f) MiB"
            .formatted(
                key.precision().text(),
                plans.size(),
                mebibytes(plans.get(0).workspaceBytes()),
                mebibytes(most));
      } finally {
        plans.forEach(ConvPlan::close);
      }
    }
  }

  private static void checkPlan(OpKey key, ConvPlan plan) {
    String what = key.text() + " " + plan.choice();
    assertThat(plan.notes()).as(what).doesNotContain(NumericalNote.NONDETERMINISTIC);
    assertThat(plan.workspaceBytes()).as(what).isBetween(0L, SearchOptions.WORKSPACE_BYTES);
    if (key.precision() == Precision.FP32) {
      assertThat(plan.notes())
          .as(what)
          .doesNotContain(NumericalNote.TENSOR_CORE, NumericalNote.DOWN_CONVERT_INPUTS);
    }
  }

  private static String text(ConvOp op, Conv2d.Spec spec) {
    return new OpKey(op, Precision.FP32, spec).text().replace(" fp32", "");
  }

  private static double mebibytes(long bytes) {
    return bytes / 1048576.0;
  }

  private static void print(
      CudaLibraries libraries, String device, List<String> table, int ops, long start) {
    System.out.println(
        "device, op | precision, plans, workspace of the first (largest of all) | ...");
    table.forEach(System.out::println);
    System.out.printf(
        "%s: %d ops planned with cuDNN %s in %.1f s%n",
        device, ops, libraries.cudnn(), (System.nanoTime() - start) / 1e9);
  }

  /** The shapes that the backend contract asks of every backend, odd ones among them. */
  @ParameterizedTest
  @FieldSource("devices")
  void everyConvolutionOfTheContractHasAPlan(String name) {
    List<Conv2d.Spec> specs =
        List.of(
            new Conv2d.Spec(2, 8, 8, 3, 16, 3, 1),
            new Conv2d.Spec(2, 8, 8, 16, 32, 3, 2),
            new Conv2d.Spec(2, 8, 8, 16, 32, 1, 2),
            new Conv2d.Spec(2, 6, 6, 48, 32, 1, 1),
            new Conv2d.Spec(1, 2, 2, 16, 48, 3, 2),
            new Conv2d.Spec(1, 5, 7, 5, 3, 3, 1),
            new Conv2d.Spec(5, 3, 4, 3, 5, 1, 1),
            new Conv2d.Spec(1, 1, 1, 3, 5, 3, 1),
            new Conv2d.Spec(3, 7, 1, 16, 17, 3, 1),
            new Conv2d.Spec(2, 8, 6, 32, 16, 3, 1));
    List<String> without = new ArrayList<>();
    try (Target target = Target.described(Nvidia.libraries(), Nvidia.device(name));
        PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(2))) {
      for (Conv2d.Spec spec : specs)
        for (Precision precision : Precision.values())
          for (ConvOp op : DIRECTIONS) {
            OpKey key = new OpKey(op, precision, spec);
            try (ConvGraph graph = new ConvGraph(key, target)) {
              search.candidates(graph).forEach(ConvPlan::close);
            } catch (NoPlanException e) {
              without.add(key.text());
            }
          }
    }
    assertThat(without).isEmpty();
  }

  /** The descriptions count: were they ignored, all devices would be offered the same engines. */
  @Test
  void devicesAreOfferedDifferentEngines() {
    CudaLibraries libraries = Nvidia.libraries();
    OpKey key =
        new OpKey(ConvOp.FORWARD, Precision.BF16, new Conv2d.Spec(128, 32, 32, 160, 160, 3, 1));
    Map<String, List<EngineChoice>> offers = new TreeMap<>();
    for (String name : Nvidia.DEVICES) {
      try (Target target = Target.described(libraries, Nvidia.device(name));
          PlanSearch search = new PlanSearch(target, SearchOptions.deterministic(1));
          ConvGraph graph = new ConvGraph(key, target)) {
        List<EngineConfig> offered = search.offered(graph);
        offers.put(name, offered.stream().map(EngineConfig::choice).toList());
        offered.forEach(EngineConfig::close);
      }
    }
    assertThat(new HashSet<>(offers.values())).hasSize(Nvidia.DEVICES.size());
  }
}
