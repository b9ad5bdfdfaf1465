// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.ImagePool;
import dev.secant.backend.Plan;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Closing;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The network of a finished run on a backend, with test images beside it. Closing frees all of it.
 */
final class SavedNetwork implements AutoCloseable {
  /**
   * Where it is to compute.
   *
   * @param backend null: the run's
   * @param arithmeticOrNull null: the run's, fp32 on another backend
   * @param threads null: every core
   */
  record Place(String backend, Arithmetic arithmeticOrNull, Integer threads) {}

  private final Backend backend;
  final Plan plan;
  final WideResNetSpec spec;
  final Params weights;
  final Params statistics;
  final ImagePool pool;

  /** The configuration of a finished run, whose model belongs to it. */
  static RunConfig config(RunDirectory directory) {
    if (!Files.exists(directory.model())) {
      throw new DataException(directory.model() + ": no such file: the run has not ended");
    }
    RunConfig config = ConfigYaml.read(directory.config());
    ModelFile.requireConfig(directory.model(), directory.config(), config);
    return config;
  }

  /**
   * @param name ema or raw
   * @param limit first so many test images; 0 = all
   */
  static SavedNetwork open(
      RunConfig config, ImageSet set, Path model, String name, int limit, Place place) {
    Backend backend = backend(config.run(), place);
    try {
      return new SavedNetwork(backend, config, set, model, name, limit);
    } catch (RuntimeException | Error e) {
      Closing.after(e, backend);
      throw e;
    }
  }

  private SavedNetwork(
      Backend backend, RunConfig config, ImageSet set, Path model, String name, int limit) {
    this.backend = backend;
    this.plan = backend.newPlan();
    this.spec = Session.spec(config, set);
    this.weights = Params.weights(plan, spec.parameters());
    this.statistics = new Params(plan, spec.statistics());
    ModelFile.load(model, name, weights, statistics);
    this.pool = ResidentSet.pool(plan::tensor, set.test().first(limit), set.classes());
  }

  /**
   * Refuses a precision that the backend has nowhere; what is missing here is found when it opens.
   *
   * @throws UsageException as {@code train} does of the same options
   */
  static void requirePossible(RunConfig.Run run, Place place) {
    if (!name(run, place).equals("cpu") || place.arithmeticOrNull() != Arithmetic.TF32) return;
    throw new UsageException(
        "--precision tf32 contradicts backend cpu (%s): a CPU computes in fp32 or bf16"
            .formatted(place.backend() == null ? "the run's" : "--backend"));
  }

  private static String name(RunConfig.Run run, Place place) {
    return place.backend() == null ? run.backend() : place.backend();
  }

  private static Backend backend(RunConfig.Run run, Place place) {
    int cores = Math.min(Runtime.getRuntime().availableProcessors(), Options.MAX_THREADS);
    int threads = place.threads() == null ? cores : place.threads();
    String name = name(run, place);
    Arithmetic arithmetic =
        name.equals(run.backend()) ? run.device().arithmetic() : Arithmetic.FP32;
    if (place.arithmeticOrNull() != null) arithmetic = place.arithmeticOrNull();
    return Session.create(name, BackendOptions.of(threads, run.device().with(arithmetic)));
  }

  @Override
  public void close() {
    backend.close();
  }
}
