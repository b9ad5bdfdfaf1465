// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
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
 * own. A bf16 feature map of a primitive that computes in fp32 is widened before it, or rounded
 * after it, in memory that primitives share: they run one after the other.
 */
final class Primitive implements AutoCloseable {
  private final OneDnnBackend backend;
  private final primitive primitive;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final List<Runnable> before = new ArrayList<>();
  private final List<Runnable> after = new ArrayList<>();
  private final Owned owned = new Owned();
  private int wideOperands;

  /**
   * @param primitive from now on this object's own, also where this fails
   */
  Primitive(OneDnnBackend backend, primitive_desc desc, primitive primitive) {
    this.backend = backend;
    this.primitive = own(primitive);
    own(arguments);
    try {
      memory.desc size = own(desc.scratchpad_desc());
      arguments.put(dnnl.DNNL_ARG_SCRATCHPAD, attached(backend.scratchpad(), size));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private <T extends Pointer> T own(T pointer) {
    return owned.add(pointer);
  }

  /** A feature map that is read. */
  Primitive input(int argument, memory.desc wanted, Tensor tensor) {
    if (!isWidened(tensor)) return direct(argument, wanted, tensor);
    Scratchpad wide = widened(argument, wanted);
    Pointer bf16 = tensor.pointer();
    before.add(() -> backend.widen(tensor.count(), bf16, wide.start()));
    return this;
  }

  /** A feature map that is written. */
  Primitive output(int argument, memory.desc written, Tensor tensor) {
    if (!isWidened(tensor)) return direct(argument, written, tensor);
    Scratchpad wide = widened(argument, written);
    Pointer bf16 = tensor.pointer();
    after.add(() -> backend.narrow(tensor.count(), wide.start(), bf16));
    return this;
  }

  private boolean isWidened(Tensor tensor) {
    return backend.widens() && tensor.dtype() == DType.BF16;
  }

  /** Where the fp32 operand lies: in memory that no other operand of this primitive has. */
  private Scratchpad widened(int argument, memory.desc desc) {
    Scratchpad wide = backend.wide(wideOperands++);
    direct(argument, attached(wide, desc));
    return wide;
  }

  private memory at(memory.desc desc, Tensor tensor) {
    return own(new memory(desc, backend.engine(), tensor.pointer()));
  }

  private memory attached(Scratchpad pad, memory.desc desc) {
    memory attached = own(pad.attach(desc, backend.engine()));
    owned.onClose(() -> pad.detach(attached));
    return attached;
  }

  /** An operand that is used where it lies. */
  Primitive direct(int argument, memory.desc desc, Tensor operand) {
    return direct(argument, at(desc, operand));
  }

  Primitive direct(int argument, memory operand) {
    arguments.put(argument, operand);
    return this;
  }

  /**
   * An input in the caller's layout; packed before each run where the primitive wants another one.
   */
  Primitive packed(int argument, memory.desc layout, Tensor tensor, memory.desc wanted) {
    memory plain = at(layout, tensor);
    if (lies(plain, wanted)) return direct(argument, plain);
    memory packed = own(new memory(wanted, backend.engine()));
    before.add(reordering(plain, packed));
    return direct(argument, packed);
  }

  /**
   * An output in the caller's layout; unpacked after each run where the primitive writes another
   * one.
   */
  Primitive unpacked(int argument, memory.desc layout, Tensor tensor, memory.desc written) {
    memory plain = at(layout, tensor);
    if (lies(plain, written)) return direct(argument, plain);
    memory packed = own(new memory(written, backend.engine()));
    after.add(reordering(packed, plain));
    return direct(argument, packed);
  }

  private static boolean lies(memory plain, memory.desc layout) {
    try (memory.desc own = plain.get_desc()) {
      return layout.equals(own);
    }
  }

  private Runnable reordering(memory from, memory to) {
    reorder copy = own(new reorder(from, to));
    return () -> copy.execute(backend.stream(), from, to);
  }

  void run() {
    for (int i = 0; i < before.size(); i++) before.get(i).run();
    primitive.execute(backend.stream(), arguments);
    for (int i = 0; i < after.size(); i++) after.get(i).run();
  }

  @Override
  public void close() {
    owned.close();
  }
}
