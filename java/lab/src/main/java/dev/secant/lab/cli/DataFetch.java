// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.Nearest;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.fetch.Download;
import dev.secant.lab.fetch.FetchPolicy;
import dev.secant.lab.fetch.Fetcher;
import dev.secant.lab.fetch.HttpSource;
import dev.secant.lab.fetch.Releases;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.DataSets;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code data fetch}: the files of a release from their publisher or a mirror. */
final class DataFetch {
  private static final List<String> NAMES = List.of("cifar10", "cifar100", "svhn");

  private final StopRequest stop;

  DataFetch(StopRequest stop) {
    this.stop = stop;
  }

  int run(Arguments a, Console console) {
    String name = a.words().size() < 2 ? "" : a.words().get(1);
    if (!NAMES.contains(name)) {
      throw new UsageException(
          "data fetch: expected cifar10, cifar100 or svhn"
              + (name.isEmpty() ? "" : ", got \"" + name + "\"")
              + Nearest.hint("", name, NAMES));
    }
    if (!a.has("to"))
      throw new UsageException("data fetch needs --to DIR, the folder for the files");
    boolean extra = a.has("extra");
    if (extra && !name.equals("svhn")) {
      throw new UsageException("--extra has no use with data fetch " + name);
    }
    List<URI> mirrors = mirrors(a.values("mirror"));
    Path folder = a.path("to");
    Console told = console.quiet(a.has(Flag.JSON));
    List<String> fetched;
    try (FetchProgress progress = new FetchProgress(told, stop, System::nanoTime)) {
      HttpSource http = new HttpSource(FetchPolicy.STANDARD, null);
      fetched =
          new Fetcher(http, mirrors, a.has("offline"), progress)
              .fetch(downloads(name, extra), folder);
    }
    ImageSet set = DataSets.load(Word.parse(Dataset.class, name), folder, extra);
    print(a, console, set, fetched, folder);
    return ExitCode.OK;
  }

  private static List<Download> downloads(String name, boolean extra) {
    return switch (name) {
      case "cifar10" -> Releases.CIFAR10;
      case "cifar100" -> Releases.CIFAR100;
      default -> Releases.svhn(extra);
    };
  }

  private static List<URI> mirrors(List<String> texts) {
    List<URI> mirrors = new ArrayList<>();
    for (String text : texts) {
      try {
        mirrors.add(new URI(text));
      } catch (URISyntaxException e) {
        throw new UsageException("--mirror: \"" + text + "\" is no address: " + e.getReason(), e);
      }
    }
    return mirrors;
  }

  private static void print(
      Arguments a, Console console, ImageSet set, List<String> fetched, Path folder) {
    if (a.has(Flag.JSON)) {
      ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
      object.put("dataset", set.name()).put("to", folder.toString());
      fetched.forEach(object.putArray("fetched")::add);
      object.put("train", set.train().count()).put("test", set.test().count());
      object.put("data_hash", set.dataHash()).put("lossy", set.lossy());
      console.out().println(object);
      return;
    }
    console
        .out()
        .printf(
            "%s: %s, %d training and %d test images, data hash %s%n",
            folder,
            fetched.isEmpty() ? "everything was there" : fetched.size() + " files fetched",
            set.train().count(),
            set.test().count(),
            set.dataHash());
    console.out().printf("./secant train --dataset %s --data %s%n", set.name(), folder);
  }
}
