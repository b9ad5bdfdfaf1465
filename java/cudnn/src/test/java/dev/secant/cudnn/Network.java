// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.nn.WideResNetSpec;
import java.util.ArrayList;
import java.util.List;

/** The convolutions of a Wide ResNet for 32x32 colour images, written out from its description. */
final class Network {
  private Network() {}

  static WideResNetSpec spec(int width) {
    return new WideResNetSpec(28, width, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
  }

  /** Every convolution in order, equal ones as often as they occur. */
  static List<Conv2d.Spec> convolutions(int width, int batch) {
    List<Conv2d.Spec> all = new ArrayList<>();
    all.add(new Conv2d.Spec(batch, 32, 32, 3, 16, 3, 1));
    int in = 16;
    int size = 32;
    for (int group = 0; group < 3; group++) {
      int out = 16 * width << group;
      for (int unit = 0; unit < 4; unit++) {
        int stride = group > 0 && unit == 0 ? 2 : 1;
        all.add(new Conv2d.Spec(batch, size, size, in, out, 3, stride));
        if (in != out) all.add(new Conv2d.Spec(batch, size, size, in, out, 1, stride));
        size /= stride;
        all.add(new Conv2d.Spec(batch, size, size, out, out, 3, 1));
        in = out;
      }
    }
    return all;
  }
}
