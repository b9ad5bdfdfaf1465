// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** How {@code secant-kernel-tests} is called. */
final class KernelTests {
  static final String ABSENT =
      "the program is not there: give --kernel-tests FILE, or build it with SECANT_TESTS=ON";

  private static final Pattern PASSED = Pattern.compile("^\\d+ cases, .* cuda contexts: 0 failed$");

  private KernelTests() {}

  /** The line by which the program says that all its cases passed on the device. */
  static Optional<String> passed(Subprocess.Result result) {
    return result.code() != 0
        ? Optional.empty()
        : result.lines().stream().filter(PASSED.asMatchPredicate()).findFirst();
  }

  /** Why it is no pass. */
  static String whyNot(Subprocess.Result result) {
    if (result.code() != 0) return result.summary();
    return "ended with 0 without the line on its cases: %s (%s)"
        .formatted(result.summary(), result.log());
  }

  /** On the device of the settings, with the same library of kernels. */
  static List<String> command(CheckSettings s, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(s.kernelTests().toString());
    command.addAll(List.of("--device", "cuda"));
    command.addAll(List.of("--ordinal", Integer.toString(s.device().ordinal())));
    Path library = s.device().library() != null ? s.device().library() : s.kernelLibrary();
    if (library != null) command.addAll(List.of("--library", library.toAbsolutePath().toString()));
    command.addAll(more);
    return command;
  }
}
