// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A new event file of TensorBoard: {@code Event} messages of protocol buffers in TFRecord frames,
 * each written whole. A frame is the length (8 bytes, little-endian), its checksum, the message,
 * its checksum; a checksum is CRC-32C, rotated and offset as TFRecord has it. Confined to one
 * thread.
 */
public final class EventFile implements AutoCloseable {
  /** What TensorBoard looks for in the names of files. */
  public static final String PREFIX = "events.out.tfevents.";

  private static final String VERSION = "brain.Event:2";
  private static final int CHECKSUM_OFFSET = 0xa282ead8;

  // Fields of Event, of Summary, and of Summary.Value.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private final Path file;
  private final OutputStream out;

  /**
   * @param folder where TensorBoard is to look; made where it is missing
   * @param seconds wall-clock time, since 1970
   */
  public EventFile(Path folder, double seconds) {
    file = folder.resolve(PREFIX + String.format("%010d", (long) seconds) + ".secant");
    try {
      Files.createDirectories(folder);
      out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", file, e);
    }
    frame(event(seconds, 0).text(FILE_VERSION, VERSION).toBytes());
  }

  /** Some numbers of a step, by their names. */
  public void scalars(double seconds, long step, Map<String, Double> values) {
    ProtoMessage summary = new ProtoMessage();
    values.forEach((tag, number) -> summary.message(VALUE, scalar(tag, number)));
    frame(event(seconds, step).message(SUMMARY, summary).toBytes());
  }

  private static ProtoMessage scalar(String tag, double number) {
    return new ProtoMessage().text(TAG, tag).float32(SIMPLE_VALUE, (float) number);
  }

  private static ProtoMessage event(double seconds, long step) {
    ProtoMessage event = new ProtoMessage().float64(WALL_TIME, seconds);
    // 0 is what a field that is not there means
    return step == 0 ? event : event.integer(STEP, step);
  }

  private void frame(byte[] message) {
    byte[] length = little(8).putLong(message.length).array();
    ByteBuffer frame = little(8 + 4 + message.length + 4);
    frame.put(length).putInt(checksum(length)).put(message).putInt(checksum(message));
    try {
      out.write(frame.array());
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + CHECKSUM_OFFSET;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  public Path path() {
    return file;
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw IoFailureException.of("cannot close", file, e);
    }
  }
}
