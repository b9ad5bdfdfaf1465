// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UnusableCheckpointException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.JsonFields;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints in a run's folder. Saving one forces the files that grow, writes and forces a
 * temporary file, renames it, forces the folder, lets {@code latest} name it in the same way, and
 * only then deletes older ones: whenever the process or the machine stops, the one before or the
 * new one is whole, and the files that grow reach as far as it says.
 */
public final class CheckpointStore {
  /** So many stay: the newest, and one to fall back to. */
  static final int KEPT = 2;

  private static final String LATEST = "latest";
  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})\\.safetensors");

  /** Of a file. */
  private static final int LONGEST_NAME = 255;

  private final RunDirectory directory;
  private final Path folder;
  private final FileOperations files;

  /**
   * What was found.
   *
   * @param checkpointOrNull null where none has been saved
   * @param damaged newer ones that cannot be used, and why
   */
  public record Found(Checkpoint checkpointOrNull, List<Damaged> damaged) {}

  public record Damaged(Path file, String reason) {}

  public CheckpointStore(RunDirectory directory, FileOperations files) {
    this.directory = directory;
    this.folder = directory.checkpoints();
    this.files = files;
  }

  // ---- saving -----------------------------------------------------------------------------------

  /**
   * Returns when the checkpoint would survive a loss of power.
   *
   * @throws dev.secant.lab.error.DivergedException where the state is not finite
   * @throws IoFailureException where it cannot be written; those before it stay as they are
   */
  public void save(Identity identity, Position position, Snapshot snapshot) {
    snapshot.requireFinite(position.step());
    Map<String, String> hashes = forceGrowing(position);
    makeFolder();
    Manifest manifest = new Manifest(identity, position, hashes, CheckpointFile.hashes(snapshot));
    Path file = folder.resolve(name(position.step()));
    AtomicFile.write(files, file, CheckpointFile.writer(manifest, snapshot)::writeTo);
    byte[] name = (file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(files, folder.resolve(LATEST), out -> out.write(name));
    prune();
  }

  /** A checkpoint must not outlive the lines that it counts. */
  private Map<String, String> forceGrowing(Position position) {
    Map<String, String> hashes = new TreeMap<>();
    position
        .lengths()
        .forEach(
            (name, length) -> {
              Path file = directory.path().resolve(name);
              try {
                files.force(file);
              } catch (IOException e) {
                throw IoFailureException.of("cannot write", file, e);
              }
              hashes.put(name, hash(file, length));
            });
    return hashes;
  }

  /** Its name, and those of the files that grow, are on the disk before anything is in it. */
  private void makeFolder() {
    try {
      files.createFolder(folder);
      files.forceFolder(directory.path());
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", folder, e);
    }
  }

  private void prune() {
    List<Path> all = newestFirst();
    for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) delete(old);
  }

  private void delete(Path file) {
    try {
      files.delete(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", file, e);
    }
  }

  // ---- loading ----------------------------------------------------------------------------------

  /**
   * The newest checkpoint that is whole and whose files still begin as they did.
   *
   * @param program the one that runs; a checkpoint of another is refused
   * @throws UnusableCheckpointException where there are some but none is whole, or the program's
   */
  public Found newest(String program) {
    List<Damaged> damaged = new ArrayList<>(missing());
    for (Path file : newestFirst()) {
      JsonFields manifest = null;
      String found = null;
      try {
        manifest = CheckpointFile.manifest(file);
        found = Manifest.program(manifest);
      } catch (DataException e) {
        damaged.add(new Damaged(file, e.getMessage()));
      }
      if (found == null) continue;
      requireProgram(file, found, program);
      try {
        return new Found(verified(file, Manifest.of(manifest)), damaged);
      } catch (DataException e) {
        damaged.add(new Damaged(file, e.getMessage()));
      }
    }
    if (damaged.isEmpty()) return new Found(null, damaged);
    throw new UnusableCheckpointException(
        "no checkpoint can be used: "
            + String.join("; ", damaged.stream().map(Damaged::reason).toList())
            + "; a run with --overwrite starts again");
  }

  /** Deletes what cannot be used, so that it does not count among those that are kept. */
  public void discard(List<Damaged> damaged) {
    damaged.forEach(d -> delete(d.file()));
  }

  private static void requireProgram(Path file, String found, String program) {
    if (found.equals(program)) return;
    throw new UnusableCheckpointException(
        "%s: expected a checkpoint of this program, secant %s, found one of secant %s: only the same goes on to the same bits"
            .formatted(file, program, found));
  }

  private Checkpoint verified(Path file, Manifest manifest) {
    CheckpointFile.verifyTensors(file, manifest);
    manifest
        .position()
        .lengths()
        .forEach(
            (name, length) -> {
              Path growing = directory.path().resolve(name);
              String found = hash(growing, length);
              if (found.equals(manifest.files().get(name))) return;
              throw new DataException(
                  "%s: its first %d bytes are not those that %s was saved with"
                      .formatted(growing, length, file.getFileName()));
            });
    return new Checkpoint(file, manifest.identity(), manifest.position());
  }

  /** What {@code latest} names and nothing is left of, unless something newer is there. */
  private List<Damaged> missing() {
    Path latest = folder.resolve(LATEST);
    if (!Files.exists(latest)) return List.of();
    try {
      String name = name(latest);
      if (stepOf(name) < 0) {
        return List.of(new Damaged(latest, latest + ": expected a checkpoint's name"));
      }
      Path named = folder.resolve(name);
      List<Path> all = newestFirst();
      boolean newer = !all.isEmpty() && step(all.get(0)) >= step(named);
      return newer ? List.of() : List.of(new Damaged(named, named + ": missing"));
    } catch (IOException e) {
      return List.of(new Damaged(latest, latest + ": cannot be read"));
    }
  }

  /** What a file of one line says; no more than a name is read of any other. */
  private static String name(Path latest) throws IOException {
    try (InputStream in = Files.newInputStream(latest)) {
      return new String(in.readNBytes(LONGEST_NAME), StandardCharsets.UTF_8).strip();
    }
  }

  private List<Path> newestFirst() {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(file -> step(file) >= 0)
          .sorted(Comparator.comparingLong(CheckpointStore::step).reversed())
          .toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", folder, e);
    }
  }

  private static String name(long step) {
    return "step-%012d.safetensors".formatted(step);
  }

  /** -1 where it is not a checkpoint. */
  private static long step(Path file) {
    return stepOf(file.getFileName().toString());
  }

  private static long stepOf(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  /** SHA-256 of the first bytes of a file. */
  private static String hash(Path file, long length) {
    MessageDigest digest = Sha256.digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      byte[] buffer = new byte[1 << 16];
      for (long left = length; left > 0; ) {
        int got = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (got < 0) {
          throw new DataException(
              "%s: expected at least %d bytes, found %d".formatted(file, length, length - left));
        }
        left -= got;
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }
}
