// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.io.IOException;
import java.nio.file.Path;

/** Hands every call on, after telling a subclass, which may throw instead. */
public abstract class ForwardingFiles implements FileOperations {
  private final FileOperations to;

  protected ForwardingFiles(FileOperations to) {
    this.to = to;
  }

  protected void before(String call, Path file) throws IOException {}

  protected void beforeWrite(Path file, int bytes) throws IOException {}

  @Override
  public Output create(Path file) throws IOException {
    before("create", file);
    Output out = to.create(file);
    return new Output() {
      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        before("write", file);
        beforeWrite(file, count);
        out.write(bytes, from, count);
      }

      @Override
      public void force() throws IOException {
        before("force", file);
        out.force();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public void force(Path file) throws IOException {
    before("force", file);
    to.force(file);
  }

  @Override
  public void move(Path from, Path into) throws IOException {
    before("move", into);
    to.move(from, into);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    before("forceFolder", folder);
    to.forceFolder(folder);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    before("createFolder", folder);
    to.createFolder(folder);
  }

  @Override
  public void delete(Path file) throws IOException {
    before("delete", file);
    to.delete(file);
  }
}
