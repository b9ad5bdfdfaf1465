// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.List;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the JNI libraries of cuDNN, cuBLAS and NVRTC without that of the CUDA runtime.
 *
 * <p>The presets inherit from each other, so that touching {@code cudnn} makes JavaCPP load {@code
 * jnicudart} first, which is linked against the driver and fails without one. The JNI library of
 * cuDNN itself needs no driver. Hence the classes are initialised while JavaCPP's own switch {@code
 * org.bytedeco.javacpp.loadLibraries} is off, and their JNI libraries are loaded here. The switch
 * is a system property: no other thread should load a JavaCPP class for the first time during these
 * microseconds.
 */
final class NativeBindings {
  private static final String SWITCH = "org.bytedeco.javacpp.loadLibraries";
  private static final String RESOURCES = "/org/bytedeco/cuda/" + Loader.getPlatform() + "/";

  private static final List<Class<?>> CLASSES =
      List.of(
          cudnn.class,
          cublas.class,
          nvrtc.class,
          cublasLtMatmulAlgo_t.class,
          cublasLtMatmulDescOpaque_t.class,
          cublasLtMatmulHeuristicResult_t.class,
          cublasLtMatmulPreferenceOpaque_t.class,
          cublasLtMatrixLayoutOpaque_t.class);

  private NativeBindings() {}

  /**
   * Loads all three once their NVIDIA libraries are in the process.
   *
   * @throws BackendUnavailableException when the jar with the JNI libraries is missing or one does
   *     not link
   */
  static void load() {
    List<File> files = List.of(jni("jnicudnn"), jni("jnicublas"), jni("jninvrtc"));
    Loader.load(BytePointer.class);
    initialiseClasses();
    for (File file : files) load(file);
  }

  private static File jni(String name) {
    String resource = RESOURCES + "lib" + name + ".so";
    try {
      // On a class path of folders, as in a bundle, it is a file already.
      URL url = cudnn.class.getResource(resource);
      if (url != null && url.getProtocol().equals("file"))
        return new File(URI.create(url.toString()));
      File file = Loader.cacheResource(cudnn.class, resource);
      if (file != null) return file;
    } catch (IOException e) {
      throw new BackendUnavailableException("cannot extract " + resource + ": " + e.getMessage());
    }
    throw new BackendUnavailableException(
        resource
            + " is not on the class path: the jar org.bytedeco:cuda with classifier "
            + Loader.getPlatform()
            + " is missing");
  }

  private static void initialiseClasses() {
    String before = System.getProperty(SWITCH);
    System.setProperty(SWITCH, "false");
    try {
      for (Class<?> c : CLASSES) Class.forName(c.getName(), true, c.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw new BackendUnavailableException("the CUDA presets do not initialise: " + e);
    } finally {
      if (before == null) System.clearProperty(SWITCH);
      else System.setProperty(SWITCH, before);
    }
  }

  private static void load(File file) {
    try {
      // The JVM looks native methods up by class loader: the presets must share this class's.
      System.load(file.getAbsolutePath());
    } catch (UnsatisfiedLinkError e) {
      throw new BackendUnavailableException(file.getName() + " does not load: " + e.getMessage());
    }
  }
}
