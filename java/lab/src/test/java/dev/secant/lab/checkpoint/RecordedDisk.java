// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.metrics.FileOperations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/**
 * A file system in memory, over a real folder that is kept like it, that knows what a loss of power
 * may leave of it at any moment. Of a file, what was forced is sure; of what was written since, any
 * of the blocks of 512 bytes may be there, the others hold zeros or end the file. Of names made,
 * changed and deleted in a folder since it was forced, any selection may have happened.
 */
final class RecordedDisk implements FileOperations {
  private static final int BLOCK = 512;

  /** Content by name; what a machine finds when it starts again. */
  record State(Map<String, byte[]> files) {}

  /** A file, whatever its name. */
  private static final class Inode {
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    byte[] forced = new byte[0];

    static Inode of(byte[] bytes) {
      Inode inode = new Inode();
      inode.written.writeBytes(bytes);
      inode.forced = bytes;
      return inode;
    }
  }

  /** A change of names in a folder; a null inode deletes. */
  private record Change(String removed, String added, Inode inode) {}

  private final Path root;
  private final Map<String, Inode> names = new TreeMap<>();
  private final Map<String, Inode> forcedNames = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();
  private final Consumer<RecordedDisk> afterEveryCall;

  /**
   * @param afterEveryCall looks at the states that are possible then
   */
  RecordedDisk(Path root, Consumer<RecordedDisk> afterEveryCall) {
    this.root = root;
    this.afterEveryCall = afterEveryCall;
  }

  private String name(Path file) {
    return root.relativize(file).toString();
  }

  private void called() {
    afterEveryCall.accept(this);
  }

  /** Appends to a file that grows, as metrics do; a new one is a name that is not forced. */
  void append(Path file, byte[] bytes) throws IOException {
    if (!names.containsKey(name(file))) create(file).close();
    names.get(name(file)).written.writeBytes(bytes);
    Files.write(file, names.get(name(file)).written.toByteArray());
    called();
  }

  /** What was there when the machine started, all of it forced; the folder is like it already. */
  void startWith(Map<String, byte[]> files) {
    files.forEach((name, bytes) -> names.put(name, Inode.of(bytes)));
    forcedNames.putAll(names);
  }

  /** Cuts a file back to its first bytes, if it is there. */
  void cut(Path file, long length) throws IOException {
    if (!names.containsKey(name(file))) return;
    byte[] bytes = Arrays.copyOf(names.get(name(file)).forced, Math.toIntExact(length));
    names.put(name(file), Inode.of(bytes));
    forcedNames.put(name(file), names.get(name(file)));
    Files.write(file, bytes);
  }

  @Override
  public Output create(Path file) throws IOException {
    if (names.containsKey(name(file))) throw new FileAlreadyExistsException(file.toString());
    Inode inode = new Inode();
    change(new Change(null, name(file), inode));
    Files.createFile(file);
    called();
    return new Output() {
      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        inode.written.write(bytes, from, count);
        Files.write(file, inode.written.toByteArray());
        called();
      }

      @Override
      public void force() {
        inode.forced = inode.written.toByteArray();
        called();
      }
    };
  }

  private void change(Change change) {
    pending.add(change);
    apply(change, names);
  }

  private static void apply(Change change, Map<String, Inode> names) {
    if (change.removed != null) names.remove(change.removed);
    if (change.added != null) names.put(change.added, change.inode);
  }

  @Override
  public void force(Path file) {
    Inode inode = names.get(name(file));
    inode.forced = inode.written.toByteArray();
    called();
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    change(new Change(name(from), name(to), names.get(name(from))));
    FileOperations.SYSTEM.move(from, to);
    called();
  }

  @Override
  public void forceFolder(Path folder) {
    String prefix = folder.equals(root) ? "" : name(folder) + "/";
    pending.removeIf(
        change -> {
          String name = change.added == null ? change.removed : change.added;
          boolean here = name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0;
          if (here) apply(change, forcedNames);
          return here;
        });
    called();
  }

  /** Folders are taken as forced once the one above them is; the tests look into files only. */
  @Override
  public void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    called();
  }

  @Override
  public void delete(Path file) throws IOException {
    if (!names.containsKey(name(file))) return;
    change(new Change(name(file), null, null));
    Files.delete(file);
    called();
  }

  // ---- what may be left -------------------------------------------------------------------------

  /** Every selection of changed names, and of each the ways in which what is not forced is torn. */
  Set<Map<String, byte[]>> states() {
    Set<Map<String, byte[]>> all = new LinkedHashSet<>();
    for (int selection = 0; selection < 1 << pending.size(); selection++) {
      Map<String, Inode> named = new TreeMap<>(forcedNames);
      for (int i = 0; i < pending.size(); i++)
        if ((selection >> i & 1) != 0) apply(pending.get(i), named);
      all.addAll(torn(named));
    }
    return all;
  }

  /**
   * One of the states, drawn: any selection of changed names, and of each file any selection of the
   * blocks that are not forced, and any length.
   *
   * @param below draws a number from 0 to less than its argument
   */
  Map<String, byte[]> draw(IntUnaryOperator below) {
    Map<String, Inode> named = new TreeMap<>(forcedNames);
    for (Change change : pending) if (below.applyAsInt(2) == 1) apply(change, named);
    Map<String, byte[]> state = new TreeMap<>();
    named.forEach((name, inode) -> state.put(name, draw(inode, below)));
    return state;
  }

  private static byte[] draw(Inode inode, IntUnaryOperator below) {
    byte[] forced = inode.forced;
    byte[] written = inode.written.toByteArray();
    if (written.length == forced.length || below.applyAsInt(4) == 0) return forced;
    byte[] drawn = written.clone();
    // Mostly there, mostly lost, or half of each.
    int lost = below.applyAsInt(5);
    for (int at = forced.length; at < drawn.length; ) {
      int end = Math.min((at / BLOCK + 1) * BLOCK, drawn.length);
      if (below.applyAsInt(4) < lost) Arrays.fill(drawn, at, end, (byte) 0);
      at = end;
    }
    int more = drawn.length - forced.length;
    return below.applyAsInt(2) == 0
        ? drawn
        : Arrays.copyOf(drawn, forced.length + below.applyAsInt(more + 1));
  }

  private static List<Map<String, byte[]>> torn(Map<String, Inode> named) {
    List<Map<String, byte[]>> states = new ArrayList<>();
    Map<String, List<byte[]>> variants = new HashMap<>();
    int most = 1;
    for (Map.Entry<String, Inode> e : named.entrySet()) {
      List<byte[]> of = variants(e.getValue());
      variants.put(e.getKey(), of);
      most = Math.max(most, of.size());
    }
    // Each file goes through its own variants; they need not be combined with each other's, for
    // at most one file is loaded.
    for (int i = 0; i < most; i++) {
      Map<String, byte[]> state = new TreeMap<>();
      for (Map.Entry<String, List<byte[]>> e : variants.entrySet())
        state.put(e.getKey(), e.getValue().get(i % e.getValue().size()));
      states.add(state);
    }
    return states;
  }

  private static List<byte[]> variants(Inode inode) {
    byte[] forced = inode.forced;
    byte[] written = inode.written.toByteArray();
    if (Arrays.equals(forced, written)) return List.of(written);
    List<byte[]> all = new ArrayList<>(List.of(forced, written));
    int first = forced.length / BLOCK * BLOCK;
    for (int at = first; at < written.length; at += BLOCK) {
      all.add(Arrays.copyOf(written, Math.max(at, forced.length))); // ends early
      byte[] hole = written.clone();
      int from = Math.max(at, forced.length);
      Arrays.fill(hole, from, Math.min(at + BLOCK, hole.length), (byte) 0);
      all.add(hole); // one block did not arrive
      byte[] zeros = written.clone();
      Arrays.fill(zeros, from, zeros.length, (byte) 0);
      all.add(zeros); // the length did, what follows did not
      byte[] alone = new byte[written.length];
      System.arraycopy(written, 0, alone, 0, forced.length);
      int to = Math.min(at + BLOCK, written.length);
      if (from < to) System.arraycopy(written, from, alone, from, to - from);
      all.add(alone); // of what is new, one block did
    }
    return all;
  }
}
