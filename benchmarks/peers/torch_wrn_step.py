# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""A whole training step as a strong PyTorch user would write it: ERM, mixup, ICT[K], in three precisions.

The peer that Secant is timed beside: draws, augmentation, mixing, one concatenated student batch with batch norm per
segment, teacher without gradient, losses, ramp, backward, Adam, decay, EMA; every scalar that changes lives on the
device. `torch_wrn_forms` runs it eagerly, compiled or recorded. Shape letters as in torch_wrn_batch; C classes.
"""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_wrn_batch import Draws, Source, Stream, clean, draw, mix
from torch_wrn_net import BatchStatistics, NetSpec, SegmentNorm, WideResNet


@dataclass(frozen=True)
class Reading:
    """How the consistency loss is read: space logit or prob, reduction mean or l2, targets, gradients."""

    space: str = "logit"
    reduction: str = "mean"
    target: str = "teacher"
    gradient: str = "stop"


READINGS = {
    "paper": Reading(),
    "lineage": Reading(space="prob"),
    "literal": Reading(reduction="l2", target="self", gradient="both"),
}


@dataclass(frozen=True)
class Recipe:
    """What a step computes. Rates are constant, as in runs of 2^13 steps and more; `steps` is the run's length, over
    the first `ramp` of which the consistency weight rises from 0 to weight_max."""

    method: str = "erm"
    k: int = 1
    reading: Reading = READINGS["paper"]
    batch: int = 128
    learning_rate: float = 0.002
    weight_decay: float = 0.02
    beta1: float = 0.9
    beta2: float = 0.999
    adam_eps: float = 1e-8
    ema_rate: float = 0.999
    bn_rate: float = 0.999
    steps: int = 1 << 19
    weight_max: float = 100.0
    ramp: float = 0.4

    @property
    def segments(self) -> int:
        """Parts of the student's batch: labelled, mixed, and the clean sources where the gradient reaches them."""
        if self.method != "ict":
            return 1
        return 3 if self.reading.gradient == "both" else 2


@dataclass(frozen=True)
class Precision:
    """How numbers are held.

    bf16 has two variants: `master`, convolutions and dense hold bf16 weights that are refreshed from fp32 masters by
    one foreach copy; `autocast`, torch.autocast casts each fp32 weight anew in each pass. Batch norm, losses and the
    update are fp32 in both.
    """

    name: str
    master_type: torch.dtype = torch.float32
    low: bool = False
    autocast: bool = False
    tf32: bool = False


PRECISIONS = {
    ("fp32", None): Precision("fp32"),
    ("tf32", None): Precision("tf32", tf32=True),
    ("bf16", "master"): Precision("bf16", low=True),
    ("bf16", "autocast"): Precision("bf16", autocast=True),
    ("fp64", None): Precision("fp64", torch.float64),
}


class MomentNorm(SegmentNorm):
    """SegmentNorm by one reduction over all segments, for torch.compile: no slices and no concatenation."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        segments = self.statistics.segments
        parts = x.reshape(segments, x.shape[0] // segments, *x.shape[1:]).to(self.running_mean.dtype)
        variance, mean = torch.var_mean(parts, (1, 3, 4), unbiased=False, keepdim=True)
        scale = torch.rsqrt(variance + self.eps) * self.weight[:, None, None]
        self.move(variance.detach(), mean.detach(), parts.numel() // (segments * parts.shape[2]))
        return ((parts - mean) * scale + self.bias[:, None, None]).reshape(x.shape).to(x.dtype)

    @torch.no_grad()
    def move(self, variance: Tensor, mean: Tensor, count: int) -> None:
        """Running statistics, segment by segment; variance and mean (S, 1, C, 1, 1)."""
        share = 1 - self.statistics.rate
        for s in range(self.statistics.segments):
            if self.statistics.updates >> s & 1:
                self.running_mean.lerp_(mean[s].flatten(), share)
                self.running_var.lerp_(variance[s].flatten() * (count / (count - 1)), share)


class Losses(NamedTuple):
    """Scalars: what is differentiated, the cross-entropy, the unweighted consistency (zero without ICT)."""

    total: Tensor
    supervised: Tensor
    consistency: Tensor


class Peer:
    """State of a run and the pieces of its step: draws(), losses(), and, in torch_wrn_optim, the update."""

    def __init__(
        self,
        recipe: Recipe,
        spec: NetSpec,
        precision: Precision,
        source: Source,
        labelled: Stream,
        unlabelled: Stream | None,
        norm: type[SegmentNorm] = SegmentNorm,
    ) -> None:
        self.recipe = recipe
        self.precision = precision
        self.source = source
        self.labelled = labelled
        self.unlabelled = unlabelled
        self.device = source.pixels.device
        self.step = torch.zeros((), dtype=torch.int64, device=self.device)
        self.fixed: tuple[Draws, Draws | None] | None = None
        shared = BatchStatistics(recipe.segments, 1, recipe.bn_rate)  # segment 0 alone moves the running statistics
        net = WideResNet(spec, norm=lambda channels: norm(channels, spec.bn_eps, shared))
        net.statistics = shared
        net.initialise(torch.Generator().manual_seed(1))
        self.net = self.placed(net)
        self.teacher = self.made_teacher()
        self.hold()

    def placed(self, net: WideResNet) -> WideResNet:
        return net.to(device=self.device, dtype=self.precision.master_type, memory_format=torch.channels_last)

    def made_teacher(self) -> WideResNet:
        """A copy whose weights are the EMA; batch statistics of its own single segment, which move nothing."""
        teacher = copy.deepcopy(self.net).requires_grad_(False)
        teacher.statistics.segments = 1
        teacher.statistics.updates = 0
        return teacher

    def hold(self) -> None:
        """Lists the tensors of the update: fp32 masters and EMA of everything, and, for low precision, the pairs of
        weights that are computed with and masters they are refreshed from."""
        own = list(self.net.parameters())
        self.masters: list[Tensor] = [p.detach() for p in own] if self.precision.low else own
        self.ema = [p.detach() for p in self.teacher.parameters()]
        self.kernels = [p for p in self.masters if p.ndim > 1]
        self.refreshed: list[tuple[Tensor, Tensor]] = []
        if not self.precision.low:
            return
        for net, held in ((self.net, self.masters), (self.teacher, self.ema)):
            for module in net.modules():
                if isinstance(module, (nn.Conv2d, nn.Linear)):
                    module.to(torch.bfloat16)  # rebinds .data, so the tensors in `held` stay what they were
            for parameter, master in zip(net.parameters(), held):
                if parameter.dtype != master.dtype:
                    self.refreshed.append((parameter.detach(), master))

    def parameters(self) -> list[nn.Parameter]:
        """What is differentiated, in the order of the masters."""
        return list(self.net.parameters())

    def static_tensors(self) -> list[Tensor]:
        """Everything that stays in place from step to step."""
        tensors = [self.step, *self.source, self.labelled.order, self.labelled.alpha, *self.masters, *self.ema]
        tensors += [*self.net.parameters(), *self.net.buffers(), *self.teacher.parameters(), *self.teacher.buffers()]
        if self.unlabelled is not None:
            tensors += [self.unlabelled.order, self.unlabelled.alpha]
        return tensors + [t for pair in self.refreshed for t in pair]

    # ---- losses

    def draws(self) -> tuple[Draws, Draws | None]:
        """Of the labelled and, in ICT, the unlabelled stream; recorded ones where a check has put them in `fixed`."""
        if self.fixed is not None:
            return self.fixed
        return draw(self.labelled, self.step), None if self.unlabelled is None else draw(self.unlabelled, self.step)

    def losses(self) -> Losses:
        labelled, unlabelled = self.draws()
        with self.arithmetic():
            if unlabelled is None:
                supervised = self.supervised(labelled)
                return Losses(supervised, supervised.detach(), torch.zeros_like(supervised.detach()))
            supervised, consistency = self.ict(labelled, unlabelled)
        return Losses(supervised + self.weight() * consistency, supervised.detach(), consistency.detach())

    def arithmetic(self) -> contextlib.AbstractContextManager:
        if self.precision.autocast:
            return torch.autocast(self.device.type, torch.bfloat16)
        return contextlib.nullcontext()

    def supervised(self, draws: Draws) -> Tensor:
        """Cross-entropy of the labelled batch, mixed where there is more than one point."""
        x = clean(self.source, draws, self.labelled.pad)
        labels = self.source.labels[draws.index]
        if draws.rows.shape[1] == 1:
            return F.cross_entropy(self.logits(self.net, x), labels)
        logs = self.logits(self.net, mix(x, draws.rows, draws.weights)).log_softmax(1)
        # sum_k lambda_k * onehot_k against the logarithms is a gather: no soft targets need be made.
        return -(logs.gather(1, labels[draws.rows]) * draws.weights).sum(1).mean()

    def ict(self, labelled: Draws, unlabelled: Draws) -> tuple[Tensor, Tensor]:
        """Cross-entropy of the plain labelled rows and consistency of the mixed unlabelled ones, from one pass."""
        batch = self.recipe.batch
        sources = clean(self.source, unlabelled, self.labelled.pad)
        inputs = [clean(self.source, labelled, self.labelled.pad), mix(sources, unlabelled.rows, unlabelled.weights)]
        both = self.recipe.reading.gradient == "both"
        logits = self.logits(self.net, torch.cat([*inputs, sources] if both else inputs))
        if both:
            targets = logits[2 * batch :]
        else:
            with torch.no_grad():
                targets = self.logits(self.teacher, sources)
        supervised = F.cross_entropy(logits[:batch], self.source.labels[labelled.index])
        mixed = logits[batch : 2 * batch]
        return supervised, consistency(self.recipe.reading, mixed, targets, unlabelled.rows, unlabelled.weights)

    def logits(self, net: WideResNet, x: Tensor) -> Tensor:
        """(B, H, W, F) -> (B, C), at least fp32."""
        x = x.to(torch.bfloat16) if self.precision.low else x
        return net(x.permute(0, 3, 1, 2)).to(self.precision.master_type)

    def weight(self) -> Tensor:
        """Of the consistency at this step, scalar."""
        ramp = self.recipe.ramp * self.recipe.steps
        return self.recipe.weight_max * (self.step.to(self.precision.master_type) / ramp).clamp(max=1)


def consistency(reading: Reading, student: Tensor, targets: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
    """Eq. 2: student (B, C), targets (T, C), rows and weights (B, K) -> scalar."""
    if reading.space == "prob":
        student, targets = student.softmax(1), targets.softmax(1)
    difference = student - mix(targets, rows, weights)
    if reading.reduction == "l2":
        return difference.norm(dim=1).mean()
    return difference.square().mean()
