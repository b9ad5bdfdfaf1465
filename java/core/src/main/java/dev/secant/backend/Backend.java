// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Computes the ops of a training step on one device. An op is planned once for one shape and bound
 * to its tensors, then runs any number of times without allocating. Confined to one thread at a
 * time; distinct backends are independent.
 */
public interface Backend extends AutoCloseable {
  /** Short name, such as {@code cpu} or {@code reference}. */
  String name();

  /** One line for people and for a run's record: library versions, threads, instruction level. */
  String description();

  /** Element type of real-valued tensors. */
  DType real();

  /** Element type of activations; that of real tensors unless the backend computes in bf16. */
  default DType activation() {
    return real();
  }

  /**
   * The type that the gradients of kernels pass through before they are real: coarser than {@link
   * #real()} where a vendor's library gives them so.
   */
  default DType kernelGradient() {
    return real();
  }

  default RealTypes types() {
    return new RealTypes(real(), activation());
  }

  /**
   * Which algorithms were chosen by measurement so far, as text: given back through {@link
   * DeviceOptions#planFile()} it makes the same choices on the same kind of device, and so the same
   * bits. Empty when this backend chooses nothing by measurement.
   */
  default Optional<String> choices() {
    return Optional.empty();
  }

  /** What a user should know about this choice of backend, such as that another is faster. */
  default Optional<String> warning() {
    return Optional.empty();
  }

  /** The PCI address of the device, as its vendor's tools take it; empty without one. */
  default Optional<String> address() {
    return Optional.empty();
  }

  /** A new owner of tensors and ops; closing the backend closes its plans. */
  Plan newPlan();

  /**
   * Makes a step replayable. On the CPU the replay simply runs the step; a device may record it.
   * Everything the step needs must be planned; addresses must not change afterwards.
   */
  default Replay record(Runnable step) {
    return step::run;
  }

  /** Whether what is submitted is computed later, while the caller goes on. */
  default boolean asynchronous() {
    return false;
  }

  /**
   * Simple work to measure the machine by, planned in a plan of this backend: at least {@code
   * copy}, between buffers that no cache holds.
   *
   * @param small for tests: sizes that say nothing about the machine
   */
  default List<Ceiling> ceilings(Plan plan, boolean small) {
    if (plan == null) throw new InvalidArgumentException("plan is null");
    int count = small ? 1 << 16 : 1 << 26;
    Tensor from = plan.real(count);
    Tensor to = plan.real(count);
    double bytes = 2.0 * count * real().bytes();
    return List.of(new Ceiling("copy", bytes, "B", plan.copy(from, to)));
  }

  /** Waits until everything submitted so far has been computed. */
  default void synchronize() {}

  @Override
  void close();
}
