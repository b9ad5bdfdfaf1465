# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""The three kernels and the probe in PyTorch operations, with the bytes that each must move.

Written to be fast in torch.compile and not wasteful eagerly. Shape letters as in torch_wrn_batch; T source rows, C
classes, D features of a layer.
"""

from __future__ import annotations

from typing import Callable, NamedTuple, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from torch_wrn_batch import Source, Stream, clean, draw, mix
from torch_wrn_net import NetSpec, Shape, WideResNet

EPS = 1e-12
FIELDS = 4  # distance, floor, relative error, 1 - cos


class Traffic(NamedTuple):
    """Bytes of one call.

    `per_use` counts each input once per use (an image that is mixed into K rows K times) and each output once;
    `unique` counts each input once: what a cache of any size could not avoid.
    """

    per_use: int
    unique: int


# ---- mixing ------------------------------------------------------------------------------------------------------


def mix_images(source: Source, stream: Stream, step: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Draws one batch, mixes it and normalises it: ((B, F, H, W) channels last in `dtype`, lambda (B, K))."""
    draws = draw(stream, step)
    mixed = mix(clean(source, draws, stream.pad), draws.rows, draws.weights)
    return mixed.to(dtype).permute(0, 3, 1, 2), draws.weights


def mix_traffic(batch: int, k: int, values: int, dtype: torch.dtype) -> Traffic:
    """`values`: of one image."""
    out = batch * values * item_size(dtype)
    return Traffic(batch * k * values + out, batch * values + out)


# ---- consistency -------------------------------------------------------------------------------------------------


def consistency_gradient(
    student: Tensor, targets: Tensor, rows: Tensor, weights: Tensor, scale: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean squared difference of the logits (the paper reading), unweighted, and `scale` times its gradient to the
    student (B, C). Written out: autograd would launch more."""
    difference = student - mix(targets, rows, weights)
    return difference.square().mean(), difference * (scale * (2 / difference.numel()))


def consistency_traffic(batch: int, k: int, classes: int) -> Traffic:
    """fp32."""
    row = batch * classes * 4
    return Traffic((k + 2) * row, 3 * row)


# ---- NonLin ------------------------------------------------------------------------------------------------------


def nonlin(points: Tensor, mixed: Tensor, weights: Tensor) -> Tensor:
    """All fields of one layer: (B, 4) in the weights' type.

    points (B + K - 1, D): those of row b are b .. b + K - 1; mixed (B, D); weights (B, K). Differences are formed
    directly, in fp32 at least: sums of inner products would cancel where a layer is nearly linear.
    """
    batch, k = weights.shape
    f = points.to(weights.dtype)
    g = mixed.to(weights.dtype)
    over_norm = 1 / lengths(f)
    average = f[:batch] * weights[:, 0, None]
    average_of_units = f[:batch] * (weights[:, 0] * over_norm[:batch])[:, None]
    for j in range(1, k):
        f_j = f[j : j + batch]
        average = torch.addcmul(average, f_j, weights[:, j, None])
        average_of_units = torch.addcmul(average_of_units, f_j, (weights[:, j] * over_norm[j : j + batch])[:, None])
    average_norm = lengths(average)
    unit_g = g * (1 / lengths(g))[:, None]
    unit_average = average * (1 / average_norm)[:, None]
    distance = squares(unit_g - average_of_units).sqrt()
    floor = squares(unit_average - average_of_units).sqrt()
    relative = squares(g - average).sqrt() / average_norm
    return torch.stack([distance, floor, relative, squares(unit_g - unit_average) / 2], 1)


def squares(v: Tensor) -> Tensor:
    """(B, D) -> (B)."""
    return v.square().sum(1)


def lengths(v: Tensor) -> Tensor:
    """(B, D) -> (B), not below EPS."""
    return squares(v).sqrt().clamp_min(EPS)


def nonlin_all(points: Sequence[Tensor], mixed: Sequence[Tensor], weights: Tensor) -> Tensor:
    """(L, B, 4)."""
    return torch.stack([nonlin(p, m, weights) for p, m in zip(points, mixed)])


def nonlin_traffic(batch: int, k: int, features: int, dtype: torch.dtype) -> Traffic:
    size = item_size(dtype) * features
    return Traffic((k + 1) * batch * size, (2 * batch + k - 1) * size)


def layer_features(spec: NetSpec, side: int) -> list[int]:
    """D of L0 .. L5."""
    w = 16 * spec.width
    pixels = side * side
    return [16 * pixels, w * pixels, 2 * w * pixels // 4, 4 * w * pixels // 16, 4 * w, spec.classes]


# ---- probe -------------------------------------------------------------------------------------------------------


class Probe:
    """NonLin of L0 .. L5 over n images in pair order: two forward passes per image, in chunks of one size. The last
    chunk wraps around and only its first rows count, so that every chunk has the same shapes."""

    def __init__(
        self, net: WideResNet, source: Source, order: Tensor, weights: Tensor, chunk: int, dtype: torch.dtype
    ) -> None:
        """order (n) int64 image indices, weights (n, K) fp32 (or double, to check), dtype of the activations."""
        self.net = net.eval()
        self.source = source
        self.images, self.k = weights.shape
        self.chunk = min(chunk, self.images)
        self.dtype = dtype
        starts = torch.arange(0, self.images, self.chunk, device=order.device)
        ahead = torch.arange(self.chunk + self.k - 1, device=order.device)
        self.rows = (starts[:, None] + ahead) % self.images  # (chunks, R + K - 1) positions
        self.order = order
        self.weights = weights
        self.at = self.rows[0].clone()  # the chunk to work on: recorded work reads it here
        self.fields = weights.new_zeros(6, self.images, FIELDS)

    @torch.no_grad()
    def one_chunk(self, at: Tensor) -> Tensor:
        """Positions (R + K - 1) -> fields (6, R, 4)."""
        x = self.source.pixels[self.order[at]].to(self.source.scale.dtype) * self.source.scale + self.source.shift
        w = self.weights[at[: self.chunk]]
        own = torch.arange(self.chunk, device=at.device)[:, None] + torch.arange(self.k, device=at.device)
        points, mixed = self.layers(x), self.layers(mix(x, own, w))
        return nonlin_all([p.flatten(1) for p in points], [m.flatten(1) for m in mixed], w)

    def layers(self, x: Tensor) -> list[Tensor]:
        """(B, H, W, F) -> six activations. Flattening channels-last ones copies, so they are turned first: the order of
        features does not matter."""
        out = self.net.layers(x.to(self.dtype).permute(0, 3, 1, 2))
        return [a.permute(0, 2, 3, 1) if a.ndim == 4 else a for a in out]

    def run(self, chunk_work: Callable[[], Tensor]) -> Tensor:
        """Every chunk through `chunk_work`, which maps self.at to fields (6, R, 4); (6, n, 4)."""
        for i in range(len(self.rows)):
            self.at.copy_(self.rows[i])
            start = i * self.chunk
            useful = min(self.chunk, self.images - start)
            self.fields[:, start : start + useful] = chunk_work()[:, :useful]
        return self.fields


class Evaluation:
    """Accuracy and mean cross-entropy over n images, in chunks of one size; the last one wraps around and only its first
    rows count."""

    def __init__(self, net: WideResNet, source: Source, chunk: int, dtype: torch.dtype) -> None:
        self.net = net.eval()
        self.source = source
        self.images = len(source.labels)
        self.chunk = min(chunk, self.images)
        self.dtype = dtype
        starts = torch.arange(0, self.images, self.chunk, device=source.labels.device)
        ahead = torch.arange(self.chunk, device=source.labels.device)
        self.rows = (starts[:, None] + ahead) % self.images
        self.at = self.rows[0].clone()
        self.found = source.scale.new_zeros(2, self.images)

    @torch.no_grad()
    def one_chunk(self, at: Tensor) -> Tensor:
        """Positions (R) -> (2, R): whether the answer is right, and its cross-entropy."""
        x = self.source.pixels[at].to(self.source.scale.dtype) * self.source.scale + self.source.shift
        logits = self.net(x.to(self.dtype).permute(0, 3, 1, 2)).to(self.source.scale.dtype)
        labels = self.source.labels[at]
        right = (logits.argmax(1) == labels).to(logits.dtype)
        return torch.stack([right, functional.cross_entropy(logits, labels, reduction="none")])

    def run(self, chunk_work: Callable[[], Tensor]) -> Tensor:
        """Accuracy and loss, (2)."""
        for i in range(len(self.rows)):
            self.at.copy_(self.rows[i])
            start = i * self.chunk
            useful = min(self.chunk, self.images - start)
            self.found[:, start : start + useful] = chunk_work()[:, :useful]
        return self.found.mean(1)


# ---- convolutions ------------------------------------------------------------------------------------------------


def convolve(x: Tensor, w: Tensor, shape: Shape) -> Tensor:
    return functional.conv2d(x, w, stride=shape.stride, padding=(shape.kernel - 1) // 2)


def convolution_gradient(dL_dy: Tensor, x: Tensor, w: Tensor, shape: Shape, of_data: bool) -> Tensor:
    """One gradient without the other, as a library gives it."""
    stride, padding = [shape.stride] * 2, [(shape.kernel - 1) // 2] * 2
    wanted = [of_data, not of_data, False]
    out = torch.ops.aten.convolution_backward(dL_dy, x, w, [0], stride, padding, [1, 1], False, [0, 0], 1, wanted)
    return out[0] if of_data else out[1]


def item_size(dtype: torch.dtype) -> int:
    return torch.empty((), dtype=dtype).element_size()
