// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Plan;
import dev.secant.jni.Secant;
import dev.secant.kernels.ContextMemory;
import dev.secant.kernels.DeviceInfo;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.OutOfMemoryException;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;

/**
 * Convolutions by cuDNN and dense layers by cuBLASLt, with one workspace for both on each stream
 * that they run on. The gradient of a bf16 kernel comes from cuDNN in bf16 and is widened to the
 * fp32 that the optimiser reads.
 */
final class VendorLayers implements LinearLayers {
  private final KernelContext context;
  private final MemorySpace memory;
  private final CudaLibraries libraries;
  private final Precision precision;
  private final LtHandle blas;
  private final Convolutions convolutions;
  private final Map<KernelContext, Lane> lanes = new IdentityHashMap<>();
  private final boolean described;

  /**
   * @param cudnn of the context's stream; null for a described device, whose plans cannot run;
   *     likewise blas, without which dense layers are left to others
   */
  private VendorLayers(
      KernelContext context,
      CudaLibraries libraries,
      Precision precision,
      CudnnHandle cudnn,
      LtHandle blas,
      Convolutions convolutions) {
    this.context = context;
    this.memory = new ContextMemory(context);
    this.libraries = libraries;
    this.precision = precision;
    this.blas = blas;
    this.convolutions = convolutions;
    this.described = cudnn == null;
    lanes.put(context, new Lane(cudnn, new Workspace(memory)));
  }

  /**
   * On the device of a context; reads the options' folders, arithmetic, plan file and whether fast.
   *
   * @throws BackendUnavailableException when a library is missing or unusable, or the device lacks
   *     the arithmetic
   * @throws PlanFileException when the given plans are damaged or for something else
   */
  static VendorLayers onDevice(KernelContext context, DeviceOptions options) {
    CudaLibraries libraries = CudaLibraries.load(options.folders());
    DeviceInfo info = context.device();
    DeviceProperties device = DeviceProperties.present(info.name(), info.major(), info.minor());
    Precision precision = required(options.arithmetic(), info);
    Optional<PlanFile> given = Optional.ofNullable(options.planFile()).map(VendorLayers::read);
    CudnnHandle cudnn = null;
    LtHandle blas = null;
    try {
      cudnn = new CudnnHandle(libraries, context.stream());
      blas = new LtHandle(libraries);
      Convolutions planner =
          Convolutions.onDevice(
              libraries,
              cudnn,
              () -> planner(context, libraries),
              device,
              search(options),
              new RecordedTimer(context),
              given);
      return new VendorLayers(context, libraries, precision, cudnn, blas, planner);
    } catch (RuntimeException e) {
      if (blas != null) blas.close();
      if (cudnn != null) cudnn.close();
      throw e instanceof CudnnException c ? translated(c, context) : e;
    }
  }

  /** A device that is full is not one that is missing. */
  private static RuntimeException translated(CudnnException e, KernelContext context) {
    if (!e.outOfMemory()) return new BackendUnavailableException(e.getMessage());
    DeviceInfo now = context.device();
    String free = ", %d of %d bytes free".formatted(now.memoryFree(), now.memoryTotal());
    return new OutOfMemoryException("cuda:" + now.ordinal(), e.getMessage() + free);
  }

  /**
   * A handle for a planning thread, or another stream. Asking the context makes its device the
   * thread's; the threads come one at a time.
   */
  private static CudnnHandle planner(KernelContext context, CudaLibraries libraries) {
    context.device();
    return new CudnnHandle(libraries, context.stream());
  }

  /** For a described device: everything but running. */
  static VendorLayers described(
      KernelContext context,
      CudaLibraries libraries,
      DeviceProperties device,
      DeviceOptions options) {
    Optional<PlanFile> given = Optional.ofNullable(options.planFile()).map(VendorLayers::read);
    Convolutions planner = Convolutions.described(libraries, device, search(options), given);
    return new VendorLayers(
        context, libraries, precision(options.arithmetic()), null, null, planner);
  }

  private static SearchOptions search(DeviceOptions options) {
    int threads = Math.min(8, Runtime.getRuntime().availableProcessors());
    return new SearchOptions(
        options.fast(), SearchOptions.CANDIDATES, SearchOptions.WORKSPACE_BYTES, threads);
  }

  /**
   * The precision for an arithmetic.
   *
   * @throws BackendUnavailableException when the device does not compute in it
   */
  static Precision required(DeviceOptions.Arithmetic arithmetic, DeviceInfo device) {
    Precision wanted = precision(arithmetic);
    if (wanted == Precision.FP32 || device.major() >= ShapeLimits.TENSOR_CORES_FROM) return wanted;
    throw new BackendUnavailableException(
        "--precision "
            + wanted.text()
            + " needs compute capability 8.0 or later, "
            + device.name()
            + " has "
            + device.computeCapability()
            + "; use --precision fp32");
  }

  private static Precision precision(DeviceOptions.Arithmetic arithmetic) {
    return switch (arithmetic) {
      case FP32 -> Precision.FP32;
      case TF32 -> Precision.TF32;
      case BF16 -> Precision.BF16;
    };
  }

  private static PlanFile read(Path file) {
    try {
      return PlanFile.parse(Files.readString(file));
    } catch (IOException e) {
      throw new PlanFileException(file.toString(), "a file that can be read", e.toString());
    }
  }

  private Lane lane(KernelContext on) {
    return lanes.computeIfAbsent(
        on, c -> new Lane(described ? null : handle(c), new Workspace(memory)));
  }

  private CudnnHandle handle(KernelContext on) {
    try {
      return planner(on, libraries);
    } catch (CudnnException e) {
      throw translated(e, on);
    }
  }

  @Override
  public DType kernelGradient() {
    return precision == Precision.BF16 ? DType.BF16 : DType.F32;
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder();
    for (CudaLibraries.Library library : libraries.libraries()) {
      if (text.length() > 0) text.append(", ");
      text.append(library.name()).append(' ').append(library.version());
    }
    return text.toString();
  }

  @Override
  public Conv2d conv2d(
      Streams streams, Conv2d.Spec spec, Conv2d.Tensors t, Consumer<AutoCloseable> owner) {
    Tensor wide = t.dL_dw();
    boolean widens = precision == Precision.BF16 && wide != null;
    long narrow = widens ? scratch(wide.count() * Short.BYTES, owner) : 0;
    ConvOperands operands =
        widens ? ConvOperands.withKernelGradient(t, narrow) : ConvOperands.of(t);
    CudnnConv2d planned =
        convolutions.conv2d(
            spec, precision, operands, lane(streams.main()), lane(streams.weights()));
    owner.accept(planned);
    if (!widens) return planned;
    Pointer from = new RawAddress(narrow);
    Pointer to = new RawAddress(wide.address());
    return new Widening(streams.weights(), planned, wide.count(), from, to);
  }

  private long scratch(long bytes, Consumer<AutoCloseable> owner) {
    long address = memory.allocate(bytes);
    owner.accept(() -> memory.free(address, bytes));
    return address;
  }

  /** A convolution whose kernel's gradient is made fp32 after it was computed in bf16. */
  private record Widening(
      KernelContext context, Conv2d planned, long count, Pointer narrow, Pointer wide)
      implements Conv2d {
    @Override
    public void forward() {
      planned.forward();
    }

    @Override
    public void backwardData() {
      planned.backwardData();
    }

    @Override
    public void backwardWeights() {
      planned.backwardWeights();
      check(
          Secant.secant_convert(
              context.handle(),
              count,
              Secant.SECANT_BFLOAT16,
              narrow,
              Secant.SECANT_FLOAT32,
              wide));
    }
  }

  /** In fp32 throughout: pooled features, logits and their gradients are fp32 in any precision. */
  @Override
  public Optional<Differentiable> dense(
      KernelContext on,
      LtDense.Extents extents,
      DenseOperands operands,
      Consumer<AutoCloseable> owner) {
    if (blas == null) return Optional.empty();
    LtDense planned =
        new LtDense(
            blas, on.stream(), lane(on).workspace(), memory, Precision.FP32, extents, operands);
    owner.accept(planned);
    return Optional.of(planned);
  }

  @Override
  public List<Ceiling> ceilings(Plan plan, boolean small, Consumer<AutoCloseable> owner) {
    if (blas == null) return List.of();
    return new LtCeilings(blas, context.stream(), lane(context).workspace()).of(plan, small, owner);
  }

  @Override
  public Optional<String> choices() {
    return Optional.of(convolutions.plans().text());
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    for (Lane lane : lanes.values()) {
      if (lane.handle() != null) all.add(lane.handle());
    }
    if (blas != null) all.add(blas);
    for (Lane lane : lanes.values()) all.add(lane.workspace());
    all.add(convolutions);
    Closing.all(all);
  }
}
