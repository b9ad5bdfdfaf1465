// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.lab.EmulatedFaults;
import dev.secant.lab.check.CheckRow.Status;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.train.TrainingRig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparisons of gpu-check as they run on a device, on an emulated one, with small images. */
class EmulatedDeviceCheckTest {
  private static final ImageSet IMAGES = RandomImages.of(200, 20, 4);
  private static final int STEPS = 4;

  private static TrainingCheck trainingCheck() {
    return new TrainingCheck(IMAGES, STEPS, "batch=4", "augment=none");
  }

  @TempDir Path folder;

  private CheckSettings settings() {
    DeviceOptions device =
        new DeviceOptions(
            0,
            EmulatedFaults.library(),
            List.of(),
            Convolutions.PORTABLE,
            Arithmetic.FP32,
            null,
            true,
            false);
    return new CheckSettings("cuda", device, 1, true, 600, null, null, folder);
  }

  private List<CheckRow> rows(Check... checks) {
    return new GpuCheck(List.of(checks)).run(settings(), row -> {});
  }

  @AfterEach
  void devicesAreWell() {
    EmulatedFaults.library();
    EmulatedFaults.failAllocation(0);
    EmulatedFaults.failKernel(0);
  }

  @Test
  void trainingOnADeviceIsComparedInEveryWay() {
    List<CheckRow> rows = rows(trainingCheck());
    assertThat(rows).allMatch(row -> row.status() == Status.PASS);
    assertThat(rows)
        .extracting(CheckRow::name)
        .contains(
            "erm as on the CPU",
            "mixup as on the CPU",
            "ict2 as on the CPU",
            "ict4 as on the CPU",
            "erm fp32 replayed",
            "mixup fp32 replayed",
            "ict2 fp32 replayed",
            "ict4 fp32 replayed",
            "ict2 fp32 several in one launch",
            "erm bf16 replayed",
            "mixup bf16 replayed",
            "ict2 bf16 replayed",
            "ict4 bf16 replayed",
            "ict2 bf16 several in one launch",
            "two trainers at once");
    CheckRow erm = row(rows, "erm fp32 replayed");
    assertThat(erm.text()).matches("4 steps: equal bits, \\d+ nodes a step");
    assertThat((long) erm.values().get("graph_nodes")).isGreaterThan(50);
    assertThat(row(rows, "ict2 fp32 several in one launch").text())
        .isEqualTo("8 steps, 2 to a launch: equal bits");
  }

  /** One step more on one side is another training, and every comparison says so. */
  @Test
  void otherBitsFail() {
    TrainingCheck check = trainingCheck();
    Method erm = Configurations.METHODS.get(0);
    try (Backend graphs = settings().open(Arithmetic.FP32, true, null);
        Backend eager = settings().open(Arithmetic.FP32, false, null);
        TrainingRig recorded = check.rig(graphs, erm);
        TrainingRig ahead = check.rig(eager, erm);
        TrainingRig several = check.severalInOne(graphs, erm);
        TrainingRig apart = check.rig(eager, erm)) {
      ahead.step().run();
      CheckRow one = check.replayed(erm, Arithmetic.FP32, recorded, ahead);
      assertThat(one.status()).isEqualTo(Status.FAIL);
      assertThat(one.text()).isEqualTo("other bits than 4 eager steps");
      apart.step().run();
      CheckRow many = check.severalInOneLaunch(erm, Arithmetic.FP32, several, apart);
      assertThat(many.status()).isEqualTo(Status.FAIL);
      assertThat(many.text()).isEqualTo("other bits than 8 eager steps");
    }
  }

  @Test
  void theProbeOfADeviceIsThatOfTheCpu() {
    List<CheckRow> rows = rows(new ProbeCheck(RandomImages.of(100, 60, 8)));
    assertThat(rows).singleElement().matches(row -> row.status() == Status.PASS);
    assertThat((double) rows.get(0).values().get("apart")).isPositive();
  }

  @Test
  void theMachineIsTheDeviceThatOpens() {
    CheckRow backend = row(rows(new MachineCheck()), "backend");
    assertThat(backend.status()).isEqualTo(Status.PASS);
    assertThat(backend.text()).startsWith("emulated device 0 (cuda:0, ");
  }

  /** A TF32 device may round the inputs of products, and of convolutions alone. */
  @Test
  void everyArithmeticOfADeviceMeetsTheContract() {
    List<CheckRow> rows = rows(new ContractCheck());
    assertThat(rows).filteredOn(row -> row.status() != Status.PASS).isEmpty();
    List<String> names = rows.stream().map(CheckRow::name).toList();
    for (String arithmetic : List.of("fp32", "tf32", "bf16"))
      assertThat(names).contains("conv2d " + arithmetic, "mix " + arithmetic);
    CheckRow strict = row(rows, "conv2d fp32");
    CheckRow rounded = row(rows, "conv2d tf32");
    assertThat(rounded.values().get("comparisons")).isEqualTo(strict.values().get("comparisons"));
    // The same products against a wider tolerance.
    assertThat((double) rounded.values().get("worst"))
        .isPositive()
        .isLessThan((double) strict.values().get("worst"));
    assertThat(row(rows, "mix tf32").values().get("worst"))
        .isEqualTo(row(rows, "mix fp32").values().get("worst"));
  }

  private static CheckRow row(List<CheckRow> rows, String name) {
    return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aKernelThatFailsInAReplayIsARowThatNamesTheRecording() {
    EmulatedFaults.library();
    EmulatedFaults.failKernel(0);
    try (Backend backend = settings().open(Arithmetic.FP32, true, null)) {
      TrainingCheck check = trainingCheck();
      try (TrainingRig rig = check.rig(backend, Configurations.METHODS.get(0))) {
        for (int i = 0; i < 2; i++) rig.step().run();
      }
    }
    long twoSteps = EmulatedFaults.kernels();
    Check training =
        new Check() {
          @Override
          public String section() {
            return "training";
          }

          @Override
          public void run(CheckSettings s, java.util.function.Consumer<CheckRow> rows) {
            try (Backend backend = s.open(Arithmetic.FP32, true, null);
                TrainingRig rig = trainingCheck().rig(backend, Configurations.METHODS.get(0))) {
              for (int i = 0; i < 5; i++) rig.step().run();
              rig.loss();
              rows.accept(CheckRow.pass(section(), "steps", "ran"));
            }
          }
        };
    EmulatedFaults.failKernel(twoSteps + 5);
    List<CheckRow> rows = rows(training, training);
    assertThat(rows).hasSize(2).allMatch(row -> row.status() == Status.FAIL);
    assertThat(rows.get(0).text())
        .contains("a kernel of emulated device 0 failed", "optim_step", "-o cuda.graph=off")
        .containsPattern(
            "replays 1 to 2 of a recording of \\d+ nodes from 'schedule' to 'advance'");
    assertThat(rows.get(1).text()).contains("opening a context");
  }

  @Test
  void memoryThatIsNotThereIsARowAndTheNextCheckRuns() {
    EmulatedFaults.library();
    EmulatedFaults.failAllocation(40);
    List<CheckRow> rows =
        rows(
            new ProbeCheck(RandomImages.of(100, 20, 8)),
            new ProbeCheck(RandomImages.of(100, 20, 8)));
    assertThat(rows).extracting(CheckRow::status).containsExactly(Status.FAIL, Status.PASS);
    assertThat(rows.get(0).text()).contains("bytes requested", "bytes free");
  }

  @Test
  void choicesOfABackendWithoutAnyAreNoFile() throws Exception {
    try (Backend backend = settings().open(Arithmetic.FP32, true, null)) {
      assertThat(TrainingCheck.plans(settings(), backend, "none")).isNull();
      assertThat(ChosenPlans.of(backend).byOp()).isEmpty();
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }
}
