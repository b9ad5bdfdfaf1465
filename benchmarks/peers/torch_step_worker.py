# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Training steps of a Wide ResNet as a PyTorch user writes them, one for each line of standard input.

The steps of dev.secant.benchmarks.libtorch.LibtorchStep, operation by operation: gather and mix images that lie there
as bytes, forward, losses, backward, AdamW with decay on kernels only, moving average of the weights. The segments of an
ICT step are forward passes of their own, the teacher's without gradient. Answers each line with the two losses; first
with the version of PyTorch.

    yes | head -n 10 | python torch_step_worker.py --method ict --k 2
"""

from __future__ import annotations

import argparse
import sys
from copy import deepcopy
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_wrn_net import NetSpec, WideResNet

LEARNING_RATE = 0.002
WEIGHT_DECAY = 0.02
EMA_DECAY = 0.999
BN_DECAY = 0.999
LAYOUTS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
IMAGES = 10_000
SIDE = 32
CLASSES = 10
WEIGHT = 1.0


def decay_groups(net: nn.Module) -> list[dict[str, object]]:
    """Kernels decay, batch norms and biases do not."""
    kernels: list[Tensor] = [p for p in net.parameters() if p.ndim > 1]
    others: list[Tensor] = [p for p in net.parameters() if p.ndim == 1]
    return [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


class BatchStatisticsNorm(nn.BatchNorm2d):
    """Normalises by the batch; `moves`: the running statistics follow."""

    moves = True

    def forward(self, x: Tensor) -> Tensor:
        mean, variance = (self.running_mean, self.running_var) if self.moves else (None, None)
        return F.batch_norm(x, mean, variance, self.weight, self.bias, True, self.momentum, self.eps)


def statistics_move(net: nn.Module, moves: bool) -> None:
    for module in net.modules():
        if isinstance(module, BatchStatisticsNorm):
            module.moves = moves


class Training:
    """One network, its optimiser, and images of noise."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.layout = LAYOUTS[options.layout]
        self.generator = torch.Generator().manual_seed(1)
        spec = NetSpec(options.depth, options.width)
        net = WideResNet(spec, norm=lambda channels: BatchStatisticsNorm(channels, spec.bn_eps, 1 - BN_DECAY))
        net.initialise(self.generator)
        self.net = net.to(memory_format=self.layout)
        self.average = deepcopy(self.net).requires_grad_(False)
        statistics_move(self.average, False)
        self.optimiser = torch.optim.AdamW(decay_groups(self.net), LEARNING_RATE)
        shape = (IMAGES, SIDE, SIDE, spec.channels)
        self.pool = torch.randint(0, 256, shape, generator=self.generator, dtype=torch.uint8)
        self.labels = torch.randint(CLASSES, (IMAGES,), generator=self.generator)

    def draw(self) -> Tensor:
        return torch.randint(IMAGES, (self.options.batch,), generator=self.generator)

    def images(self, indices: Tensor) -> Tensor:
        """(N, F, H, W), normalised."""
        x = self.pool.index_select(0, indices).float().mul_(1 / 127.5).add_(-1.0).permute(0, 3, 1, 2)
        return x if self.layout == torch.channels_last else x.contiguous()

    def mixed(self, source: Tensor, rows: list[Tensor], weights: Tensor) -> Tensor:
        """sum_k lambda_k source[rows_k]; weights (B, K)."""
        columns = [weights[:, k].reshape(-1, *[1] * (source.ndim - 1)) for k in range(len(rows))]
        out = source.index_select(0, rows[0]).mul(columns[0])
        for row, column in zip(rows[1:], columns[1:]):
            out.add_(source.index_select(0, row).mul_(column))
        return out

    def partners(self) -> tuple[list[Tensor], Tensor]:
        """Shifts of the batch, and weights (B, K) that sum to 1."""
        batch, k = self.options.batch, self.options.k
        weights = torch.rand(batch, k, generator=self.generator)
        order = torch.arange(batch)
        return [(order + i) % batch for i in range(k)], weights / weights.sum(1, keepdim=True)

    def supervised(self) -> Tensor:
        indices = self.draw()
        if self.options.method != "mixup":
            return F.cross_entropy(self.net(self.images(indices)).float(), self.labels[indices])
        rows, weights = self.partners()
        x = self.mixed(self.images(indices), rows, weights)
        targets = self.mixed(F.one_hot(self.labels[indices], CLASSES).float(), rows, weights)
        return F.cross_entropy(self.net(x).float(), targets)

    def consistency(self) -> Tensor:
        clean = self.images(self.draw())
        rows, weights = self.partners()
        with torch.no_grad():
            targets = self.mixed(self.average(clean).float(), rows, weights)
        statistics_move(self.net, False)
        student = self.net(self.mixed(clean, rows, weights)).float()
        statistics_move(self.net, True)
        return F.mse_loss(student, targets)

    def step(self) -> tuple[float, float]:
        self.optimiser.zero_grad()
        bf16 = self.options.precision == "bf16"
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            supervised = self.supervised()
            consistency = self.consistency() if self.options.method == "ict" else None
        loss = supervised if consistency is None else supervised + WEIGHT * consistency
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), 1 - EMA_DECAY)
        return supervised.item(), 0.0 if consistency is None else consistency.item()


def serve(step: Callable[[], tuple[float, float]]) -> None:
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        print(*step(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=["erm", "mixup", "ict"], default="erm")
    parser.add_argument("--k", type=int, default=2)
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--depth", type=int, default=28)
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    serve(Training(options).step)


if __name__ == "__main__":
    main()
