// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Conv2d;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The text of plan files and what is refused; no library needed. */
class PlanFileTest {
  private static final DeviceProperties H200 = DeviceProperties.present("NVIDIA H200", 9, 0);
  private static final OpKey FORWARD =
      new OpKey(ConvOp.FORWARD, Precision.BF16, new Conv2d.Spec(128, 32, 32, 16, 32, 3, 1));
  private static final OpKey WEIGHTS =
      new OpKey(ConvOp.BACKWARD_WEIGHTS, Precision.BF16, FORWARD.spec());

  private static PlanFile.Entry entry(OpKey key, long engine, long workspace) {
    EngineChoice choice = new EngineChoice(engine, new TreeMap<>(Map.of(14, 3L, 2, 8L)));
    return new PlanFile.Entry(key.text(), choice, workspace);
  }

  private static PlanFile file() {
    return new PlanFile("9.24.0", H200, List.of(entry(FORWARD, 45, 0), entry(WEIGHTS, 10, 4096)));
  }

  @Test
  void theTextIsAsDocumented() {
    assertThat(file().text())
        .isEqualTo(
            """
            {
              "format" : "secant-cudnn-plans-1",
              "cudnn" : "9.24.0",
              "device" : "NVIDIA H200",
              "capability" : "9.0",
              "plans" : [ {
                "op" : "backward-weights bf16 n128 h32 w32 i16 o32 k3 s1",
                "engine" : 10,
                "knobs" : {
                  "2" : 8,
                  "14" : 3
                },
                "workspace" : 4096
              }, {
                "op" : "forward bf16 n128 h32 w32 i16 o32 k3 s1",
                "engine" : 45,
                "knobs" : {
                  "2" : 8,
                  "14" : 3
                },
                "workspace" : 0
              } ]
            }
            """);
  }

  @Test
  void readsWhatItWrote() {
    PlanFile read = PlanFile.parse(file().text());
    assertThat(read.text()).isEqualTo(file().text());
    assertThat(read.entry(WEIGHTS)).isEqualTo(entry(WEIGHTS, 10, 4096));
    assertThat(read.size()).isEqualTo(2);
  }

  @Test
  void theOrderOfChoosingDoesNotShow() {
    PlanFile other =
        new PlanFile("9.24.0", H200, List.of(entry(WEIGHTS, 10, 4096), entry(FORWARD, 45, 0)));
    assertThat(other.sha256()).isEqualTo(file().sha256()).hasSize(64);
    PlanFile changed =
        new PlanFile("9.24.0", H200, List.of(entry(WEIGHTS, 10, 4096), entry(FORWARD, 46, 0)));
    assertThat(changed.sha256()).isNotEqualTo(file().sha256());
  }

  @Test
  void anotherDeviceOrVersionIsRefused() {
    assertThat(file().require("9.24.0", H200).size()).isEqualTo(2);
    refused(
        () -> file().require("9.24.0", DeviceProperties.present("NVIDIA B200", 9, 0)),
        "device: expected NVIDIA B200, found NVIDIA H200");
    refused(
        () -> file().require("9.24.0", DeviceProperties.present("NVIDIA H200", 10, 0)),
        "compute capability: expected 10.0, found 9.0");
    refused(() -> file().require("9.19.0", H200), "cuDNN version: expected 9.19.0, found 9.24.0");
  }

  @Test
  void anOpThatIsMissingIsRefused() {
    OpKey other = new OpKey(ConvOp.FORWARD, Precision.TF32, FORWARD.spec());
    refused(
        () -> file().entry(other),
        "an op is missing: expected forward tf32 n128 h32 w32 i16 o32 k3 s1, found 2 other ops");
  }

  @Test
  void damageIsRefused() {
    String text = file().text();
    refused(() -> PlanFile.parse(""), "content: expected a JSON object");
    refused(() -> PlanFile.parse("[]"), "content: expected a JSON object, found []");
    refused(() -> PlanFile.parse(text.substring(0, text.length() / 2)), "content: expected JSON");
    refused(
        () -> PlanFile.parse(text.replace("plans-1", "plans-2")),
        "format: expected secant-cudnn-plans-1, found secant-cudnn-plans-2");
    refused(
        () -> PlanFile.parse(text.replace("\"engine\" : 45", "\"engine\" : -1")),
        "engine: expected a whole number >= 0, found -1");
    refused(
        () -> PlanFile.parse(text.replace("\"engine\" : 45", "\"engine\" : 4.5")),
        "engine: expected a whole number >= 0, found 4.5");
    refused(
        () -> PlanFile.parse(text.replace("\"workspace\" : 0", "\"space\" : 0")),
        "workspace: expected a whole number >= 0, found nothing");
    refused(
        () -> PlanFile.parse(text.replace("\"14\" : 3", "\"stages\" : 3")),
        "knobs: expected numbers as keys, found stages");
    refused(
        () -> PlanFile.parse(text.replace("\"14\" : 3", "\"14\" : \"3\"")),
        "knobs/14: expected a whole number >= 0, found \"3\"");
    refused(
        () -> PlanFile.parse(text.replace("\"device\"", "\"gpu\"")),
        "device: expected text, found nothing");
    refused(
        () -> PlanFile.parse(text.replace("backward-weights", "forward")), "an op occurs twice");
  }

  private static void refused(Runnable use, String message) {
    assertThatThrownBy(use::run)
        .isInstanceOf(PlanFileException.class)
        .hasMessageContaining("plan file: ")
        .hasMessageContaining(message);
  }
}
