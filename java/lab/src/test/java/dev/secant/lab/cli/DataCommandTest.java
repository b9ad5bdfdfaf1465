// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.WholeTests;
import dev.secant.lab.data.Cifar10Reader;
import dev.secant.lab.data.FolderReader;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs of {@code data}, on files. */
class DataCommandTest {
  @TempDir Path folder;

  private final Calls secant = new Calls();

  private void refused(int code, String text, String... words) {
    assertThat(secant.run(words)).isEqualTo(code);
    assertThat(secant.err()).contains(text).startsWith("secant: ");
  }

  @Test
  void theMadeSetAsFilesIsTheMadeSet() throws IOException {
    Path made = folder.resolve("made");
    assertThat(
            secant.run("data", "make", "--out", made.toString(), "--train", "40", "--test", "20"))
        .isZero();
    ImageSet expected =
        MadeImages.generate(MadeImages.SEED, 40, 20, MadeImages.Difficulty.STANDARD);
    ImageSet found = FolderReader.read(made);
    assertThat(found.train().count()).isEqualTo(40);
    assertThat(found.classNames()).containsExactlyInAnyOrderElementsOf(expected.classNames());
    assertThat(
            secant.run(
                "data", "verify", "--dataset", "folder", "--data", made.toString(), "--json"))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(secant.out());
    assertThat(json.path("balanced").booleanValue()).isTrue();
    assertThat(json.path("test_in_train").intValue()).isZero();
    assertThat(json.path("classes").size()).isEqualTo(10);
    assertThat(json.at("/classes/3/train").intValue()).isEqualTo(4);
    assertThat(json.path("data_hash").textValue()).isEqualTo(found.dataHash());
    refused(2, "expected a new or an empty folder", "data", "make", "--out", made.toString());
    refused(
        3,
        "holds 50000 + 10000 colour images of 32 x 32 pixels in 10 classes, found 40 + 20 of 32 x 32",
        "data",
        "import",
        "--data",
        made.toString(),
        "--out",
        folder.resolve("bin").toString());
    assertThat(folder.resolve("bin")).doesNotExist();
  }

  @Test
  void repeatedImagesAndUnreadableFilesAreFound() throws IOException {
    Path made = folder.resolve("two");
    assertThat(
            secant.run("data", "make", "--out", made.toString(), "--train", "20", "--test", "20"))
        .isZero();
    Path[] classes = classes(made.resolve("train"));
    Path first = Files.list(classes[0]).sorted().findFirst().orElseThrow();
    Files.copy(first, classes[0].resolve("again.png"));
    Files.copy(first, classes[1].resolve("elsewhere.png"));
    Files.copy(first, classes(made.resolve("test"))[0].resolve("leaked.png"));
    assertThat(
            secant.run(
                "data", "verify", "--dataset", "folder", "--data", made.toString(), "--json"))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(secant.out());
    assertThat(json.path("repeated_train").intValue()).isEqualTo(2);
    assertThat(json.path("repeated_test").intValue()).isZero();
    assertThat(json.path("test_in_train").intValue()).isEqualTo(1);
    assertThat(json.path("contradicted").intValue()).isEqualTo(1);
    assertThat(json.path("balanced").booleanValue()).isFalse();
    Files.writeString(classes[0].resolve("a.png"), "no image");
    Files.writeString(classes[2].resolve("b.png"), "nor this");
    refused(
        3,
        "2 files are not as they should be",
        "data",
        "verify",
        "--dataset",
        "folder",
        "--data",
        made.toString());
    assertThat(secant.err()).contains("a.png", "b.png");
  }

  private static Path[] classes(Path split) throws IOException {
    return Files.list(split).sorted().toArray(Path[]::new);
  }

  /** A set of the right size, whose pixels all come from one image of each class. */
  @Test
  void aFolderOfTheSizeOfCifar10BecomesItsBinaryVersion() throws IOException {
    assumeTrue(WholeTests.asked(), "skipped: sixty thousand files are read with SECANT_REPLAY=1");
    Path images = folder.resolve("images");
    assertThat(
            secant.run("data", "make", "--out", images.toString(), "--train", "10", "--test", "10"))
        .isZero();
    for (Path ofClass : classes(images.resolve("train"))) repeat(ofClass, 5_000);
    for (Path ofClass : classes(images.resolve("test"))) repeat(ofClass, 1_000);
    Path binary = folder.resolve("binary");
    assertThat(
            secant.run(
                "data",
                "import",
                "--data",
                images.toString(),
                "--out",
                binary.toString(),
                "--json"))
        .isZero();
    ImageSet found = Cifar10Reader.read(binary);
    JsonNode json = new ObjectMapper().readTree(secant.out());
    assertThat(found.dataHash()).isEqualTo(json.path("data_hash").textValue());
    assertThat(found.classNames()).isEqualTo(FolderReader.read(images).classNames());
  }

  @Test
  void aFolderOfTenClassesBecomesAnSvhnOfItsSize() throws IOException {
    Path images = folder.resolve("images");
    assertThat(
            secant.run("data", "make", "--out", images.toString(), "--train", "20", "--test", "10"))
        .isZero();
    String mats = folder.resolve("mats").toString();
    assertThat(
            secant.run(
                "data", "import", "--dataset", "svhn", "--data", images.toString(), "--out", mats))
        .isZero();
    assertThat(secant.run("data", "verify", "--dataset", "svhn", "--data", mats, "--json"))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(secant.out());
    assertThat(json.path("data_hash").textValue()).isEqualTo(FolderReader.read(images).dataHash());
    assertThat(json.path("lossy").booleanValue()).isTrue();
    refused(
        3,
        "extra_32x32.mat: missing",
        "data",
        "verify",
        "--dataset",
        "svhn",
        "--data",
        mats,
        "--extra");
    refused(
        2,
        "--dataset must be one of cifar10, cifar100, svhn",
        "data",
        "import",
        "--dataset",
        "made",
        "--data",
        mats,
        "--out",
        "x");
  }

  private static void repeat(Path ofClass, int count) throws IOException {
    Path one = Files.list(ofClass).findFirst().orElseThrow();
    for (int i = 1; i < count; i++)
      Files.createLink(ofClass.resolve("copy%05d.png".formatted(i)), one);
  }

  @Test
  void wrongCallsSayWhatWasExpected() {
    refused(2, "expected list, make, import, verify or fetch", "data");
    refused(2, "got \"verfy\"", "data", "verfy");
    refused(2, "--train has no use with data list", "data", "list", "--train", "50");
    refused(2, "data make needs --out DIR", "data", "make");
    refused(2, "data verify needs --dataset", "data", "verify");
    refused(
        2,
        "--data has no use with --dataset made",
        "data",
        "verify",
        "--dataset",
        "made",
        "--data",
        "x");
    refused(
        3,
        "/none/train: no such directory",
        "data",
        "verify",
        "--dataset",
        "folder",
        "--data",
        "/none");
    assertThat(secant.run("data", "list")).isZero();
    assertThat(secant.out())
        .contains("cifar10", "cifar100", "folder", "made", "svhn", "cite: Y. Netzer");
  }
}
