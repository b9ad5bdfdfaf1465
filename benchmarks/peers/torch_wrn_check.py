# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""`torch_wrn.py --check`: shows that the timed peer computes the method, on a small network.

Its losses, weights, EMA and running statistics after some steps beside torch_method's (written from the formulas alone)
from the same recorded draws, in double and in single precision; its forms beside one another; its kernels beside naive
loops and its probe beside torch_method's. Each planted error must be noticed, or the check proves nothing.
`--break NAME` plants one in every comparison of steps: then the check must fail. On a CUDA device the forms that need
one are compared too.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any, Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

import replay_selfcheck as made
import torch_method
import torch_wrn_batch as batches
import torch_wrn_compat as compat
import torch_wrn_kernels as kernels
import torch_wrn_net
from torch_method import Images, State, Trainer
from torch_replay import relative_tensor
from torch_wrn_batch import Draws, Source, Stream
from torch_wrn_forms import FORMS, Step
from torch_wrn_net import SegmentNorm
from torch_wrn_step import PRECISIONS, READINGS, MomentNorm, Peer, Precision, Recipe

STEPS = 4
ADAM_SETTLED = 1 << 16  # step from which it makes no difference where Adam's epsilon stands
BOUNDS = {"fp64": 1e-9, "fp32": 1e-3, "bf16": 3e-2}
CASES: dict[str, dict[str, Any]] = {
    "erm": {"method": "erm", "k": 1},
    "mixup": {"method": "mixup", "k": 2},
    "ict2": {"method": "ict", "k": 2},
    "ict2 lineage": {"method": "ict", "k": 2, "space": "prob"},
    "ict3 literal": {"method": "ict", "k": 3, "reduction": "l2", "target": "self", "gradient": "both"},
}
DECAY_FAULT = "half-decay"
FAULTS: dict[str, Callable[[Recipe], Recipe]] = {
    DECAY_FAULT: lambda r: replace(r, weight_decay=r.weight_decay / 2),
    "no-decay": lambda r: replace(r, weight_decay=0.0),
    "slow-ema": lambda r: replace(r, ema_rate=1 - (1 - r.ema_rate) / 2),
    "bn-rate": lambda r: replace(r, bn_rate=0.9),
    "beta2": lambda r: replace(r, beta2=0.99),
    "late-ramp": lambda r: replace(r, ramp=2 * r.ramp),
}


class Case:
    """A made run of one method, as the oracle and as the peer see it."""

    def __init__(self, choices: dict[str, Any], first_step: int) -> None:
        rng = np.random.default_rng(11)
        self.header = made.made_header(choices, rng)
        self.images = made.made_images(rng, made.TRAIN_IMAGES)
        self.test = made.made_images(rng, made.TEST_IMAGES)
        self.initial = made.made_initial(self.header)
        self.ramp = 0.4
        self.run = 8 * first_step  # steps of the run: the first step stands inside the ramp
        self.lines = [self.line(first_step + i, rng) for i in range(STEPS)]

    def line(self, step: int, rng: np.random.Generator) -> dict[str, Any]:
        line = made.made_step(self.header, step, rng)
        weight = 100 * step / (self.ramp * self.run) if self.header["method"] == "ict" else 0.0
        return {**line, "weight": weight}

    def recipe(self) -> Recipe:
        h, line = self.header, self.lines[0]
        chosen = {key: h[key] for key in ("space", "reduction", "target", "gradient")}
        reading = next(r for r in READINGS.values() if vars(r) == chosen)
        return Recipe(
            h["method"], h["k"], reading, h["batch"], line["learning_rate"], h["weight_decay"], h["beta1"], h["beta2"],
            h["adam_eps"], line["ema_rate"], line["bn_rate"], self.run, 100.0, self.ramp,
        )  # fmt: skip


def peer_of(
    case: Case, precision: Precision, device: torch.device, norm: type[SegmentNorm], fault: str | None = None
) -> Peer:
    """The peer in the case's initial state, before its first step."""
    h, dtype = case.header, precision.master_type
    recipe = FAULTS[fault](case.recipe()) if fault else case.recipe()
    reals = [torch.tensor(h[name]).to(device, dtype) for name in ("scale", "shift")]  # single precision, as Secant's
    pixels = torch.from_numpy(case.images.pixels).to(device)
    source = Source(pixels, torch.from_numpy(case.images.labels.astype(np.int64)).to(device), *reals)
    order = torch.arange(len(pixels), device=device)
    ict = h["method"] == "ict"
    streams = [Stream(order, torch.ones(h["batch"], k, dtype=dtype, device=device), h["crop_pad"], True)
               for k in ((1, h["k"]) if ict else (h["k"],))]  # fmt: skip
    peer = Peer(recipe, torch_method.net_spec(h), precision, source, streams[0], streams[1] if ict else None, norm)
    put(torch_wrn_net.parameters(peer.net), peer.masters, case.initial.raw)
    put(torch_wrn_net.parameters(peer.teacher), peer.ema, case.initial.ema)
    torch_wrn_net.load(torch_wrn_net.statistics(peer.net), case.initial.statistics)
    for low, master in peer.refreshed:
        low.copy_(master)
    peer.step.fill_(case.lines[0]["step"])
    return peer


@torch.no_grad()
def put(named: Iterator[tuple[str, Tensor]], held: list[Tensor], source: Any) -> None:
    """Into the masters, which in low precision are not what the network computes with."""
    torch_wrn_net.load(((name, tensor) for (name, _), tensor in zip(named, held)), source)


def recorded(line: dict[str, Any], peer: Peer) -> tuple[Draws, Draws | None]:
    """A recorded step's draws on the peer's device."""

    def stream(one: dict[str, Any] | None) -> Draws | None:
        if one is None:
            return None
        draws = torch_method.Draws.of(one, peer.recipe.batch)
        crops = torch.from_numpy(draws.crops)
        weights = torch.from_numpy(draws.weights).to(peer.precision.master_type)
        parts = (torch.from_numpy(draws.indices), crops[:, 0], crops[:, 1], crops[:, 2] != 0)
        return Draws(*(t.to(peer.device) for t in (*parts, torch.from_numpy(draws.rows), weights)))

    return stream(line["labelled"]), stream(line["unlabelled"])


def replayed(case: Case, peer: Peer, **options: Any) -> tuple[State, list[float]]:
    """State and losses after the case's steps in one form; draws go through fixed tensors, as a recorded form needs."""
    peer.fixed = recorded(case.lines[0], peer)
    step = Step(peer, **options)
    if hasattr(step.update, "start_at"):
        step.update.start_at(case.lines[0]["step"])
    losses = []
    for line in case.lines:
        for to, new in zip(peer.fixed, recorded(line, peer)):
            for a, b in zip(to or (), new or ()):
                a.copy_(b)
        step()
        losses += [step.losses.supervised.item(), step.losses.consistency.item()]
    return state_of(peer), losses


def state_of(peer: Peer) -> State:
    def named(net: torch_wrn_net.WideResNet, held: list[Tensor]) -> dict[str, np.ndarray]:
        names = (name for name, _ in torch_wrn_net.parameters(net))
        return {name: torch_wrn_net.to_secant(t.cpu()) for name, t in zip(names, held)}

    statistics = ((name, t.cpu()) for name, t in torch_wrn_net.statistics(peer.net))
    return State(named(peer.net, peer.masters), named(peer.teacher, peer.ema), torch_wrn_net.saved(statistics))


def oracle(case: Case) -> tuple[State, list[float]]:
    """torch_method in double precision."""
    trainer = Trainer(case.header, case.images, case.initial, torch.float64)
    losses: list[float] = []
    for line in case.lines:
        found = trainer.step(line)
        losses += [found.supervised, found.consistency or 0.0]
    return trainer.state(), losses


def deviation(expected: tuple[State, list[float]], found: tuple[State, list[float]]) -> tuple[float, str]:
    """The largest over losses (relative to max(1, loss)) and tensors (relative to their rms), and where it is."""
    pairs = [(abs(a - b) / max(1.0, abs(a)), f"loss {i // 2}") for i, (a, b) in enumerate(zip(expected[1], found[1]))]
    for kind in ("raw", "ema", "statistics"):
        theirs, ours = getattr(expected[0], kind), getattr(found[0], kind)
        pairs += [(relative_tensor(theirs[name], ours[name]), f"{kind}/{name}") for name in theirs]
    return max((v if math.isfinite(v) else math.inf, where) for v, where in pairs)


class Checks:
    """Collects what was compared; `fault` is planted in every step."""

    def __init__(self, device: torch.device, fault: str | None, cases: Sequence[str]) -> None:
        self.device = device
        self.fault = fault
        self.cases = cases
        self.problems: list[str] = []

    def compare(self, what: str, value: float, bound: float, where: str = "") -> None:
        passes = value <= bound
        print(f"{what:52} {value:9.1e}  bound {bound:.0e}  {'' if passes else 'BEYOND '}{where}", flush=True)
        if not passes:
            self.problems.append(f"{what}: {value:.1e} is beyond {bound:.0e} ({where})")

    def notice(self, what: str, value: float, bound: float) -> None:
        print(f"{what:52} {value:9.1e}  must exceed {bound:.0e}", flush=True)
        if not value > bound:
            self.problems.append(f"{what}: went unnoticed ({value:.1e})")

    def step(
        self, case: Case, precision: Precision, norm: type[SegmentNorm] = SegmentNorm, **options: Any
    ) -> tuple[State, list[float]]:
        return replayed(case, peer_of(case, precision, self.device, norm, self.fault), **options)

    # ---- steps

    def steps(self) -> None:
        """Every method, both updates, against the formulas."""
        for name in self.cases:
            choices = CASES[name]
            for update, first in (("formula", 1500), ("fused", ADAM_SETTLED)):
                case = Case(choices, first)
                expected = oracle(case)
                for precision in ("fp64", "fp32"):
                    if (precision, update) != ("fp64", "formula") and name not in ("erm", "ict2"):
                        continue  # what differs between methods lies in the losses
                    found = self.step(case, PRECISIONS[precision, None], form="eager", update=update)
                    self.compare(f"{name}, {update}, {precision}", *bounded(deviation(expected, found), precision))

    def variants(self) -> None:
        """What rounds differently or computes in another way."""
        case = Case(CASES["ict2"], 1500)
        expected = oracle(case)
        found = self.step(case, PRECISIONS["fp64", None], MomentNorm, form="eager", update="formula")
        self.compare("ict2, norm by moments, fp64", *bounded(deviation(expected, found), "fp64"))
        for variant in ("master", "autocast"):
            peer = peer_of(case, PRECISIONS["bf16", variant], self.device, SegmentNorm, self.fault)
            found = replayed(case, peer, form="eager")
            self.compare(f"ict2, bf16 {variant}", *bounded(deviation(expected, found), "bf16"))
            stale = sum(not torch.equal(low, master.to(low.dtype)) for low, master in peer.refreshed)
            self.compare(f"ict2, bf16 {variant}, weights not refreshed", float(stale), 0.0)

    def planted(self) -> None:
        case = Case(CASES["ict2"], 1500)
        expected = oracle(case)
        for fault in FAULTS:
            peer = peer_of(case, PRECISIONS["fp64", None], self.device, SegmentNorm, fault)
            value, _ = deviation(expected, replayed(case, peer, form="eager", update="formula"))
            self.notice(f"planted {fault}", value, BOUNDS["fp64"])

    def forms(self, names: Sequence[str]) -> None:
        """The forms beside eager; without CUDA only the tracing of torch.compile, with no code generated."""
        # Compiling is what takes the time, so the second norm goes through one form only.
        pairs = [*((form, SegmentNorm) for form in FORMS[1:]), ("compile", MomentNorm)]
        asked = [(form, norm) for form, norm in pairs if form in names]
        if not asked:
            return
        case = Case(CASES["ict2"], ADAM_SETTLED)
        precision = PRECISIONS["fp64", None] if self.device.type == "cpu" else PRECISIONS["fp32", None]
        expected = self.step(case, precision, form="eager", update="fused")
        backend = "aot_eager" if self.device.type == "cpu" else None
        for form, norm in asked:
            what = f"ict2, {form} beside eager, {norm.__name__}, {precision.name}"
            try:
                found = self.step(case, precision, norm, form=form, backend=backend)
            except compat.NotRun as e:
                print(f"{what:52} not run: {e}", flush=True)
                continue
            finally:
                compat.forget_compiled()
            self.compare(what, *bounded(deviation(expected, found), precision.name))

    # ---- kernels

    def drawing(self) -> None:
        """Properties of the draws."""
        alpha, k, batch = 0.5, 3, 4096
        stream = batches.made_stream(torch.arange(7, 907), batch, k, alpha, torch.float64)
        draws = batches.draw(stream, torch.tensor(3))
        require = [
            bool(((draws.index >= 7) & (draws.index < 907)).all()),
            all(len(set(row)) == k for row in draws.rows.tolist()),
            bool((draws.rows[:, 0] == torch.arange(batch)).all()),
            {int(v) for v in torch.cat([draws.dy, draws.dx])} == set(range(9)),
            bool((draws.weights >= 0).all()),
        ]
        self.compare("draws: properties that do not hold", float(require.count(False)), 0.0)
        self.compare("draws: sum of weights", (draws.weights.sum(1) - 1).abs().max().item(), 1e-6)
        found = draws.weights.square().sum(1).mean().item()
        self.compare("draws: E[sum of squared weights]", abs(found - (alpha + 1) / (k * alpha + 1)), 0.02)
        self.compare("draws: share of flips", abs(draws.flip.double().mean().item() - 0.5), 0.05)

    def mixing(self) -> None:
        """Beside loops over every pixel."""
        batch, k, side, pad = 5, 3, 6, 2
        source = batches.made_source(11, side, 4, torch.float64, torch.device("cpu"))
        stream = batches.made_stream(torch.arange(11), batch, k, 0.5, torch.float64, pad)
        draws = batches.draw(stream, torch.tensor(1))
        found = batches.mix(batches.clean(source, draws, pad), draws.rows, draws.weights)
        worst = 0.0
        for b, y, x, c in itertools.product(range(batch), range(side), range(side), range(3)):
            value = 0.0
            for j in range(k):
                row = int(draws.rows[b, j])
                turned = side - 1 - x if draws.flip[row] else x
                at_y = mirror(y + int(draws.dy[row]) - pad, side)
                at_x = mirror(turned + int(draws.dx[row]) - pad, side)
                byte = int(source.pixels[int(draws.index[row]), at_y, at_x, c])
                value += float(draws.weights[b, j]) * (byte / 127.5 - 1)
            worst = max(worst, abs(value - float(found[b, y, x, c])))
        self.compare("mixing beside loops", worst, 1e-12)

    def consistency(self) -> None:
        batch, k, classes, scale = 4, 2, 5, 3.0
        student, targets = (torch.randn(batch, classes, dtype=torch.float64) for _ in range(2))
        rows = torch.tensor([[0, 1], [1, 2], [2, 3], [3, 0]])
        weights = torch.rand(batch, k, dtype=torch.float64)
        loss, gradient = kernels.consistency_gradient(student, targets, rows, weights, torch.tensor(scale).double())
        total, worst = 0.0, 0.0
        for b, c in itertools.product(range(batch), range(classes)):
            target = sum(float(weights[b, j]) * float(targets[rows[b, j], c]) for j in range(k))
            difference = float(student[b, c]) - target
            total += difference**2 / (batch * classes)
            worst = max(worst, abs(float(gradient[b, c]) - scale * 2 * difference / (batch * classes)))
        self.compare("consistency and gradient beside loops", max(worst, abs(total - float(loss))), 1e-12)

    def nonlin(self) -> None:
        for k in (2, 3):
            batch, features = 4, 7
            points = torch.randn(batch + k - 1, features, dtype=torch.float64)
            mixed = torch.randn(batch, features, dtype=torch.float64)
            weights = torch.rand(batch, k, dtype=torch.float64)
            found = kernels.nonlin(points, mixed, weights)
            expected = [
                nonlin_by_loops(points[b : b + k].tolist(), mixed[b].tolist(), weights[b].tolist())
                for b in range(batch)
            ]
            worst = (found - torch.tensor(expected, dtype=torch.float64)).abs().max().item()
            self.compare(f"NonLin beside loops, K = {k}", worst, 1e-12)

    def probe(self) -> None:
        """All fields of all layers, a last chunk that wraps, beside torch_method's probe."""
        case = Case(CASES["ict2"], 1500)
        h = case.header
        peer = peer_of(case, PRECISIONS["fp64", None], torch.device("cpu"), SegmentNorm)
        source = peer.source._replace(pixels=torch.from_numpy(case.test.pixels))
        order = torch.tensor(h["probe_order"])
        weights = torch.tensor(h["probe_lambda"], dtype=torch.float32).double().reshape(len(order), -1)
        probe = kernels.Probe(peer.net, source, order, weights, 25, torch.float64)
        found = probe.run(lambda: probe.one_chunk(probe.at))
        state = case.initial
        expected = torch_method.probe(h, case.test.pixels, state.raw, state.statistics, torch.float64)
        means = [torch_method.layer_means(layer) for layer in found]
        worst = max(abs(e[f] - m[f]) / max(abs(e[f]), 1e-2) for e, m in zip(expected, means) for f in e)
        self.compare("probe beside torch_method", worst, 1e-9)


    def evaluation(self) -> None:
        """Accuracy and loss with a last chunk that wraps, beside the whole set at once."""
        case = Case(CASES["ict2"], 1500)
        peer = peer_of(case, PRECISIONS["fp64", None], torch.device("cpu"), SegmentNorm)
        source = peer.source
        whole = kernels.Evaluation(peer.net, source, 7, torch.float64)
        found = whole.run(lambda: whole.one_chunk(whole.at))
        x = source.pixels.double() * source.scale + source.shift
        with torch.no_grad():
            logits = peer.net(x.permute(0, 3, 1, 2))
        right = (logits.argmax(1) == source.labels).double().mean()
        loss = torch.nn.functional.cross_entropy(logits, source.labels)
        self.compare("evaluation beside one pass", (found - torch.stack([right, loss])).abs().max().item(), 1e-12)

    def convolutions(self) -> None:
        """Every shape and direction beside autograd; the shapes are those of the network's own modules."""
        spec = torch_wrn_net.NetSpec(16, 1)
        shapes = torch_wrn_net.convolution_shapes(spec, 8)
        modules = [m for m in torch_wrn_net.WideResNet(spec).modules() if isinstance(m, torch.nn.Conv2d)]
        known = {(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0]) for m in modules}
        differing = known ^ {(s.inputs, s.outputs, s.kernel, s.stride) for s in shapes}
        self.compare("convolutions: shapes that differ", float(len(differing)), 0.0, str(differing or ""))
        worst = 0.0
        for shape in shapes:
            x = torch.randn(2, shape.inputs, shape.side, shape.side, dtype=torch.float64, requires_grad=True)
            w = torch.randn(shape.outputs, shape.inputs, *[shape.kernel] * 2, dtype=torch.float64, requires_grad=True)
            y = kernels.convolve(x, w, shape)
            dL_dy = torch.randn_like(y)
            for of_data, expected in zip((True, False), torch.autograd.grad(y, (x, w), dL_dy)):
                found = kernels.convolution_gradient(dL_dy, x.detach(), w.detach(), shape, of_data)
                worst = max(worst, (found - expected).abs().max().item())
        self.compare("convolutions: gradients beside autograd", worst, 1e-12)


def bounded(found: tuple[float, str], precision: str) -> tuple[float, float, str]:
    return found[0], BOUNDS[precision], found[1]


def mirror(i: int, n: int) -> int:
    return -i if i < 0 else 2 * n - 2 - i if i >= n else i


def nonlin_by_loops(points: list[list[float]], mixed: list[float], weights: list[float]) -> list[float]:
    """The four fields of one pair from their definitions."""

    def norm(v: list[float]) -> float:
        return math.sqrt(sum(x * x for x in v))

    def unit(v: list[float]) -> list[float]:
        return [x / norm(v) for x in v]

    def mix(vectors: list[list[float]]) -> list[float]:
        return [sum(w * v[d] for w, v in zip(weights, vectors)) for d in range(len(mixed))]

    def distance(a: list[float], b: list[float]) -> float:
        return norm([x - y for x, y in zip(a, b)])

    average, of_units = mix(points), mix([unit(p) for p in points])
    cosine = sum(x * y for x, y in zip(unit(mixed), unit(average)))
    return [
        distance(unit(mixed), of_units),
        distance(unit(average), of_units),
        distance(mixed, average) / norm(average),
        1 - cosine,
    ]


def run(
    device: torch.device, fault: str | None = None, cases: Sequence[str] = tuple(CASES), forms: Sequence[str] = FORMS
) -> int:
    """Exit status: 0 when everything agrees and every planted error was noticed."""
    torch.manual_seed(5)
    compat.quiet()
    compat.allow_tf32(False)
    checks = Checks(device, fault, cases)
    if fault is None:
        for part in (checks.drawing, checks.mixing, checks.consistency, checks.nonlin, checks.probe):
            part()
        checks.evaluation()
        checks.convolutions()
    checks.steps()
    if fault is None:
        checks.variants()
        checks.planted()
        checks.forms(forms)
    print("\n".join(checks.problems) or "the peer computes the method, and every planted error is noticed")
    return 1 if checks.problems else 0
