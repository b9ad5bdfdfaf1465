// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.global.cudnn;

/** Turns statuses of cuDNN into {@link CudnnException}. */
final class Status {
  private static final int TEXT_BYTES = 1024;

  private Status() {}

  /**
   * @param operation what was tried, such as {@code finalise}
   * @param subject on what, such as a descriptor with its attribute and the convolution it is for
   */
  static void check(int status, String operation, String subject) {
    if (status == cudnn.CUDNN_STATUS_SUCCESS) return;
    throw exception(status, operation, subject);
  }

  static CudnnException exception(int status, String operation, String subject) {
    return new CudnnException(operation, subject, status, name(status), lastError());
  }

  private static String name(int status) {
    return cudnn.cudnnGetErrorString(status).getString();
  }

  /** What cuDNN says about the last failure on this thread. */
  private static String lastError() {
    byte[] text = new byte[TEXT_BYTES];
    cudnn.cudnnGetLastErrorString(text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) end++;
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }
}
