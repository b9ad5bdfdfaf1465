// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.metrics.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a run must have in common with a checkpoint to go on from it.
 *
 * @param program version and revision
 * @param config the text that the configuration hash is of
 * @param dataHash of the images
 * @param splitHash of which images have labels
 * @param plansHash of algorithms chosen by measurement; empty where none were
 * @param backend what computed, with libraries, threads and kernels: other ones are no reason to
 *     refuse, but may give other last bits
 */
public record Identity(
    String program,
    String config,
    String dataHash,
    String splitHash,
    String plansHash,
    String backend) {

  void write(ObjectNode into) {
    into.put("program", program)
        .put("config", config)
        .put("data_hash", dataHash)
        .put("split_hash", splitHash)
        .put("plans_hash", plansHash)
        .put("backend", backend);
  }

  static Identity read(JsonFields from) {
    return new Identity(
        from.text("program"),
        from.text("config"),
        from.text("data_hash"),
        from.text("split_hash"),
        from.text("plans_hash"),
        from.text("backend"));
  }

  /**
   * What forbids a run to go on from this, one item each; empty where nothing does.
   *
   * @param run this, as far as it is known before images are read and a backend planned: the rest
   *     is null and not compared
   */
  public List<String> differences(Identity run) {
    List<String> all = new ArrayList<>();
    add(all, "program", program, run.program);
    if (!config.equals(run.config)) {
      all.add(ConfigYaml.difference("the checkpoint", config, "the run", run.config));
    }
    add(all, "data_hash", dataHash, run.dataHash);
    add(all, "split_hash", splitHash, run.splitHash);
    add(all, "plans_hash", plansHash, run.plansHash);
    return all;
  }

  private static void add(List<String> all, String name, String here, String there) {
    if (there == null || Objects.equals(here, there)) return;
    all.add("%s: the checkpoint has %s, the run has %s".formatted(name, here, there));
  }
}
