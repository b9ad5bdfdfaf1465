// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.LibraryFolder;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The libsecant_cuda of the class path, as a file: the classifier {@code linux-x86_64-cuda} of this
 * artefact, or the folder of classes of a build with nvcc. What is in a jar is unpacked once, into
 * JavaCPP's cache.
 */
public final class PackedLibrary {
  private static final String RESOURCE = "dev/secant/kernels/linux-x86_64/libsecant_cuda.so";

  private PackedLibrary() {}

  /**
   * For {@link KernelContext#cuda(Path, int)}; with {@code -Dsecant.library.path}, the one of that
   * folder.
   *
   * @throws BackendUnavailableException when the folder or, without one, the class path has none
   */
  public static Path path() {
    Optional<LibraryFolder> own = LibraryFolder.given();
    if (own.isPresent()) return own.get().library("secant_cuda");
    // Of another jar, which a named module's own resources do not hold.
    URL url = PackedLibrary.class.getClassLoader().getResource(RESOURCE);
    if (url == null) {
      throw new BackendUnavailableException(
          "the class path has no libsecant_cuda: it is made where nvcc 12.8 or later is found and"
              + " SECANT_CMAKE_ARGS=-DSECANT_CUDA=ON is set, and by build-kernels.sh of a bundle");
    }
    try {
      if (url.getProtocol().equals("file")) return Path.of(url.toURI());
      File cached = Loader.cacheResource(url);
      if (cached != null) return cached.toPath();
    } catch (IOException | URISyntaxException e) {
      throw new BackendUnavailableException("libsecant_cuda cannot be unpacked: " + e.getMessage());
    }
    throw new BackendUnavailableException("libsecant_cuda cannot be unpacked from " + url);
  }
}
