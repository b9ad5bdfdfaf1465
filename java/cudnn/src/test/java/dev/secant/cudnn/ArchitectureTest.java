// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The module takes values: no environment, no exit; of the properties only JavaCPP's switch. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  /** Not static: what it holds would be marked by every collection of the tests that follow. */
  private final JavaClasses all =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.secant.cudnn");

  @Test
  void readsNoEnvironmentAndNeverExits() {
    noClasses()
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(all);
  }

  @Test
  void onlyTheLoaderTouchesProperties() {
    noClasses()
        .that()
        .doNotHaveSimpleName("NativeBindings")
        .should()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .check(all);
  }

  @Test
  void usesCoreTheCudaPresetsAndJacksonOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.bytedeco.javacpp..",
            "org.bytedeco.cuda..",
            "com.fasterxml.jackson..",
            "dev.secant.backend..",
            "dev.secant.events..",
            "dev.secant.jni..",
            "dev.secant.kernels..",
            "dev.secant.tensor..",
            "dev.secant.cudnn..")
        .check(all);
  }
}
