// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.train.RunInfo;
import dev.secant.lab.train.TrainListener;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how a run gets on: a bar on a terminal, else a line every few seconds. */
abstract class Progress implements TrainListener, AutoCloseable {
  /** Columns of a line, without the program's name before it. */
  private static final int WIDTH = 92;

  /** What a bar is called while it runs, such as {@code ict2}. */
  protected final String name;

  protected double accuracy = Double.NaN;

  private Progress(String name) {
    this.name = name;
  }

  static Progress on(Console console, String name) {
    if (console.quiet()) return new Silent(name);
    return console.terminal() ? new Bar(console, name) : new Lines(console, name, System::nanoTime);
  }

  @Override
  public void onEvaluation(EvalMetric metric) {
    if (metric.weights().equals("ema")) accuracy = metric.accuracy();
  }

  @Override
  public void close() {}

  /** {@code loss 1.234, 456 images/s, accuracy 45.1 %}, leaving out what is not known yet. */
  protected String figures(double loss, double imagesPerSecond) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "loss %.3f", loss));
    if (imagesPerSecond > 0)
      text.append(String.format(Locale.ROOT, ", %.0f images/s", imagesPerSecond));
    if (!Double.isNaN(accuracy))
      text.append(String.format(Locale.ROOT, ", accuracy %.1f %%", 100 * accuracy));
    return text.toString();
  }

  /** One line of a terminal; the summary of a run has the whole of it. */
  static String introduction(RunInfo info) {
    String text =
        String.format(
            Locale.ROOT,
            "WRN-%d-%d, %,d parameters, %.1f GiB; %s",
            info.config().net().depth(),
            info.config().net().width(),
            info.parameters(),
            info.bytes() / (double) (1L << 30),
            info.backend().replaceFirst(" \\(.*", ""));
    while (text.length() > WIDTH && text.lastIndexOf(", ") > text.indexOf(';')) {
      text = text.substring(0, text.lastIndexOf(", "));
    }
    return text;
  }

  private static void introduce(Console console, RunInfo info) {
    console.note(introduction(info));
    if (info.warningOrNull() != null) console.note("warning: " + info.warningOrNull());
  }

  private static final class Silent extends Progress {
    Silent(String name) {
      super(name);
    }
  }

  private static final class Bar extends Progress {
    private final Console console;
    private ProgressBar bar;
    private double lastLoss = Double.NaN;
    private double lastRate;

    Bar(Console console, String name) {
      super(name);
      this.console = console;
    }

    @Override
    public void onNote(String text) {
      console.note(text);
    }

    @Override
    public void onStart(RunInfo info) {
      introduce(console, info);
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(info.config().run().steps())
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(250)
              .setConsumer(new ConsoleProgressBarConsumer(console.err()))
              .build();
    }

    @Override
    public void onStep(long step, long steps, double loss, double imagesPerSecond) {
      bar.stepTo(step);
      bar.setExtraMessage(brief(loss, imagesPerSecond));
      lastLoss = loss;
      lastRate = imagesPerSecond;
    }

    /** Short, so that room for the bar is left in 80 columns. */
    private String brief(double loss, double imagesPerSecond) {
      String text = String.format(Locale.ROOT, " loss %.3f %.0f/s", loss, imagesPerSecond);
      return Double.isNaN(accuracy)
          ? text
          : text + String.format(Locale.ROOT, " %.1f%%", 100 * accuracy);
    }

    @Override
    public void close() {
      if (bar == null) return;
      // The last evaluation comes after the last step.
      if (!Double.isNaN(lastLoss)) bar.setExtraMessage(brief(lastLoss, lastRate));
      bar.close();
    }
  }

  /** Plain lines, for logs. */
  static final class Lines extends Progress {
    private static final long INTERVAL_NANOS = 5_000_000_000L;

    private final Console console;
    private final LongSupplier clock;
    private long started;
    private long firstStep = -1;
    private long printed;
    private Runnable last;

    Lines(Console console, String name, LongSupplier clock) {
      super(name);
      this.console = console;
      this.clock = clock;
    }

    @Override
    public void onNote(String text) {
      console.note(text);
    }

    @Override
    public void onStart(RunInfo info) {
      introduce(console, info);
      started = clock.getAsLong();
      printed = started;
    }

    @Override
    public void onStep(long step, long steps, double loss, double imagesPerSecond) {
      if (firstStep < 0) firstStep = step - 1;
      long now = clock.getAsLong();
      String where = name + ": step " + step + " of " + steps + ", ";
      if (step == steps) {
        // The last evaluation comes after the last step.
        String end = ", done in " + duration((now - started) / 1_000_000_000L);
        last = () -> console.note(where + figures(loss, imagesPerSecond) + end);
        return;
      }
      if (now - printed < INTERVAL_NANOS) return;
      printed = now;
      long left = Math.round((now - started) / 1e9 * (steps - step) / (step - firstStep));
      console.note(where + figures(loss, imagesPerSecond) + ", " + duration(left) + " left");
    }

    @Override
    public void close() {
      if (last != null) last.run();
      last = null;
    }
  }

  /** Such as {@code 4:05} or {@code 1:04:05}. */
  static String duration(long seconds) {
    long hours = seconds / 3600;
    String minutes =
        String.format(Locale.ROOT, hours > 0 ? "%d:%02d" : "%2$d", hours, seconds / 60 % 60);
    return minutes + String.format(Locale.ROOT, ":%02d", seconds % 60);
  }
}
