// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.List;
import java.util.stream.Stream;

/** Shared libraries that must come from one folder, in the order in which they are loaded. */
enum LibraryFamily {
  CUBLAS("cuBLAS 13", "nvidia-cublas", List.of("libcublasLt.so.13", "libcublas.so.13"), List.of()),
  NVRTC("NVRTC 13", "nvidia-cuda-nvrtc", List.of("libnvrtc.so.13"), List.of()),
  /**
   * The JNI library links the first four. cuDNN itself opens the others while it plans; loading
   * them first turns a missing one into an error here.
   */
  CUDNN(
      "cuDNN 9",
      "nvidia-cudnn-cu13",
      List.of(
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9",
          "libcudnn_heuristic.so.9",
          "libcudnn_engines_precompiled.so.9",
          "libcudnn_engines_runtime_compiled.so.9"),
      // Newer versions have more.
      List.of("libcudnn_engines_tensor_ir.so.9", "libcudnn_ext.so.9"));

  private final String title;
  private final String pip;
  private final List<String> required;
  private final List<String> optional;

  LibraryFamily(String title, String pip, List<String> required, List<String> optional) {
    this.title = title;
    this.pip = pip;
    this.required = required;
    this.optional = optional;
  }

  /** As messages name it. */
  String title() {
    return title;
  }

  List<String> required() {
    return required;
  }

  List<String> inLoadingOrder() {
    return Stream.concat(required.stream(), optional.stream()).toList();
  }

  /** What to do when it is missing. */
  String remedy() {
    return "install it, or 'pip install "
        + pip
        + "' and give the site-packages/nvidia folder (option cuda.libraries or SECANT_NVIDIA)";
  }
}
