# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Updates of the peer: Adam, then decay of the kernels, then EMA, then the bf16 copies, then the step counter.

`FusedUpdate` uses torch.optim.Adam with fused=True; it has no decay of its own here, because torch.optim.AdamW decays
before Adam and the method after. Its epsilon stands inside the bias correction, where the method has it outside; the
two agree once sqrt(1 - beta2^t) is near 1. `FormulaUpdate` is the method's formula by foreach operations, which
torch.compile turns into few kernels.
"""

from __future__ import annotations

import torch
from torch import Tensor

import torch_wrn_compat as compat
from torch_wrn_step import Peer


class Update:
    """Shared by both: gradients in the masters' type, decay, EMA, refreshed copies."""

    name = ""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.parameters = peer.parameters()

    def gradients(self) -> list[Tensor]:
        return [p.grad for p in self.parameters]

    def forget_gradients(self) -> None:
        for p in self.parameters:
            p.grad = None

    def after_adam(self) -> None:
        recipe = self.peer.recipe
        torch._foreach_mul_(self.peer.kernels, 1 - recipe.learning_rate * recipe.weight_decay)
        compat.lerp_(self.peer.ema, self.peer.masters, 1 - recipe.ema_rate)
        compat.copy_([low for low, _ in self.peer.refreshed], [master for _, master in self.peer.refreshed])
        self.peer.step.add_(1)

    def static_tensors(self) -> list[Tensor]:
        return []


class FusedUpdate(Update):
    """torch.optim.Adam(fused=True), capturable on CUDA."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer)
        r = peer.recipe
        masters = peer.masters
        self.optimiser, self.name = compat.fused_adam(
            masters, peer.device, lr=r.learning_rate, betas=(r.beta1, r.beta2), eps=r.adam_eps
        )
        self.converted = [torch.empty_like(m) for m in masters] if peer.precision.low else []
        self.make_state()

    @torch.no_grad()
    def __call__(self) -> None:
        if self.converted:
            compat.copy_(self.converted, self.gradients())
            for master, gradient in zip(self.peer.masters, self.converted):
                master.grad = gradient
        self.optimiser.step()
        self.after_adam()

    def make_state(self) -> None:
        """What Adam would make in its first step: made now, it can be put back after a recording's warm calls."""
        for group in self.optimiser.param_groups:
            for p in group["params"]:
                on_device = group.get("capturable") or group.get("fused")
                self.optimiser.state[p] = {
                    "step": torch.zeros((), device=p.device if on_device else None),
                    "exp_avg": torch.zeros_like(p),
                    "exp_avg_sq": torch.zeros_like(p),
                }

    def start_at(self, step: int) -> None:
        """As if `step` steps with zero gradients had gone before; in place, where a recorded step looks."""
        for state in self.optimiser.state.values():
            state["step"].fill_(float(step))
            state["exp_avg"].zero_()
            state["exp_avg_sq"].zero_()

    def static_tensors(self) -> list[Tensor]:
        return [*self.converted, *(t for state in self.optimiser.state.values() for t in state.values())]


class FormulaUpdate(Update):
    """lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps), as it stands in the method."""

    name = "foreach formula"

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer)
        self.m = [torch.zeros_like(p.detach()) for p in peer.masters]
        self.v = [torch.zeros_like(p.detach()) for p in peer.masters]

        self.run = self.apply  # replaced by its compiled form

    def __call__(self) -> None:
        self.run(self.gradients())

    @torch.no_grad()
    def apply(self, gradients: list[Tensor]) -> None:
        """gradients in the order of the parameters, in their types."""
        r = self.peer.recipe
        gradients = [g.to(m.dtype) for g, m in zip(gradients, self.m)]
        compat.lerp_(self.m, gradients, 1 - r.beta1)
        torch._foreach_mul_(self.v, r.beta2)
        torch._foreach_addcmul_(self.v, gradients, gradients, 1 - r.beta2)
        t = (self.peer.step + 1).to(torch.float64)
        rate = r.learning_rate * torch.sqrt(1 - r.beta2**t) / (1 - r.beta1**t)
        divisors = torch._foreach_sqrt(self.v)
        torch._foreach_add_(divisors, r.adam_eps)
        moves = torch._foreach_div(self.m, divisors)
        compat.scale_(moves, rate.to(self.m[0].dtype))
        torch._foreach_sub_(self.peer.masters, moves)
        self.after_adam()

    def static_tensors(self) -> list[Tensor]:
        return [*self.m, *self.v]


UPDATES = {"fused": FusedUpdate, "formula": FormulaUpdate}
