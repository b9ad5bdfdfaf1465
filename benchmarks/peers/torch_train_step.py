# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Times an ERM training step of a Wide ResNet as a PyTorch user would write it: the peer of Secant's step benchmark.

Forward, cross-entropy, backward, torch.optim.AdamW (decay on kernels only), EMA by torch._foreach; single precision on
the CPU, on a batch that lies ready. Prints one line of JSON with the keys that dev.secant.benchmarks.StepBenchmark
prints too.

    python torch_train_step.py --layout channels_last --steps 20
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
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


def make_step(
    spec: NetSpec, batch: int, side: int, layout: torch.memory_format, bf16: bool = False
) -> Callable[[], float]:
    """A closure that trains on one fixed batch (B, 3, side, side) and returns the loss. bf16: under autocast."""
    generator = torch.Generator().manual_seed(1)
    net = WideResNet(spec, norm=lambda channels: nn.BatchNorm2d(channels, spec.bn_eps, 1 - BN_DECAY))
    net.initialise(generator)
    net = net.to(memory_format=layout)
    parameters = list(net.parameters())
    ema = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.AdamW(decay_groups(net), LEARNING_RATE)
    x = torch.rand(batch, spec.channels, side, side, generator=generator).to(memory_format=layout)
    labels = torch.randint(spec.classes, (batch,), generator=generator)

    def step() -> float:
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = F.cross_entropy(net(x), labels)
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(ema, parameters, 1 - EMA_DECAY)
        return loss.item()

    return step


def make_forward(
    spec: NetSpec, batch: int, side: int, layout: torch.memory_format, bf16: bool = False
) -> Callable[[], float]:
    """A closure that evaluates one fixed batch with running statistics and returns its loss."""
    generator = torch.Generator().manual_seed(1)
    net = WideResNet(spec, norm=lambda channels: nn.BatchNorm2d(channels, spec.bn_eps, 1 - BN_DECAY))
    net.initialise(generator)
    net = net.to(memory_format=layout).eval()
    x = torch.rand(batch, spec.channels, side, side, generator=generator).to(memory_format=layout)
    labels = torch.randint(spec.classes, (batch,), generator=generator)

    def forward() -> float:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            return F.cross_entropy(net(x).float(), labels).item()

    return forward


def decay_groups(net: nn.Module) -> list[dict[str, object]]:
    """Kernels decay, batch norms and biases do not."""
    kernels: list[Tensor] = [p for p in net.parameters() if p.ndim > 1]
    others: list[Tensor] = [p for p in net.parameters() if p.ndim == 1]
    return [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


def timed(step: Callable[[], float], count: int) -> list[float]:
    """Seconds of each call."""
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def percentile(values: list[float], share: float) -> float:
    """Linear between the sorted values."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--what", choices=["step", "forward"], default="step")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--depth", type=int, default=28)
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    load_before = os.getloadavg()[0]
    bf16 = options.precision == "bf16"
    spec = NetSpec(options.depth, options.width)
    make = make_step if options.what == "step" else make_forward
    step = make(spec, options.batch, options.side, LAYOUTS[options.layout], bf16)
    timed(step, options.warmup)
    seconds = timed(step, options.steps)
    result = {
        "program": f"PyTorch {torch.__version__} {options.what} {options.layout} {options.precision}",
        "depth": options.depth,
        "width": options.width,
        "batch": options.batch,
        "threads": options.threads,
        "steps": options.steps,
        "median_seconds": statistics.median(seconds),
        "p10_seconds": percentile(seconds, 0.1),
        "p90_seconds": percentile(seconds, 0.9),
        "images_per_second": options.batch / statistics.median(seconds),
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
