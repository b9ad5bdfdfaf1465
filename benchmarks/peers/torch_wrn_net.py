# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""The Wide ResNet of MixMatch in PyTorch, under the names and layouts of Secant's model files.

Depth 6n + 4: a 3x3 stem of 16 channels, three groups of n pre-activation units with 16w, 32w, 64w channels and strides
1, 2, 2, then BN, LeakyReLU, global average, dense. A unit is BN, LeakyReLU, conv3x3, BN, LeakyReLU, conv3x3, plus its
shortcut, which is a 1x1 convolution where channels change. In the very first unit the shortcut takes the activated
tensor; elsewhere it takes the raw one. conv1 always takes the activated tensor.

Inside, tensors are NCHW. Secant's files hold convolution kernels as OHWI: `load` and `saved` convert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

STEM_CHANNELS = 16
SLOPE = 0.1


@dataclass(frozen=True)
class NetSpec:
    """Shape of a network; depth = 6n + 4."""

    depth: int = 28
    width: int = 2
    channels: int = 3
    classes: int = 10
    conv_bias: bool = False
    bn_eps: float = 1e-3

    @property
    def units_per_group(self) -> int:
        return (self.depth - 4) // 6

    @property
    def features(self) -> int:
        return 4 * STEM_CHANNELS * self.width


@dataclass(frozen=True)
class Shape:
    """One convolution: input side in pixels, channels, kernel, stride."""

    side: int
    inputs: int
    outputs: int
    kernel: int
    stride: int

    def text(self) -> str:
        """Such as `32x32 16>32 k3 s1`, as Secant names it."""
        return f"{self.side}x{self.side} {self.inputs}>{self.outputs} k{self.kernel} s{self.stride}"


def convolution_shapes(spec: NetSpec, side: int) -> list[Shape]:
    """Those of the network on images of that side, each once."""
    shapes = [Shape(side, spec.channels, STEM_CHANNELS, 3, 1)]
    inputs = STEM_CHANNELS
    for g in range(3):
        outputs, stride = STEM_CHANNELS * spec.width << g, 1 if g == 0 else 2
        shapes.append(Shape(side, inputs, outputs, 3, stride))
        shapes.append(Shape(side // stride, outputs, outputs, 3, 1))
        if inputs != outputs:
            shapes.append(Shape(side, inputs, outputs, 1, stride))
        if spec.units_per_group > 1:
            shapes.append(Shape(side // stride, outputs, outputs, 3, 1))
        inputs, side = outputs, side // stride
    return list(dict.fromkeys(shapes))


@dataclass
class BatchStatistics:
    """How the batch norms of one network treat a training batch; shared by all of them.

    The batch consists of `segments` equal parts with statistics of their own. Those with their bit set in `updates`
    move the running statistics, in order: running = rate * running + (1 - rate) * batch, with the unbiased variance.
    """

    segments: int = 1
    updates: int = 1
    rate: float = 0.999


class SegmentNorm(nn.Module):
    """Batch norm over (B, C, H, W) whose batch is made of segments."""

    def __init__(self, channels: int, eps: float, statistics: BatchStatistics) -> None:
        super().__init__()
        self.eps = eps
        self.statistics = statistics
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)
        parts = x.chunk(self.statistics.segments)
        normalised = [self.segment(s, part) for s, part in enumerate(parts)]
        return torch.cat(normalised) if len(parts) > 1 else normalised[0]

    def segment(self, s: int, x: Tensor) -> Tensor:
        """One segment with its own statistics; PyTorch's momentum is the share of the new ones, variance unbiased."""
        updates = bool(self.statistics.updates >> s & 1)
        mean = self.running_mean if updates else None
        variance = self.running_var if updates else None
        momentum = 1 - self.statistics.rate
        return F.batch_norm(x, mean, variance, self.weight, self.bias, True, momentum, self.eps)


NormFactory = Callable[[int], nn.Module]
Activation = Callable[[Tensor], Tensor]


def leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def conv(spec: NetSpec, inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=spec.conv_bias)


class Unit(nn.Module):
    """A pre-activation residual unit, (B, I, H, W) -> (B, O, H/stride, W/stride)."""

    def __init__(
        self,
        spec: NetSpec,
        norm: NormFactory,
        activation: Activation,
        inputs: int,
        outputs: int,
        stride: int,
        first: bool,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.first = first
        self.norm1 = norm(inputs)
        self.conv1 = conv(spec, inputs, outputs, 3, stride)
        self.norm2 = norm(outputs)
        self.conv2 = conv(spec, outputs, outputs, 3)
        self.shortcut = conv(spec, inputs, outputs, 1, stride) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        a = self.activation(self.norm1(x))
        y = self.conv1(self.conv1_input(x, a))
        y = self.conv2(self.activation(self.norm2(y)))
        return y + self.shortcut(self.shortcut_input(x, a))

    def conv1_input(self, raw: Tensor, activated: Tensor) -> Tensor:
        return activated

    def shortcut_input(self, raw: Tensor, activated: Tensor) -> Tensor:
        return activated if self.first else raw


class WideResNet(nn.Module):
    """(B, F, H, W) -> logits (B, C). `norm`, `activation` and `unit` replace the parts of these names."""

    def __init__(
        self,
        spec: NetSpec,
        norm: NormFactory | None = None,
        activation: Activation = leaky,
        unit: type[Unit] = Unit,
    ) -> None:
        super().__init__()
        self.spec = spec
        self.activation = activation
        self.statistics = BatchStatistics()
        norm = norm or (lambda channels: SegmentNorm(channels, spec.bn_eps, self.statistics))
        self.stem = conv(spec, spec.channels, STEM_CHANNELS, 3)
        inputs = STEM_CHANNELS
        for g in (1, 2, 3):
            outputs = STEM_CHANNELS * spec.width << (g - 1)
            group = nn.Sequential()
            for u in range(1, spec.units_per_group + 1):
                stride = 2 if g > 1 and u == 1 else 1
                group.add_module(f"unit{u}", unit(spec, norm, activation, inputs, outputs, stride, (g, u) == (1, 1)))
                inputs = outputs
            self.add_module(f"group{g}", group)
        self.norm = norm(spec.features)
        self.dense = nn.Linear(spec.features, spec.classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)[-1]

    def layers(self, x: Tensor) -> list[Tensor]:
        """L0 stem, L1..L3 residual sums after each group, L4 pooled (B, D), L5 logits (B, C)."""
        stem = self.stem(x)
        group1 = self.group1(stem)
        group2 = self.group2(group1)
        group3 = self.group3(group2)
        pooled = self.activation(self.norm(group3)).mean((2, 3))
        return [stem, group1, group2, group3, pooled, self.dense(pooled)]

    @torch.no_grad()
    def initialise(self, generator: torch.Generator) -> None:
        """conv N(0, sqrt(2 / (k * k * C_out))), dense Glorot normal, gamma 1, everything else 0."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                fan_out = module.out_channels * module.kernel_size[0] * module.kernel_size[1]
                module.weight.normal_(0, (2 / fan_out) ** 0.5, generator=generator)
            elif isinstance(module, nn.Linear):
                fans = module.in_features + module.out_features
                module.weight.normal_(0, (2 / fans) ** 0.5, generator=generator)
            if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
                module.bias.zero_()


# ---- names and layouts of Secant's files -------------------------------------------------------------------------


def parameters(net: WideResNet) -> Iterator[tuple[str, nn.Parameter]]:
    """Trainable tensors under Secant's names, such as group1/unit1/conv1/kernel."""
    for path, parameter in net.named_parameters():
        owner, _, leaf = path.rpartition(".")
        normalises = owner.rpartition(".")[2].startswith("norm")
        names = {"weight": "gamma", "bias": "beta"} if normalises else {"weight": "kernel", "bias": "bias"}
        yield f"{owner.replace('.', '/')}/{names[leaf]}", parameter


def statistics(net: WideResNet) -> Iterator[tuple[str, Tensor]]:
    """Running statistics under Secant's names, such as group1/unit1/norm1/mean."""
    names = {"running_mean": "mean", "running_var": "variance"}
    for path, buffer in net.named_buffers():
        owner, _, leaf = path.rpartition(".")
        if leaf in names:
            yield f"{owner.replace('.', '/')}/{names[leaf]}", buffer


def to_torch(array: np.ndarray) -> Tensor:
    """OHWI -> OIHW where there are four axes."""
    tensor = torch.from_numpy(np.array(array))
    return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


def to_secant(tensor: Tensor) -> np.ndarray:
    """OIHW -> OHWI where there are four axes."""
    tensor = tensor.detach()
    return (tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor).contiguous().numpy()


@torch.no_grad()
def load(targets: Iterator[tuple[str, Tensor]], source: Mapping[str, np.ndarray]) -> None:
    """Fills tensors from arrays of the same names; every name must be there with its shape, and no other."""
    left = set(source)
    for name, target in targets:
        if name not in source:
            raise ValueError(f"{name} is missing")
        value = to_torch(source[name])
        if value.shape != target.shape:
            raise ValueError(f"{name} is {tuple(value.shape)} (OIHW), expected {tuple(target.shape)}")
        target.copy_(value)
        left.discard(name)
    if left:
        raise ValueError(f"the network has no {', '.join(sorted(left))}")


def saved(source: Iterator[tuple[str, Tensor]], prefix: str = "") -> dict[str, np.ndarray]:
    """Arrays under Secant's names and layouts."""
    return {prefix + name: to_secant(tensor) for name, tensor in source}
