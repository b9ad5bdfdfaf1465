# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""One supervised training pass in double and single precision, for comparison with a backend of Secant.

    python torch_step.py IN.safetensors OUT.safetensors

IN: input (B, H, W, F), targets (B, C), raw/NAME parameters, bn/NAME running statistics (kernels OHWI); metadata depth,
width, channels, classes, conv_bias (true or false), bn_eps, segments, updates (bit mask), rate (old share kept).
OUT, all F64: loss (1), logits (B, C), gradient/NAME, bn/NAME after the pass. Two scales to derive tolerances from, (1)
each and under the same names: rounding/, the rms of what single precision gets wrong here; and kink/, the rms of what
changes when every activation too near zero for single precision to know its sign takes the other slope of LeakyReLU.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import tensor_file
import torch_method
import torch_wrn_net
from tensor_file import TensorFile
from torch_wrn_net import SLOPE, Activation, NetSpec, WideResNet, leaky

SIGN_MARGIN = 4

Results = dict[str, np.ndarray]


def net_of(file: TensorFile, dtype: torch.dtype, activation: Activation) -> WideResNet:
    m = file.metadata
    spec = NetSpec(
        int(m["depth"]),
        int(m["width"]),
        int(m["channels"]),
        int(m["classes"]),
        m["conv_bias"] == "true",
        float(m["bn_eps"]),
    )
    net = WideResNet(spec, activation=activation).to(dtype)
    torch_wrn_net.load(torch_wrn_net.parameters(net), file.under("raw/"))
    torch_wrn_net.load(torch_wrn_net.statistics(net), file.under("bn/"))
    net.statistics.segments = int(m["segments"])
    net.statistics.updates = int(m["updates"])
    net.statistics.rate = float(m["rate"])
    return net


def step(file: TensorFile, dtype: torch.dtype, activation: Activation = leaky) -> Results:
    """Loss, logits, gradients and running statistics of one pass, as double."""
    net = net_of(file, dtype, activation)
    x = torch.from_numpy(np.array(file["input"])).to(dtype).permute(0, 3, 1, 2).contiguous()
    targets = torch.from_numpy(np.array(file["targets"])).to(dtype)
    logits = net(x)
    loss = torch_method.cross_entropy(logits, targets)
    loss.backward()
    results = {"loss": loss.detach().reshape(1).numpy(), "logits": logits.detach().numpy()}
    for name, p in torch_wrn_net.parameters(net):
        results[f"gradient/{name}"] = torch_wrn_net.to_secant(p.grad)
    results |= torch_wrn_net.saved(torch_wrn_net.statistics(net), "bn/")
    return {name: value.astype(np.float64) for name, value in results.items()}


class Recorder:
    """LeakyReLU that keeps what it is given."""

    def __init__(self) -> None:
        self.inputs: list[Tensor] = []

    def __call__(self, x: Tensor) -> Tensor:
        self.inputs.append(x.detach().double())
        return leaky(x)


class OtherSlope:
    """LeakyReLU whose i-th call exchanges the slopes for |x| < margins[i]."""

    def __init__(self, margins: list[float]) -> None:
        self.margins = iter(margins)

    def __call__(self, x: Tensor) -> Tensor:
        near = x.detach().abs() < next(self.margins)
        return torch.where(near, torch.minimum(x, SLOPE * x), leaky(x))


def rms(values: np.ndarray) -> np.ndarray:
    """(1)."""
    return np.sqrt(np.square(values).mean()).reshape(1)


def scale(prefix: str, exact: Results, other: Results) -> Results:
    return {prefix + name: rms(other[name] - exact[name]) for name in exact}


def main(argv: list[str]) -> int:
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    torch.set_num_threads(2)
    file = tensor_file.read(Path(argv[0]))
    doubles, singles = Recorder(), Recorder()
    exact = step(file, torch.float64, doubles)
    single = step(file, torch.float32, singles)
    errors = [(s - d).abs().max().item() for s, d in zip(singles.inputs, doubles.inputs, strict=True)]
    flipped = step(file, torch.float64, OtherSlope([SIGN_MARGIN * e for e in errors]))
    scales = scale("rounding/", exact, single) | scale("kink/", exact, flipped)
    tensor_file.write(Path(argv[1]), TensorFile(exact | scales))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
