// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.tensor.InvalidArgumentException;
import java.nio.charset.StandardCharsets;

/**
 * The device that plans are for: a present one, or a description in the JSON form of cuDNN's
 * DEVICEPROP descriptor, for planning without a device.
 *
 * @param name such as {@code NVIDIA H200}
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param json the description; empty for a present device
 */
public record DeviceProperties(String name, int major, int minor, String json) {
  /** A device that is present, as the CUDA runtime names it. */
  public static DeviceProperties present(String name, int major, int minor) {
    return new DeviceProperties(name, major, minor, "");
  }

  /**
   * A described device.
   *
   * @throws IllegalArgumentException when the text is no JSON object or lacks {@code deviceName} or
   *     {@code deviceVer}; the other keys are cuDNN's to check
   */
  public static DeviceProperties described(String json) {
    JsonNode root = parse(json);
    JsonNode name = root.path("deviceName");
    JsonNode version = root.path("deviceVer");
    if (!name.isTextual() || !version.isInt()) {
      throw new InvalidArgumentException(
          "device description: deviceName must be text and deviceVer a whole number, got "
              + name
              + " and "
              + version);
    }
    int number = version.intValue();
    return new DeviceProperties(name.textValue(), number / 100, number / 10 % 10, json);
  }

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidArgumentException("device description: no JSON: " + e.getOriginalMessage());
    }
  }

  /** As in {@code 9.0}. */
  public String capability() {
    return major + "." + minor;
  }

  /** Whether this is a description and no present device. */
  public boolean isDescription() {
    return !json.isEmpty();
  }

  byte[] bytes() {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
