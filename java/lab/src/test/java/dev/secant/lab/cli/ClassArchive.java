// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.Trees;
import dev.secant.lab.train.SmallRuns;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * An archive of the classes that a training run loads, as the launcher makes one: a process starts
 * with it in two thirds of the time. Such an archive is of jars alone, so folders of classes are
 * packed first, without their native libraries, for which the folders follow on the class path. It
 * lies beside the folder of the tests' classes, under a name of all that it was made of, is made by
 * the first process that needs it, and never changes.
 */
final class ClassArchive {
  private static final long PATIENCE_SECONDS = 120;
  private static final String NATIVE = "dev/secant/jni/linux-x86_64";

  private static List<String> options;

  private final Path folder;
  private final List<Path> parts;

  private ClassArchive(Path folder, List<Path> parts) {
    this.folder = folder;
    this.parts = parts;
  }

  /** The class path for Java, and the archive; the class path alone where Java makes none. */
  static synchronized List<String> options() {
    if (options != null) return options;
    try {
      ClassArchive archive = current();
      archive.makeOnce();
      // A word of Java's about an archive that it passes over would be one of the program.
      String file = "-XX:SharedArchiveFile=" + archive.file(archive.folder);
      options = List.of(file, "-Xlog:disable", "-cp", archive.classPath());
    } catch (IOException e) {
      System.err.println("processes of tests start slower, without an archive of classes: " + e);
      options = List.of("-cp", System.getProperty("java.class.path"));
    }
    return options;
  }

  private static ClassArchive current() throws IOException {
    List<Path> parts =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(Files::exists)
            .toList();
    StringBuilder of = new StringBuilder(System.getProperty("java.vm.version"));
    of.append(System.getProperty("java.home"));
    for (Path part : parts) of.append(part).append(state(part));
    String name = UUID.nameUUIDFromBytes(of.toString().getBytes(StandardCharsets.UTF_8)).toString();
    return new ClassArchive(classes().resolveSibling("class-archive").resolve(name), parts);
  }

  private static Path classes() {
    try {
      return Path.of(
          ClassArchive.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Changes with any file. */
  private static long state(Path part) throws IOException {
    long state = 0;
    for (Path file : files(part))
      state = 31 * state + Files.getLastModifiedTime(file).toMillis() + file.hashCode();
    return state;
  }

  private static List<Path> files(Path part) throws IOException {
    try (Stream<Path> all = Files.walk(part)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  // ---- names -----------------------------------------------------------------------------------

  private Path file(Path in) {
    return in.resolve("classes.jsa");
  }

  private Path jar(Path in, int part) {
    return in.resolve(part + ".jar");
  }

  private String jars() {
    List<String> jars = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++)
      jars.add((Files.isDirectory(parts.get(i)) ? jar(folder, i) : parts.get(i)).toString());
    return String.join(File.pathSeparator, jars);
  }

  private String classPath() {
    String folders = "";
    for (Path part : parts) if (Files.isDirectory(part)) folders += File.pathSeparator + part;
    return jars() + folders;
  }

  // ---- making ----------------------------------------------------------------------------------

  /** What is there is whole: it got its name when it was. */
  private void makeOnce() throws IOException {
    Path all = Files.createDirectories(folder.getParent());
    try (FileChannel file =
            FileChannel.open(
                all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      if (Files.exists(file(folder))) return;
      Trees.delete(folder);
      Files.createDirectories(folder);
      for (int i = 0; i < parts.size(); i++)
        if (Files.isDirectory(parts.get(i))) pack(parts.get(i), jar(folder, i));
      Path part = folder.resolve("part.jsa");
      train(part);
      Files.move(part, file(folder), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.setLevel(Deflater.NO_COMPRESSION);
      for (Path each : files(classes)) {
        String name = classes.relativize(each).toString().replace(File.separatorChar, '/');
        if (name.contains(".so")) continue;
        out.putNextEntry(new ZipEntry(name));
        Files.copy(each, out);
      }
    }
  }

  /** A run of one step, at whose end Java writes the archive. */
  private void train(Path archive) throws IOException {
    List<String> words = ChildProgram.java(ChildProgram.HOME);
    words.addAll(ChildProgram.FRUGAL);
    for (Path part : parts)
      if (Files.isDirectory(part.resolve(NATIVE)))
        words.add("-Djava.library.path=" + part.resolve(NATIVE));
    words.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-cp", jars(), ChildProgram.MAIN));
    words.addAll(List.of("train", "--resume", folder.resolve("run").toString(), "--quiet"));
    Path images = SmallRuns.images(folder.resolve("images"));
    for (String option : SmallRuns.options(images, "steps=1", "method=ict", "k=2"))
      words.addAll(List.of("-o", option));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0 || !Files.exists(archive))
        throw new IOException("made none, see " + log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
