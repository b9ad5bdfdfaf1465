// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import dev.secant.lab.data.KnownFiles.KnownFile;
import java.net.URI;
import java.util.List;

/**
 * A file as its publisher offers it.
 *
 * @param file its name, size and sum
 * @param address of the publisher
 * @param contents what is kept of it where it is a gzipped tar archive; empty where it is kept as
 *     it is
 * @param namesOrNull a small text in the archive that is kept too, whatever is in it
 */
public record Download(KnownFile file, URI address, List<KnownFile> contents, String namesOrNull) {
  public Download {
    contents = List.copyOf(contents);
  }

  public boolean archive() {
    return !contents.isEmpty();
  }

  /** What lies in the folder at the end. */
  List<KnownFile> results() {
    return archive() ? contents : List.of(file);
  }
}
