// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What is checked, and how long.
 *
 * @param backend cuda or cpu
 * @param device the device and where its libraries are; arithmetic, graph and plan file are the
 *     checks' own
 * @param threads of the CPU backend
 * @param quick small sizes, neither sanitizer nor profiler
 * @param seconds for all of it
 * @param endNanos of {@link System#nanoTime()}: when they are over
 * @param tools where NVIDIA's programs are looked for
 * @param kernelTests the native test program, or null when it is not there
 * @param kernelLibrary libsecant_cuda for it, or null: the one beside it
 * @param out where reports and logs go; exists
 */
public record CheckSettings(
    String backend,
    DeviceOptions device,
    int threads,
    boolean quick,
    int seconds,
    long endNanos,
    Tools tools,
    Path kernelTests,
    Path kernelLibrary,
    Path out) {

  /** From now on, with the tools of the environment. */
  public CheckSettings(
      String backend,
      DeviceOptions device,
      int threads,
      boolean quick,
      int seconds,
      Path kernelTests,
      Path kernelLibrary,
      Path out) {
    this(
        backend,
        device,
        threads,
        quick,
        seconds,
        System.nanoTime() + seconds * 1_000_000_000L,
        Tools.ofEnvironment(),
        kernelTests,
        kernelLibrary,
        out);
  }

  /** The same with tools from elsewhere. */
  CheckSettings with(Tools others) {
    return new CheckSettings(
        backend,
        device,
        threads,
        quick,
        seconds,
        endNanos,
        others,
        kernelTests,
        kernelLibrary,
        out);
  }

  /** Whether the time is over: nothing further starts. */
  boolean over() {
    return System.nanoTime() > endNanos;
  }

  /** Why something did not start. */
  String overText() {
    return "the %d seconds were over".formatted(seconds);
  }

  /** So long, or the time that is left, at least a second. */
  Duration atMost(int limit) {
    long left = (endNanos - System.nanoTime()) / 1_000_000_000L;
    return Duration.ofSeconds(Math.max(1, Math.min(limit, left)));
  }

  /** What is timed: bf16 where the backend knows it. */
  Arithmetic arithmetic() {
    return onDevice() ? Arithmetic.BF16 : Arithmetic.FP32;
  }

  boolean onDevice() {
    return !backend.equals("cpu");
  }

  /** A new backend under test. */
  Backend open(Arithmetic arithmetic, boolean graph, Path plans) {
    DeviceOptions d = device;
    DeviceOptions wanted =
        new DeviceOptions(
            d.ordinal(),
            d.library(),
            d.folders(),
            d.convolutions(),
            arithmetic,
            plans,
            graph,
            d.fast());
    return Backends.create(backend, BackendOptions.of(threads, wanted));
  }

  /** The CPU backend, to compare with. */
  Backend openCpu() {
    return Backends.create("cpu", BackendOptions.threads(threads));
  }

  Path log(String name) {
    return out.resolve(name);
  }
}
