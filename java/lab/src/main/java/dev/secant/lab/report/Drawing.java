// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import java.util.List;

/** Whether figures can be drawn: a bundle leaves out what only they need. */
public final class Drawing {
  private static final List<String> NEEDED =
      List.of("java.awt.image.BufferedImage", "javax.imageio.ImageIO");

  private Drawing() {}

  /**
   * Whether PNG and JPEG files can be read.
   *
   * @param what needs them, for the message
   * @throws LabException naming what is missing
   */
  public static void requireImages(String what) {
    try {
      Class.forName("javax.imageio.ImageIO", false, Drawing.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LabException(
          ExitCode.BACKEND,
          what
              + " cannot be read by this build: "
              + e.getMessage()
              + " is missing, as in a bundle; make a binary set of it in the source tree with secant data"
              + " import");
    }
  }

  /**
   * @param command that draws, for the message
   * @throws LabException naming what is missing
   */
  public static void require(String command) {
    require(command, Drawing.class.getClassLoader());
  }

  static void require(String command, ClassLoader loader) {
    for (String name : NEEDED) {
      try {
        Class.forName(name, false, loader);
      } catch (ClassNotFoundException e) {
        throw new LabException(
            ExitCode.BACKEND,
            command
                + " draws figures, which this build cannot: "
                + name
                + " is missing, as in a bundle; run it in the source tree, on run folders made anywhere");
      }
    }
  }
}
