# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Replays a run of Secant in PyTorch from the recipes it dumped, and compares everything the run produced.

    ./secant train ... --dump-recipes run.jsonl --init init.safetensors --out DIR
    python torch_replay.py --recipes run.jsonl --run DIR --init init.safetensors

From Secant it takes the draws (indices, crops, rows, lambda), the scalars of each step, the images and the initial
state; everything else it computes itself. Compared are: the losses of every step, relative to max(1, |loss|), or to
the run's mean loss if that is below 1; EMA, raw weights (shown only) and running statistics after the last step, the
largest difference in a tensor relative to the tensor's rms; NonLin per layer, relative, with the replayed EMA; and
all fields of the probe with the EMA that Secant saved ("probe alone", bound 1e-4).
Prints a table and, last, one line of JSON. Exit status: 0 within bounds, 1 beyond them, 2 unusable input.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Sequence

import numpy as np
import torch

import replay_faults
import tensor_file
import torch_method
from torch_method import FIELDS, Images, State, Trainer

DTYPES = {"float32": torch.float32, "float64": torch.float64}
PROBE_ALONE_TOLERANCE = 1e-4
SMALLEST_FIELD = 1e-2

Layers = Sequence[Mapping[str, float]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Deviation:
    """The largest deviation of one kind, where it is, and its bound (None: shown only)."""

    what: str
    value: float
    where: str
    bound: float | None

    @property
    def passes(self) -> bool:
        return self.bound is None or self.value <= self.bound


@dataclass(frozen=True)
class Run:
    """What Secant wrote."""

    header: dict[str, Any]
    steps: list[dict[str, Any]]
    train: Images
    test: Images
    initial: State
    final: State
    probe: dict[str, Any] | None


# ---- reading -----------------------------------------------------------------------------------------------------


def read_run(recipes: Path, directory: Path, init: Path | None) -> Run:
    with recipes.open() as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    header, steps = records[0], records[1:]
    if header.get("type") != "header" or any(s.get("type") != "step" for s in steps) or not steps:
        raise ValueError(f"{recipes}: expected one header line, then step lines")
    images = tensor_file.read(recipes.with_name(recipes.name + ".images.safetensors"))
    return Run(
        header,
        steps,
        Images(images["train_pixels"], images["train_labels"]),
        Images(images["test_pixels"], images["test_labels"]),
        read_state(init or directory / "initial.safetensors"),
        read_state(directory / "model.safetensors"),
        last_probe(directory / "metrics.jsonl"),
    )


def read_state(path: Path) -> State:
    file = tensor_file.read(path)
    return State(file.under("raw/"), file.under("ema/"), file.under("bn/"))


def last_probe(path: Path) -> dict[str, Any] | None:
    """The last probe line of the EMA weights."""
    if not path.exists():
        return None
    with path.open() as lines:
        records = (json.loads(line) for line in lines if line.strip())
        probes = [r for r in records if r["type"] == "probe" and r["weights"] == "ema"]
    return probes[-1] if probes else None


def check_draws(run: Run) -> None:
    """Properties that every draw has, whatever the generator: ValueError names the step that lacks one."""
    for step in run.steps:
        for stream in ("labelled", "unlabelled"):
            if step.get(stream) is not None:
                check_stream(run, step[stream], f"step {step['step']}, {stream}")


def check_stream(run: Run, recorded: Mapping[str, Any], where: str) -> None:
    draws = torch_method.Draws.of(recorded, run.header["batch"])
    sources, (batch, ways) = len(draws.indices), draws.rows.shape
    height, width = run.train.pixels.shape[1:3]
    require(draws.weights.shape == (batch, ways), where, "rows and lambda differ in size")
    require(len(draws.crops) == sources, where, "there is not one crop per source row")
    require(within(draws.indices, len(run.train.pixels)), where, "an index is outside the images")
    require(within(draws.rows, sources), where, "a row is outside the sources")
    require(within(draws.crops[:, :2], 2 * run.header["crop_pad"] + 1), where, "a crop is outside the padded image")
    require(within(draws.crops[:, 2], 2), where, "flip is neither 0 nor 1")
    require(run.header["crop_pad"] < min(height, width), where, "the padding is wider than the image")
    require(bool((draws.weights >= 0).all()), where, "a weight is negative")
    require(bool(np.allclose(draws.weights.sum(1), 1, atol=1e-5)), where, "weights do not sum to 1")
    distinct = all(len(set(row)) == ways for row in draws.rows)
    require(distinct, where, "a row mixes a source row with itself")


def within(values: np.ndarray, end: int) -> bool:
    return bool(((values >= 0) & (values < end)).all())


def require(condition: bool, where: str, problem: str) -> None:
    if not condition:
        raise ValueError(f"{where}: {problem}")


# ---- comparing ---------------------------------------------------------------------------------------------------


def worst(what: str, bound: float | None, values: Iterable[tuple[float, str]]) -> Deviation:
    """The largest of (value, where); what is not finite counts as the largest number, which JSON can hold."""
    finite = ((v if math.isfinite(v) else sys.float_info.max, w) for v, w in values)
    value, where = max(finite, default=(0.0, "nothing compared"))
    return Deviation(what, value, where, bound)


def losses(what: str, bound: float, steps: list[dict[str, Any]], key: str, found: list[float]) -> Deviation:
    """Relative to the loss, or to 1 where it is smaller; to the run's mean loss where that is smaller still."""
    expected = [abs(step[key]) for step in steps]
    unit = min(1.0, sum(expected) / len(expected))
    values = [
        (abs(f - step[key]) / max(unit, abs(step[key])), f"step {step['step']}")
        for f, step in zip(found, steps, strict=True)
    ]
    return worst(what, bound, values)


def relative_tensor(expected: np.ndarray, found: np.ndarray) -> float:
    """Largest difference relative to the rms of the expected tensor."""
    expected = expected.astype(np.float64)
    difference = float(np.abs(found.astype(np.float64) - expected).max())
    rms = float(np.sqrt(np.square(expected).mean()))
    if difference == 0:
        return 0.0
    return difference / rms if rms > 0 else math.inf


Arrays = Mapping[str, np.ndarray]


def tensors(what: str, bound: float | None, theirs: Arrays, ours: Arrays) -> Deviation:
    if theirs.keys() != ours.keys():
        raise ValueError(f"{what}: names differ: {sorted(theirs.keys() ^ ours.keys())}")
    return worst(what, bound, ((relative_tensor(theirs[n], ours[n]), n) for n in theirs))


def compare(
    run: Run, trainer: Trainer, dtype: torch.dtype, tolerance: float, progress: Progress, probe: bool
) -> list[Deviation]:
    replayed = []
    for line in run.steps:
        replayed.append(trainer.step(line))
        progress(f"step {line['step']}: {replayed[-1]}")
    state = trainer.state()
    supervised = [r.supervised for r in replayed]
    results = [losses("supervised loss", tolerance, run.steps, "loss_supervised", supervised)]
    if run.header["method"] == "ict":
        consistency = [r.consistency for r in replayed]
        results.append(losses("consistency loss", tolerance, run.steps, "loss_consistency", consistency))
    results += [
        tensors("EMA", tolerance, run.final.ema, state.ema),
        tensors("running statistics", tolerance, run.final.statistics, state.statistics),
        tensors("raw weights", None, run.final.raw, state.raw),
    ]
    return results + (probe_deviations(run, state, dtype, tolerance) if probe else [])


def probe_deviations(run: Run, state: State, dtype: torch.dtype, tolerance: float) -> list[Deviation]:
    if run.probe is None:
        return []
    recorded = run.probe["layers"]
    replayed = torch_method.probe(run.header, run.test.pixels, state.ema, state.statistics, dtype)
    alone = torch_method.probe(run.header, run.test.pixels, run.final.ema, run.final.statistics, dtype)
    layers = range(len(replayed))
    require(len(recorded) == len(replayed), "probe", f"{len(recorded)} layers recorded, {len(replayed)} expected")
    per_layer = [
        worst(f"NonLin L{i}", tolerance, [field_deviation("nonlin", i, recorded, replayed)]) for i in layers
    ]
    every = [field_deviation(f, i, recorded, alone) for i in layers for f in FIELDS]
    return per_layer + [worst("probe alone, all fields", PROBE_ALONE_TOLERANCE, every)]


def field_deviation(field: str, layer: int, theirs: Layers, ours: Layers) -> tuple[float, str]:
    """Relative, or to SMALLEST_FIELD where the value is smaller: L0 is affine, its relative error all rounding."""
    expected, found = theirs[layer][field], ours[layer][field]
    return abs(found - expected) / max(abs(expected), SMALLEST_FIELD), f"L{layer} {field}"


def table(deviations: Iterable[Deviation]) -> str:
    rows = [f"{'compared':26} {'deviation':>10} {'bound':>8}  worst at"]
    for d in deviations:
        bound = "-" if d.bound is None else f"{d.bound:.0e}"
        rows.append(f"{d.what:26} {d.value:10.2e} {bound:>8}  {d.where}{'' if d.passes else '   BEYOND'}")
    return "\n".join(rows)


# ---- command -----------------------------------------------------------------------------------------------------


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", type=Path, required=True, help="what --dump-recipes wrote")
    parser.add_argument("--run", type=Path, required=True, help="the run directory")
    parser.add_argument("--init", type=Path, help="initial state; default RUN/initial.safetensors")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--break", dest="fault", choices=sorted(replay_faults.FAULTS), help="plant an error")
    parser.add_argument(
        "--notice", choices=sorted(replay_faults.FAULTS), help="replay again with this error, which has to be found"
    )
    parser.add_argument("--verbose", action="store_true", help="one line per step")
    return parser.parse_args(argv)


def replayed(run: Run, fault: str | None, options: argparse.Namespace, probe: bool = True) -> list[Deviation]:
    kind = replay_faults.FAULTS[fault] if fault else Trainer
    trainer = kind(run.header, run.train, run.initial, DTYPES[options.dtype])
    progress = (lambda text: print(text, flush=True)) if options.verbose else (lambda text: None)
    return compare(run, trainer, DTYPES[options.dtype], options.tolerance, progress, probe)


def main(argv: list[str]) -> int:
    options = arguments(argv)
    torch.set_num_threads(options.threads)
    try:
        run = read_run(options.recipes, options.run, options.init)
        check_draws(run)
        deviations = replayed(run, options.fault, options)
        # An error of the steps has to show in losses and state.
        broken = replayed(run, options.notice, options, probe=False) if options.notice else None
    except (OSError, ValueError, KeyError, IndexError) as e:
        print(f"torch_replay: {type(e).__name__}: {e}", file=sys.stderr)
        return 2
    passes = all(d.passes for d in deviations)
    print(table(deviations))
    summary = {
        "passes": passes,
        "method": run.header["method"],
        "steps": len(run.steps),
        "first_step": run.steps[0]["step"],
        "dtype": options.dtype,
        "fault": options.fault,
        "torch": torch.__version__,
        "deviations": [asdict(d) for d in deviations],
    }
    noticed = broken is None or not all(d.passes for d in broken)
    if broken is not None:
        summary["noticed"] = {options.notice: noticed}
    print(json.dumps(summary))
    return 0 if passes and noticed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
