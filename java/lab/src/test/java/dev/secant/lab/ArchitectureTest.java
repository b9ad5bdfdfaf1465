// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules of the house: dependencies point one way, vendors stay in their modules, the core is
 * silent.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  /** Not static: what it holds would be marked by every collection of the tests that follow. */
  private final JavaClasses all =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.secant");

  private static final String[] CORE = {
    "dev.secant.backend..",
    "dev.secant.events..",
    "dev.secant.jni..",
    "dev.secant.kernels..",
    "dev.secant.nn..",
    "dev.secant.random..",
    "dev.secant.tensor.."
  };

  @Test
  void coreUsesJavaJavacppAndSlf4jOnly() {
    classes()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.slf4j..",
            "jdk.jfr..",
            "org.bytedeco.javacpp..",
            "dev.secant.backend..",
            "dev.secant.events..",
            "dev.secant.jni..",
            "dev.secant.kernels..",
            "dev.secant.nn..",
            "dev.secant.random..",
            "dev.secant.tensor..")
        .check(all);
  }

  /** Memory, at the bottom, knows nothing of what is computed in it. */
  @Test
  void tensorsDoNotKnowBackends() {
    noClasses()
        .that()
        .resideInAPackage("dev.secant.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.secant.backend..", "dev.secant.kernels..", "dev.secant.nn..")
        .check(all);
  }

  @Test
  void backendsDoNotKnowTheLab() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.secant.onednn..", "dev.secant.cudnn..", "dev.secant.reference..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.secant.lab..")
        .check(all);
  }

  @Test
  void oneDnnStaysInItsModule() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.secant.onednn..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.dnnl..")
        .check(all);
  }

  @Test
  void cudaStaysInItsModule() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.secant.cudnn..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.cuda..")
        .check(all);
  }

  @Test
  void onlyTheCommandLineKnowsCommonsCli() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.secant.lab.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.cli..")
        .check(all);
  }

  /** Verdicts are functions of numbers: no files, no configuration, nothing else of the lab. */
  @Test
  void claimsKnowNothingButTheirNumbers() {
    classes()
        .that()
        .resideInAPackage("dev.secant.lab.claims")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java.lang..",
            "java.util..",
            "org.apache.commons.statistics..",
            "dev.secant.lab.claims")
        .check(all);
  }

  @Test
  void figuresKnowNothingOfRuns() {
    noClasses()
        .that()
        .resideInAPackage("dev.secant.lab.plot")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.secant..")
                .and(not(resideInAnyPackage("dev.secant.lab.plot", "dev.secant.lab.error"))))
        .check(all);
  }

  @Test
  void coreReadsNoEnvironmentAndNeverExits() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(all);
  }

  /**
   * Options come as values; only the loaders of native libraries ask the system, and whoever looks
   * for a leak.
   */
  @Test
  void coreReadsNoPropertiesAndOpensNoFiles() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .and()
        .resideOutsideOfPackage("dev.secant.jni..")
        .and()
        .doNotHaveFullyQualifiedName("dev.secant.tensor.Lifetime")
        .and() // the folder of libraries that a property names
        .doNotHaveFullyQualifiedName("dev.secant.tensor.LibraryFolder")
        .and() // which unpacks a library into JavaCPP's cache
        .doNotHaveFullyQualifiedName("dev.secant.kernels.PackedLibrary")
        .should()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .callMethod(Boolean.class, "getBoolean", String.class)
        .orShould()
        .callMethod(Integer.class, "getInteger", String.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(java.io.File.class, java.nio.file.Files.class)
        .check(all);
  }

  /** Backends are found as services, never named. */
  @Test
  void theLabKnowsNoBackend() {
    noClasses()
        .that()
        .resideInAPackage("dev.secant.lab..")
        .and()
        .resideOutsideOfPackage("dev.secant.lab.check")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.secant.onednn..", "dev.secant.cudnn..", "dev.secant.reference..")
        .check(all);
  }

  /** gpu-check runs the contract, and nothing else of the reference. */
  @Test
  void theCheckKnowsTheContractAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.secant.lab.check")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.secant.onednn..", "dev.secant.cudnn..", "dev.secant.reference")
        .check(all);
  }

  @Test
  void nobodyUsesStatefulRandomness() {
    noClasses().should().dependOnClassesThat().areAssignableTo(java.util.Random.class).check(all);
  }
}
