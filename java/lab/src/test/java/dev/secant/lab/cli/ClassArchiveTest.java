// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java passes over an archive that does not fit, in silence. */
class ClassArchiveTest {
  @TempDir Path folder;

  @Test
  void classesOfTheProgramComeFromIt() throws Exception {
    Path loaded = folder.resolve("loaded");
    List<String> command = new ArrayList<>(ChildProgram.command(List.of("version")));
    int place = command.indexOf("-Xlog:disable");
    assertThat(place).as("an archive was made").isPositive();
    command.add(place + 1, "-Xlog:class+load:file=" + loaded);
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains(ChildProgram.MAIN + " source: shared objects file (top)"));
  }
}
