// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The kernels of Secant, and the network, losses and optimiser that are made of them. Native
 * libraries are in a jar of their own, {@code dev.secant.core.linux.x86_64}, which belongs on the
 * class path, or on the module path with {@code --add-modules}.
 */
module dev.secant.core {
  requires transitive org.bytedeco.javacpp;
  requires org.slf4j;
  requires static jdk.jfr;

  exports dev.secant.backend;
  exports dev.secant.events;
  exports dev.secant.jni;
  exports dev.secant.kernels;
  exports dev.secant.nn;
  exports dev.secant.random;
  exports dev.secant.tensor;

  uses dev.secant.backend.BackendProvider;
}
