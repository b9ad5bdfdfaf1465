// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendComponent;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.BackendProvider;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions.Arithmetic;
import java.util.function.Consumer;

/** That the backend opens, and on what. */
final class MachineCheck implements Check {
  @Override
  public String section() {
    return "machine";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    for (BackendProvider provider : Backends.providers()) {
      if (!provider.name().equals(s.backend())) continue;
      BackendOptions options = BackendOptions.of(s.threads(), s.device());
      for (BackendComponent part : provider.components(options))
        rows.accept(CheckRow.of(section(), part.subject(), part.present(), part.text()));
    }
    try (Backend backend = s.open(Arithmetic.FP32, true, null)) {
      rows.accept(CheckRow.pass(section(), "backend", backend.description()));
    }
  }
}
