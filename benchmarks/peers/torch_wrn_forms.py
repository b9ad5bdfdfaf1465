# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""The ways to run one piece of work in PyTorch: as it stands, compiled, recorded in a CUDA graph, or both.

| form | what it is |
|---|---|
| eager | one kernel launch per operation |
| compile | torch.compile, default mode; a step: draws to losses in one graph, its backward, and the update in another |
| max-autotune | the same with mode max-autotune: Triton candidates are timed, and torch.compile records CUDA graphs |
| graph | the eager work recorded whole in one torch.cuda.CUDAGraph and replayed |
| compile-graph | compiled with max-autotune-no-cudagraphs, then recorded whole as in `graph` |
"""

from __future__ import annotations

from typing import Any, Callable, Sequence

import torch
from torch import Tensor

import torch_wrn_compat as compat
from torch_wrn_compat import NotRun
from torch_wrn_optim import UPDATES, FormulaUpdate
from torch_wrn_step import Losses, Peer

Work = Callable[[], Any]

MODES = {"compile": None, "max-autotune": "max-autotune", "compile-graph": "max-autotune-no-cudagraphs"}
FORMS = ("eager", "compile", "max-autotune", "graph", "compile-graph")
RECORDED = ("graph", "compile-graph")
WARM_CALLS = 4


def default_update(form: str) -> str:
    """The faster one by design: fused kernels where nothing is compiled, one compiled graph where everything is."""
    return "formula" if form in MODES else "fused"


class Step:
    """One training step in one form; calling it runs the step and returns nothing. `losses` holds those of the last
    step where the form can tell (after a replay, tensors that the replay has filled)."""

    def __init__(self, peer: Peer, form: str, update: str | None = None, backend: str | None = None) -> None:
        need(form, peer.device)
        self.peer = peer
        self.form = form
        self.update = UPDATES[update or default_update(form)](peer)
        self.losses: Losses | None = None
        self.forward: Callable[[], Losses] = peer.losses
        held = peer.static_tensors() + self.update.static_tensors()
        if form in MODES:
            compat.mark_static(held)
            self.forward = compat.compiled(peer.losses, MODES[form], backend)
            if isinstance(self.update, FormulaUpdate):
                self.update.run = compat.compiled(self.update.apply, MODES[form], backend)
        self.work: Work = recorded(self.once, held) if form in RECORDED else self.once

    def __call__(self) -> None:
        self.work()

    def once(self) -> None:
        if self.form == "max-autotune":
            compat.begin_step()
        self.update.forget_gradients()
        losses = self.forward()
        losses.total.backward()
        self.update()
        # Detached: a graph kept until the next step would keep its gradient nodes, and with them the stream of a warm
        # call while the step is recorded on another.
        self.losses = Losses(*(loss.detach() for loss in losses))


def need(form: str, device: torch.device) -> None:
    """NotRun where the form cannot be had."""
    if form not in FORMS:
        raise ValueError(f"form is {form}, known are {', '.join(FORMS)}")
    if form in MODES and not hasattr(torch, "compile"):
        raise NotRun(f"PyTorch {torch.__version__} has no torch.compile")
    if form not in ("eager", "compile"):
        compat.need_cuda(device, f"form {form}")


def recorded(once: Work, held: list[Tensor]) -> Work:
    """Records `once` after warm calls that do not count: what they changed in `held` is put back, so that recording
    does not train."""
    kept = [(tensor, tensor.detach().clone()) for tensor in held]
    replay = recorded_work(once, copies=1)
    with torch.no_grad():
        for tensor, value in kept:
            tensor.copy_(value)
    return replay


def recorded_work(once: Work, copies: int) -> Work:
    """A CUDA graph of `copies` calls of `once`, which returns what the last of them returned, refilled; the calls
    before recording settle algorithms and compilation."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_CALLS):
            once()
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(copies):
            out = once()

    def replay() -> Any:
        graph.replay()
        return out

    return replay


def run_form(
    function: Callable[..., Any], form: str, device: torch.device, each: Sequence[tuple[Any, ...]], copies: int
) -> tuple[Work, int]:
    """Work without training state in one form, a call for each tuple of arguments: (work, how many calls of `function`
    it makes). One call's work returns what the call returns; the outputs of several in turn live side by side."""
    need(form, device)
    if form in MODES:
        compat.mark_static(a for a in each[0] if isinstance(a, Tensor))
        function = compat.compiled(function, MODES[form])

    def once() -> Any:
        if form == "max-autotune":
            compat.begin_step()
        if len(each) == 1:
            return function(*each[0])
        return [function(*arguments) for arguments in each]

    if form in RECORDED:
        return recorded_work(once, copies), copies * len(each)
    return once, len(each)
