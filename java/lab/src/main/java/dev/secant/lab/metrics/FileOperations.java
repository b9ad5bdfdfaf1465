// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * What durable files ask of a file system, so that tests can record the calls, let one fail, or
 * stop at any of them. Nothing that is written or renamed is sure to survive a loss of power before
 * it has been forced.
 */
public interface FileOperations {
  /** Of the operating system. */
  FileOperations SYSTEM = new SystemFiles();

  /** A file being written. Large pieces, for nothing buffers them. */
  abstract class Output extends OutputStream {
    /** Returns when what was written is on the disk. */
    public abstract void force() throws IOException;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b});
    }
  }

  /** Fails where the file exists (O_EXCL). */
  Output create(Path file) throws IOException;

  /** Returns when the content of a file, by whomever it was written, is on the disk. */
  void force(Path file) throws IOException;

  /** Renames at once, over a file of that name. */
  void move(Path from, Path to) throws IOException;

  /** Returns when names made, changed and deleted in a folder are on the disk. */
  void forceFolder(Path folder) throws IOException;

  /** Nothing happens where it exists. */
  void createFolder(Path folder) throws IOException;

  /** Nothing happens where it is missing. */
  void delete(Path file) throws IOException;
}
