// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.backend.BackendComponent;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.BackendProvider;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions;
import dev.secant.kernels.NativeReport;
import dev.secant.lab.train.BuildInfo;
import dev.secant.tensor.LibraryFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;

/**
 * What {@code doctor} looks at, one method a subject. Reads Linux's own files; leaves out what it
 * does not find.
 */
final class Examination {
  private static final int JAVA = 17;
  private static final double MEMORY_GIB = 2.5;
  private static final double DISK_GIB = 1;

  /** What to do where parts do not belong together. */
  private static final String BUILD =
      LibraryFolder.given()
          .map(own -> "give -Dsecant.library.path libraries of this build, or leave it out")
          .orElseGet(Bundle::repair);

  private final List<Finding> findings = new ArrayList<>();
  private final DeviceOptions device;

  /**
   * @param device which device, and where its libraries are
   */
  Examination(DeviceOptions device) {
    this.device = device;
  }

  List<Finding> all() {
    java();
    system();
    processor();
    memory();
    nativeLibrary();
    findings.add(build(BuildInfo.read()));
    Bundle.folder().ifPresent(folder -> findings.add(Finding.ok("bundle", folder.toString())));
    backends();
    findings.addAll(new Surroundings(Path.of("/")).all());
    folder("work folder", Path.of("").toAbsolutePath());
    // A bundle's libraries are files, loaded where they lie.
    if (Bundle.folder().isEmpty()) folder("cache folder", cacheFolder());
    return findings;
  }

  private void java() {
    int feature = Runtime.version().feature();
    String found = System.getProperty("java.vm.name") + " " + Runtime.version();
    findings.add(
        feature >= JAVA
            ? Finding.ok("java", found)
            : Finding.missing("java", found, "install a JDK of version " + JAVA + " or later"));
  }

  private void system() {
    String arch = System.getProperty("os.arch");
    String found =
        System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + arch;
    for (String part : List.of(new Surroundings(Path.of("/")).distribution(), libc()))
      if (!part.isEmpty()) found += ", " + part;
    boolean supported = System.getProperty("os.name").equals("Linux") && arch.equals("amd64");
    findings.add(
        supported
            ? Finding.ok("system", found)
            : Finding.missing("system", found, "use Linux on x86-64"));
  }

  /** Such as {@code glibc 2.36}; empty where it cannot be asked. */
  private static String libc() {
    try {
      Process process = new ProcessBuilder("getconf", "GNU_LIBC_VERSION").start();
      String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? found.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private void processor() {
    String flags = " " + cpuinfo("flags") + " ";
    int level = 1;
    if (all(flags, "sse4_2", "ssse3", "popcnt")) level = 2;
    if (level == 2 && all(flags, "avx2", "bmi2", "fma")) level = 3;
    if (level == 3 && all(flags, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"))
      level = 4;
    int cores = Runtime.getRuntime().availableProcessors();
    String found = cpuinfo("model name") + ", x86-64-v" + level + ", " + cores + " cores" + quota();
    findings.add(
        level >= 2
            ? Finding.ok("processor", found)
            : Finding.missing("processor", found, "x86-64-v2 (SSE 4.2) is needed"));
  }

  private static boolean all(String flags, String... wanted) {
    for (String flag : wanted) {
      if (!flags.contains(" " + flag + " ")) return false;
    }
    return true;
  }

  private static String quota() {
    String[] words = read(Path.of("/sys/fs/cgroup/cpu.max")).split("\\s+");
    if (words.length < 2 || words[0].equals("max")) return "";
    double cores = Double.parseDouble(words[0]) / Double.parseDouble(words[1]);
    return String.format(Locale.ROOT, " (control group: %.1f)", cores);
  }

  private void memory() {
    double available = kilobytes("MemAvailable") / (1 << 20);
    String found = String.format(Locale.ROOT, "%.1f GiB available", available);
    String limit = read(Path.of("/sys/fs/cgroup/memory.max")).strip();
    if (limit.matches("[0-9]+")) {
      double gib = Double.parseDouble(limit) / (1L << 30);
      found += String.format(Locale.ROOT, ", control group %.1f GiB", gib);
      available = Math.min(available, gib);
    }
    findings.add(
        available >= MEMORY_GIB
            ? Finding.ok("memory", found)
            : Finding.warn(
                "memory",
                found,
                "ict on CIFAR-10 at batch 128 takes 2.5 GiB, 2.9 with --reading literal; use a smaller --batch"));
  }

  private void nativeLibrary() {
    try {
      NativeReport loaded = NativeReport.read();
      String found = "%s, kernels for x86-64-v%d, %s";
      findings.add(
          Finding.ok(
              "libsecant", found.formatted(loaded.library(), loaded.level(), loaded.file())));
    } catch (LinkageError | RuntimeException e) {
      findings.add(Finding.missing("libsecant", rootMessage(e), BUILD));
    }
  }

  static Finding build(BuildInfo build) {
    String found = "revision " + build.revision();
    return build.differs()
        ? Finding.warn("build", found + "; " + VersionCommand.difference(build), BUILD)
        : Finding.ok("build", found);
  }

  private void backends() {
    try {
      List<BackendProvider> providers = Backends.providers();
      boolean any = providers.stream().anyMatch(p -> p.unavailableBecause(options()).isEmpty());
      for (BackendProvider provider : providers) backend(provider, any);
      if (providers.isEmpty())
        findings.add(Finding.missing("backend", "none on the class path", BUILD));
    } catch (ServiceConfigurationError e) {
      findings.add(Finding.missing("backend", "does not load: " + rootMessage(e), BUILD));
    }
  }

  private void backend(BackendProvider provider, boolean another) {
    String subject = "backend " + provider.name();
    Optional<String> reason = provider.unavailableBecause(options());
    provider.components(options()).forEach(this::component);
    if (reason.isEmpty()) {
      findings.add(Finding.ok(subject, "can run"));
    } else if (another) {
      findings.add(
          Finding.info(subject, reason.get(), "needed only for --backend " + provider.name()));
    } else {
      findings.add(Finding.missing(subject, reason.get(), BUILD));
    }
  }

  private void component(BackendComponent part) {
    findings.add(
        part.present()
            ? Finding.ok(part.subject(), part.text())
            : Finding.info(part.subject(), part.text(), "needed only for a GPU"));
  }

  private BackendOptions options() {
    return BackendOptions.of(Runtime.getRuntime().availableProcessors(), device);
  }

  private void folder(String subject, Path folder) {
    Path existing = folder;
    while (existing != null && !Files.exists(existing)) existing = existing.getParent();
    if (existing == null || !Files.isWritable(existing)) {
      findings.add(
          Finding.warn(
              subject, folder + " cannot be written to", "give --out, or another home folder"));
      return;
    }
    try {
      FileStore store = Files.getFileStore(existing);
      double gib = store.getUsableSpace() / (double) (1L << 30);
      String found = String.format(Locale.ROOT, "%s, %.1f GiB free", folder, gib);
      findings.add(
          gib >= DISK_GIB
              ? Finding.ok(subject, found)
              : Finding.warn(subject, found, "make room on this disk"));
    } catch (IOException e) {
      findings.add(Finding.warn(subject, folder + ": " + e.getMessage(), "check this disk"));
    }
  }

  /** Where JavaCPP keeps the native libraries that it takes out of jars. */
  private static Path cacheFolder() {
    String set = System.getProperty("org.bytedeco.javacpp.cachedir");
    return set != null
        ? Path.of(set)
        : Path.of(System.getProperty("user.home"), ".javacpp", "cache");
  }

  private static String cpuinfo(String field) {
    return field(Path.of("/proc/cpuinfo"), field);
  }

  private static double kilobytes(String field) {
    String text = field(Path.of("/proc/meminfo"), field).replaceAll("[^0-9]", "");
    return text.isEmpty() ? 0 : Double.parseDouble(text);
  }

  private static String field(Path file, String field) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown " + field);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) root = root.getCause();
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
