// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.BuildInfo;
import java.util.List;

/** Version and source revision of this build. */
final class VersionCommand implements Command {
  @Override
  public String name() {
    return "version";
  }

  @Override
  public String summary() {
    return "version and source revision";
  }

  @Override
  public String usage() {
    return "[--quiet | --json]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(Flag.QUIET, Flag.JSON, Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    BuildInfo build = BuildInfo.read();
    if (arguments.has(Flag.JSON)) {
      console.out().println(json(build));
      return ExitCode.OK;
    }
    console.out().println("secant " + build.describe());
    if (build.differs()) console.note(difference(build) + "; doctor says more");
    return ExitCode.OK;
  }

  /** What to say where program and native library do not belong together. */
  static String difference(BuildInfo build) {
    return build.nativeRevision() == null
        ? "the native library does not load, or is of another build"
        : "the native library is of another revision, " + build.nativeRevision();
  }

  private static ObjectNode json(BuildInfo build) {
    return Json.MAPPER
        .createObjectNode()
        .put("schema", 1)
        .put("version", build.version())
        .put("revision", build.revision())
        .put("native_revision", build.nativeRevision());
  }
}
