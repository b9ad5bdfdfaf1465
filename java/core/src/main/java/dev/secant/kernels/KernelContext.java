// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_context;
import dev.secant.jni.secant_device_info;
import dev.secant.jni.secant_recording;
import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.NativePlatform;
import dev.secant.tensor.OutOfMemoryException;
import dev.secant.tensor.Turn;
import dev.secant.tensor.WrongStateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A native context: on the CPU a thread pool and the kernels of one instruction level, on a CUDA
 * device a stream and the kernels of libsecant_cuda. Serves one thread at a time, which is checked;
 * distinct contexts may be used concurrently. {@code close()} is idempotent; use after close, and
 * use or close while another thread's call runs, throw {@link IllegalStateException}.
 */
public final class KernelContext implements AutoCloseable {
  private static final int MOST_THREADS = 1024;
  private static final int BEST = 0;

  private final secant_context handle;
  private final Lifetime lifetime;
  private final Set<AutoCloseable> dependents = new LinkedHashSet<>();
  private DType activations = DType.F32;
  private DeviceArguments arguments;
  private final int threads;
  private final int level;
  private final Path library;

  /**
   * A thread for every processor of this process, at most 1024, and the best instructions there
   * are.
   *
   * @throws BackendUnavailableException when there is no native library for this platform
   */
  public KernelContext() {
    this(Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS));
  }

  /**
   * The best instructions there are.
   *
   * @param threads workers in all (the calling thread is one), 1..1024
   * @throws BackendUnavailableException when there is no native library for this platform
   */
  public KernelContext(int threads) {
    this(threads, BEST);
  }

  /**
   * @param threads workers in all (the calling thread is one), 1..1024
   * @param level 0 = best of this processor, else 2, 3 or 4 (x86-64-v2, -v3, -v4)
   * @throws BackendUnavailableException when the processor lacks the level, or there is no native
   *     library for this platform
   */
  public KernelContext(int threads, int level) {
    this(onCpu(threads, level), null);
  }

  private KernelContext(secant_context created, Path library) {
    this.handle = created;
    this.library = library;
    try (IntPointer t = new IntPointer(1);
        IntPointer l = new IntPointer(1)) {
      check(Secant.secant_context_info(handle, t, l));
      this.threads = t.get();
      this.level = l.get();
      this.lifetime = new Lifetime(this, "the kernel context");
    } catch (RuntimeException | Error e) {
      Secant.secant_context_destroy(created);
      throw e;
    }
  }

  private static secant_context onCpu(int threads, int level) {
    NativePlatform.requireKernels();
    secant_context created = new secant_context();
    check(Secant.secant_context_create(threads, level, created));
    return created;
  }

  /**
   * A context on a CUDA device, with a stream of its own.
   *
   * @param library absolute path of libsecant_cuda
   * @param ordinal device, from 0
   * @throws BackendUnavailableException when the library does not load, or there is no driver or
   *     device that it can use; with the reason
   * @throws IllegalArgumentException when there is no device of that ordinal
   */
  public static KernelContext cuda(Path library, int ordinal) {
    return cuda(library, ordinal, 0);
  }

  /**
   * The same on a stream of the caller's, which the context does not close.
   *
   * @param stream address of a {@code cudaStream_t} of that device; 0 = a stream of its own
   * @throws IllegalArgumentException when the stream is another device's, too
   */
  public static KernelContext cuda(Path library, int ordinal, long stream) {
    Arguments.given("library", library);
    NativePlatform.requireKernels();
    secant_context created = new secant_context();
    try (BytePointer path = new BytePointer(library.toAbsolutePath().toString())) {
      Pointer taken = stream == 0 ? null : new Address(stream);
      check(Secant.secant_context_create_cuda(path, ordinal, taken, created));
    }
    return new KernelContext(created, library);
  }

  /**
   * A context on the device of this one, with a stream of its own.
   *
   * @throws IllegalStateException for a context of the CPU
   */
  public KernelContext beside() {
    if (!onDevice())
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "expected a context of a device, got one of the CPU");
    return cuda(library, device().ordinal());
  }

  public int threads() {
    return threads;
  }

  /** Instruction level in use: 2, 3 or 4; 0 on a CUDA device. */
  public int level() {
    return level;
  }

  /** True when buffers are device memory. */
  public boolean onDevice() {
    return level == 0;
  }

  /** Highest level of this processor. */
  public static int processorLevel() {
    NativePlatform.requireKernels();
    try (IntPointer level = new IntPointer(1)) {
      check(Secant.secant_cpu_level(level));
      return level.get();
    }
  }

  /** Version, revision, compiler and flags of the native library. */
  public static String nativeBuild() {
    NativePlatform.requireKernels();
    return Secant.secant_build().getString();
  }

  /**
   * The native handle, for a call of {@link Secant} by whoever has the turn: {@link #use} keeps
   * other threads from closing it meanwhile.
   */
  public secant_context handle() {
    lifetime.requireOpen();
    return handle;
  }

  /** Takes the turn for one call, or for several that belong together. */
  public Turn.Use use() {
    return lifetime.use();
  }

  /** Shared by whatever computes on this context, such as the tensors of a plan. */
  public Turn turn() {
    return lifetime.turn();
  }

  // ---- CUDA contexts ----------------------------------------------------------------------------

  /** The device of a CUDA context, with its memory as it is now. */
  public DeviceInfo device() {
    try (Turn.Use use = use();
        secant_device_info info = NativeStruct.of(secant_device_info::new)) {
      check(Secant.secant_context_device(handle(), info));
      try (BytePointer name = info.name();
          BytePointer bus = info.bus()) {
        return new DeviceInfo(
            name.getString(),
            info.ordinal(),
            info.major(),
            info.minor(),
            info.multiprocessors(),
            info.driver(),
            info.runtime(),
            info.memory_total(),
            info.memory_free(),
            bus.getString());
      }
    }
  }

  /** Address of the {@code cudaStream_t} of a CUDA context. */
  public long stream() {
    try (Turn.Use use = use();
        PointerPointer<Pointer> stream = new PointerPointer<>(1)) {
      check(Secant.secant_context_stream(handle(), stream));
      Pointer value = stream.get();
      return value == null ? 0 : value.address();
    }
  }

  /** The type of activations, {@link DType#F32} at first; F32 or BF16. */
  public void activations(DType type) {
    int wanted = nativeType(type);
    try (Turn.Use use = use()) {
      check(Secant.secant_context_set_type(handle, wanted));
      activations = type;
    }
  }

  DType activations() {
    return activations;
  }

  /**
   * The number of a type of activations in the C API.
   *
   * @throws IllegalArgumentException unless F32 or BF16
   */
  public static int nativeType(DType type) {
    if (type == DType.F32) return Secant.SECANT_FLOAT32;
    if (type == DType.BF16) return Secant.SECANT_BFLOAT16;
    throw new InvalidArgumentException("the type of activations is F32 or BF16, got " + type);
  }

  /** Waits until everything enqueued so far has been computed. */
  public void synchronize() {
    try (Turn.Use use = use()) {
      check(Secant.secant_synchronize(handle));
    }
  }

  /** What this context enqueues from now on waits for what the other one has enqueued so far. */
  public void waitFor(KernelContext other) {
    Arguments.given("other", other);
    try (Turn.Use use = use();
        Turn.Use otherUse = other.use()) {
      check(Secant.secant_context_wait(handle, other.handle));
    }
  }

  /**
   * Records what the body enqueues on a CUDA context, without running it. Closing the context
   * closes its recordings.
   *
   * @throws IllegalStateException when the body did something that cannot be recorded, such as
   *     copying or allocating; the context stays usable
   */
  public Recording record(Runnable body) {
    Arguments.given("body", body);
    try (Turn.Use use = use()) {
      check(Secant.secant_record_begin(handle));
      try {
        body.run();
      } catch (RuntimeException | Error e) {
        Secant.secant_record_end(handle, (secant_recording) null);
        throw e;
      }
      secant_recording made = new secant_recording();
      check(Secant.secant_record_end(handle, made));
      Recording recording = new Recording(this, made);
      adopt(recording);
      return recording;
    }
  }

  @Override
  public void close() {
    try (Turn.Use use = turn().take()) {
      if (lifetime.isClosed()) return;
      List<AutoCloseable> all = new ArrayList<>(List.of(this::destroy));
      all.addAll(dependents);
      Closing.all(all);
    }
  }

  private void destroy() {
    lifetime.end();
    int status = Secant.secant_context_destroy(handle);
    handle.setNull();
    check(status);
  }

  /** Those of calls on a device, closed with this context. Whoever calls has the turn. */
  DeviceArguments arguments() {
    if (arguments == null) {
      lifetime.requireOpen();
      arguments = new DeviceArguments();
      adopt(arguments);
    }
    return arguments;
  }

  /** Closes it with this context, unless it is forgotten before. Whoever calls has the turn. */
  void adopt(AutoCloseable dependent) {
    dependents.add(dependent);
  }

  void forget(AutoCloseable dependent) {
    dependents.remove(dependent);
  }

  /** Turns a status of the C API into the exception it stands for. */
  public static void check(int status) {
    if (status == Secant.SECANT_OK) return;
    String text = Secant.secant_last_error().getString();
    throw switch (status) {
      case Secant.SECANT_INVALID_ARGUMENT -> new InvalidArgumentException(text);
      case Secant.SECANT_OUT_OF_MEMORY -> new OutOfMemoryException("native", text);
      case Secant.SECANT_UNAVAILABLE -> new BackendUnavailableException(text);
      default -> new WrongStateException(ErrorCode.FAILED, "status " + status + ": " + text);
    };
  }
}
