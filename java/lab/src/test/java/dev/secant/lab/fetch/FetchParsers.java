// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import java.nio.file.Path;

/** Opens the parsers of this package to the fuzz tests. */
public final class FetchParsers {
  private FetchParsers() {}

  public static void unpack(Path archive, Download download, Path folder, Runnable pause) {
    TarGz.unpack(archive, download, folder, pause);
  }
}
