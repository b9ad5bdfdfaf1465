// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.IoFailureException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;

class EventFileTest {
  @TempDir Path folder;

  @Test
  void tensorFlowsMessagesReadItBack() throws Exception {
    Map<String, Double> two = new LinkedHashMap<>();
    two.put("train/loss", 1.5);
    two.put("nonlin_ema/L0", -0.25);
    try (EventFile file = new EventFile(folder.resolve("board"), 1_700_000_000.25)) {
      file.scalars(1_700_000_001.5, 0, two);
      file.scalars(1_700_000_002.5, 1L << 40, Map.of("t".repeat(300), Double.NaN));
      assertThat(file.path()).hasFileName("events.out.tfevents.1700000000.secant");
    }
    List<Event> events = read(folder.resolve("board/events.out.tfevents.1700000000.secant"));
    assertThat(events).hasSize(3);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(0).getWallTime()).isEqualTo(1_700_000_000.25);
    assertThat(events.get(1).getStep()).isZero();
    assertThat(events.get(1).getWallTime()).isEqualTo(1_700_000_001.5);
    assertThat(events.get(1).getSummary().getValueCount()).isEqualTo(2);
    assertThat(events.get(1).getSummary().getValue(0).getTag()).isEqualTo("train/loss");
    assertThat(events.get(1).getSummary().getValue(0).getSimpleValue()).isEqualTo(1.5f);
    assertThat(events.get(1).getSummary().getValue(1).getSimpleValue()).isEqualTo(-0.25f);
    assertThat(events.get(2).getStep()).isEqualTo(1L << 40);
    assertThat(events.get(2).getSummary().getValue(0).getTag()).hasSize(300);
    assertThat(events.get(2).getSummary().getValue(0).getSimpleValue()).isNaN();
  }

  /** The 12 bytes that files of TensorFlow begin with: a length of 24 and its masked checksum. */
  @Test
  void itBeginsAsFilesOfTensorFlowDo() throws Exception {
    Path path;
    try (EventFile file = new EventFile(folder, 1_700_000_000)) {
      path = file.path();
    }
    assertThat(Files.readAllBytes(path))
        .startsWith(0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09)
        .hasSize(12 + 24 + 4);
  }

  @Test
  void aFileThatIsThereIsRefused() {
    new EventFile(folder, 5).close();
    assertThatThrownBy(() -> new EventFile(folder, 5))
        .isInstanceOf(IoFailureException.class)
        .hasMessageEndingWith("events.out.tfevents.0000000005.secant: file exists");
  }

  private static List<Event> read(Path file) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      requireChecksum(length, bytes.getInt());
      byte[] message =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(message);
      requireChecksum(message, bytes.getInt());
      events.add(Event.parseFrom(message));
    }
    return events;
  }

  /** CRC-32C bit by bit, and the mask taken off. */
  private static void requireChecksum(byte[] of, int masked) {
    int crc = ~0;
    for (byte b : of) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
    }
    int rotated = masked - 0xa282ead8;
    assertThat((rotated >>> 17) | (rotated << 15)).isEqualTo(~crc);
  }
}
