// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Files of {@code --config}, and what is in a run's {@code config.yaml}; the input is the file. */
class ConfigFuzzTest {
  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    Path file = Hostile.write(folder.resolve("config.yaml"), input);
    // Without a flag every file would be asked for on whatever devices the machine has.
    Hostile.offer(
            ExitCode.USAGE,
            "",
            () -> new ConfigResolver(1).file(file).flag("backend", "cpu").resolve().config())
        .ifPresent(ConfigFuzzTest::requireRoundTrip);
    Hostile.offer(ExitCode.DATA, file.toString(), () -> ConfigYaml.read(file))
        .ifPresent(ConfigFuzzTest::requireRoundTrip);
  }

  private static void requireRoundTrip(RunConfig config) {
    byte[] text = ConfigYaml.write(config).getBytes(StandardCharsets.UTF_8);
    Path file = Hostile.write(folder.resolve("again.yaml"), text);
    Hostile.same(config, ConfigYaml.read(file), "configuration");
  }
}
