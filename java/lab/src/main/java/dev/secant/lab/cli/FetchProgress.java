// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.fetch.FetchListener;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how files come: a bar on a terminal, else a line every few seconds. */
final class FetchProgress implements FetchListener, AutoCloseable {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final Console console;
  private final StopRequest stop;
  private final LongSupplier clock;
  private String name = "";
  private long bytes;
  private long started;
  private long printed;
  private long before = -1;
  private ProgressBar bar;

  FetchProgress(Console console, StopRequest stop, LongSupplier clock) {
    this.console = console;
    this.stop = stop;
    this.clock = clock;
  }

  @Override
  public void onPause() {
    stop.check("while fetching; the same call goes on from here");
  }

  @Override
  public void onFile(String file, String from, long total) {
    close();
    console.note(file + " from " + from);
    name = file;
    bytes = total;
    started = clock.getAsLong();
    printed = started;
    before = -1;
    if (console.quiet() || !console.terminal()) return;
    bar =
        new ProgressBarBuilder()
            .setTaskName(file)
            .setInitialMax(total)
            .setUnit(" MB", 1_000_000)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .showSpeed()
            .setConsumer(new ConsoleProgressBarConsumer(console.err()))
            .build();
  }

  @Override
  public void onBytes(long done) {
    if (before < 0 || done < before) before = done;
    if (bar != null) {
      bar.stepTo(done);
      return;
    }
    long now = clock.getAsLong();
    if (now - printed < INTERVAL_NANOS || done == bytes) return;
    printed = now;
    double rate = (done - before) / ((now - started) / 1e9);
    String left =
        rate > 0 ? ", " + Progress.duration(Math.round((bytes - done) / rate)) + " left" : "";
    console.note(
        String.format(
            Locale.ROOT,
            "%s: %.1f of %.1f MB, %.1f MB/s%s",
            name,
            done / 1e6,
            bytes / 1e6,
            rate / 1e6,
            left));
  }

  /** Said before a wait or another address, so a bar is at its end. */
  @Override
  public void onNote(String text) {
    if (bar != null) bar.pause();
    console.note(text);
    if (bar != null) bar.resume();
  }

  @Override
  public void close() {
    if (bar != null) bar.close();
    bar = null;
  }
}
