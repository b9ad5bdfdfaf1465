# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes a row's work, times it and returns its numbers. Whatever is made lives as long as the call, so that a row's
memory is free before the next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, NamedTuple, Sequence

import torch
from torch import nn

import torch_wrn_compat as compat
import torch_wrn_forms as forms
import torch_wrn_kernels as kernels
import torch_wrn_rows as rows
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
SETS = 8  # copies of the set that large batches are mixed from: more than 1 GB
COLD_BYTES = {"cuda": 256 << 20, "cpu": 4 << 20}  # of batches in turn
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
    make = {"step": step, "kernel": kernel, "probe": probe, "evaluation": evaluation, "convolution": convolution}
    return make[row.what](row, setting)


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


class Job(NamedTuple):
    """A kernel's calls: one function, the arguments of batch i, bytes of one call."""

    function: Callable[..., Any]
    arguments: Callable[[int], tuple[Any, ...]]
    traffic: Traffic


def kernel(row: Row, setting: Setting) -> Numbers:
    name = row.name.split()[0].split("-")[0]
    job = {"mix": mix, "consistency": consistency, "nonlin": nonlin}[name](row, setting)
    in_turn = 1
    if row.name.endswith(rows.COLD):
        in_turn = max(2, COLD_BYTES[setting.device.type] // job.traffic.unique)
    numbers = timed_calls(job.function, [job.arguments(i) for i in range(in_turn)], job.traffic.unique, row, setting)
    numbers.update(bytes=job.traffic.per_use, bytes_unique=job.traffic.unique)
    numbers["gb_per_second"] = job.traffic.per_use / numbers["ms"] / 1e6
    return numbers


def timed_calls(
    function: Callable[..., Any], each: Sequence[tuple[Any, ...]], size: int, row: Row, setting: Setting
) -> Numbers:
    """Of one call, those of `each` in turn; size: bytes of one."""
    began = time.perf_counter()
    copies = COPIES if size * len(each) < 1 << 26 else 1
    work, calls = forms.run_form(function, row.form, setting.device, each, copies)
    work()
    timing.synchronise(setting.device)
    ready = time.perf_counter() - began
    numbers = timing.measured(work, calls, setting.device, setting.effort)
    numbers["images_per_second"] = row.batch / numbers["ms"] * 1e3
    return finished(numbers, work, calls, ready, setting)


def mix(row: Row, setting: Setting) -> Job:
    """Large batches come from a set that no cache holds."""
    dtype = TYPES[row.precision]
    images = setting.images if row.batch <= setting.images else setting.images * SETS
    source = made_source(images, setting.side, setting.spec.classes, torch.float32, setting.device)
    stream = made_stream(torch.arange(images, device=setting.device), row.batch, row.k, ALPHA, torch.float32)

    def function(*tensors: Any) -> Any:
        pixels, labels, scale, shift, order, alpha, step = tensors
        drawn = Stream(order, alpha, stream.pad, stream.flips)
        return kernels.mix_images(Source(pixels, labels, scale, shift), drawn, step, dtype)

    def arguments(i: int) -> tuple[Any, ...]:
        at = torch.full((), i, dtype=torch.int64, device=setting.device)
        return (*source, stream.order, stream.alpha, at)

    values = 3 * setting.side * setting.side
    return Job(function, arguments, kernels.mix_traffic(row.batch, row.k, values, dtype))


def consistency(row: Row, setting: Setting) -> Job:
    """As many classes as the name says, or the network's."""
    named = row.name.replace(rows.COLD, "").partition(" C=")[2]
    classes = int(named) if named else setting.spec.classes
    draws = shifted(row, setting)
    scale = torch.full((), 50.0, device=setting.device)

    def arguments(_: int) -> tuple[Any, ...]:
        student, targets = (torch.randn(row.batch, classes, device=setting.device) for _ in range(2))
        return student, targets, draws.rows, draws.weights, scale

    return Job(kernels.consistency_gradient, arguments, kernels.consistency_traffic(row.batch, row.k, classes))


def shifted(row: Row, setting: Setting) -> Draws:
    stream = made_stream(torch.arange(row.batch, device=setting.device), row.batch, row.k, ALPHA, torch.float32)
    return draw(stream, torch.zeros((), dtype=torch.int64, device=setting.device))


def nonlin(row: Row, setting: Setting) -> Job:
    """Every layer in one call, or the one that the name ends with."""
    features = kernels.layer_features(setting.spec, setting.side)
    layer = row.name.replace(rows.COLD, "").partition("-L")[2]
    if layer:
        features = [features[int(layer)]]
    dtype = TYPES[row.precision]
    weights = shifted(row, setting).weights
    each = [kernels.nonlin_traffic(row.batch, row.k, d, dtype) for d in features]
    traffic = Traffic(sum(t.per_use for t in each), sum(t.unique for t in each))
    layers = len(features)

    def arguments(_: int) -> tuple[Any, ...]:
        points = [torch.randn(row.batch + row.k - 1, d, device=setting.device, dtype=dtype) for d in features]
        mixed = [torch.randn(row.batch, d, device=setting.device, dtype=dtype) for d in features]
        return (*points, *mixed, weights)

    def function(*tensors: torch.Tensor) -> torch.Tensor:
        return kernels.nonlin_all(tensors[:layers], tensors[layers : 2 * layers], tensors[-1])

    return Job(function, arguments, traffic)


# ---- convolutions ------------------------------------------------------------------------------------------------


def convolution(row: Row, setting: Setting) -> Numbers:
    """One direction by what cuDNN (on a CPU oneDNN) chooses for channels-last tensors."""
    direction, shape = rows.shape_of(row, setting.spec, setting.side)
    options = {"device": setting.device, "dtype": TYPES[row.precision]}
    last = torch.channels_last
    x = torch.randn(row.batch, shape.inputs, shape.side, shape.side, **options).contiguous(memory_format=last)
    w = torch.randn(shape.outputs, shape.inputs, shape.kernel, shape.kernel, **options).contiguous(memory_format=last)
    y = kernels.convolve(x, w, shape)
    dL_dy = torch.randn_like(y).contiguous(memory_format=last)

    def function(x: torch.Tensor, w: torch.Tensor, dL_dy: torch.Tensor) -> torch.Tensor:
        if direction == "forward":
            return kernels.convolve(x, w, shape)
        return kernels.convolution_gradient(dL_dy, x, w, shape, direction == "backward-data")

    size = sum(t.numel() * t.element_size() for t in (x, w, y))
    numbers = timed_calls(function, [(x, w, dL_dy)], size, row, setting)
    del numbers["images_per_second"]
    products = y.numel() * shape.inputs * shape.kernel**2
    return {**numbers, "tflop_per_second": 2 * products / numbers["ms"] / 1e9}


# ---- probe and evaluation ------------------------------------------------------------------------------------------


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
    return timed_passes(whole, row, setting, began)


def evaluation(row: Row, setting: Setting) -> Numbers:
    began = time.perf_counter()
    net = probed_net(row, setting)
    source = made_source(row.batch, setting.side, setting.spec.classes, torch.float32, setting.device)
    whole = kernels.Evaluation(net, source, row.chunk, TYPES[row.precision])
    if row.form in forms.MODES:
        compat.mark_static([*net.parameters(), *net.buffers(), whole.at, *source])
    return timed_passes(whole, row, setting, began)


def timed_passes(whole: kernels.Probe | kernels.Evaluation, row: Row, setting: Setting, began: float) -> Numbers:
    """All images through one chunk's work in a form."""
    one, _ = forms.run_form(whole.one_chunk, row.form, setting.device, [(whole.at,)], 1)

    def everything() -> None:
        whole.run(one)

    everything()
    timing.synchronise(setting.device)
    ready = time.perf_counter() - began
    numbers = timing.measured(everything, 1, setting.device, setting.effort)
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
