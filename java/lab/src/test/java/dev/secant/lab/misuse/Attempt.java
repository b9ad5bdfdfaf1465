// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.kernels.BoundConsistency;
import dev.secant.kernels.BoundDirichlet;
import dev.secant.kernels.BoundMixing;
import dev.secant.kernels.BoundNonLin;
import dev.secant.tensor.Arena;
import dev.secant.tensor.Closing;
import dev.secant.tensor.Coded;
import dev.secant.tensor.HostMemory;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/** Calls a method or a constructor, and an op that it planned. */
final class Attempt {
  static final HostMemory MEMORY = new HostMemory();

  /** Arenas that wrong tensors live in, until the end of a row. */
  static final List<Arena> KEPT = new ArrayList<>();

  private Attempt() {}

  /** What it threw, or null. */
  static Throwable of(Executable executable, Object target, Object[] arguments) {
    try {
      Object result =
          executable instanceof Method m
              ? m.invoke(target, arguments)
              : ((Constructor<?>) executable).newInstance(arguments);
      run(result);
      if (result instanceof AutoCloseable c) Closing.all(List.of(c));
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(executable.toString(), e);
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static void run(Object planned) {
    if (planned instanceof Op op) op.run();
    if (planned instanceof BoundMixing m) m.run();
    if (planned instanceof BoundConsistency c) c.run(1);
    if (planned instanceof BoundNonLin n) n.run();
    if (planned instanceof BoundDirichlet d) d.run(0);
    if (planned instanceof Differentiable d) {
      d.forward();
      d.backward();
    }
    if (planned instanceof Norm n) {
      n.forward();
      n.backward();
    }
    if (planned instanceof Conv2d c) {
      c.forward();
      c.backwardData();
      c.backwardWeights();
    }
  }

  /** Whether it is one of the exceptions that the library promises. */
  static boolean isTyped(Throwable t) {
    return t instanceof Coded && t instanceof RuntimeException;
  }

  static Object component(Record r, RecordComponent c) {
    try {
      c.getAccessor().setAccessible(true);
      return c.getAccessor().invoke(r);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The record with another value of a component. */
  static Object with(Record r, RecordComponent changed, Object value) {
    RecordComponent[] all = r.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[all.length];
    Object[] values = new Object[all.length];
    for (int i = 0; i < all.length; i++) {
      types[i] = all[i].getType();
      values[i] = all[i].getName().equals(changed.getName()) ? value : component(r, all[i]);
    }
    try {
      return r.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
