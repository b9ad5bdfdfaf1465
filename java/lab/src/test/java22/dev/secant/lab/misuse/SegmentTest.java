// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Normalisation;
import dev.secant.kernels.BoundMixing;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.NativeArray;
import dev.secant.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels on memory segments, of the jar as it is built with JDK 22 or later. */
class SegmentTest {
  @TempDir Path folder;

  private final KernelContext context = new KernelContext(1, 0);
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment source = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
  private final MemorySegment rows = arena.allocateFrom(JAVA_INT, 0, 1, 1, 2);
  private final MemorySegment lambda = arena.allocateFrom(JAVA_FLOAT, .5f, .5f, .25f, .75f);
  private final MemorySegment out = arena.allocate(JAVA_FLOAT, 4);

  @AfterEach
  void close() {
    context.close();
    if (arena.scope().isAlive()) arena.close();
  }

  private static NativeArray f32(MemorySegment segment) {
    return NativeArray.segment(segment, DType.F32);
  }

  private BoundMixing bind(MemorySegment from, MemorySegment to) {
    NativeArray whole = NativeArray.segment(rows, DType.I32);
    return new Mixing(context).bindValues(f32(from), 2, whole, f32(lambda), 2, f32(to));
  }

  @Test
  void mixesSegments() {
    bind(source, out).run();
    assertThat(out.toArray(JAVA_FLOAT)).containsExactly(2, 3, 4.5f, 5.5f);
  }

  @Test
  void slicesCountFromTheirStart() {
    MemorySegment wide = arena.allocate(JAVA_FLOAT, 8);
    MemorySegment.copy(source, 0, wide, 4, 24);
    bind(wide.asSlice(4, 24), out).run();
    assertThat(out.toArray(JAVA_FLOAT)).containsExactly(2, 3, 4.5f, 5.5f);
  }

  /** A sparse file of 3 · 2^30 pixels, mapped whole. */
  @Test
  void moreThanTwoToThe31Elements() throws Exception {
    long pixels = 3L << 30;
    int width = 3;
    int images = (int) (pixels / width);
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("pixels"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.wrap(new byte[] {7}), pixels - 1);
      MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, pixels, arena);
      MemorySegment mixed = arena.allocate(JAVA_FLOAT, width);
      new Mixing(context)
          .images(
              NativeArray.segment(mapped, DType.U8),
              new Mixing.ImageSize(1, width, 1),
              new Normalisation(new float[] {1}, new float[] {0}),
              NativeArray.segment(arena.allocateFrom(JAVA_INT, images - 1), DType.I32),
              NativeArray.segment(arena.allocateFrom(JAVA_INT, 0), DType.I32),
              f32(arena.allocateFrom(JAVA_FLOAT, 1)),
              1,
              f32(mixed));
      assertThat(mixed.toArray(JAVA_FLOAT)).containsExactly(0, 0, 7);
    }
  }

  @Test
  void whatASegmentMustBe() {
    refused("segment is null", null);
    refused("segment must be a java.lang.foreign.MemorySegment, got a java.lang.String", "memory");
    refused(
        "segment must be native memory, got one on the heap",
        MemorySegment.ofArray(new float[] {1, 2}));
    refused("segment must hold whole elements of 4 bytes, got 6 bytes", source.asSlice(0, 6));
    refused("segment must be aligned to 4 bytes, got 0x\\w+", source.asSlice(2, 20));
    assertThatThrownBy(() -> NativeArray.segment(source, null)).hasMessage("type is null");
  }

  private static void refused(String message, Object segment) {
    assertThatThrownBy(() -> NativeArray.segment(segment, DType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(message);
  }

  @Test
  void readOnlySegmentsAreNoOutputs() {
    assertThatThrownBy(() -> bind(source, out.asReadOnly()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("out is an output, got a read-only one");
    bind(source.asReadOnly(), out).run();
  }

  @Test
  void overlapsAreRefused() {
    assertThatThrownBy(() -> bind(source, source.asSlice(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("out must share no memory with source, got two that overlap");
  }

  @Test
  void aClosedArenaIsRefused() {
    MemorySegment gone;
    try (Arena other = Arena.ofShared()) {
      gone = other.allocate(JAVA_FLOAT, 6);
    }
    assertThatThrownBy(() -> f32(gone))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the memory of segment was closed");
    BoundMixing bound;
    try (Arena other = Arena.ofShared()) {
      bound = bind(other.allocate(JAVA_FLOAT, 6), out);
      bound.run();
    }
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the memory of source was closed");
  }

  @Test
  void anotherThreadThanTheArenasIsRefused() throws Exception {
    BoundMixing bound = bind(source, out);
    Throwable[] found = new Throwable[2];
    Thread other =
        new Thread(
            () -> {
              found[0] = thrown(bound::run);
              found[1] = thrown(() -> f32(source));
            },
            "another");
    other.start();
    other.join();
    assertThat(found)
        .allSatisfy(
            t ->
                assertThat(t)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                        "the memory of (source|segment) belongs to another thread: expected the"
                            + " owner of its arena, got thread 'another'"));
    bound.run();
  }

  private static Throwable thrown(Runnable call) {
    try {
      call.run();
      return null;
    } catch (Throwable t) {
      return t;
    }
  }

  /** As on Java 17: a pass of ten thousand runs without a byte. */
  @Test
  void runsAllocateNothing() {
    BoundMixing bound = bind(source, out);
    var threads =
        (com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int pass = 0; pass < 6; pass++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) bound.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
  }
}
