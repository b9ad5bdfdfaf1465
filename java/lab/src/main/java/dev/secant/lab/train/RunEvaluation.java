// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.probe.Confusion;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.nn.WideResNet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the network of a finished run says of test images, of its own data set or of another one.
 */
public final class RunEvaluation {
  /**
   * @param run its folder
   * @param datasetOrNull another data set than the run's
   * @param data folder of the data set; null: where the run had it
   * @param testLimit first so many test images, 0 for all; null: as the run
   */
  public record Request(
      Path run,
      Dataset datasetOrNull,
      Path data,
      Weights weights,
      Integer testLimit,
      Integer threads,
      String backend,
      Arithmetic arithmetic) {}

  /**
   * @param dataHash of the set whose test images were used
   * @param notes what to keep in mind, for people
   */
  public record Result(
      String dataset,
      String dataHash,
      List<String> classes,
      Confusion confusion,
      List<String> notes) {}

  private RunEvaluation() {}

  /**
   * @param pause called between the parts of the work; may throw to end it
   * @throws dev.secant.lab.error.LabException when the run, the data or the backend cannot be had,
   *     or do not fit together
   */
  public static Result run(Request request, Runnable pause) {
    RunDirectory directory = RunDirectory.open(request.run());
    RunConfig config = SavedNetwork.config(directory);
    SavedNetwork.Place place =
        new SavedNetwork.Place(request.backend(), request.arithmetic(), request.threads());
    SavedNetwork.requirePossible(config.run(), place);
    pause.run();
    ImageSet set = data(config, request);
    requireFit(directory.model(), set);
    pause.run();
    int limit = request.testLimit() == null ? config.data().testLimit() : request.testLimit();
    String weights = Word.of(request.weights());
    try (SavedNetwork net =
        SavedNetwork.open(config, set, directory.model(), weights, limit, place)) {
      ProbePairs pairs = ProbePairs.fixed((int) net.pool.count(), new double[] {1, 0});
      ProbeRunner runner =
          new ProbeRunner(
              net.plan,
              net.spec,
              WideResNet.Pass.EVALUATION,
              net.weights,
              net.statistics,
              net.pool,
              Session.normalisation(config.data(), set),
              pairs.order(),
              pairs.lambda());
      ProbeRunner.Outputs outputs = runner.outputs(pause);
      Confusion confusion = Confusion.of(outputs.labels(), outputs.logits());
      List<String> notes = notes(directory, set, confusion.images());
      return new Result(set.name(), set.dataHash(), set.classNames(), confusion, notes);
    }
  }

  private static List<String> notes(RunDirectory directory, ImageSet set, int images) {
    List<String> notes = new ArrayList<>();
    if (!SplitFile.dataHash(directory.split()).equals(set.dataHash()))
      notes.add(
          "these are not the images of the run; classes are taken by their index, whatever they are called");
    if (images < set.test().count())
      notes.add("measured on the first " + images + " of " + set.test().count() + " test images");
    if (set.lossy()) notes.add(RunLog.LOSSY);
    return notes;
  }

  private static ImageSet data(RunConfig config, Request request) {
    boolean same = request.datasetOrNull() == null;
    Dataset dataset = same ? config.data().dataset() : request.datasetOrNull();
    Path directory = request.data();
    if (dataset == Dataset.MADE && directory != null) {
      throw new UsageException(
          "--data " + directory + " has no use with made images, which are drawn");
    }
    if (directory == null && same) directory = config.data().directory();
    return DataSets.load(dataset, directory, same && config.data().svhnExtra());
  }

  /** The first and the last layer say what images and classes a network is for. */
  private static void requireFit(Path model, ImageSet set) {
    try (SafetensorsReader reader = new SafetensorsReader(model)) {
      long channels = extent(model, reader, "ema/stem/kernel", 4, 3);
      long classes = extent(model, reader, "ema/dense/kernel", 2, 0);
      if (channels != set.train().channels() || classes != set.classes()) {
        throw new DataException(
            "%s: a network for %d channels and %d classes; %s has %d and %d"
                .formatted(
                    model, channels, classes, set.name(), set.train().channels(), set.classes()));
      }
    }
  }

  private static long extent(
      Path model, SafetensorsReader reader, String name, int axes, int axis) {
    long[] shape = reader.shape(name);
    if (shape.length == axes) return shape[axis];
    throw new DataException(
        "%s: %s: expected %d axes, found shape %s"
            .formatted(model, name, axes, Arrays.toString(shape)));
  }
}
