// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * Native objects that go together, closed last first. A constructor that fails half-way closes what
 * it has made so far with it: nothing else would, for the garbage collector frees no native object
 * here. Confined to one thread.
 */
final class Owned implements AutoCloseable {
  private final List<Runnable> closers = new ArrayList<>();

  <T extends Pointer> T add(T pointer) {
    closers.add(pointer::close);
    return pointer;
  }

  Primitive add(Primitive primitive) {
    closers.add(primitive::close);
    return primitive;
  }

  void onClose(Runnable last) {
    closers.add(last);
  }

  /** Closing it again does nothing. */
  @Override
  public void close() {
    while (!closers.isEmpty()) closers.remove(closers.size() - 1).run();
  }
}
