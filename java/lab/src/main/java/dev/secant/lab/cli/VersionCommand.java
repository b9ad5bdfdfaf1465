// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

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
    return "";
  }

  @Override
  public List<Flag> flags() {
    return List.of(Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    console.out().println("secant " + describe());
    return ExitCode.OK;
  }

  /** Such as {@code 0.1.0 (0123456789ab)}. */
  static String describe() {
    Properties build = new Properties();
    try (InputStream in =
        VersionCommand.class.getResourceAsStream("/dev/secant/lab/build.properties")) {
      if (in != null) build.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build.getProperty("version", "unknown")
        + " ("
        + build.getProperty("revision", "unknown")
        + ")";
  }
}
