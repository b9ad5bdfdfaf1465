// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.Trees;
import dev.secant.lab.error.LabException;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.ForwardingFiles;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.random.Philox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * A run on a disk that loses power again and again: at a drawn call, leaving a drawn one of the
 * states that are possible then, from which it goes on. What is drawn follows from seed and number.
 */
public final class PowerLosses {
  private static final int LIVES = 4;
  private static final int SAVES = 5;
  private static final int MOST_ELEMENTS = 6000;
  private static final int MOST_LINES = 120;

  /** Of so many calls one is followed by looks at states that are possible then. */
  private static final int LOOKS_EVERY = 3;

  private static final int LOOKS = 4;

  /** Power is lost after so many calls of a life at most; a save makes about a dozen. */
  private static final int MOST_CALLS = 60;

  private final Path folder;
  private final IntUnaryOperator below;
  private final UnaryOperator<FileOperations> faults;
  private final List<String> failures = new ArrayList<>();
  private long states;
  private long losses;
  private RecordedDisk disk;
  private MadeRun run;

  /** Step of the last save that was ended, and of the one under way; -1 for none. */
  private long saved = -1;

  private long saving = -1;

  /**
   * @param states of the disk that were looked at
   * @param losses of power
   * @param failures what was wrong, in words
   */
  public record Result(long states, long losses, List<String> failures) {}

  /** Power is lost. */
  private static final class Dark extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Does nothing more once power is lost: programs clean up behind what ends them. */
  private final class Powered extends ForwardingFiles {
    private int left;

    /**
     * @param left calls until power is lost
     */
    Powered(int left) {
      super(disk);
      this.left = left;
    }

    @Override
    protected void before(String call, Path file) {
      if (--left < 0) throw new Dark();
    }
  }

  private PowerLosses(long seed, int number, Path folder, UnaryOperator<FileOperations> faults) {
    this.folder = folder;
    this.faults = faults;
    int[] draws = {0};
    this.below = n -> Philox.below(Philox.block(seed, number, draws[0]++, 0, 0)[0], n);
  }

  /**
   * One run and its losses of power.
   *
   * @param folder for what it writes; may be there, and is gone afterwards unless something failed
   */
  public static Result of(long seed, int number, Path folder) {
    return of(seed, number, folder, UnaryOperator.identity());
  }

  /**
   * @param faults leaves calls out, to see that this is noticed
   */
  static Result of(long seed, int number, Path folder, UnaryOperator<FileOperations> faults) {
    PowerLosses all = new PowerLosses(seed, number, folder, faults);
    try {
      all.live();
      if (all.failures.isEmpty()) Trees.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Result(all.states, all.losses, all.failures);
  }

  private int between(int least, int most) {
    return least + below.applyAsInt(most - least + 1);
  }

  private void live() throws IOException {
    int[] counts = new int[between(1, 3)];
    Arrays.setAll(counts, i -> between(1, MOST_ELEMENTS));
    Map<String, byte[]> state = Map.of();
    try (MadeRun made = new MadeRun(counts)) {
      run = made;
      int lives = between(1, LIVES);
      for (int life = 0; life < lives && failures.isEmpty(); life++) state = life(state);
    }
  }

  /** From what a machine finds when it starts to what the next one will find. */
  private Map<String, byte[]> life(Map<String, byte[]> found) throws IOException {
    Path root = folder.resolve("run");
    Trees.delete(root);
    Trees.write(found, root);
    RunDirectory directory = new RunDirectory(root);
    Checkpoint checkpoint = run.loaded(directory);
    long step = checkpoint == null ? 0 : checkpoint.position().step();
    saved = checkpoint == null ? -1 : step;
    long length =
        checkpoint == null ? 0 : checkpoint.position().lengths().get(RunDirectory.METRICS);
    disk = new RecordedDisk(root, d -> called());
    disk.startWith(found);
    disk.cut(directory.metrics(), length);
    FileOperations files = faults.apply(new Powered(between(1, MOST_CALLS)));
    try {
      int saves = between(1, SAVES);
      for (int i = 0; i < saves; i++) {
        step += between(1, 9);
        byte[] lines = MadeRun.lines(step, between(0, MOST_LINES));
        length += lines.length;
        saving = step;
        disk.append(directory.metrics(), lines);
        run.save(directory, files, step, length);
        saved = step;
      }
    } catch (Dark e) {
      // as was drawn
    }
    losses++;
    Map<String, byte[]> left = disk.draw(below);
    look(left);
    saving = -1;
    return left;
  }

  private void called() {
    if (below.applyAsInt(LOOKS_EVERY) != 0) return;
    for (int i = 0; i < LOOKS && failures.isEmpty(); i++) look(disk.draw(below));
  }

  private void look(Map<String, byte[]> state) {
    states++;
    Path place = folder.resolve("state");
    try {
      Trees.delete(place);
      Trees.write(state, place);
      Checkpoint found = run.loaded(new RunDirectory(place));
      long step = found == null ? -1 : found.position().step();
      if (step != saved && step != saving)
        failures.add("step %d is loaded after %d was saved".formatted(step, saved));
    } catch (LabException | AssertionError e) {
      failures.add("after step " + saved + " was saved: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
