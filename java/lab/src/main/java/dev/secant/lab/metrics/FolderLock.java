// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.FolderInUseException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * One owner at a time of a folder: a file {@code lock} in it that names the process. What a process
 * that has certainly ended left behind is taken over; any other owner is refused by name. Closing
 * it gives the folder free. Needs no locks of the file system, which some shared ones lack, only
 * that a file is made once and renamed at once.
 */
public final class FolderLock implements AutoCloseable {
  /** Names the owner. */
  static final String FILE = "lock";

  /** Held for a moment by the one that takes over a lock left behind. */
  static final String TAKEOVER = "lock.takeover";

  public static final Set<String> FILES = Set.of(FILE, TAKEOVER);

  private static final int ATTEMPTS = 20;
  private static final long PAUSE_MILLIS = 50;

  private final Path file;
  private final String own;

  private FolderLock(Path file, String own) {
    this.file = file;
    this.own = own;
  }

  /**
   * Makes the folder where it is missing, and this process its owner.
   *
   * @throws FolderInUseException where another process owns it, or may
   */
  public static FolderLock acquire(Path folder) {
    try {
      Files.createDirectories(folder);
      return acquire(folder, LockOwner.self());
    } catch (IOException e) {
      throw IoFailureException.of("cannot lock", folder, e);
    }
  }

  static FolderLock acquire(Path folder, LockOwner self) throws IOException {
    Path file = folder.resolve(FILE);
    FolderLock lock = new FolderLock(file, self.toJson());
    for (int attempt = 1; ; attempt++) {
      if (lock.made(file)) return lock;
      String found = read(file);
      if (found == null) continue; // given free meanwhile
      LockOwner owner = LockOwner.parse(found);
      if (owner == null && attempt < ATTEMPTS) {
        pause(); // it is being written
        continue;
      }
      if (owner == null || !owner.isGone(self)) throw inUse(folder, owner);
      return lock.takeOver(folder, found);
    }
  }

  /**
   * Refuses a folder that another process owns, or may; changes nothing.
   *
   * @param folder may be missing
   */
  public static void requireFree(Path folder) {
    try {
      String found = read(folder.resolve(FILE));
      if (found == null) return;
      LockOwner owner = LockOwner.parse(found);
      if (owner == null || !owner.isGone(LockOwner.self())) throw inUse(folder, owner);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", folder.resolve(FILE), e);
    }
  }

  /**
   * Removes a lock, whoever owns it: for users who know that the owner has ended.
   *
   * @return who owned it, for people; null where nobody did
   */
  public static String steal(Path folder) {
    try {
      String found = read(folder.resolve(FILE));
      Files.deleteIfExists(folder.resolve(TAKEOVER));
      Files.deleteIfExists(folder.resolve(FILE));
      if (found == null) return null;
      LockOwner owner = LockOwner.parse(found);
      return owner == null ? "a process that it did not name" : owner.describe();
    } catch (IOException e) {
      throw IoFailureException.of("cannot remove", folder.resolve(FILE), e);
    }
  }

  /**
   * Replaces a lock that was left behind. The one that makes the takeover file first looks again
   * whether that lock is still there, and renames its own over it: there is no moment without one.
   */
  private FolderLock takeOver(Path folder, String left) throws IOException {
    Path takeover = folder.resolve(TAKEOVER);
    if (!made(takeover)) {
      throw new FolderInUseException(
          folder
              + ": another process is taking it over at this moment; if none is, --steal takes it");
    }
    String now = read(file);
    if (!left.equals(now)) {
      Files.deleteIfExists(takeover);
      throw inUse(folder, now == null ? null : LockOwner.parse(now));
    }
    FileOperations.SYSTEM.move(takeover, file);
    return this;
  }

  private boolean made(Path path) throws IOException {
    try (FileOperations.Output out = FileOperations.SYSTEM.create(path)) {
      out.write(own.getBytes(StandardCharsets.UTF_8));
      out.force();
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static FolderInUseException inUse(Path folder, LockOwner owner) {
    String who = owner == null ? "a process that its lock does not name" : owner.describe();
    return new FolderInUseException(
        folder
            + ": in use by "
            + who
            + "; if that has ended for certain, --steal takes the folder");
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Leaves a lock alone that another has taken. */
  @Override
  public void close() {
    try {
      if (own.equals(read(file))) Files.deleteIfExists(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot remove", file, e);
    }
  }
}
