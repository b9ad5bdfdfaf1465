# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Shows that torch_replay.py passes what is right and notices what is wrong, without Secant.

Makes up runs (ERM, mixup, ICT3 in the three readings) whose outputs are computed in double precision, replays them in
single precision, then replays them once more with each planted error that applies. Every unbroken replay must pass and
every broken one must fail. About three minutes on one core.

    python replay_selfcheck.py [--method NAME] [--break NAME]

With --recipes FILE --run DIR it plants the errors in the replay of a run that Secant made instead.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

import replay_faults
import tensor_file
import torch_method
import torch_replay
import torch_wrn_net
from tensor_file import TensorFile
from torch_method import Images, State, Trainer

SIDE = 8
PAD = 2
BATCH = 16
STEPS = 20
FIRST_STEP = 1500
LEARNING_RATE = 2e-5
WEIGHT_DECAY = 50
KEPT = 0.99
ALL_STEPS = 8192
TRAIN_IMAGES = 128
TEST_IMAGES = 60

Json = dict[str, Any]
METHODS: dict[str, Json] = {
    "erm": {"method": "erm", "k": 1},
    "mixup": {"method": "mixup", "k": 2},
    "ict3-paper": {"method": "ict", "k": 3},
    "ict3-lineage": {"method": "ict", "k": 3, "space": "prob"},
    "ict3-literal": {"method": "ict", "k": 3, "reduction": "l2", "target": "self", "gradient": "both"},
    "ict2-independent-self": {
        "method": "ict",
        "k": 2,
        "space": "logit-softmax",
        "reduction": "sum",
        "target": "self",
        "partners": "independent",
    },
}


def made_header(choices: Json, rng: np.random.Generator) -> Json:
    """A header of the recipe dump for a small network."""
    header: Json = {"type": "header", "space": "logit", "reduction": "mean", "target": "teacher", "gradient": "stop"}
    header |= {"partners": "shift", "batch": BATCH, "depth": 10, "width": 1, "height": SIDE, "image_width": SIDE}
    header |= {"channels": 3, "classes": 10, "conv_bias": False, "bn_eps": 1e-3, "crop_pad": PAD}
    header |= {"scale": [1 / 127.5] * 3, "shift": [-1.0] * 3, "weight_decay": WEIGHT_DECAY, "beta1": 0.9, "beta2": 0.999}
    header |= {"adam_eps": 1e-8, "running": "labelled", "probe_alpha": 0.5, "probe_k": 2}
    header |= {"probe_order": rng.permutation(TEST_IMAGES).tolist()}
    header |= {"probe_lambda": dirichlet(rng, TEST_IMAGES, 2).ravel().tolist()}
    return header | choices


def dirichlet(rng: np.random.Generator, rows: int, ways: int) -> np.ndarray:
    """(rows, K) single precision."""
    return rng.dirichlet([0.5] * ways, rows).astype(np.float32)


def made_images(rng: np.random.Generator, count: int) -> Images:
    """A pattern per class plus noise."""
    patterns = np.random.default_rng(7).integers(60, 196, (10, SIDE, SIDE, 3))
    labels = rng.integers(0, 10, count).astype(np.int32)
    pixels = patterns[labels] + rng.normal(0, 40, (count, SIDE, SIDE, 3))
    return Images(pixels.clip(0, 255).astype(np.uint8), labels)


def made_stream(rng: np.random.Generator, ways: int, independent: bool) -> Json:
    """Draws of one stream as a dump records them."""
    sources = BATCH * ways if independent else BATCH
    own = np.arange(BATCH)
    if independent:
        rows = np.stack([k * BATCH + own for k in range(ways)], 1)
        indices = np.concatenate([rng.choice(TRAIN_IMAGES, BATCH, replace=False) for _ in range(ways)])
    else:
        shifts = np.concatenate([[0], rng.choice(np.arange(1, BATCH), ways - 1, replace=False)])
        rows = (own[:, None] + shifts) % BATCH
        indices = rng.choice(TRAIN_IMAGES, BATCH, replace=False)
    crops = np.stack([*rng.integers(0, 2 * PAD + 1, (2, sources)), rng.integers(0, 2, sources)], 1)
    weights = np.ones((BATCH, 1), np.float32) if ways == 1 else dirichlet(rng, BATCH, ways)
    return {
        "indices": indices.tolist(),
        "crops": crops.tolist(),
        "rows": rows.ravel().tolist(),
        "lambda": weights.ravel().tolist(),
    }


def made_step(header: Json, step: int, rng: np.random.Generator) -> Json:
    """A step line without its losses."""
    ict = header["method"] == "ict"
    independent = header["partners"] == "independent"
    return {
        "type": "step",
        "step": step,
        "learning_rate": LEARNING_RATE,
        "weight": 100 * step / (0.4 * ALL_STEPS) if ict else 0.0,
        "ema_rate": KEPT,
        "bn_rate": KEPT,
        "labelled": made_stream(rng, 1 if ict else header["k"], False),
        "unlabelled": made_stream(rng, header["k"], independent) if ict else None,
    }


def made_initial(header: Json) -> State:
    """As in the middle of a run: an EMA that lags behind, statistics away from 0 and 1."""
    generator = torch.Generator().manual_seed(3)
    net = torch_wrn_net.WideResNet(torch_method.net_spec(header))
    net.initialise(generator)
    raw = torch_wrn_net.saved(torch_wrn_net.parameters(net))
    rng = np.random.default_rng(4)
    raw = {n: (t + 0.02 * rng.normal(size=t.shape)).astype(np.float32) for n, t in raw.items()}
    ema = {n: (t + 0.01 * rng.normal(size=t.shape)).astype(np.float32) for n, t in raw.items()}
    statistics = torch_wrn_net.saved(torch_wrn_net.statistics(net))
    statistics = {n: (t + 0.3 * rng.random(t.shape)).astype(np.float32) for n, t in statistics.items()}
    return State(raw, ema, statistics)


def write_state(path: Path, state: State) -> None:
    groups = {"ema/": state.ema, "raw/": state.raw, "bn/": state.statistics}
    named = {prefix + n: t.astype(np.float32) for prefix, group in groups.items() for n, t in group.items()}
    tensor_file.write(path, TensorFile(named))


def make_run(directory: Path, choices: Json) -> Path:
    """Writes what a run of Secant would; returns the recipe file."""
    rng = np.random.default_rng(11)
    header = made_header(choices, rng)
    train, test = made_images(rng, TRAIN_IMAGES), made_images(rng, TEST_IMAGES)
    initial = made_initial(header)
    trainer = Trainer(header, train, initial, torch.float64)
    lines = []
    for step in range(FIRST_STEP, FIRST_STEP + STEPS):
        line = made_step(header, step, rng)
        losses = trainer.step(line)
        lines.append(line | {"loss_supervised": losses.supervised, "loss_consistency": losses.consistency})
    final = trainer.state()
    layers = torch_method.probe(header, test.pixels, final.ema, final.statistics, torch.float64)

    recipes = directory / "recipes.jsonl"
    recipes.write_text("".join(json.dumps(line) + "\n" for line in [header, *lines]))
    images = {"train_pixels": train.pixels, "train_labels": train.labels}
    images |= {"test_pixels": test.pixels, "test_labels": test.labels}
    tensor_file.write(directory / "recipes.jsonl.images.safetensors", TensorFile(images))
    write_state(directory / "initial.safetensors", initial)
    write_state(directory / "model.safetensors", final)
    probe = {"type": "probe", "step": FIRST_STEP + STEPS, "weights": "ema"}
    probe["layers"] = [{"layer": i, **fields} for i, fields in enumerate(layers)]
    (directory / "metrics.jsonl").write_text(json.dumps(probe) + "\n")
    return recipes


def replay(recipes: Path, run: Path, *extra: str) -> tuple[int, str]:
    """Exit status and output of torch_replay."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = torch_replay.main(["--recipes", str(recipes), "--run", str(run), "--threads", "1", *extra])
    return status, out.getvalue()


def worst_beyond(output: str) -> str:
    """The compared quantity that exceeds its bound by most."""
    deviations = json.loads(output.splitlines()[-1])["deviations"]
    bounded = [d for d in deviations if d["bound"] is not None]
    d = max(bounded, key=lambda d: d["value"] / d["bound"])
    return f"{d['what']} {d['value']:.1e} (bound {d['bound']:.0e})"


def check_made(name: str, faults: list[str]) -> list[str]:
    """Problems found with a made run of one method."""
    with tempfile.TemporaryDirectory() as folder:
        recipes = make_run(Path(folder), METHODS[name])
        return check(name, recipes, recipes.parent, faults)


def check(name: str, recipes: Path, run: Path, faults: list[str]) -> list[str]:
    """Problems found: the unbroken replay must pass, every applicable fault must fail."""
    problems = []
    status, output = replay(recipes, run)
    report(name, "unbroken", "passes" if status == 0 else "FAILS", output)
    if status != 0:
        problems.append(f"{name}: the unbroken replay ends with {status}\n{output}")
    with recipes.open() as lines:
        header = json.loads(lines.readline())
    for fault in faults:
        if not replay_faults.applicable(fault, header):
            continue
        status, output = replay(recipes, run, "--break", fault)
        report(name, fault, "noticed" if status == 1 else "MISSED", output)
        if status != 1:
            problems.append(f"{name}: {fault} went unnoticed, exit status {status}")
    return problems


def report(name: str, fault: str, outcome: str, output: str) -> None:
    print(f"{name:24} {fault:22} {outcome:10} worst: {worst_beyond(output)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=sorted(METHODS))
    parser.add_argument("--break", dest="fault", choices=sorted(replay_faults.FAULTS))
    parser.add_argument("--recipes", type=Path)
    parser.add_argument("--run", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    faults = [options.fault] if options.fault else list(replay_faults.FAULTS)
    if options.recipes and options.run:
        problems = check(options.run.name, options.recipes, options.run, faults)
    else:
        methods = [options.method] if options.method else list(METHODS)
        problems = [problem for method in methods for problem in check_made(method, faults)]
    print("\n".join(problems) or "every right replay passes and every planted error is noticed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
