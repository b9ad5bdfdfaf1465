// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

/**
 * What a run reports of its data set, without the images.
 *
 * @param name short name, such as {@code cifar10}
 * @param dataHash order-free over images and labels, see {@link DataHash}
 * @param lossy whether results on it are only indicative
 * @param testImages images of the test set, used or not
 */
public record DataFacts(String name, String dataHash, boolean lossy, int testImages) {}
