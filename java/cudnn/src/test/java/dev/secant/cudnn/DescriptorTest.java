// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.cuda.global.cudnn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Errors of single descriptors, in cuDNN's own words. */
class DescriptorTest {
  @BeforeEach
  void load() {
    Nvidia.libraries();
  }

  @Test
  void anAttributeOfAnotherKindIsNamed() {
    try (Descriptor tensor = new Descriptor(DescriptorKind.TENSOR, "a test")) {
      assertThatThrownBy(() -> tensor.set(Attribute.CONVOLUTION_SPATIAL_DIMS, 2))
          .isInstanceOfSatisfying(
              CudnnException.class,
              e -> assertThat(e.status()).isNotEqualTo(cudnn.CUDNN_STATUS_SUCCESS))
          .hasMessageStartingWith(
              "setting CONVOLUTION_SPATIAL_DIMS of TENSOR for a test: CUDNN_STATUS_");
    }
  }

  @Test
  void anIncompleteDescriptorIsNotFinalised() {
    try (Descriptor tensor = new Descriptor(DescriptorKind.TENSOR, "a test")) {
      assertThatThrownBy(tensor::finalised)
          .isInstanceOf(CudnnException.class)
          .hasMessageStartingWith("finalisation of TENSOR for a test: CUDNN_STATUS_BAD_PARAM");
    }
  }

  @Test
  void whatWasWrittenIsRead() {
    try (Descriptor tensor =
        new Descriptor(DescriptorKind.TENSOR, "a test")
            .setEnum(Attribute.TENSOR_DATA_TYPE, cudnn.CUDNN_DATA_BFLOAT16)
            .set(Attribute.TENSOR_DIMENSIONS, 8, 3, 32, 32)
            .set(Attribute.TENSOR_STRIDES, 3072, 1, 96, 3)
            .set(Attribute.TENSOR_UNIQUE_ID, 7)
            .set(Attribute.TENSOR_BYTE_ALIGNMENT, 16)
            .finalised()) {
      assertThat(tensor.getEnum(Attribute.TENSOR_DATA_TYPE)).isEqualTo(cudnn.CUDNN_DATA_BFLOAT16);
      assertThat(tensor.getLong(Attribute.TENSOR_UNIQUE_ID)).isEqualTo(7);
    }
  }

  @Test
  void closingIsIdempotentAndFinal() {
    long before = Descriptor.open();
    Descriptor tensor = new Descriptor(DescriptorKind.TENSOR, "a test");
    assertThat(Descriptor.open()).isEqualTo(before + 1);
    tensor.close();
    tensor.close();
    assertThat(Descriptor.open()).isEqualTo(before);
    assertThatThrownBy(tensor::finalised)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the descriptor was closed: TENSOR");
  }
}
