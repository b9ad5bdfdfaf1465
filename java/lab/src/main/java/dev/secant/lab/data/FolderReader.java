// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads a folder of images: {@code train/CLASS/FILE} and {@code test/CLASS/FILE}, PNG or JPEG. The
 * index of a class is the place of its folder's name in sorted order. Images are taken in turns,
 * one of each class, in the order of their names, so that every beginning of a set holds all
 * classes. All have one size, whose height and width are multiples of 4, and one number of
 * channels. Names that begin with a dot are passed over; whatever else is not as described is
 * refused with its path.
 */
public final class FolderReader {
  private static final int MAX_CLASSES = 256; // a label is a byte of the data hash

  private record Item(Path file, int label) {}

  private record Size(int height, int width, int channels) {
    String text() {
      return width + "x" + height + (channels == 1 ? " grey" : " colour");
    }
  }

  private FolderReader() {}

  /**
   * @throws DataException naming the file that is not as described
   */
  public static ImageSet read(Path directory) {
    Path trainFolder = subfolder(directory, "train");
    Path testFolder = subfolder(directory, "test");
    List<String> classes = folders(trainFolder);
    requireClasses(trainFolder, testFolder, classes);
    List<Item> train = items(trainFolder, classes);
    List<Item> test = items(testFolder, classes);
    Size size = size(train.get(0).file());
    Images trainImages = images(train, size);
    Images testImages = images(test, size);
    boolean lossy = Stream.concat(train.stream(), test.stream()).anyMatch(i -> jpeg(i.file()));
    String hash = DataHash.of(trainImages, testImages);
    return new ImageSet("folder", classes, trainImages, testImages, hash, lossy);
  }

  /** Every file that cannot be read or is not like the first one, each with its reason. */
  public static List<String> unreadable(Path directory) {
    Path trainFolder = subfolder(directory, "train");
    Path testFolder = subfolder(directory, "test");
    List<String> classes = folders(trainFolder);
    requireClasses(trainFolder, testFolder, classes);
    List<Item> all = new ArrayList<>(items(trainFolder, classes));
    all.addAll(items(testFolder, classes));
    Size size = null;
    List<String> reasons = new ArrayList<>();
    int first = 0;
    for (; size == null && first < all.size(); first++) {
      try {
        size = size(all.get(first).file());
      } catch (DataException e) {
        reasons.add(e.getMessage());
      }
    }
    Size expected = size;
    reasons.addAll(
        all.subList(first, all.size()).parallelStream()
            .flatMap(item -> reason(item.file(), expected).stream())
            .toList());
    return reasons;
  }

  private static Optional<String> reason(Path file, Size size) {
    try {
      decode(file, size, new byte[size.height() * size.width() * size.channels()], 0);
      return Optional.empty();
    } catch (DataException e) {
      return Optional.of(e.getMessage());
    }
  }

  // ---- folders ---------------------------------------------------------------------------------

  private static Path subfolder(Path directory, String name) {
    Path folder = directory.resolve(name);
    if (Files.isDirectory(folder)) return folder;
    throw new DataException(
        folder + ": no such directory; expected " + name + "/CLASS/FILE.png in " + directory);
  }

  private static List<String> folders(Path folder) {
    List<String> names = new ArrayList<>();
    for (Path entry : entries(folder)) {
      if (!Files.isDirectory(entry)) {
        throw new DataException(entry + ": expected a folder of images, one for each class");
      }
      names.add(entry.getFileName().toString());
    }
    return names;
  }

  private static void requireClasses(Path train, Path test, List<String> classes) {
    if (classes.size() < 2 || classes.size() > MAX_CLASSES) {
      throw new DataException(
          "%s: expected 2 to %d class folders, found %d"
              .formatted(train, MAX_CLASSES, classes.size()));
    }
    List<String> tested = folders(test);
    for (String name : tested) {
      if (!classes.contains(name)) {
        throw new DataException(
            test.resolve(name) + ": unknown class; there is no " + train.resolve(name));
      }
    }
    for (String name : classes) {
      if (!tested.contains(name)) {
        throw new DataException(test.resolve(name) + ": missing; every class needs test images");
      }
    }
  }

  private static List<Item> items(Path folder, List<String> classes) {
    List<List<Item>> byClass = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      Path ofClass = folder.resolve(classes.get(label));
      List<Path> files = entries(ofClass);
      if (files.isEmpty()) throw new DataException(ofClass + ": empty class, expected images");
      List<Item> ofThis = new ArrayList<>();
      for (Path file : files) {
        if (!png(file) && !jpeg(file)) {
          throw new DataException(file + ": expected a file named .png, .jpg or .jpeg");
        }
        ofThis.add(new Item(file, label));
      }
      byClass.add(ofThis);
    }
    return inTurns(byClass);
  }

  private static List<Item> inTurns(List<List<Item>> byClass) {
    int longest = byClass.stream().mapToInt(List::size).max().orElse(0);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < longest; i++) {
      for (List<Item> ofOne : byClass) if (i < ofOne.size()) items.add(ofOne.get(i));
    }
    return items;
  }

  /** Sorted by name, whatever the locale; without names that begin with a dot. */
  private static List<Path> entries(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> !p.getFileName().toString().startsWith("."))
          .sorted((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", folder, e);
    }
  }

  private static boolean png(Path file) {
    return extension(file).equals("png");
  }

  private static boolean jpeg(Path file) {
    return extension(file).equals("jpg") || extension(file).equals("jpeg");
  }

  private static String extension(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  // ---- images ----------------------------------------------------------------------------------

  private static Size size(Path first) {
    ImageFile.Decoded image = ImageFile.read(first);
    if (image.height() % 4 != 0 || image.width() % 4 != 0) {
      throw new DataException(
          "%s: %d x %d pixels; expected multiples of 4, for the network halves them twice"
              .formatted(first, image.width(), image.height()));
    }
    return new Size(image.height(), image.width(), image.channels());
  }

  private static Images images(List<Item> items, Size size) {
    long bytes = (long) size.height() * size.width() * size.channels();
    if (bytes * items.size() > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%d images of %d bytes are more than one set holds (2 GiB)"
              .formatted(items.size(), bytes));
    }
    byte[] pixels = new byte[(int) bytes * items.size()];
    IntStream.range(0, items.size())
        .parallel()
        .forEach(i -> decode(items.get(i).file(), size, pixels, (int) bytes * i));
    int[] labels = items.stream().mapToInt(Item::label).toArray();
    return new Images(size.height(), size.width(), size.channels(), pixels, labels);
  }

  private static void decode(Path file, Size size, byte[] pixels, int at) {
    ImageFile.Decoded image = ImageFile.read(file);
    Size found = new Size(image.height(), image.width(), image.channels());
    if (!found.equals(size)) {
      throw new DataException(
          "%s: %s; expected %s like the first image of the set"
              .formatted(file, found.text(), size.text()));
    }
    System.arraycopy(image.pixels(), 0, pixels, at, image.pixels().length);
  }
}
