// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.backend.Draws;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Scalars;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.nn.WideResNetSpec;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes what every step drew, one JSON object a line, so that another implementation can replay
 * the run: a header with the resolved choices, then per step the scalars, the draws of both streams
 * and the losses. {@code benchmarks/peers/torch_replay.py} reads it.
 */
final class RecipeDump implements AutoCloseable {
  private final Path file;
  private final Path temporary;
  private final BufferedWriter out;
  private boolean finished;
  private boolean imagesMade;

  /** The file appears under its name when it is finished. */
  RecipeDump(Path file) {
    this.file = file;
    this.temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      this.out = Files.newBufferedWriter(temporary);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  /**
   * Refuses files that exist, unless they may be overwritten.
   *
   * @param file may be null: no dump
   */
  static void check(Path file, boolean overwrite) {
    if (file == null) return;
    if (file.getFileName() == null || Files.isDirectory(file)) {
      throw new UsageException("dump-recipes: " + file + ": expected a file, found a directory");
    }
    for (Path path : new Path[] {file, images(file)}) {
      if (Files.exists(path) && !overwrite) {
        throw new UsageException(
            "dump-recipes: " + path + " exists already; --overwrite replaces it");
      }
    }
  }

  /** Where the images lie that a dump draws from. */
  static Path images(Path file) {
    return file.resolveSibling(file.getFileName() + ".images.safetensors");
  }

  void header(RunConfig c, WideResNetSpec spec, Normalisation normalisation, ProbePairs pairs) {
    ObjectNode h = Json.MAPPER.createObjectNode();
    h.put("type", "header");
    h.put("method", Word.of(c.method().kind()));
    h.put("k", c.method().k());
    h.put("space", Word.of(c.ict().space()));
    h.put("reduction", Word.of(c.ict().reduction()));
    h.put("target", c.ict().selfTarget() ? "self" : "teacher");
    h.put("gradient", c.ict().gradientBoth() ? "both" : "stop");
    h.put("partners", Word.of(c.method().partners()));
    h.put("batch", c.optim().batch());
    h.put("depth", spec.depth()).put("width", spec.width());
    h.put("height", spec.height()).put("image_width", spec.imageWidth());
    h.put("channels", spec.channels()).put("classes", spec.classes());
    h.put("conv_bias", spec.convBias()).put("bn_eps", spec.bnEps());
    h.put("crop_pad", c.data().cropPad());
    h.set("scale", numbers(normalisation.scale()));
    h.set("shift", numbers(normalisation.shift()));
    h.put("weight_decay", c.optim().weightDecay());
    h.put("beta1", c.optim().beta1())
        .put("beta2", c.optim().beta2())
        .put("adam_eps", c.optim().eps());
    h.put("running", Word.of(c.bn().running()));
    h.put("probe_alpha", c.method().probeAlpha());
    h.put("probe_k", c.evaluation().probeK());
    h.set("probe_order", numbers(pairs.order()));
    h.set("probe_lambda", numbers(pairs.lambda()));
    line(h);
  }

  /** What step t drew and found; call after it ran. */
  void step(long t, RunConfig c, TrainStep step, Scalars scalars) {
    boolean ict = c.method().kind() == Kind.ICT;
    ObjectNode s = Json.MAPPER.createObjectNode();
    s.put("type", "step").put("step", t);
    s.put("learning_rate", scalars.learningRate().toDoubles()[0]);
    s.put("weight", step.weight());
    s.put("ema_rate", scalars.emaRate().toDoubles()[0]);
    s.put("bn_rate", scalars.bnRate().toDoubles()[0]);
    s.set("labelled", draws(step.labelledDraws()));
    s.set("unlabelled", ict ? draws(step.unlabelledDraws()) : Json.MAPPER.nullNode());
    s.put("loss_supervised", step.supervisedLoss());
    if (ict) {
      s.put("loss_consistency", step.consistencyLoss());
    } else {
      s.putNull("loss_consistency");
    }
    line(s);
  }

  private static ObjectNode draws(Draws d) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.set("indices", numbers(d.indices().toInts()));
    int[] flat = d.crops().toInts();
    ArrayNode crops = node.putArray("crops");
    for (int i = 0; i < flat.length; i += 3)
      crops.addArray().add(flat[i]).add(flat[i + 1]).add(flat[i + 2]);
    node.set("rows", numbers(d.rows().toInts()));
    node.set("lambda", numbers(d.lambda().toFloats()));
    return node;
  }

  private static ArrayNode numbers(int[] values) {
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (int v : values) array.add(v);
    return array;
  }

  private static ArrayNode numbers(float[] values) {
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (float v : values) array.add(v);
    return array;
  }

  private void line(ObjectNode node) {
    try {
      out.write(Json.MAPPER.writeValueAsString(node));
      out.newLine();
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  /** The last line has been written: the file gets its name. */
  void finish() {
    try {
      out.close();
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      finished = true;
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  /** Saves the images that the dump draws from; they go with it. */
  void saveImages(ImageSet set) {
    imagesMade = true;
    ModelFile.saveImages(images(file), set);
  }

  /** Removes the files unless they are finished. */
  @Override
  public void close() {
    if (finished) return;
    try {
      try (out) {
        Files.deleteIfExists(temporary);
        if (imagesMade) Files.deleteIfExists(images(file));
      }
    } catch (IOException e) {
      // The failure that matters is already on its way.
    }
  }
}
