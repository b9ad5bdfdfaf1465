// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.secant.backend.Consistency;
import dev.secant.backend.Normalisation;
import dev.secant.kernels.ConsistencyLoss;
import dev.secant.kernels.ContextMemory;
import dev.secant.kernels.DeviceKernels;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.NonLin;
import dev.secant.tensor.DType;
import java.lang.management.ManagementFactory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Plain device addresses give what the same facades give on buffers of the host. */
@Tag("native")
class DeviceKernelsTest {
  private static final int BATCH = 5;
  private static final int WAYS = 3;
  private static final int SOURCES = 6;

  private final Random random = new Random(3);
  private KernelContext cpu;
  private KernelContext device;
  private ContextMemory memory;
  private DeviceKernels kernels;

  @BeforeEach
  void open() {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    cpu = new KernelContext(1, 0);
    device = KernelContext.cuda(library, 1);
    memory = new ContextMemory(device);
    kernels = new DeviceKernels(device);
  }

  @AfterEach
  void close() {
    if (device != null) device.close();
    if (cpu != null) cpu.close();
  }

  @Test
  void mixing() {
    ByteBuffer pixels = direct(4 * 8 * 4 * 3);
    for (int i = 0; i < pixels.limit(); i++) pixels.put(i, (byte) random.nextInt());
    Mixing.ImageSize size = new Mixing.ImageSize(8, 4, 3);
    IntBuffer indices = ints(SOURCES, 4);
    IntBuffer rows = ints(BATCH * WAYS, SOURCES);
    FloatBuffer lambda = weights();
    FloatBuffer expected = floats(BATCH * 96);
    Normalisation normalisation = Normalisation.unit(3);
    new Mixing(cpu).images(pixels, size, normalisation, indices, rows, lambda, WAYS, expected);
    long out = memory.allocate(BATCH * 96 * 4);
    DeviceKernels.Pairs pairs =
        new DeviceKernels.Pairs(put(rows), put(lambda), BATCH, WAYS, SOURCES);
    DeviceKernels.Pool pool = new DeviceKernels.Pool(put(pixels), 4, size);
    kernels.mixImages(pool, normalisation, put(indices), pairs, out);
    assertThat(floats(out, BATCH * 96)).isEqualTo(array(expected));

    FloatBuffer source = floats(SOURCES * 7);
    FloatBuffer values = floats(BATCH * 7);
    new Mixing(cpu).values(source, 7, rows, lambda, WAYS, values);
    kernels.mixValues(put(source), 7, pairs, out);
    assertThat(floats(out, BATCH * 7)).isEqualTo(array(values));
  }

  @Test
  void consistency() {
    int classes = 9;
    FloatBuffer student = floats(BATCH * classes);
    FloatBuffer targets = floats(SOURCES * classes);
    IntBuffer rows = ints(BATCH * WAYS, SOURCES);
    FloatBuffer lambda = weights();
    FloatBuffer gradient = floats(BATCH * classes);
    Consistency definition = new Consistency(Consistency.Space.PROB, Consistency.Reduction.MEAN);
    float loss =
        new ConsistencyLoss(cpu, definition)
            .evaluate(student, targets, classes, rows, lambda, 2, gradient, null);
    long out = memory.allocate(4);
    long dL_dstudent = memory.allocate(BATCH * classes * 4);
    FloatBuffer weight = floats(1).put(0, 2);
    kernels.consistency(
        definition,
        put(student),
        put(targets),
        classes,
        new DeviceKernels.Pairs(put(rows), put(lambda), BATCH, WAYS, SOURCES),
        put(weight),
        out,
        dL_dstudent,
        0);
    assertThat(floats(out, 1)[0]).isCloseTo(loss, within(1e-6f * loss));
    float[] found = floats(dL_dstudent, BATCH * classes);
    for (int i = 0; i < found.length; i++)
      assertThat(found[i]).isCloseTo(gradient.get(i), within(1e-7f));
  }

  @Test
  void nonlinAndDirichlet() {
    IntBuffer rows = ints(BATCH * WAYS, SOURCES);
    FloatBuffer lambda = floats(BATCH * WAYS);
    double[] alpha = {0.5, 0.5, 0.5};
    new Dirichlet(cpu, alpha).draw(7, 1, 3, lambda);
    LongPointer step = new LongPointer(new long[] {3});
    long nativeLambda = memory.allocate(BATCH * WAYS * 4);
    kernels.dirichlet(7, 1, put(step, 8), BATCH, alpha, nativeLambda);
    assertThat(floats(nativeLambda, BATCH * WAYS)).isEqualTo(array(lambda));

    FloatBuffer points = floats(SOURCES * 33);
    FloatBuffer mixed = floats(BATCH * 33);
    List<NonLin.Pair> expected =
        new NonLin(cpu)
            .measure(List.of(new NonLin.Layer(points, mixed)), rows, lambda, WAYS, SOURCES)
            .get(0);
    long out = memory.allocate(2 * BATCH * 4 * 8);
    DeviceKernels.Layer layer = new DeviceKernels.Layer(put(points), put(mixed), 33, DType.F32);
    kernels.nonlin(
        List.of(layer, layer),
        new DeviceKernels.Pairs(put(rows), nativeLambda, BATCH, WAYS, SOURCES),
        1e-12,
        out);
    double[] found = doubles(out, 2 * BATCH * 4);
    for (int b = 0; b < 2 * BATCH; b++) {
      NonLin.Pair pair = expected.get(b % BATCH);
      assertThat(found[4 * b]).isCloseTo(pair.distance(), within(1e-9));
      assertThat(found[4 * b + 1]).isCloseTo(pair.floor(), within(1e-9));
      assertThat(found[4 * b + 2]).isCloseTo(pair.relative(), within(1e-9));
      assertThat(found[4 * b + 3]).isCloseTo(pair.oneMinusCos(), within(1e-9));
    }
  }

  /** Of a thread's heap; a compilation of what runs here may add some hundred bytes to one pass. */
  private static long allocated(Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long me = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int pass = 0; pass < 3; pass++) {
      long before = threads.getThreadAllocatedBytes(me);
      for (int i = 0; i < 100; i++) call.run();
      least = Math.min(least, threads.getThreadAllocatedBytes(me) - before);
    }
    return least;
  }

  @Test
  void callsAllocateNothing() {
    long floats = memory.allocate(4 * 64);
    long ints = memory.allocate(4 * 64);
    long bytes = memory.allocate(64);
    long out = memory.allocate(8 * 64);
    long step = memory.allocate(8);
    DeviceKernels.Pairs pairs = new DeviceKernels.Pairs(ints, floats, 2, 2, 3);
    DeviceKernels.Pool pool = new DeviceKernels.Pool(bytes, 2, new Mixing.ImageSize(1, 2, 3));
    Normalisation unit = Normalisation.unit(3);
    assertThat(allocated(() -> kernels.mixImages(pool, unit, ints, pairs, out))).isZero();
    assertThat(allocated(() -> kernels.mixValues(floats, 4, pairs, out))).isZero();
    Consistency l2 = new Consistency(Consistency.Space.PROB, Consistency.Reduction.L2);
    long loss = out + 4 * 32;
    assertThat(
            allocated(
                () -> kernels.consistency(l2, floats, floats, 4, pairs, floats, loss, out, 0)))
        .isZero();
    DeviceKernels.Layer layer = new DeviceKernels.Layer(floats, floats, 4, DType.F32);
    List<DeviceKernels.Layer> layers = List.of(layer, layer, layer);
    assertThat(allocated(() -> kernels.nonlin(layers, pairs, 1e-12, out))).isZero();
    double[] alpha = {.5, .5};
    assertThat(allocated(() -> kernels.dirichlet(7, 0, step, 2, alpha, out))).isZero();
  }

  /** What one call was given does not stay for the next. */
  @Test
  void aNullAddressAfterAnotherIsNull() {
    long floats = memory.allocate(4 * 64);
    long ints = memory.allocate(4 * 64);
    DeviceKernels.Pairs pairs = new DeviceKernels.Pairs(ints, floats, 2, 2, 3);
    long out = memory.allocate(4 * 64);
    kernels.mixValues(floats, 4, pairs, out);
    assertThatThrownBy(() -> kernels.mixValues(floats, 4, pairs, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out is NULL");
    DeviceKernels.Layer layer = new DeviceKernels.Layer(floats, floats, 4, DType.F32);
    DeviceKernels.Layer none = new DeviceKernels.Layer(floats, 0, 4, DType.F32);
    kernels.nonlin(List.of(layer), pairs, 1e-12, out);
    assertThatThrownBy(() -> kernels.nonlin(List.of(layer, none), pairs, 1e-12, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mixed");
    assertThatThrownBy(() -> kernels.nonlin(List.of(), pairs, 1e-12, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
  }

  /** Nothing that it holds outlives the context, and none of it is used after that. */
  @Test
  void afterItsContextWasClosedItIsClosed() {
    device.close();
    assertThatThrownBy(() -> kernels.mixValues(16, 4, new DeviceKernels.Pairs(16, 16, 1, 1, 1), 16))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the kernel context was closed");
  }

  @Test
  void whatIsNullIsNamed() {
    DeviceKernels.Pairs pairs = new DeviceKernels.Pairs(16, 16, 1, 1, 1);
    DeviceKernels.Pool pool = new DeviceKernels.Pool(16, 1, new Mixing.ImageSize(4, 4, 1));
    Normalisation unit = Normalisation.unit(1);
    Consistency mean = new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN);
    named("context", () -> new DeviceKernels(null));
    named("size", () -> new DeviceKernels.Pool(16, 1, null));
    named("pool", () -> kernels.mixImages(null, unit, 16, pairs, 16));
    named("normalisation", () -> kernels.mixImages(pool, null, 16, pairs, 16));
    named("pairs", () -> kernels.mixImages(pool, unit, 16, null, 16));
    named("pairs", () -> kernels.mixValues(16, 1, null, 16));
    named("definition", () -> kernels.consistency(null, 16, 16, 1, pairs, 16, 16, 0, 0));
    named("pairs", () -> kernels.consistency(mean, 16, 16, 1, null, 16, 16, 0, 0));
    named("layers", () -> kernels.nonlin(null, pairs, 1e-12, 16));
    named("layer 0", () -> kernels.nonlin(Collections.singletonList(null), pairs, 1e-12, 16));
    named("pairs", () -> kernels.nonlin(List.of(), null, 1e-12, 16));
    named("alpha", () -> kernels.dirichlet(7, 0, 16, 1, null, 16));
  }

  private static void named(String argument, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(argument + " is null");
  }

  @Test
  void whatIsWrongIsRefused() {
    assertThatThrownBy(() -> new DeviceKernels(cpu))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the context of a device, got one of the CPU");
    DeviceKernels.Pairs pairs = new DeviceKernels.Pairs(16, 16, 1, 17, 1);
    assertThatThrownBy(() -> kernels.mixValues(16, 4, pairs, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ways must be in 1..16, got 17");
    DeviceKernels.Pairs fine = new DeviceKernels.Pairs(16, 16, 1, 1, 1);
    assertThatThrownBy(() -> kernels.mixValues(0, 4, fine, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("source is NULL");
    assertThatThrownBy(() -> kernels.mixValues(17, 4, fine, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("source must be aligned");
    Mixing.ImageSize grey = new Mixing.ImageSize(4, 4, 1);
    DeviceKernels.Pool pool = new DeviceKernels.Pool(16, 1, grey);
    assertThatThrownBy(() -> kernels.mixImages(pool, Normalisation.unit(3), 16, fine, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("normalisation must have 1 channels, got 3 and 3");
    for (int ways : new int[] {0, 17})
      assertThatThrownBy(() -> kernels.dirichlet(7, 0, 16, 1, new double[ways], 16))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("length of alpha must be in 1..16, got " + ways);
  }

  // ---- buffers of the host, memory of the device -----------------------------------------------

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private FloatBuffer floats(int count) {
    FloatBuffer buffer = direct(4 * count).asFloatBuffer();
    for (int i = 0; i < count; i++) buffer.put(i, random.nextFloat() - 0.25f);
    return buffer;
  }

  /** (B, K), rows of sum 1, some negative: which weights they are is the caller's affair. */
  private FloatBuffer weights() {
    FloatBuffer buffer = floats(BATCH * WAYS);
    for (int at = 0; at < buffer.limit(); at += WAYS) {
      float others = 0;
      for (int k = 1; k < WAYS; k++) others += buffer.get(at + k);
      buffer.put(at, 1 - others);
    }
    return buffer;
  }

  private IntBuffer ints(int count, int bound) {
    IntBuffer buffer = direct(4 * count).asIntBuffer();
    for (int i = 0; i < count; i++) buffer.put(i, random.nextInt(bound));
    return buffer;
  }

  private static float[] array(FloatBuffer buffer) {
    float[] values = new float[buffer.limit()];
    buffer.duplicate().get(values);
    return values;
  }

  private long put(Buffer buffer) {
    if (buffer instanceof FloatBuffer b) return put(new FloatPointer(b), 4L * b.limit());
    if (buffer instanceof IntBuffer b) return put(new IntPointer(b), 4L * b.limit());
    return put(new BytePointer((ByteBuffer) buffer), buffer.limit());
  }

  private long put(Pointer host, long bytes) {
    long address = memory.allocate(bytes);
    memory.upload(address, host.address(), bytes);
    return address;
  }

  private float[] floats(long address, int count) {
    FloatBuffer buffer = direct(4 * count).asFloatBuffer();
    memory.download(new FloatPointer(buffer).address(), address, 4L * count);
    return array(buffer);
  }

  private double[] doubles(long address, int count) {
    DoubleBuffer buffer = direct(8 * count).asDoubleBuffer();
    memory.download(new DoublePointer(buffer).address(), address, 8L * count);
    double[] values = new double[count];
    buffer.get(values);
    return values;
  }
}
