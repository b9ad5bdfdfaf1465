// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Plan;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which plan stands beside which convolution: those of a vendor, told by a CPU backend. */
class ChosenPlansTest {
  @TempDir Path folder;

  private static String entry(String op, int engine) {
    return """
        {"op": "%s n2 h8 w8 i16 o16 k3 s1", "engine": %d, "knobs": {"2": 4, "13": %d}, "workspace": %d}"""
        .formatted(op, engine, engine + 1, 1_500_000 + engine);
  }

  private static String file(String... entries) {
    return "{\"format\": \"secant-cudnn-plans-1\", \"plans\": [" + String.join(",", entries) + "]}";
  }

  /** A CPU backend that tells of the choices in the list, the last one of which counts. */
  private static Backend telling(Backend backend, List<String> choices) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("choices"))
                return choices.isEmpty()
                    ? Optional.empty()
                    : Optional.of(choices.get(choices.size() - 1));
              return forwarded(method, backend, arguments);
            });
  }

  /** A plan of it that makes a choice when a convolution is planned. */
  private static Plan choosing(Plan plan, Backend told, List<String> choices, String made) {
    return (Plan)
        Proxy.newProxyInstance(
            Plan.class.getClassLoader(),
            new Class<?>[] {Plan.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("backend")) return told;
              if (method.getName().equals("conv2d")) choices.add(made);
              return forwarded(method, plan, arguments);
            });
  }

  private static Object forwarded(
      java.lang.reflect.Method method, Object target, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Backend cpu() {
    return Backends.create("cpu", BackendOptions.threads(1));
  }

  @Test
  void aPlanIsThatOfItsDirection() {
    ChosenPlans chosen;
    try (Backend backend = cpu()) {
      String file = file(entry("forward", 62), entry("backward-data", 7));
      chosen = ChosenPlans.of(telling(backend, List.of(file)));
    }
    assertThat(chosen.text("forward"))
        .isEqualTo(", engine 62 {\"2\":4,\"13\":63}, workspace 1.5 MB");
    Map<String, Object> values = chosen.values("backward-data");
    assertThat(values).containsEntry("engine", 7L).containsEntry("workspace", 1_500_007L);
    assertThat(values.get("knobs")).hasToString("{\"2\":4,\"13\":8}");
    assertThat(chosen.text("backward-weights")).isEmpty();
    assertThat(chosen.values("backward-weights")).isEmpty();
  }

  @Test
  void onlyWhatIsNewIsOfAConvolution() {
    try (Backend backend = cpu()) {
      String first = entry("forward", 1);
      ChosenPlans before = ChosenPlans.of(telling(backend, List.of(file(first))));
      ChosenPlans after =
          ChosenPlans.of(telling(backend, List.of(file(first, entry("backward-data", 2)))));
      assertThat(after.since(before).text("forward")).isEmpty();
      assertThat(after.since(before).text("backward-data")).startsWith(", engine 2 ");
      assertThat(after.since(after).byOp()).isEmpty();
      assertThatThrownBy(() -> ChosenPlans.of(telling(backend, List.of("{nothing"))))
          .hasMessage("a plan file of our own cannot be read");
    }
  }

  @Test
  void aTimedConvolutionTellsItsPlans() {
    List<CheckRow> rows = new ArrayList<>();
    List<String> choices = new ArrayList<>();
    Ceilings ceilings = new Ceilings();
    ceilings.put("gemm bf16", 1e12);
    try (Backend backend = cpu();
        Plan plan = backend.newPlan()) {
      String made =
          file(entry("forward", 3), entry("backward-data", 4), entry("backward-weights", 5));
      Plan choosing = choosing(plan, telling(backend, choices), choices, made);
      Conv2d.Spec spec = new Conv2d.Spec(2, 8, 8, 16, 16, 3, 1);
      new ConvolutionTimes(ceilings).time(choosing, spec, Arithmetic.BF16, true, rows::add);
    }
    assertThat(rows)
        .extracting(CheckRow::name)
        .containsExactly(
            "forward 8x8 16>16 k3 s1 bf16",
            "backward-data 8x8 16>16 k3 s1 bf16",
            "backward-weights 8x8 16>16 k3 s1 bf16");
    for (int i = 0; i < 3; i++) {
      assertThat(rows.get(i).values()).containsEntry("engine", 3L + i).containsEntry("batch", 2);
      assertThat(rows.get(i).text()).contains("% of gemm bf16, engine " + (3 + i) + " {");
    }
  }

  @Test
  void choicesAreKeptAsAFile() throws Exception {
    CheckSettings settings =
        new CheckSettings("cpu", DeviceOptions.standard(), 1, true, 60, null, null, folder);
    try (Backend backend = cpu()) {
      Path plans =
          TrainingCheck.plans(settings, telling(backend, List.of(file(entry("forward", 1)))), "x");
      assertThat(plans).isEqualTo(folder.resolve("plans-x.json"));
      assertThat(Files.readString(plans)).isEqualTo(file(entry("forward", 1)));
    }
  }
}
