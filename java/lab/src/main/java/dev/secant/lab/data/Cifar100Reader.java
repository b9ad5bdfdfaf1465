// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.nio.file.Path;
import java.util.List;

/**
 * Reads the binary release of CIFAR-100: two files of records of two label bytes, the superclass (0
 * to 19, checked and not kept) and the class, as {@link CifarFile} says.
 */
public final class Cifar100Reader {
  static final CifarRelease RELEASE =
      new CifarRelease(
          "CIFAR-100",
          "cifar-100-binary",
          List.of("train.bin"),
          50_000,
          "test.bin",
          10_000,
          List.of(new CifarFile.Label("superclass", 20), new CifarFile.Label("label", 100)),
          "fine_label_names.txt",
          List.of(
              ("apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can"
                      + " castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur"
                      + " dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard"
                      + " lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter"
                      + " palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road"
                      + " rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower"
                      + " sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale"
                      + " willow_tree wolf woman worm")
                  .split(" ")));

  private Cifar100Reader() {}

  /**
   * @param directory holds the files, or a folder cifar-100-binary that does; a file named {@code
   *     lossy} beside them says that they are not the lossless release
   */
  public static ImageSet read(Path directory) {
    Path folder = RELEASE.locate(directory);
    CifarRelease.Content content = RELEASE.read(folder, true);
    String hash = DataHash.of(content.train(), content.test());
    boolean known =
        content.sums().equals(KnownFiles.sums(KnownFiles.CIFAR100)) || !KnownSets.lossy(hash);
    return new ImageSet(
        "cifar100",
        content.classNames(),
        content.train(),
        content.test(),
        hash,
        KnownSets.marked(folder) || !known);
  }
}
