# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a row's work, times it and returns its numbers. Whatever is made lives as long as the call, so that a row's
memory is free before the next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Dict

import torch
from torch import nn

import torch_wrn_compat as compat
import torch_wrn_forms as forms
import torch_wrn_kernels as kernels
import torch_wrn_timing as timing
from torch_wrn_batch import Draws, Source, Stream, draw, made_source, made_stream
from torch_wrn_compat import NotRun
from torch_wrn_kernels import Traffic
from torch_wrn_net import NetSpec, SegmentNorm, WideResNet
from torch_wrn_rows import Row
from torch_wrn_step import PRECISIONS, READINGS, MomentNorm, Peer, Recipe

IMAGES = 50000  # of the resident training set
LABELLED = 4000
ALPHA = 0.5
COPIES = 20  # of a kernel in its CUDA graph: one replay of a single short kernel would time the launch
NORMS = {"native": SegmentNorm, "moments": MomentNorm}
TYPES = {"bf16": torch.bfloat16, "fp32": torch.float32, "tf32": torch.float32}

Numbers = Dict[str, Any]  # of a row, as they stand in the output


@dataclass(frozen=True)
class Setting:
    """What all rows share. images: of the resident set; side: of an image."""

    device: torch.device
    spec: NetSpec
    reading: str = "paper"
    side: int = 32
    images: int = IMAGES
    update: str | None = None
    effort: timing.Effort = timing.Effort()
    count_kernels: bool = True


def measure(row: Row, setting: Setting) -> Numbers:
    """A row's numbers; NotRun where it cannot be had."""
    forms.need(row.form, setting.device)
    if row.precision == "tf32":
        compat.need_cuda(setting.device, "TF32")
    compat.allow_tf32(row.precision == "tf32")
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    return {"step": step, "kernel": kernel, "probe": probe}[row.what](row, setting)


# ---- steps -------------------------------------------------------------------------------------------------------


def step(row: Row, setting: Setting) -> Numbers:
    """Falls back from the compiled update to fused Adam where torch.compile cannot take it, and says so."""
    updates = [setting.update] if setting.update else [forms.default_update(row.form), "fused"]
    notes = []
    for update in dict.fromkeys(updates):
        try:
            numbers = timed_step(row, setting, update)
            return {**numbers, "note": "; ".join(notes)} if notes else numbers
        except NotRun:
            raise
        except Exception as e:  # noqa: BLE001 - whatever a compiler raises
            if update == "fused" or setting.update or is_lost(setting.device):
                raise
            notes.append(f"update {update} did not run: {type(e).__name__}: {str(e)[:200]}")
            compat.forget_compiled()
    raise AssertionError("unreachable")


def timed_step(row: Row, setting: Setting, update: str) -> Numbers:
    began = time.perf_counter()
    peer = made_peer(row, setting)
    work = forms.Step(peer, row.form, update)
    work()
    timing.synchronise(setting.device)
    ready = time.perf_counter() - began
    numbers = timing.measured(work, 1, setting.device, setting.effort)
    loss = float(work.losses.total.detach())
    numbers.update(images_per_second=row.batch / numbers["ms"] * 1e3, update=work.update.name, loss=loss)
    return finished(numbers, work, 1, ready, setting)


def made_peer(row: Row, setting: Setting) -> Peer:
    """In the middle of the ramp, on random images of which LABELLED are labelled, as at the paper's largest size."""
    precision = PRECISIONS[row.precision, row.variant]
    dtype, device = precision.master_type, setting.device
    source = made_source(setting.images, setting.side, setting.spec.classes, dtype, device)
    labelled = min(LABELLED, setting.images // 2)
    members = torch.arange(setting.images, device=device)
    ict = row.name == "ict"
    first = made_stream(members[:labelled], row.batch, 1 if ict else row.k, ALPHA, dtype)
    second = made_stream(members[labelled:], row.batch, row.k, ALPHA, dtype) if ict else None
    recipe = Recipe(row.name, row.k, READINGS[setting.reading], row.batch)
    peer = Peer(recipe, setting.spec, precision, source, first, second, NORMS[row.norm])
    peer.step.fill_(int(0.2 * recipe.steps))
    return peer


# ---- kernels -----------------------------------------------------------------------------------------------------


def kernel(row: Row, setting: Setting) -> Numbers:
    began = time.perf_counter()
    make = {"mix": mix, "consistency": consistency}.get(row.name, nonlin)
    function, arguments, traffic = make(row, setting)
    copies = COPIES if traffic.unique < 1 << 26 else 1
    work, calls = forms.run_form(function, row.form, setting.device, arguments, copies)
    work()
    timing.synchronise(setting.device)
    ready = time.perf_counter() - began
    numbers = timing.measured(work, calls, setting.device, setting.effort)
    numbers.update(bytes=traffic.per_use, bytes_unique=traffic.unique)
    numbers["gb_per_second"] = traffic.per_use / numbers["ms"] / 1e6
    numbers["images_per_second"] = row.batch / numbers["ms"] * 1e3
    return finished(numbers, work, calls, ready, setting)


def mix(row: Row, setting: Setting) -> tuple[Any, tuple[Any, ...], Traffic]:
    dtype = TYPES[row.precision]
    source = made_source(setting.images, setting.side, setting.spec.classes, torch.float32, setting.device)
    stream = made_stream(torch.arange(setting.images, device=setting.device), row.batch, row.k, ALPHA, torch.float32)
    at = torch.zeros((), dtype=torch.int64, device=setting.device)

    def function(*tensors: Any) -> Any:
        pixels, labels, scale, shift, order, alpha, step = tensors
        drawn = Stream(order, alpha, stream.pad, stream.flips)
        return kernels.mix_images(Source(pixels, labels, scale, shift), drawn, step, dtype)

    values = 3 * setting.side * setting.side
    arguments = (*source, stream.order, stream.alpha, at)
    return function, arguments, kernels.mix_traffic(row.batch, row.k, values, dtype)


def consistency(row: Row, setting: Setting) -> tuple[Any, tuple[Any, ...], Traffic]:
    student, targets = (torch.randn(row.batch, setting.spec.classes, device=setting.device) for _ in range(2))
    draws = shifted(row, setting)
    scale = torch.full((), 50.0, device=setting.device)
    arguments = (student, targets, draws.rows, draws.weights, scale)
    return kernels.consistency_gradient, arguments, kernels.consistency_traffic(row.batch, row.k, setting.spec.classes)


def shifted(row: Row, setting: Setting) -> Draws:
    stream = made_stream(torch.arange(row.batch, device=setting.device), row.batch, row.k, ALPHA, torch.float32)
    return draw(stream, torch.zeros((), dtype=torch.int64, device=setting.device))


def nonlin(row: Row, setting: Setting) -> tuple[Any, tuple[Any, ...], Traffic]:
    """Every layer in one call, or the one that the name ends with."""
    features = kernels.layer_features(setting.spec, setting.side)
    if row.name != "nonlin":
        features = [features[int(row.name[-1])]]
    dtype = TYPES[row.precision]
    points = [torch.randn(row.batch + row.k - 1, d, device=setting.device, dtype=dtype) for d in features]
    mixed = [torch.randn(row.batch, d, device=setting.device, dtype=dtype) for d in features]
    weights = shifted(row, setting).weights
    each = [kernels.nonlin_traffic(row.batch, row.k, d, dtype) for d in features]
    traffic = Traffic(sum(t.per_use for t in each), sum(t.unique for t in each))
    layers = len(features)

    def function(*tensors: torch.Tensor) -> torch.Tensor:
        return kernels.nonlin_all(tensors[:layers], tensors[layers : 2 * layers], tensors[-1])

    return function, (*points, *mixed, weights), traffic


# ---- probe -------------------------------------------------------------------------------------------------------


def probe(row: Row, setting: Setting) -> Numbers:
    began = time.perf_counter()
    device, dtype = setting.device, TYPES[row.precision]
    net = probed_net(row, setting)
    source = made_source(row.batch, setting.side, setting.spec.classes, torch.float32, device)
    order = torch.randperm(row.batch, device=device)
    weights = torch.distributions.Dirichlet(torch.full((row.k,), ALPHA)).sample((row.batch,)).to(device)
    whole = kernels.Probe(net, source, order, weights, row.chunk, dtype)
    if row.form in forms.MODES:
        compat.mark_static([*net.parameters(), *net.buffers(), whole.at, whole.weights, order, *source])
    one, _ = forms.run_form(whole.one_chunk, row.form, device, (whole.at,), 1)

    def everything() -> None:
        whole.run(one)

    everything()
    timing.synchronise(device)
    ready = time.perf_counter() - began
    numbers = timing.measured(everything, 1, device, setting.effort)
    numbers["images_per_second"] = row.batch / numbers["ms"] * 1e3
    return finished(numbers, everything, 1, ready, setting)


def probed_net(row: Row, setting: Setting) -> WideResNet:
    """Batch norm stays fp32 where the rest is bf16."""
    net = WideResNet(setting.spec)
    net.initialise(torch.Generator().manual_seed(1))
    net = net.to(device=setting.device, memory_format=torch.channels_last)
    for module in net.modules():
        if row.precision == "bf16" and isinstance(module, (nn.Conv2d, nn.Linear)):
            module.to(torch.bfloat16)
    return net


# ---- shared ------------------------------------------------------------------------------------------------------


def finished(numbers: Numbers, work: Any, calls: int, ready: float, setting: Setting) -> Numbers:
    """Adds what is not a time of the work: kernels, and the seconds that building and compiling took."""
    if setting.count_kernels:
        count = timing.kernels_per_call(work, calls, setting.device)
        if count is not None:
            numbers["kernels"] = count
    return {**numbers, "setup_seconds": ready}


def is_lost(device: torch.device) -> bool:
    """Whether the device answers no more in this process, as after an illegal access."""
    if device.type != "cuda":
        return False
    try:
        torch.cuda.synchronize(device)
        return False
    except Exception:  # noqa: BLE001 - any answer but silence means lost
        return True
