// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;

/**
 * A oneDNN primitive bound to its memory objects. An operand whose layout the primitive chose
 * itself is reordered from or to the caller's memory around it; such a packed copy is this object's
 * own.
 */
final class Primitive implements AutoCloseable {
  private final OneDnnBackend backend;
  private final primitive primitive;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final List<Reorder> before = new ArrayList<>();
  private final List<Reorder> after = new ArrayList<>();
  private final Owned owned = new Owned();

  private record Reorder(reorder primitive, memory source, memory destination) {}

  /**
   * @param primitive from now on this object's own, also where this fails
   */
  Primitive(OneDnnBackend backend, primitive_desc desc, primitive primitive) {
    this.backend = backend;
    this.primitive = own(primitive);
    own(arguments);
    try {
      memory.desc size = own(desc.scratchpad_desc());
      memory scratch = own(backend.scratchpad().attach(size, backend.engine()));
      owned.onClose(() -> backend.scratchpad().detach(scratch));
      arguments.put(dnnl.DNNL_ARG_SCRATCHPAD, scratch);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private <T extends Pointer> T own(T pointer) {
    return owned.add(pointer);
  }

  /** An operand that is used where it lies. */
  Primitive direct(int argument, memory operand) {
    arguments.put(argument, operand);
    return this;
  }

  /**
   * An input in the caller's layout; packed before each run where the primitive wants another one.
   */
  Primitive packed(int argument, memory plain, memory.desc wanted) {
    if (lies(plain, wanted)) return direct(argument, plain);
    memory packed = own(new memory(wanted, backend.engine()));
    before.add(new Reorder(own(new reorder(plain, packed)), plain, packed));
    return direct(argument, packed);
  }

  /**
   * An output in the caller's layout; unpacked after each run where the primitive writes another
   * one.
   */
  Primitive unpacked(int argument, memory plain, memory.desc written) {
    if (lies(plain, written)) return direct(argument, plain);
    memory packed = own(new memory(written, backend.engine()));
    after.add(new Reorder(own(new reorder(packed, plain)), packed, plain));
    return direct(argument, packed);
  }

  private static boolean lies(memory plain, memory.desc layout) {
    try (memory.desc own = plain.get_desc()) {
      return layout.equals(own);
    }
  }

  void run() {
    for (int i = 0; i < before.size(); i++) run(before.get(i));
    primitive.execute(backend.stream(), arguments);
    for (int i = 0; i < after.size(); i++) run(after.get(i));
  }

  private void run(Reorder r) {
    r.primitive().execute(backend.stream(), r.source(), r.destination());
  }

  @Override
  public void close() {
    owned.close();
  }
}
