// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * The functions that this module calls. The JNI libraries bind them at their first call, and a
 * missing one would end the JVM there: each is looked up before.
 */
final class Symbols {
  static final List<String> CUDNN =
      List.of(
          "cudnnGetVersion",
          "cudnnGetErrorString",
          "cudnnGetLastErrorString",
          "cudnnCreate",
          "cudnnDestroy",
          "cudnnSetStream",
          "cudnnBackendCreateDescriptor",
          "cudnnBackendDestroyDescriptor",
          "cudnnBackendFinalize",
          "cudnnBackendSetAttribute",
          "cudnnBackendGetAttribute",
          "cudnnBackendExecute");

  static final List<String> CUBLAS =
      List.of(
          "cublasLtGetVersion",
          "cublasLtGetStatusName",
          "cublasLtCreate",
          "cublasLtDestroy",
          "cublasLtMatmulDescCreate",
          "cublasLtMatmulDescDestroy",
          "cublasLtMatmulDescSetAttribute",
          "cublasLtMatrixLayoutCreate",
          "cublasLtMatrixLayoutDestroy",
          "cublasLtMatrixLayoutSetAttribute",
          "cublasLtMatmulPreferenceCreate",
          "cublasLtMatmulPreferenceDestroy",
          "cublasLtMatmulPreferenceSetAttribute",
          "cublasLtMatmulAlgoGetHeuristic",
          "cublasLtMatmul");

  static final List<String> NVRTC = List.of("nvrtcVersion");

  private Symbols() {}

  /**
   * @throws BackendUnavailableException naming the functions that the loaded libraries lack
   */
  static void require() {
    require("cuDNN", CUDNN);
    require("cuBLASLt", CUBLAS);
    require("NVRTC", NVRTC);
  }

  private static void require(String library, List<String> names) {
    List<String> missing = names.stream().filter(n -> Loader.addressof(n) == null).toList();
    if (missing.isEmpty()) return;
    throw new BackendUnavailableException(
        library + " lacks the functions " + String.join(", ", missing) + ": too old or incomplete");
  }
}
