// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.Trees;
import dev.secant.lab.train.SmallRuns;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * An archive of the classes that a training run loads, as {@code ./secant} makes one for itself: a
 * process starts with it in two thirds of the time. Such an archive is of jars alone, so folders of
 * classes are packed first. It lies beside the folder of the tests' classes, is made by the first
 * process that needs it and used by all.
 *
 * @param classPath that of this process, with jars in place of folders
 */
record ClassArchive(Path file, String classPath) {
  private static ClassArchive made;

  static synchronized ClassArchive get() {
    if (made != null) return made;
    try {
      made = make();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return made;
  }

  private static ClassArchive make() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(classes().resolveSibling("class-archive"));
    List<Path> parts =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(Files::exists)
            .toList();
    List<String> jars = new ArrayList<>();
    for (Path part : parts)
      jars.add((Files.isDirectory(part) ? folder.resolve(jars.size() + ".jar") : part).toString());
    ClassArchive archive =
        new ClassArchive(folder.resolve("classes.jsa"), String.join(File.pathSeparator, jars));
    try (FileChannel lock =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      Path of = folder.resolve("of");
      String now = System.getProperty("java.home") + " " + state(parts);
      if (!Files.exists(of) || !Files.readString(of).equals(now)) {
        Files.deleteIfExists(of);
        Files.deleteIfExists(archive.file);
        for (int i = 0; i < parts.size(); i++)
          if (Files.isDirectory(parts.get(i))) pack(parts.get(i), Path.of(jars.get(i)));
        archive.train(folder);
        Files.writeString(of, now);
      }
    }
    return archive;
  }

  private static Path classes() {
    try {
      return Path.of(
          ClassArchive.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Changes with any file of the class path. */
  private static String state(List<Path> parts) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path part : parts) {
      long sum = 0;
      for (Path file : files(part))
        sum = 31 * sum + Files.getLastModifiedTime(file).toMillis() + file.hashCode();
      all.append(part).append(' ').append(sum).append('\n');
    }
    return all.toString();
  }

  private static List<Path> files(Path part) throws IOException {
    try (Stream<Path> all = Files.walk(part)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void pack(Path folder, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.setLevel(Deflater.NO_COMPRESSION);
      for (Path each : files(folder)) {
        out.putNextEntry(
            new ZipEntry(folder.relativize(each).toString().replace(File.separatorChar, '/')));
        Files.copy(each, out);
      }
    }
  }

  /** A run of one step, at whose end the classes are written. */
  private void train(Path folder) throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    Path images = folder.resolve("images");
    Trees.delete(run);
    Trees.delete(images);
    List<String> words = ChildProgram.java(ChildProgram.HOME);
    words.addAll(ChildProgram.FRUGAL);
    words.addAll(List.of("-XX:ArchiveClassesAtExit=" + file, "-cp", classPath, ChildProgram.MAIN));
    words.addAll(List.of("train", "--resume", run.toString(), "--quiet"));
    for (String option :
        SmallRuns.options(SmallRuns.images(images), "steps=1", "method=ict", "k=2"))
      words.addAll(List.of("-o", option));
    Path log = folder.resolve("log");
    int code =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (code != 0 || !Files.exists(file))
      throw new IllegalStateException("no class archive: " + Files.readString(log));
  }
}
