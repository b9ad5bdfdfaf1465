// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** One thread calls, another one closes under it; nothing but an IllegalStateException may come. */
final class CloseRaces {
  private static final int ROUNDS = 20;

  /** Something that is called, and how it is closed. */
  private record Game(Runnable call, AutoCloseable owner) {}

  private final List<String> failures = new ArrayList<>();
  private int attempts;

  public static void main(String[] arguments) throws Exception {
    CloseRaces races = new CloseRaces();
    for (int round = 0; round < ROUNDS; round++) {
      for (Supplier<Game> game :
          List.<Supplier<Game>>of(
              CloseRaces::facade, CloseRaces::tensor, CloseRaces::plan, CloseRaces::backend)) {
        races.play(game.get(), round);
      }
    }
    races.failures.forEach(System.out::println);
    System.out.println(races.attempts + " attempts, " + races.failures.size() + " failures");
  }

  private void play(Game game, int round) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    Throwable[] found = new Throwable[2];
    Thread caller =
        new Thread(
            () -> {
              await(start);
              found[0] = callUntilClosed(game.call());
            });
    caller.start();
    await(start);
    Thread.sleep(0, 20_000 * (round % 10));
    found[1] = closeUntilItWorks(game.owner());
    caller.join();
    attempts += 2;
    for (Throwable t : found)
      if (!(t instanceof IllegalStateException)) failures.add("round " + round + ": " + t);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The exception that says it was closed; one that says somebody is inside is gone past. */
  private static Throwable callUntilClosed(Runnable call) {
    while (true) {
      try {
        call.run();
      } catch (Throwable t) {
        if (!isBusy(t)) return t;
      }
      LockSupport.parkNanos(1000);
    }
  }

  private static Throwable closeUntilItWorks(AutoCloseable owner) {
    while (true) {
      try {
        owner.close();
        return new IllegalStateException("closed");
      } catch (Throwable t) {
        if (!isBusy(t)) return t;
      }
    }
  }

  private static boolean isBusy(Throwable t) {
    return t instanceof IllegalStateException && t.getMessage().contains("one thread at a time");
  }

  private static Game facade() {
    KernelContext context = new KernelContext(2, 0);
    Mixing mixing = new Mixing(context);
    FloatBuffer source = Buffers.floats(3 * 2000);
    FloatBuffer out = Buffers.floats(2 * 2000);
    IntBuffer rows = Buffers.ints(4);
    FloatBuffer lambda = Buffers.weights(2, 2);
    return new Game(() -> mixing.values(source, 2000, rows, lambda, 2, out), context);
  }

  private static Game tensor() {
    Arena arena = new Arena(new HostMemory());
    Tensor tensor = arena.tensor(DType.F32, 20_000);
    float[] values = new float[20_000];
    return new Game(() -> tensor.set(values), arena);
  }

  private static Game plan() {
    Backend backend = Backends.create("cpu", BackendOptions.threads(1));
    Plan plan = backend.newPlan();
    Tensor a = plan.activation(20_000);
    Op add = plan.add(a, a, a);
    return new Game(
        add::run,
        () -> {
          plan.close();
          backend.close();
        });
  }

  private static Game backend() {
    Backend backend = Backends.create("cpu", BackendOptions.threads(1));
    Plan plan = backend.newPlan();
    Tensor x = plan.activation(4, 16, 16, 16);
    Tensor w = plan.activation(16, 3, 3, 16);
    Tensor y = plan.activation(4, 16, 16, 16);
    Conv2d conv =
        plan.conv2d(
            new Conv2d.Spec(4, 16, 16, 16, 16, 3, 1), Conv2d.Tensors.forwardOnly(x, w, null, y));
    return new Game(conv::forward, backend);
  }
}
