// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.tensor.Turn;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One call of the table.
 *
 * @param name of the method; that of the class for a constructor
 * @param target null for constructors and static methods
 * @param arguments notation, value, notation, value ...
 */
record Row(
    Group group, String name, Expected expected, Function<World, Object[]> arguments, String why) {

  /** What a call with these arguments does. */
  enum Expected {
    /** It succeeds, and throws once its owner was closed. */
    WORKS,
    /** It succeeds, also once its owner was closed: nothing native is touched. */
    ALWAYS_WORKS,
    /** The arguments as they stand are wrong. */
    THROWS
  }

  /**
   * Rows on one object.
   *
   * @param close closes what the object needs
   * @param turn whose turn is taken by another thread; null where no public way leads to it
   */
  record Group(
      Class<?> type,
      boolean onDevice,
      Function<World, Object> target,
      Consumer<World> close,
      Function<World, Turn> turn) {}

  List<Argument> notations(Object[] pairs) {
    List<Argument> all = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) all.add(Argument.of((String) pairs[i]));
    return all;
  }

  static Object[] values(Object[] pairs) {
    Object[] values = new Object[pairs.length / 2];
    for (int i = 0; i < values.length; i++) values[i] = pairs[2 * i + 1];
    return values;
  }

  Object target(World world, Executable executable) {
    boolean none = !(executable instanceof Method) || Modifier.isStatic(executable.getModifiers());
    return none ? null : group.target().apply(world);
  }

  /** The public method or constructor that takes these values. */
  Executable executable(Object[] values) {
    boolean isNew = name.equals(group.type().getSimpleName());
    Executable[] all = isNew ? group.type().getConstructors() : group.type().getMethods();
    return Arrays.stream(all)
        .filter(e -> isNew || e.getName().equals(name))
        .filter(e -> takes(e.getParameterTypes(), values))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no such method: " + this));
  }

  private static boolean takes(Class<?>[] types, Object[] values) {
    if (types.length != values.length) return false;
    for (int i = 0; i < types.length; i++) {
      boolean fits =
          values[i] == null
              ? !types[i].isPrimitive()
              : java.lang.invoke.MethodType.methodType(types[i])
                  .wrap()
                  .returnType()
                  .isInstance(values[i]);
      if (!fits) return false;
    }
    return true;
  }

  @Override
  public String toString() {
    return group.type().getSimpleName() + "." + name + (why.isEmpty() ? "" : " (" + why + ")");
  }
}
