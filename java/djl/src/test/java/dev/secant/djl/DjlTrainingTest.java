// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import dev.secant.djl.NonLinListener.BlockNonLin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A data set and a trainer of DJL, with mixing and NonLin in them. */
class DjlTrainingTest {
  private static final int ROWS = 24;
  private static final int CLASSES = 3;

  private NDManager manager;

  @BeforeEach
  void engine() {
    // DJL's interface has an engine of its own, for arrays elsewhere, that computes nothing.
    Assumptions.assumeTrue(
        Engine.hasEngine("PyTorch"),
        "skipped: no engine of DJL on the class path; -Pdjl-engine brings one");
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    if (manager != null) manager.close();
  }

  /** Row i is (i, 10 i, 100 i), so that a mixed row tells its points and weights. */
  private NDArray rows() {
    float[] values = new float[ROWS * 3];
    for (int i = 0; i < ROWS; i++) {
      values[3 * i] = i;
      values[3 * i + 1] = 10 * i;
      values[3 * i + 2] = 100 * i;
    }
    return manager.create(values, new Shape(ROWS, 3));
  }

  private ArrayDataset dataset(NDArray data, MixedBatches mixed, boolean random) throws Exception {
    long[] classes = new long[ROWS];
    Arrays.setAll(classes, i -> i % CLASSES);
    ArrayDataset dataset =
        new ArrayDataset.Builder()
            .setData(data)
            .optLabels(manager.create(classes))
            .optDataBatchifier(mixed.data())
            .optLabelBatchifier(mixed.labels(CLASSES))
            .setSampling(8, random)
            .build();
    dataset.prepare();
    return dataset;
  }

  @Test
  void dataAndLabelsAreMixedByTheSameWeights() throws Exception {
    try (MixedBatches mixed = new MixedBatches(1, 0.5, 0.5)) {
      Set<Float> weights = new HashSet<>();
      int batches = 0;
      for (Batch batch : dataset(rows(), mixed, false).getData(manager)) {
        float[] data = batch.getData().singletonOrThrow().toFloatArray();
        NDArray labels = batch.getLabels().singletonOrThrow();
        assertThat(labels.getShape()).isEqualTo(new Shape(8, CLASSES));
        float[] targets = labels.toFloatArray();
        for (int b = 0; b < 8; b++) {
          int first = 8 * batches + b;
          assertThat(data[3 * b + 1]).isEqualTo(10 * data[3 * b], within(1e-2f));
          assertThat(data[3 * b + 2]).isEqualTo(100 * data[3 * b], within(1e-1f));
          float sum = 0;
          for (int c = 0; c < CLASSES; c++) sum += targets[CLASSES * b + c];
          assertThat(sum).isEqualTo(1, within(1e-6f));
          float lambda = targets[CLASSES * b + first % CLASSES];
          weights.add(lambda);
          if (lambda < 1) {
            // The other point's class has the rest, and the row is what the two weights make of it.
            float other = (data[3 * b] - lambda * first) / (1 - lambda);
            int point = Math.round(other);
            assertThat(other).isEqualTo(point, within(0.02f / (1 - lambda)));
            assertThat(point).isBetween(8 * batches, 8 * batches + 7);
          }
        }
        batches++;
        batch.close();
      }
      assertThat(batches).isEqualTo(3);
      assertThat(weights).as("weights that differ").hasSizeGreaterThan(8);
    }
  }

  @Test
  void theSameSeedMixesTheSame() throws Exception {
    assertThat(allRows(5)).isEqualTo(allRows(5)).isNotEqualTo(allRows(6));
  }

  private List<Float> allRows(long seed) throws Exception {
    List<Float> all = new ArrayList<>();
    try (MixedBatches mixed = new MixedBatches(seed, 1, 1, 1)) {
      for (Batch batch : dataset(rows(), mixed, false).getData(manager)) {
        for (float v : batch.getData().singletonOrThrow().toFloatArray()) all.add(v);
        batch.close();
      }
    }
    return all;
  }

  @Test
  void whatCannotBeMixedIsRefused() {
    try (MixedBatches mixed = new MixedBatches(1, 1, 1)) {
      NDList[] numbers = {new NDList(manager.create(new long[] {1, 2}))};
      assertThatThrownBy(() -> mixed.data().batchify(numbers))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be FLOAT32, got int64");
      NDList[] row = {new NDList(manager.create(new float[] {1, 2}))};
      NDList[] label = {new NDList(manager.create(3L))};
      assertThatThrownBy(() -> mixed.labels(2).batchify(label))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected data() of the same object to have mixed as many");
      mixed.data().batchify(row);
      assertThatThrownBy(() -> mixed.labels(2).batchify(label))
          .hasMessageContaining("labels must be in [0, 2), got 3");
    }
    assertThatThrownBy(() -> new MixedBatches(1)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new MixedBatches(1, 0, 1)).hasMessageContaining("alpha");
  }

  @Test
  void aTrainerMixesAndLogsEveryBlock() throws Exception {
    NDArray data = manager.randomNormal(0, 1, new Shape(ROWS, 3), DataType.FLOAT32);
    NonLinListener nonlin = new NonLinListener(data, 7, 0.5, 0.5);
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(new SoftmaxCrossEntropyLoss("loss", 1, -1, false, true))
            .addTrainingListeners(nonlin);
    SequentialBlock network =
        new SequentialBlock()
            .add(Linear.builder().setUnits(16).build())
            .add(Activation::relu)
            .add(Linear.builder().setUnits(CLASSES).build());
    try (MixedBatches mixed = new MixedBatches(1, 0.5, 0.5);
        Model model = Model.newInstance("mlp")) {
      model.setBlock(network);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(8, 3));
        EasyTrain.fit(trainer, 2, dataset(data, mixed, true), null);
      }
    }
    assertThat(nonlin.measurements()).hasSize(3);
    for (List<BlockNonLin> blocks : nonlin.measurements()) {
      assertThat(blocks).hasSize(3);
      // The first block is affine: what it adds to mixing is rounding, and NonLin is the floor.
      assertThat(blocks.get(0).relative()).isLessThan(1e-5);
      assertThat(blocks.get(0).nonlin()).isEqualTo(blocks.get(0).floor(), within(1e-5));
      assertThat(blocks.get(1).relative()).isGreaterThan(1e-2);
      assertThat(blocks.get(1).nonlin()).isBetween(1e-3, 2.);
    }
    assertThat(nonlin.measurements().get(2)).isNotEqualTo(nonlin.measurements().get(0));
    assertThatThrownBy(() -> nonlin.measure(new LambdaBlock(l -> l)))
        .hasMessageContaining(
            "network must be a SequentialBlock, whose blocks follow each other, got ");
  }
}
