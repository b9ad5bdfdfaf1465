// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.jni.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** Tells JavaCPP to bind the two C headers; the result is {@code dev.secant.jni.Secant}. */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = {"secant.h", "secant_train.h"},
            link = "secant"),
    target = "dev.secant.jni",
    global = "dev.secant.jni.Secant")
public class SecantPresets implements InfoMapper {
  @Override
  public void map(InfoMap infoMap) {
    infoMap
        .put(new Info("SECANT_API").cppTypes().annotations())
        .put(new Info("secant_context").pointerTypes("secant_context"));
  }
}
