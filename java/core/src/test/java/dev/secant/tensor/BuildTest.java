// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeReport;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Classes and libsecant say which build they are of, and must say the same. */
@Tag("native")
class BuildTest {
  private static final Build CLASSES = new Build("0.1.0-SNAPSHOT", "0123456789ab");

  private static String says(String version, String revision) {
    return "secant " + version + " revision " + revision + " compiler gcc-compatible 12.2.0";
  }

  private static void refused(String text, int abi, String got) {
    assertThatThrownBy(() -> NativePlatform.requireSameBuild(CLASSES, text, abi))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining(
            "expected build 0.1.0-SNAPSHOT (0123456789ab), ABI "
                + Secant.SECANT_ABI
                + ", got "
                + got
                + ", ABI "
                + abi
                + ", in ")
        .hasMessageEndingWith("; if that is a file of JavaCPP's cache, delete it");
  }

  @Test
  void theSameVersionAndRevisionFit() {
    NativePlatform.requireSameBuild(CLASSES, says("0.1.0", "0123456789ab"), Secant.SECANT_ABI);
  }

  @Test
  void sourcesOutsideOfARepositoryFit() {
    NativePlatform.requireSameBuild(CLASSES, says("0.1.0", "unknown"), Secant.SECANT_ABI);
    NativePlatform.requireSameBuild(
        new Build("0.1.0", "unknown"), says("0.1.0", "0123456789ab"), Secant.SECANT_ABI);
  }

  @Test
  void anotherVersionRevisionAbiOrTextIsRefused() {
    refused(says("0.1.1", "0123456789ab"), Secant.SECANT_ABI, "0.1.1 (0123456789ab)");
    refused(says("0.1.1", "unknown"), Secant.SECANT_ABI, "0.1.1 (unknown)");
    refused(says("0.1.0", "ba9876543210"), Secant.SECANT_ABI, "0.1.0 (ba9876543210)");
    refused(says("0.1.0", "0123456789ab-dirty"), Secant.SECANT_ABI, "0.1.0 (0123456789ab-dirty)");
    refused(says("0.1.0", "0123456789ab"), Secant.SECANT_ABI + 1, "0.1.0 (0123456789ab)");
    refused("something", Secant.SECANT_ABI, "'something' (unknown)");
  }

  @Test
  void theReportSaysWhatIsLoaded() {
    NativeReport report = NativeReport.read();
    assertThat(report.classes()).isEqualTo(Build.ofClasses());
    assertThat(report.classes().version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    assertThat(report.classes().revision()).matches("[0-9a-f]{12}(-dirty)?|unknown");
    assertThat(report.library().fits(report.classes())).isTrue();
    assertThat(report.compiled()).isEqualTo(KernelContext.nativeBuild());
    assertThat(report.level()).isBetween(2, 4);
    assertThat(Path.of(report.file()))
        .isAbsolute()
        .satisfies(f -> assertThat(Files.exists(f)).isTrue());
    assertThat(report)
        .hasToString(
            "libsecant " + report.library() + ", x86-64-v" + report.level() + ", " + report.file());
  }
}
