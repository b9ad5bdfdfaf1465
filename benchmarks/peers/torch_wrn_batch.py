# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""From a resident set of bytes to the network's input, on the device: order, crop, flip, normalise, K-way mixing.

Nothing here waits for the device or comes from the host, so a whole step can be recorded in a CUDA graph.
Shape letters: N images of the set, B rows, K points mixed, H W F image, L entries of an order.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import torch
from torch import Tensor


class Source(NamedTuple):
    """A resident data set.

    pixels (N, H, W, F) uint8, labels (N) int64, scale and shift (F) of the normalisation.
    """

    pixels: Tensor
    labels: Tensor
    scale: Tensor
    shift: Tensor


class Stream(NamedTuple):
    """How batches are drawn from a source: `order` (L) int64, many passes one after the other; alpha (B, K), K >= 1."""

    order: Tensor
    alpha: Tensor
    pad: int
    flips: bool


class Draws(NamedTuple):
    """One batch's draws: index (B), dy and dx (B) in 0..2 pad, flip (B) bool, rows (B, K) and weights (B, K)."""

    index: Tensor
    dy: Tensor
    dx: Tensor
    flip: Tensor
    rows: Tensor
    weights: Tensor


@functools.lru_cache(maxsize=2)
def made_source(count: int, side: int, classes: int, dtype: torch.dtype, device: torch.device, seed: int = 1) -> Source:
    """Random pixels with labels they do not depend on: what a step costs does not depend on what it learns. Kept for
    the next row, because the host takes a second to make them."""
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(256, (count, side, side, 3), generator=generator, dtype=torch.uint8)
    labels = torch.randint(classes, (count,), generator=generator)
    scale = torch.full((3,), 1 / 127.5, dtype=dtype)
    shift = torch.full((3,), -1.0, dtype=dtype)
    return Source(pixels.to(device), labels.to(device), scale.to(device), shift.to(device))


def made_stream(
    members: Tensor, batch: int, k: int, alpha: float, dtype: torch.dtype, pad: int = 4, flips: bool = True
) -> Stream:
    """Random passes over `members` (M) int64, together at least 2^16 entries. A host that shuffles once a pass would
    pay for it every few steps where few images are labelled."""
    passes = -(-(1 << 16) // len(members))
    order = torch.cat([members[torch.randperm(len(members), device=members.device)] for _ in range(passes)])
    return Stream(order, torch.full((batch, k), alpha, dtype=dtype, device=members.device), pad, flips)


def draw(stream: Stream, step: Tensor) -> Draws:
    """Draws of one step (int64 scalar on the device).

    Partners are K - 1 distinct non-zero cyclic shifts of the batch. torch._sample_dirichlet is what
    torch.distributions.Dirichlet calls, without the checks that wait for the device.
    """
    batch, k = stream.alpha.shape
    device = stream.order.device
    own = torch.arange(batch, device=device)
    index = stream.order[(step * batch + own) % len(stream.order)]
    offsets = torch.randint(0, 2 * stream.pad + 1, (2, batch), device=device)
    flip = torch.rand(batch, device=device) < (0.5 if stream.flips else 0.0)
    rows = own[:, None]
    if k == 1:
        return Draws(index, offsets[0], offsets[1], flip, rows, torch.ones_like(stream.alpha))
    shifts = torch.rand(batch - 1, device=device).topk(k - 1).indices + 1
    rows = torch.cat([rows, (rows + shifts) % batch], 1)
    return Draws(index, offsets[0], offsets[1], flip, rows, torch._sample_dirichlet(stream.alpha))


def clean(source: Source, draws: Draws, pad: int) -> Tensor:
    """Augmented, normalised rows (B, H, W, F).

    out(y, x) = in(reflect(y + dy - pad), reflect((flip ? W - 1 - x : x) + dx - pad)), from the bytes in one gather.
    """
    height, width = source.pixels.shape[1:3]
    y = torch.arange(height, device=draws.index.device)
    x = torch.arange(width, device=draws.index.device)
    x = torch.where(draws.flip[:, None], width - 1 - x, x)
    ys = reflected(y + draws.dy[:, None] - pad, height)
    xs = reflected(x + draws.dx[:, None] - pad, width)
    pixels = source.pixels[draws.index[:, None, None], ys[:, :, None], xs[:, None, :]]
    return pixels.to(source.scale.dtype) * source.scale + source.shift


def reflected(i: Tensor, n: int) -> Tensor:
    """Indices mirrored at the edge pixels, which are not repeated. abs would be shorter, but torch.compile (2.13) fails
    to bound an index made with it."""
    i = torch.maximum(i, -i)
    return torch.minimum(i, 2 * n - 2 - i)


def mix(values: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
    """sum_k weights[b, k] * values[rows[b, k]]: values (T, ...), rows and weights (B, K) -> (B, ...)."""
    shape = (-1,) + (1,) * (values.ndim - 1)
    out = values[rows[:, 0]] * weights[:, 0].reshape(shape)
    for k in range(1, rows.shape[1]):
        out = torch.addcmul(out, values[rows[:, k]], weights[:, k].reshape(shape))
    return out
