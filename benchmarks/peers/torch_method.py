# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""ERM, mixup and ICT training steps and the NonLin probe, from recorded draws, in PyTorch.

Written from the method's formulas and from nothing else of Secant, so that an error is unlikely to stand on both sides.
Shape letters: B rows of a batch, K points mixed, T source rows, C classes, H W F image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import torch_wrn_net
from torch_wrn_net import NetSpec, WideResNet

PROBE_CHUNK = 250
PROBE_EPS = 1e-12
FIELDS = ("nonlin", "stderr", "nonlin_squared", "floor", "relative", "one_minus_cos")
RUNNING_MASKS = {"labelled": 1, "unlabelled": 2, "recalibrate": 0}


@dataclass(frozen=True)
class Images:
    """A data set as bytes: pixels (N, H, W, F) and labels (N)."""

    pixels: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Draws:
    """One stream's draws of one step: indices (T), crops (T, 3) of dy dx flip, rows (B, K), weights (B, K)."""

    indices: np.ndarray
    crops: np.ndarray
    rows: np.ndarray
    weights: np.ndarray

    @staticmethod
    def of(recorded: Mapping[str, Any], batch: int) -> Draws:
        return Draws(
            np.array(recorded["indices"], np.int64),
            np.array(recorded["crops"], np.int64).reshape(-1, 3),
            np.array(recorded["rows"], np.int64).reshape(batch, -1),
            np.array(recorded["lambda"], np.float32).reshape(batch, -1),
        )


@dataclass(frozen=True)
class Losses:
    """Of one step, unweighted; consistency is None without ICT."""

    supervised: float
    consistency: float | None


@dataclass
class State:
    """What a run starts from and ends with, arrays under Secant's names and layouts."""

    raw: Mapping[str, np.ndarray]
    ema: Mapping[str, np.ndarray]
    statistics: Mapping[str, np.ndarray]


def net_spec(header: Mapping[str, Any]) -> NetSpec:
    return NetSpec(
        header["depth"],
        header["width"],
        header["channels"],
        header["classes"],
        header["conv_bias"],
        header["bn_eps"],
    )


# ---- data --------------------------------------------------------------------------------------------------------


class Pipeline:
    """Bytes to the network's input."""

    def __init__(self, header: Mapping[str, Any], dtype: torch.dtype) -> None:
        self.pad = header["crop_pad"]
        self.scale = torch.tensor(header["scale"], dtype=torch.float32).to(dtype)
        self.shift = torch.tensor(header["shift"], dtype=torch.float32).to(dtype)
        self.dtype = dtype

    def clean(self, pixels: np.ndarray, indices: np.ndarray, crops: np.ndarray) -> Tensor:
        """Augmented, normalised source rows (T, F, H, W).

        out(y, x) = in(reflect(y + dy - pad), reflect((flip ? W - 1 - x : x) + dx - pad))
        """
        height, width = pixels.shape[1:3]
        dy, dx, flip = crops.T
        x = np.where(flip[:, None] != 0, np.arange(width)[::-1], np.arange(width))
        ys = reflect(np.arange(height) + dy[:, None] - self.pad, height)
        xs = reflect(x + dx[:, None] - self.pad, width)
        return self.normalised(pixels[indices[:, None, None], ys[:, :, None], xs[:, None, :]])

    def normalised(self, pixels: np.ndarray) -> Tensor:
        """(T, H, W, F) bytes -> (T, F, H, W) reals."""
        values = torch.from_numpy(pixels).to(self.dtype) * self.scale + self.shift
        return values.permute(0, 3, 1, 2).contiguous()

    def weights(self, draws: Draws) -> Tensor:
        """(B, K)."""
        return torch.from_numpy(draws.weights).to(self.dtype)


def reflect(i: np.ndarray, n: int) -> np.ndarray:
    """Indices mirrored at the edge pixels, which are not repeated."""
    i = np.abs(i)
    return np.where(i >= n, 2 * n - 2 - i, i)


def mix(values: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
    """sum_k weights[b, k] * values[rows[b, k]]: values (T, ...), rows and weights (B, K) -> (B, ...)."""
    picked = values[torch.from_numpy(rows)]
    return (picked * weights.reshape(weights.shape + (1,) * (values.ndim - 1))).sum(1)


# ---- training ----------------------------------------------------------------------------------------------------


class Trainer:
    """State of a run and its step. Faults override single methods to show that a comparison notices them."""

    unit = torch_wrn_net.Unit
    activation = staticmethod(torch_wrn_net.leaky)

    def __init__(self, header: Mapping[str, Any], images: Images, state: State, dtype: torch.dtype) -> None:
        self.header = header
        self.images = images
        self.pipeline = Pipeline(header, dtype)
        self.student = WideResNet(self.spec(), activation=self.activation, unit=self.unit).to(dtype)
        self.teacher = WideResNet(self.spec(), activation=self.activation, unit=self.unit).to(dtype)
        torch_wrn_net.load(torch_wrn_net.parameters(self.student), state.raw)
        torch_wrn_net.load(torch_wrn_net.statistics(self.student), state.statistics)
        torch_wrn_net.load(torch_wrn_net.parameters(self.teacher), state.ema)
        self.m = {name: torch.zeros_like(p) for name, p in torch_wrn_net.parameters(self.student)}
        self.v = {name: torch.zeros_like(p) for name, p in torch_wrn_net.parameters(self.student)}

    def spec(self) -> NetSpec:
        return net_spec(self.header)

    def state(self) -> State:
        return State(
            torch_wrn_net.saved(torch_wrn_net.parameters(self.student)),
            torch_wrn_net.saved(torch_wrn_net.parameters(self.teacher)),
            torch_wrn_net.saved(torch_wrn_net.statistics(self.student)),
        )

    def step(self, line: Mapping[str, Any]) -> Losses:
        """One recorded step: losses, gradients, Adam, decay, EMA."""
        self.student.statistics.rate = line["bn_rate"]
        self.student.zero_grad()
        if self.header["method"] == "ict":
            supervised, consistency = self.ict_losses(line)
            (supervised + line["weight"] * consistency).backward()
            losses = Losses(supervised.item(), consistency.item())
        else:
            supervised = self.supervised_loss(line)
            supervised.backward()
            losses = Losses(supervised.item(), None)
        self.update(line)
        return losses

    # -- losses

    def supervised_loss(self, line: Mapping[str, Any]) -> Tensor:
        """Cross-entropy of the (mixed) labelled batch; K = 1 is plain."""
        draws = self.draws(line["labelled"])
        weights = self.pipeline.weights(draws)
        x = mix(self.clean(draws), draws.rows, weights)
        targets = mix(self.one_hot(draws), draws.rows, self.target_weights(weights))
        self.plan_segments(1)
        return cross_entropy(self.student(x), targets)

    def ict_losses(self, line: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
        """Cross-entropy of the plain labelled batch; consistency of the mixed unlabelled one, unweighted."""
        batch = self.header["batch"]
        labelled, unlabelled = self.draws(line["labelled"]), self.draws(line["unlabelled"])
        sources = self.clean(unlabelled)
        weights = self.pipeline.weights(unlabelled)
        inputs = [self.clean(labelled), mix(sources, unlabelled.rows, weights)]
        if self.header["gradient"] == "both":
            inputs.append(sources)
        x = torch.cat(inputs)
        self.plan_segments(len(x) // batch)
        logits = self.student(x)
        targets = logits[2 * batch :] if self.header["gradient"] == "both" else self.target_logits(sources)
        supervised = cross_entropy(logits[:batch], self.one_hot(labelled))
        student = logits[batch : 2 * batch]
        return supervised, self.consistency(student, targets, unlabelled.rows, self.target_weights(weights))

    def draws(self, recorded: Mapping[str, Any]) -> Draws:
        return Draws.of(recorded, self.header["batch"])

    def clean(self, draws: Draws) -> Tensor:
        return self.pipeline.clean(self.images.pixels, draws.indices, draws.crops)

    def one_hot(self, draws: Draws) -> Tensor:
        """(T, C)."""
        labels = torch.from_numpy(self.images.labels[draws.indices].astype(np.int64))
        return F.one_hot(labels, self.header["classes"]).to(self.pipeline.dtype)

    def target_weights(self, weights: Tensor) -> Tensor:
        """What mixes the targets, from what mixed the inputs: the same."""
        return weights

    def plan_segments(self, segments: int) -> None:
        running = self.header["running"]
        self.student.statistics.segments = segments
        self.student.statistics.updates = (1 << segments) - 1 if running == "all" else RUNNING_MASKS[running]

    @torch.no_grad()
    def target_logits(self, sources: Tensor) -> Tensor:
        """Logits (T, C) of the clean rows, batch statistics per B rows; moves no running statistics."""
        net = self.target_network()
        before = vars(net.statistics).copy()
        net.statistics.segments = len(sources) // self.header["batch"]
        net.statistics.updates = 0
        logits = net(sources)
        vars(net.statistics).update(before)
        return logits

    def target_network(self) -> WideResNet:
        return self.student if self.header["target"] == "self" else self.teacher

    def consistency(self, student: Tensor, targets: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
        """Eq. 2 with D = L2: student (B, C), targets (T, C), rows and weights (B, K) -> scalar."""
        space = self.header["space"]
        a = student if space == "logit" else student.softmax(1)
        b = mix(targets.softmax(1) if space == "prob" else targets, rows, weights)
        if space == "logit-softmax":
            b = b.softmax(1)
        return reduced(self.header["reduction"], a - b)

    # -- update

    @torch.no_grad()
    def update(self, line: Mapping[str, Any]) -> None:
        """Adam with epsilon outside the bias correction, then decay of the kernels, then EMA."""
        rate = line["learning_rate"]
        ema = dict(torch_wrn_net.parameters(self.teacher))
        for name, p in torch_wrn_net.parameters(self.student):
            self.adam(name, p, rate, self.time(line))
            if self.decays(name):
                p.mul_(1 - self.header["weight_decay"] * rate)
            ema[name].mul_(line["ema_rate"]).add_(p, alpha=1 - line["ema_rate"])

    def time(self, line: Mapping[str, Any]) -> int:
        """t of the bias correction."""
        return line["step"] + 1

    def adam(self, name: str, p: Tensor, rate: float, t: int) -> None:
        beta1, beta2 = self.header["beta1"], self.header["beta2"]
        m, v = self.m[name], self.v[name]
        m.mul_(beta1).add_(p.grad, alpha=1 - beta1)
        v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
        corrected = rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        p.addcdiv_(m, v.sqrt().add_(self.header["adam_eps"]), value=-corrected)

    def decays(self, name: str) -> bool:
        return name.endswith("/kernel")


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean over B of -sum_c targets * log softmax(logits); both (B, C)."""
    return -(targets * logits.log_softmax(1)).sum(1).mean()


def reduced(reduction: str, difference: Tensor) -> Tensor:
    """(B, C) -> scalar."""
    if reduction == "mean":
        return difference.square().mean()
    if reduction == "sum":
        return difference.square().sum(1).mean()
    if reduction == "l2":
        return torch.linalg.vector_norm(difference, dim=1).mean()
    raise ValueError(f"reduction is {reduction}, known are mean, sum, l2")


# ---- probe -------------------------------------------------------------------------------------------------------


@torch.no_grad()
def probe(
    header: Mapping[str, Any],
    pixels: np.ndarray,
    parameters: Mapping[str, np.ndarray],
    statistics: Mapping[str, np.ndarray],
    dtype: torch.dtype,
) -> list[dict[str, float]]:
    """NonLin of L0..L5 over the recorded pairs: image order[i] with its K - 1 followers in the cyclic order."""
    net = WideResNet(net_spec(header)).to(dtype).eval()
    torch_wrn_net.load(torch_wrn_net.parameters(net), parameters)
    torch_wrn_net.load(torch_wrn_net.statistics(net), statistics)
    pipeline = Pipeline(header, dtype)
    order = np.array(header["probe_order"], np.int64)
    n, k = len(order), header["probe_k"]
    weights = torch.from_numpy(np.array(header["probe_lambda"], np.float32).reshape(n, k)).to(dtype)
    chunks = []
    for start in range(0, n, PROBE_CHUNK):
        size = min(PROBE_CHUNK, n - start)
        x = pipeline.normalised(pixels[order[np.arange(start, start + size + k - 1) % n]])
        rows = np.arange(size)[:, None] + np.arange(k)
        w = weights[start : start + size]
        points, mixed = net.layers(x), net.layers(mix(x, rows, w))
        chunks.append(torch.stack([pair_fields(p, m, rows, w) for p, m in zip(points, mixed)]))
    return [layer_means(fields) for fields in torch.cat(chunks, 1)]


def pair_fields(points: Tensor, mixed: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
    """points (T, ...), mixed (B, ...) -> (B, 4) double: distance, floor, relative error, 1 - cos."""
    f = points.flatten(1).double()
    g = mixed.flatten(1).double()
    w = weights.double()
    average = mix(f, rows, w)
    average_of_units = mix(unit(f), rows, w)
    distance = (unit(g) - average_of_units).norm(dim=1)
    floor = (unit(average) - average_of_units).norm(dim=1)
    relative = (g - average).norm(dim=1) / average.norm(dim=1).clamp_min(PROBE_EPS)
    one_minus_cos = (unit(g) - unit(average)).square().sum(1) / 2
    return torch.stack([distance, floor, relative, one_minus_cos], 1)


def unit(v: Tensor) -> Tensor:
    """(B, D) scaled to length 1."""
    return v / v.norm(dim=1, keepdim=True).clamp_min(PROBE_EPS)


def layer_means(fields: Tensor) -> dict[str, float]:
    """(n, 4) -> the fields of one layer in a probe line."""
    distance, floor, relative, one_minus_cos = fields.T
    return {
        "nonlin": distance.mean().item(),
        "stderr": distance.std(unbiased=True).item() / len(distance) ** 0.5,
        "nonlin_squared": distance.square().mean().item(),
        "floor": floor.mean().item(),
        "relative": relative.mean().item(),
        "one_minus_cos": one_minus_cos.mean().item(),
    }
