// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Images;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code model.safetensors}: names {@code raw/…}, {@code ema/…}, {@code bn/…}; kernels OHWI, dense
 * (C, D). Recalibrated statistics belong to one set of weights: {@code bn/…} to the average then,
 * and {@code bn-raw/…} to the raw weights. Its metadata name the configuration: {@code
 * config_hash}, the {@code format} of the file, and in {@code config} the text that has this hash.
 */
public final class ModelFile {
  private static final String RAW = "raw/";
  private static final String EMA = "ema/";
  private static final String BN = "bn/";
  private static final String BN_RAW = "bn-raw/";

  private static final String FORMAT = "format";

  /** Raised whenever an older program would misread what is written; files without it are 1. */
  private static final int CURRENT = 1;

  private static final String HASH = "config_hash";
  private static final String CONFIG = "config";

  private ModelFile() {}

  static Map<String, String> metadata(RunConfig config) {
    return Map.of(
        "layout",
        "kernels OHWI, dense (classes, features)",
        FORMAT,
        Integer.toString(CURRENT),
        HASH,
        ConfigYaml.hash(config),
        CONFIG,
        ConfigYaml.identity(config));
  }

  /**
   * Refuses a model of another configuration.
   *
   * @param yaml where the configuration was read, for the message
   * @throws DataException that names the options that differ, where the model says its own
   */
  static void requireConfig(Path file, Path yaml, RunConfig config) {
    String expected = ConfigYaml.hash(config);
    try (SafetensorsReader reader = open(file)) {
      String found = reader.metadata().get(HASH);
      if (expected.equals(found)) return;
      throw new DataException(
          "%s: expected a model of the configuration in %s, config_hash %s, found %s%s"
              .formatted(
                  file,
                  yaml,
                  expected,
                  found == null ? "none" : found,
                  difference(reader.metadata().get(CONFIG), config)));
    }
  }

  /** {@code ; the model has width: 1, the file has width: 2}; empty where it does not say. */
  private static String difference(String modelOrNull, RunConfig file) {
    if (modelOrNull == null) return "";
    String identity = ConfigYaml.identity(file);
    return "; " + ConfigYaml.difference("the model", modelOrNull, "the file", identity);
  }

  /**
   * @param ofRaw statistics of the raw weights where they have their own, else null
   */
  static void save(Path file, Model model, Params ofRaw, Map<String, String> metadata) {
    SafetensorsWriter writer = new SafetensorsWriter();
    metadata.forEach(writer::metadata);
    add(writer, EMA, model.ema());
    add(writer, RAW, model.raw());
    add(writer, BN, model.statistics());
    if (ofRaw != null) add(writer, BN_RAW, ofRaw);
    writer.write(file);
  }

  private static void add(SafetensorsWriter writer, String prefix, Params params) {
    for (ParamLayout.Entry e : params.layout().entries())
      writer.add(prefix + e.name(), params.get(e.name()));
  }

  static SafetensorsReader open(Path file) {
    SafetensorsReader reader = new SafetensorsReader(file);
    String format = reader.metadata().getOrDefault(FORMAT, "1");
    if (format.equals(Integer.toString(CURRENT))) return reader;
    reader.close();
    throw new DataException(
        "%s: expected format %d, found %s: written by a newer version of secant?"
            .formatted(file, CURRENT, format));
  }

  /** Overwrites weights, their average and running statistics. */
  static void load(Path file, Model model) {
    try (SafetensorsReader reader = open(file)) {
      read(reader, file, RAW, model.raw());
      read(reader, file, EMA, model.ema());
      read(reader, file, BN, model.statistics());
    }
  }

  /** Overwrites one set of weights ({@code ema} or {@code raw}) and its running statistics. */
  public static void load(Path file, String weights, Params parameters, Params statistics) {
    try (SafetensorsReader reader = open(file)) {
      read(reader, file, weights + "/", parameters);
      read(reader, file, statisticsOf(weights, reader), statistics);
    }
  }

  /** What the names of the running statistics begin with that belong to ema or raw weights. */
  static String statisticsOf(String weights, SafetensorsReader reader) {
    return weights.concat("/").equals(RAW) && holds(reader, BN_RAW) ? BN_RAW : BN;
  }

  private static boolean holds(SafetensorsReader reader, String prefix) {
    return reader.names().stream().anyMatch(name -> name.startsWith(prefix));
  }

  private static void read(SafetensorsReader reader, Path file, String prefix, Params params) {
    for (ParamLayout.Entry e : params.layout().entries()) {
      String name = prefix + e.name();
      if (!reader.names().contains(name)) {
        throw new DataException(
            file + ": expected a tensor " + name + ", found none: another network?");
      }
      reader.read(name, params.get(e.name()));
    }
    params.refreshCopy();
  }

  /** The pixels and labels of a data set, beside a recipe dump. */
  static void saveImages(Path file, ImageSet set) {
    SafetensorsWriter writer = new SafetensorsWriter();
    add(writer, "train", set.train());
    add(writer, "test", set.test());
    writer.write(file);
  }

  private static void add(SafetensorsWriter writer, String prefix, Images images) {
    writer.add(
        prefix + "_pixels",
        images.pixels(),
        images.count(),
        images.height(),
        images.width(),
        images.channels());
    writer.add(prefix + "_labels", images.labels(), images.count());
  }
}
