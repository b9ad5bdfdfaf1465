// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.JsonFields;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.lab.metrics.Sha256;
import dev.secant.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A checkpoint as a safetensors file. Its metadata hold the {@link Manifest} and the SHA-256 of it;
 * the manifest holds those of the tensors.
 */
final class CheckpointFile {
  private static final String MANIFEST = "manifest";
  private static final String MANIFEST_HASH = "manifest_sha256";

  private CheckpointFile() {}

  /** The tensors of a snapshot, hashed. */
  static Map<String, String> hashes(Snapshot snapshot) {
    Map<String, String> all = new TreeMap<>();
    snapshot.sections().forEach((name, s) -> all.put(name, hash(s.copy())));
    return all;
  }

  static SafetensorsWriter writer(Manifest manifest, Snapshot snapshot) {
    String text = manifest.toJson();
    SafetensorsWriter writer =
        new SafetensorsWriter().metadata(MANIFEST, text).metadata(MANIFEST_HASH, hash(text));
    snapshot
        .sections()
        .forEach((name, s) -> writer.add(name, DType.F32, s.copy(), s.tensor().shape().dims()));
    return writer;
  }

  /**
   * The manifest as it was written.
   *
   * @throws DataException where the file is damaged so far
   */
  static JsonFields manifest(Path file) {
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      String text = reader.metadata().get(MANIFEST);
      if (text == null) throw new DataException(file + ": not a checkpoint: no manifest in it");
      require(file, MANIFEST, reader.metadata().get(MANIFEST_HASH), hash(text));
      return JsonFields.parse(file + ": manifest", text);
    }
  }

  /**
   * @throws DataException where a tensor is not as it was written
   */
  static void verifyTensors(Path file, Manifest manifest) {
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      if (!reader.names().equals(manifest.tensors().keySet())) {
        throw new DataException(file + ": its tensors are not those of its manifest");
      }
      manifest
          .tensors()
          .forEach((name, hash) -> require(file, name, hash, hash(reader.bytes(name))));
    }
  }

  private static void require(Path file, String what, String expected, String found) {
    if (found.equals(expected)) return;
    throw new DataException(
        "%s: %s: expected SHA-256 %s, found %s".formatted(file, what, expected, found));
  }

  private static String hash(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(ByteBuffer bytes) {
    MessageDigest digest = Sha256.digest();
    digest.update(bytes.duplicate());
    return HexFormat.of().formatHex(digest.digest());
  }
}
