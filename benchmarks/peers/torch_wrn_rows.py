# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is to measure: rows, and the order they are taken in when time is short."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Iterator, Sequence

from torch_wrn_forms import FORMS
from torch_wrn_net import NetSpec, Shape, convolution_shapes

METHODS = {"erm": ("erm", 1), "mixup": ("mixup", 2), "ict2": ("ict", 2), "ict3": ("ict", 3), "ict4": ("ict", 4)}
KERNEL_FORMS = ("eager", "graph", "compile", "compile-graph")
CONVOLUTION_FORMS = ("eager", "graph")  # one call of a library: nothing to compile
COLD = " cold"  # many small batches in turn, together more than the caches hold
MANY_CLASSES = 100
PRECISION_NAMES = ("bf16", "tf32", "fp32")
LAYERS = 6
WHAT = ("step", "kernel", "probe", "evaluation", "convolution")
DIRECTIONS = ("forward", "backward-data", "backward-weights")


@dataclass(frozen=True)
class Row:
    """One measurement. `name` is the method of a step, the kernel of a kernel or a convolution; others have none.

    what: one of WHAT; k: points mixed; batch: rows (labelled ones of a step), images of a probe or an evaluation; variant: of
    bf16; norm: native (F.batch_norm per segment) or moments (one reduction over all segments); chunk: of a probe or an evaluation.
    """

    what: str
    name: str | None
    k: int
    form: str
    precision: str
    batch: int
    variant: str | None = None
    norm: str | None = None
    chunk: int | None = None

    def fields(self) -> dict[str, Any]:
        """As they stand in the output."""
        renamed = {"name": "method" if self.what == "step" else "kernel"}
        return {renamed.get(key, key): value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Choice:
    """What was asked for; sizes in images."""

    what: Sequence[str] = WHAT
    methods: Sequence[str] = ("erm", "ict2", "mixup", "ict4")
    forms: Sequence[str] = FORMS
    precisions: Sequence[str] = PRECISION_NAMES
    batch: int = 128
    large: int = 65536
    largest: int = 196608
    nonlin: int = 10000
    probe: int = 10000
    chunks: Sequence[int] = (256, 1024)
    spec: NetSpec = NetSpec()
    side: int = 32


def rows(choice: Choice) -> list[Row]:
    """Cheap and telling rows first: what a budget cuts off is the least missed."""
    ordered = sorted(every_row(choice), key=rank)  # stable: otherwise as generated
    return [row for row in dict.fromkeys(ordered) if row.form in choice.forms and row.precision in choice.precisions]


def every_row(choice: Choice) -> Iterator[Row]:
    if "step" in choice.what:
        yield from step_rows(choice)
    if "kernel" in choice.what:
        yield from kernel_rows(choice)
    for what in ("probe", "evaluation"):
        if what in choice.what:
            yield from pass_rows(choice, what)
    if "convolution" in choice.what:
        yield from convolution_rows(choice)


def step_rows(choice: Choice) -> Iterator[Row]:
    for precision in PRECISION_NAMES:
        for method in choice.methods:
            name, k = METHODS[method]
            for form in FORMS:
                row = Row("step", name, k, form, precision, choice.batch, norm="native")
                yield replace(row, variant="master") if precision == "bf16" else row
                if precision == "bf16" and form in ("eager", "graph", "compile"):
                    yield replace(row, variant="autocast")
                if name == "ict" and precision == "bf16" and form in ("max-autotune", "compile-graph"):
                    yield replace(row, variant="master", norm="moments")


def kernel_rows(choice: Choice) -> Iterator[Row]:
    for form in KERNEL_FORMS:
        for precision in ("bf16", "fp32"):  # of the output; the input is bytes
            for k in (2, 4):
                yield Row("kernel", "mix", k, form, precision, choice.batch)
                yield Row("kernel", "mix" + COLD, k, form, precision, choice.batch)
                yield Row("kernel", "mix", k, form, precision, choice.large)
            if precision == "bf16":
                yield Row("kernel", "mix", 8, form, precision, choice.large)
                for k in (2, 4, 8):
                    yield Row("kernel", "mix", k, form, precision, choice.largest)
            yield Row("kernel", "nonlin", 2, form, precision, choice.nonlin)
            yield Row("kernel", "nonlin", 2, form, precision, choice.batch)
            for name in ("nonlin-L1", "nonlin-L1" + COLD):
                yield Row("kernel", name, 2, form, precision, choice.batch)
            for layer in range(LAYERS):
                yield Row("kernel", f"nonlin-L{layer}", 2, form, precision, choice.nonlin)
        for batch in (choice.batch, choice.large):
            for k in (2, 4):
                yield Row("kernel", "consistency", k, form, "fp32", batch)
        many = f"consistency C={MANY_CLASSES}"
        yield Row("kernel", many + COLD, 2, form, "fp32", choice.batch)
        yield Row("kernel", many, 2, form, "fp32", choice.large)


def pass_rows(choice: Choice, what: str) -> Iterator[Row]:
    for precision in PRECISION_NAMES:
        for form in FORMS:
            for chunk in choice.chunks:
                if chunk == max(choice.chunks) or form in ("eager", "graph"):
                    yield Row(what, None, 2, form, precision, choice.probe, chunk=chunk)


def convolution_rows(choice: Choice) -> Iterator[Row]:
    for precision in PRECISION_NAMES:
        for shape in convolution_shapes(choice.spec, choice.side):
            for direction in DIRECTIONS:
                if direction == "backward-data" and shape.inputs == choice.spec.channels:
                    continue  # nobody wants the gradient of the images
                for form in CONVOLUTION_FORMS:
                    yield Row("convolution", f"{direction} {shape.text()}", 1, form, precision, choice.batch)


def shape_of(row: Row, spec: NetSpec, side: int) -> tuple[str, Shape]:
    """Direction and shape of a convolution's row."""
    direction, text = row.name.split(" ", 1)
    return direction, next(shape for shape in convolution_shapes(spec, side) if shape.text() == text)


def rank(row: Row) -> int:
    """Smaller comes earlier. Eager and graph rows take seconds; compiled ones a minute or more, so of those the form
    that should be the fastest goes first, and the layers of NonLin one by one go late."""
    quick = row.form in ("eager", "graph")
    per_layer = row.what == "kernel" and row.name.startswith("nonlin-") and not row.name.startswith("nonlin-L1")
    first_choice = row.precision == "bf16" and row.variant != "autocast" and row.norm != "moments"
    if row.what == "convolution":
        return 4 if first_choice else 6
    if row.what == "kernel":
        if quick:
            return 4 if per_layer else 2
        return 8 if per_layer else 5
    if first_choice and quick:
        return 0
    if first_choice and row.what == "step":
        return {"compile-graph": 1, "max-autotune": 3, "compile": 7}[row.form]
    if quick:
        return 4
    if first_choice or row.norm == "moments":
        return 6
    return 9 if row.form == "compile-graph" else 10
