// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Adam;
import dev.secant.djl.MixedBatches;
import dev.secant.djl.NonLinListener;
import java.util.List;

/**
 * A trainer of the Deep Java Library that mixes its batches and measures NonLin of its blocks: one
 * line for the data, one for the labels, one for the listener. Needs an engine on the class path.
 */
public final class TrainInDjl {
  private static final int ROWS = 256;
  private static final int FEATURES = 8;
  private static final int CLASSES = 2;

  private TrainInDjl() {}

  /**
   * Trains for some epochs on rows whose class is the sign of the product of their first two
   * features.
   *
   * @return NonLin of the blocks, before training and after each epoch
   */
  public static List<List<NonLinListener.BlockNonLin>> train(int epochs) throws Exception {
    try (NDManager manager = NDManager.newBaseManager();
        MixedBatches mixed = new MixedBatches(1, 0.5, 0.5);
        Model model = Model.newInstance("mlp")) {
      NDArray rows = manager.randomNormal(0, 1, new Shape(ROWS, FEATURES), DataType.FLOAT32);
      NDArray classes = rows.get(":,0").mul(rows.get(":,1")).gt(0).toType(DataType.INT64, false);
      ArrayDataset dataset =
          new ArrayDataset.Builder()
              .setData(rows)
              .optLabels(classes)
              .optDataBatchifier(mixed.data())
              .optLabelBatchifier(mixed.labels(CLASSES))
              .setSampling(32, true)
              .build();
      NonLinListener nonlin = new NonLinListener(rows, 1, 0.5, 0.5);
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(new SoftmaxCrossEntropyLoss("loss", 1, -1, false, true))
              .optOptimizer(Adam.builder().build())
              .addTrainingListeners(nonlin);
      model.setBlock(
          new SequentialBlock()
              .add(Linear.builder().setUnits(32).build())
              .add(Activation::relu)
              .add(Linear.builder().setUnits(CLASSES).build()));
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(32, FEATURES));
        EasyTrain.fit(trainer, epochs, dataset, null);
      }
      return nonlin.measurements();
    }
  }

  /** Trains for five epochs and prints NonLin of each block before and after. */
  public static void main(String[] arguments) throws Exception {
    List<List<NonLinListener.BlockNonLin>> measured = train(5);
    for (int block = 0; block < measured.get(0).size(); block++)
      System.out.printf(
          "%s: NonLin %.4f before, %.4f after%n",
          measured.get(0).get(block).block(),
          measured.get(0).get(block).nonlin(),
          measured.get(measured.size() - 1).get(block).nonlin());
  }
}
