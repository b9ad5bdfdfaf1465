# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Times work on the device: blocks between two CUDA events (perf_counter without CUDA), after a warm-up that also
compiles and tunes and is never part of a number; counts kernels; reads peak memory."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Callable

import torch

Work = Callable[[], Any]


@dataclass(frozen=True)
class Effort:
    """How long to measure: blocks of at least `block_ms` (and at least one call), after `warm_ms` and `warm_calls`."""

    blocks: int = 30
    block_ms: float = 20.0
    warm_ms: float = 300.0
    warm_calls: int = 10


def measured(work: Work, calls: int, device: torch.device, effort: Effort) -> dict[str, Any]:
    """Milliseconds per call of what `work` does `calls` times: ms (median of the blocks), p10, p90, n blocks.

    `host_ms` is the host's time to issue a call, without waiting for the device: where it equals ms, the host is the
    limit.
    """
    per_call = warmed(work, device, effort)
    repeats = max(1, math.ceil(effort.block_ms / per_call))
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    blocks, host = [], []
    for _ in range(effort.blocks):
        elapsed, issued = block(work, repeats, device)
        blocks.append(elapsed / (repeats * calls))
        host.append(issued / (repeats * calls))
    blocks.sort()
    host.sort()
    result = {"ms": quantile(blocks, 0.5), "p10": quantile(blocks, 0.1), "p90": quantile(blocks, 0.9)}
    result.update(n=len(blocks), per_block=repeats * calls, host_ms=quantile(host, 0.5))
    result["clock"] = "cuda-events" if device.type == "cuda" else "perf_counter"
    if device.type == "cuda":
        result["peak_bytes"] = torch.cuda.max_memory_allocated(device)
    return result


def warmed(work: Work, device: torch.device, effort: Effort) -> float:
    """Runs work until it is warm; milliseconds of the fastest later call, waiting included."""
    work()
    synchronise(device)
    fastest = math.inf
    began = time.perf_counter()
    count = 0
    while count < effort.warm_calls or (time.perf_counter() - began) * 1e3 < effort.warm_ms:
        start = time.perf_counter()
        work()
        synchronise(device)
        fastest = min(fastest, (time.perf_counter() - start) * 1e3)
        count += 1
    return max(fastest, 1e-3)


def block(work: Work, repeats: int, device: torch.device) -> tuple[float, float]:
    """Milliseconds of `repeats` calls without waiting in between: (device, host)."""
    if device.type != "cuda":
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        elapsed = (time.perf_counter() - start) * 1e3
        return elapsed, elapsed
    first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    synchronise(device)
    start = time.perf_counter()
    first.record()
    for _ in range(repeats):
        work()
    last.record()
    issued = (time.perf_counter() - start) * 1e3
    last.synchronize()
    return first.elapsed_time(last), issued


def kernels_per_call(work: Work, calls: int, device: torch.device) -> float | None:
    """Kernels that one call launches, copies and fills not counted; None where the profiler cannot tell."""
    if device.type != "cuda":
        return None
    rounds = 3
    try:
        from torch.autograd import DeviceType
        from torch.profiler import ProfilerActivity, profile

        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
            for _ in range(rounds):
                work()
            synchronise(device)
        names = [e.name for e in profiler.events() if e.device_type == DeviceType.CUDA]
    except Exception:  # noqa: BLE001 - a count is not worth losing a row for
        return None
    kernels = [n for n in names if not n.startswith(("Memcpy", "Memset", "gpu_", "ProfilerStep"))]
    return len(kernels) / (rounds * calls) if kernels else None


def quantile(ordered: list[float], share: float) -> float:
    """Linear between the sorted values."""
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
