// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.kernels.NativeArray;
import dev.secant.lab.misuse.Row.Expected;
import dev.secant.tensor.Closing;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Turn;
import dev.secant.tensor.WrongStateException;
import java.lang.reflect.Executable;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Makes every call of the table and every misuse of it, in a process of its own. */
final class MisuseProgram {
  /** What was found, or that nothing was. */
  private static final String SAYS =
      "(?is).*(got |is null|was closed|requested|asked for|expected|overflows).*";

  private final List<String> failures = new ArrayList<>();
  private int attempts;

  public static void main(String[] arguments) {
    MisuseProgram program = new MisuseProgram();
    for (Row row : Table.ROWS) {
      if (row.group().onDevice() && arguments.length > 0) continue;
      program.check(row);
      Closing.all(Attempt.KEPT);
      Attempt.KEPT.clear();
    }
    program.failures.forEach(System.out::println);
    System.out.println(program.attempts + " attempts, " + program.failures.size() + " failures");
  }

  private void check(Row row) {
    try (World world = new World()) {
      Object[] pairs = row.arguments().apply(world);
      Object[] values = Row.values(pairs);
      Executable executable = row.executable(values);
      Throwable thrown = attempt(row, executable, world, values);
      if (row.expected() == Expected.THROWS) {
        require(row, "as it stands", thrown, null);
        return;
      }
      if (thrown != null) failures.add(row + ": threw " + thrown);
    } catch (RuntimeException e) {
      failures.add(row + ": " + e);
      return;
    }
    arguments(row);
    overlaps(row);
    closed(row);
    whileAnotherThread(row);
  }

  private void arguments(Row row) {
    int count;
    try (World world = new World()) {
      count = row.arguments().apply(world).length / 2;
    }
    for (int i = 0; i < count; i++) {
      try (World world = new World()) {
        Object[] pairs = row.arguments().apply(world);
        Argument argument = row.notations(pairs).get(i);
        Object[] values = Row.values(pairs);
        Executable executable = row.executable(values);
        Object valid = values[i];
        for (Map.Entry<String, Object> wrong : Misuses.of(argument, valid).entrySet()) {
          values[i] = wrong.getValue();
          Throwable thrown = attempt(row, executable, world, values);
          require(row, argument.name() + " " + wrong.getKey(), thrown, argument);
        }
      }
    }
  }

  /** Every output over every other buffer, from its second element on. */
  private void overlaps(Row row) {
    try (World world = new World()) {
      Object[] pairs = row.arguments().apply(world);
      List<Argument> notations = row.notations(pairs);
      Object[] valid = Row.values(pairs);
      Executable executable = row.executable(valid);
      for (int o = 0; o < valid.length; o++) {
        for (int i = 0; i < valid.length; i++) {
          Buffer out = buffer(valid[o]);
          Buffer in = buffer(valid[i]);
          if (out == null || in == null || i == o || !notations.get(o).output()) continue;
          int width = Buffers.width(out);
          if (in.remaining() * Buffers.width(in) <= width) continue;
          ByteBuffer memory = Buffers.bytes(8 + 8 * Math.max(in.capacity(), out.capacity()));
          Object[] values = valid.clone();
          Buffer before = Buffers.at(memory, 0, in);
          values[o] = like(valid[o], Buffers.at(memory, width, out));
          values[i] = like(valid[i], before);
          // What the two share was written by the second: indices and weights stay right.
          rewrite(before, in);
          String what = notations.get(o).name() + " overlaps " + notations.get(i).name();
          require(row, what, attempt(row, executable, world, values), notations.get(o));
        }
      }
    }
  }

  /** What an argument is made of; null when it is no memory. */
  private static Buffer buffer(Object argument) {
    if (argument instanceof NativeArray n) return Buffers.of(n);
    return argument instanceof Buffer b ? b : null;
  }

  private static Object like(Object argument, Buffer memory) {
    return argument instanceof NativeArray ? NativeArray.of(memory) : memory;
  }

  private static void rewrite(Buffer to, Buffer from) {
    if (to instanceof FloatBuffer f) f.duplicate().put(((FloatBuffer) from).duplicate());
    if (to instanceof IntBuffer i) i.duplicate().put(((IntBuffer) from).duplicate());
    if (to instanceof ByteBuffer b) b.duplicate().put(((ByteBuffer) from).duplicate());
  }

  /** After its owner was closed, twice. */
  private void closed(Row row) {
    try (World world = new World()) {
      Object[] values = Row.values(row.arguments().apply(world));
      Executable executable = row.executable(values);
      Object target = row.target(world, executable);
      if (target == null) return;
      row.group().close().accept(world);
      row.group().close().accept(world);
      attempts++;
      Throwable thrown = Attempt.of(executable, target, values);
      if (row.expected() == Expected.WORKS)
        requireState(row, "after close", thrown, ErrorCode.CLOSED, "was closed");
      else if (thrown != null) failures.add(row + " after close: threw " + thrown);
    }
  }

  private void whileAnotherThread(Row row) {
    if (row.group().turn() == null || row.expected() != Expected.WORKS) return;
    try (World world = new World()) {
      Object[] values = Row.values(row.arguments().apply(world));
      Executable executable = row.executable(values);
      Object target = row.target(world, executable);
      if (target == null) return;
      Turn turn = row.group().turn().apply(world);
      CountDownLatch taken = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(1);
      Thread other = new Thread(() -> hold(turn, taken, done), "another");
      other.start();
      taken.await();
      attempts++;
      Throwable thrown = Attempt.of(executable, target, values);
      done.countDown();
      other.join();
      requireState(
          row,
          "while another thread is inside",
          thrown,
          ErrorCode.IN_USE,
          "in use by thread 'another'");
      Throwable after = Attempt.of(executable, target, values);
      if (after != null) failures.add(row + " after another thread was inside: threw " + after);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void hold(Turn turn, CountDownLatch taken, CountDownLatch done) {
    try (Turn.Use use = turn.take()) {
      taken.countDown();
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Throwable attempt(Row row, Executable executable, World world, Object[] values) {
    attempts++;
    return Attempt.of(executable, row.target(world, executable), values);
  }

  private void require(Row row, String what, Throwable thrown, Argument argument) {
    String where = row + ", " + what + ": ";
    if (thrown == null) {
      failures.add(where + "nothing was thrown");
      return;
    }
    String message = String.valueOf(thrown.getMessage());
    boolean says = message.matches(SAYS);
    boolean named =
        argument == null
            || argument.isNamedBy(message)
            || message.contains(" " + what.split(" ")[1] + " must")
            || message.contains("was closed");
    if (!Attempt.isTyped(thrown) || !says || !named) failures.add(where + thrown);
  }

  private void requireState(Row row, String what, Throwable thrown, ErrorCode code, String text) {
    boolean right =
        thrown instanceof WrongStateException e
            && e.code() == code
            && e.getMessage().contains(text);
    if (!right) failures.add(row + " " + what + ": " + thrown);
  }
}
