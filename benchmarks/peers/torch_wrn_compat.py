# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs between PyTorch 1.13 and 2.14, and between a machine with a GPU and one without.

`NotRun` is raised where something asked for does not exist here; its text becomes the reason in the row.
"""

from __future__ import annotations

import importlib
from typing import Any, Callable, Iterable, Sequence

import torch
from torch import Tensor

Tensors = Sequence[Tensor]
VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])


class NotRun(Exception):
    """This PyTorch or this machine cannot run the row; the text says why."""


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu, {torch.get_num_threads()} threads"


def quiet() -> None:
    """NNPACK warns at every convolution on processors it does not know."""
    nnpack = getattr(torch.backends, "nnpack", None)
    if nnpack is not None and hasattr(nnpack, "set_flags"):
        nnpack.set_flags(False)


def need_cuda(device: torch.device, what: str) -> None:
    if device.type != "cuda":
        raise NotRun(f"{what} needs a CUDA device; this row asked for {device.type}")


def allow_tf32(allowed: bool) -> None:
    """TF32 in convolutions and products. On by default for convolutions, so fp32 rows must turn it off."""
    try:
        torch.backends.cuda.matmul.allow_tf32 = allowed
        torch.backends.cudnn.allow_tf32 = allowed
    except (AttributeError, RuntimeError):  # only the newer names are left
        precision = "tf32" if allowed else "ieee"
        torch.backends.cuda.matmul.fp32_precision = precision
        torch.backends.cudnn.conv.fp32_precision = precision


def compiled(function: Callable[..., Any], mode: str | None, backend: str | None = None) -> Callable[..., Any]:
    """torch.compile for fixed shapes, in one piece: a graph break would be a slower peer that looks like a good one."""
    if not hasattr(torch, "compile"):
        raise NotRun(f"PyTorch {torch.__version__} has no torch.compile")
    options: dict[str, Any] = {"fullgraph": True, "dynamic": False}
    if mode is not None:
        options["mode"] = mode
    if backend is not None:
        options["backend"] = backend
    return torch.compile(function, **options)


def forget_compiled() -> None:
    """Drops what was compiled, so that one row's guards and memory do not weigh on the next."""
    if hasattr(torch, "compile"):
        importlib.import_module("torch._dynamo").reset()


def mark_static(tensors: Iterable[Tensor]) -> None:
    """Tells torch.compile's CUDA graphs that these stay where they are: else each replay copies them, or none is made
    because they are written to."""
    if not hasattr(torch, "compile"):
        return
    mark = getattr(importlib.import_module("torch._dynamo"), "mark_static_address", None)
    if mark is not None:
        for tensor in tensors:
            mark(tensor)


def begin_step() -> None:
    """Lets torch.compile's CUDA graphs reuse the memory of the previous step."""
    mark = getattr(getattr(torch, "compiler", None), "cudagraph_mark_step_begin", None)
    if mark is not None:
        mark()


def lerp_(to: Tensors, towards: Tensors, share: float) -> None:
    """to += share * (towards - to), for all tensors at once."""
    if hasattr(torch, "_foreach_lerp_"):
        torch._foreach_lerp_(to, towards, share)
    else:
        torch._foreach_mul_(to, 1 - share)
        torch._foreach_add_(to, towards, alpha=share)


def scale_(tensors: Tensors, factor: Tensor) -> None:
    """tensors *= factor, a scalar on the device."""
    if VERSION >= (2, 2):
        torch._foreach_mul_(tensors, factor)
    else:
        for tensor in tensors:
            tensor.mul_(factor)


def copy_(to: Tensors, source: Tensors) -> None:
    """to = source with conversion, for all tensors at once where this PyTorch can."""
    if not to:
        return
    if hasattr(torch, "_foreach_copy_"):
        torch._foreach_copy_(to, source)
    else:
        for a, b in zip(to, source):
            a.copy_(b)


def fused_adam(parameters: Tensors, device: torch.device, **options: Any) -> tuple[torch.optim.Optimizer, str]:
    """The best torch.optim.Adam there is here, and its name. Options: lr, betas, eps. Capturable on CUDA, so that the
    step may be recorded."""
    capturable = {"capturable": True} if device.type == "cuda" else {}
    kinds = [("fused", {"fused": True}), ("foreach", {"foreach": True}), ("plain", {})]
    reasons = []
    for name, kind in kinds:
        try:
            return torch.optim.Adam(parameters, **options, **kind, **capturable), f"Adam {name}"
        except (TypeError, RuntimeError, ValueError) as e:
            reasons.append(f"{name}: {e}")
    raise NotRun("no torch.optim.Adam for this device: " + "; ".join(reasons))
