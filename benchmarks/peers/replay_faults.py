# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Planted errors for `torch_replay.py --break` and `--notice`: each overrides one piece of the method with a mistake that
real code bases have made. A replay with a fault must miss the recorded run; `replay_selfcheck.py` holds it to that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

import numpy as np
import torch
from torch import Tensor

import torch_method
import torch_wrn_net
from torch_method import Draws, Trainer
from torch_wrn_net import NetSpec, WideResNet


class SwappedLambda(Trainer):
    """Targets are mixed with the weights of the inputs in reverse order."""

    def target_weights(self, weights: Tensor) -> Tensor:
        return weights.flip(1)


class NoDecay(Trainer):
    """No weight decay."""

    def decays(self, name: str) -> bool:
        return False


class DecayOnNorms(Trainer):
    """Weight decay on batch norms and biases too."""

    def decays(self, name: str) -> bool:
        return True


class NoMixing(Trainer):
    """Every row is its first source row."""

    def draws(self, recorded: Mapping[str, Any]) -> Draws:
        draws = super().draws(recorded)
        weights = np.zeros_like(draws.weights)
        weights[:, 0] = 1
        return replace(draws, weights=weights)


class NoFlip(Trainer):
    """Flips are ignored."""

    def clean(self, draws: Draws) -> Tensor:
        crops = draws.crops.copy()
        crops[:, 2] = 0
        return super().clean(replace(draws, crops=crops))


class TransposedCrop(Trainer):
    """dy and dx are exchanged."""

    def clean(self, draws: Draws) -> Tensor:
        return super().clean(replace(draws, crops=draws.crops[:, [1, 0, 2]]))


class ZeroPadding(Trainer):
    """Crops are padded with zero bytes instead of reflections."""

    def clean(self, draws: Draws) -> Tensor:
        pad = self.pipeline.pad
        used = self.images.pixels[draws.indices]
        padded = np.pad(used, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        height, width = used.shape[1:3]
        rows = []
        for image, (dy, dx, flip) in zip(padded, draws.crops):
            crop = image[dy : dy + height, dx : dx + width]
            rows.append(crop[:, ::-1] if flip else crop)
        return self.pipeline.normalised(np.stack(rows))


class TeacherIsStudent(Trainer):
    """Targets come from the raw weights instead of the EMA."""

    def target_network(self) -> WideResNet:
        return self.student


class StudentIsTeacher(Trainer):
    """Targets come from the EMA instead of the raw weights."""

    def target_network(self) -> WideResNet:
        return self.teacher


class TeacherInEvaluationMode(Trainer):
    """The target network normalises with running statistics."""

    def target_logits(self, sources: Tensor) -> Tensor:
        net = self.target_network()
        torch_wrn_net.load(torch_wrn_net.statistics(net), torch_wrn_net.saved(torch_wrn_net.statistics(self.student)))
        net.eval()
        logits = super().target_logits(sources)
        net.train()
        return logits


class StopGradient(Trainer):
    """No gradient through the targets."""

    def consistency(self, student: Tensor, targets: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
        return super().consistency(student, targets.detach(), rows, weights)


class OtherReduction(Trainer):
    """Squared L2 summed over classes instead of averaged, or the reverse."""

    def consistency(self, student: Tensor, targets: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
        other = "sum" if self.header["reduction"] == "mean" else "mean"
        self.header = {**self.header, "reduction": other}
        return super().consistency(student, targets, rows, weights)


class OtherSpace(Trainer):
    """Logits compared instead of probabilities, or the reverse."""

    def consistency(self, student: Tensor, targets: Tensor, rows: np.ndarray, weights: Tensor) -> Tensor:
        self.header = {**self.header, "space": "prob" if self.header["space"] == "logit" else "logit"}
        return super().consistency(student, targets, rows, weights)


class JointStatistics(Trainer):
    """One set of batch statistics for labelled and unlabelled rows together."""

    def plan_segments(self, segments: int) -> None:
        super().plan_segments(1)


class AllSegmentsUpdate(Trainer):
    """Unlabelled rows move the running statistics too."""

    def plan_segments(self, segments: int) -> None:
        super().plan_segments(segments)
        self.student.statistics.updates = (1 << segments) - 1


class BiasedNorm(torch_wrn_net.SegmentNorm):
    def segment(self, s: int, x: Tensor) -> Tensor:
        if self.statistics.updates >> s & 1:
            variance, mean = torch.var_mean(x.detach(), (0, 2, 3), unbiased=False)
            self.running_mean.lerp_(mean, 1 - self.statistics.rate)
            self.running_var.lerp_(variance, 1 - self.statistics.rate)
        return torch.nn.functional.batch_norm(x, None, None, self.weight, self.bias, True, 0.0, self.eps)


class BiasedVariance(Trainer):
    """Running variances take the biased batch variance."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        for module in self.student.modules():
            if isinstance(module, torch_wrn_net.SegmentNorm):
                module.__class__ = BiasedNorm


class SlowStatistics(Trainer):
    """The new share of the running statistics is 1 % too small."""

    def step(self, line: Mapping[str, Any]) -> torch_method.Losses:
        return super().step({**line, "bn_rate": 1 - 0.99 * (1 - line["bn_rate"])})


class SlowEma(Trainer):
    """The EMA's new share is 1 % too small."""

    def step(self, line: Mapping[str, Any]) -> torch_method.Losses:
        return super().step({**line, "ema_rate": 1 - 0.99 * (1 - line["ema_rate"])})


class RawInputUnit(torch_wrn_net.Unit):
    def conv1_input(self, raw: Tensor, activated: Tensor) -> Tensor:
        projects = not isinstance(self.shortcut, torch.nn.Identity)
        return raw if projects and not self.first else activated


class DeadNorm(Trainer):
    """conv1 of the first units of groups 2 and 3 takes the raw tensor, as in most PyTorch ports."""

    unit = RawInputUnit

    def adam(self, name: str, p: Tensor, rate: float, t: int) -> None:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        super().adam(name, p, rate, t)


class RawShortcutUnit(torch_wrn_net.Unit):
    def shortcut_input(self, raw: Tensor, activated: Tensor) -> Tensor:
        return raw


class RawShortcut(Trainer):
    """The very first shortcut takes the raw tensor."""

    unit = RawShortcutUnit


class PlainRelu(Trainer):
    """ReLU instead of LeakyReLU."""

    activation = staticmethod(torch.relu)


class OtherEpsilon(Trainer):
    """Batch norms with PyTorch's epsilon, 1e-5."""

    def spec(self) -> NetSpec:
        return replace(super().spec(), bn_eps=1e-5)


class FreshClock(Trainer):
    """The bias correction counts from the first replayed step."""

    first: int | None = None

    def time(self, line: Mapping[str, Any]) -> int:
        self.first = line["step"] if self.first is None else self.first
        return line["step"] - self.first + 1


class OtherBeta(Trainer):
    """beta2 = 0.99."""

    def adam(self, name: str, p: Tensor, rate: float, t: int) -> None:
        self.header = {**self.header, "beta2": 0.99}
        super().adam(name, p, rate, t)


class HeavyWeight(Trainer):
    """The consistency weight is 10 % too large."""

    def step(self, line: Mapping[str, Any]) -> torch_method.Losses:
        return super().step({**line, "weight": 1.1 * line["weight"]})


FAULTS: dict[str, type[Trainer]] = {
    "swapped-lambda": SwappedLambda,
    "no-mixing": NoMixing,
    "no-flip": NoFlip,
    "transposed-crop": TransposedCrop,
    "zero-padding": ZeroPadding,
    "no-decay": NoDecay,
    "decay-on-norms": DecayOnNorms,
    "fresh-clock": FreshClock,
    "other-beta2": OtherBeta,
    "slow-ema": SlowEma,
    "biased-variance": BiasedVariance,
    "slow-statistics": SlowStatistics,
    "all-segments-update": AllSegmentsUpdate,
    "joint-statistics": JointStatistics,
    "other-epsilon": OtherEpsilon,
    "dead-norm": DeadNorm,
    "raw-shortcut": RawShortcut,
    "plain-relu": PlainRelu,
    "teacher-is-student": TeacherIsStudent,
    "student-is-teacher": StudentIsTeacher,
    "teacher-evaluates": TeacherInEvaluationMode,
    "stop-gradient": StopGradient,
    "other-reduction": OtherReduction,
    "other-space": OtherSpace,
    "heavy-weight": HeavyWeight,
}

MIXING_ONLY = {"swapped-lambda", "no-mixing"}
ICT_ONLY = {"all-segments-update", "joint-statistics", "other-reduction", "other-space", "heavy-weight"}
BOTH_ONLY = {"stop-gradient"}
TEACHER_ONLY = {"teacher-is-student", "teacher-evaluates"}
SELF_TARGET_ONLY = {"student-is-teacher"}


def applicable(name: str, header: Mapping[str, Any]) -> bool:
    """Whether a fault changes anything in a run of this header."""
    ict = header["method"] == "ict"
    both = ict and header["gradient"] == "both"
    if name in MIXING_ONLY:
        return header["method"] != "erm"
    if name in BOTH_ONLY:
        return both
    if name in TEACHER_ONLY:
        return ict and not both and header["target"] == "teacher"
    if name in SELF_TARGET_ONLY:
        return ict and not both and header["target"] == "self"
    return ict or name not in ICT_ONLY
