# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""The PyTorch peer that Secant is timed beside: training steps, kernels and the probe, in several forms.

    python torch_wrn.py --out torch.jsonl                      every row, for a GPU (H100: give it --budget 1500)
    python torch_wrn.py --what step --methods erm --forms eager --depth 10 --width 1 --batch 16    a look on a CPU
    python torch_wrn.py --check                                does the peer compute the method? (CPU, half a minute)

Writes one JSON object per row, as soon as the row is done; README.md has the schema. A row that cannot be had here is
`not-run` with a reason, one that breaks is `fail`; neither ends the run. Compare with compare.py.
Exit status: 0 done, 1 a check failed, 2 wrong options.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import torch

import torch_wrn_compat as compat
import torch_wrn_rows as rows
import torch_wrn_timing as timing
import torch_wrn_work as work
from torch_wrn_compat import NotRun
from torch_wrn_forms import FORMS
from torch_wrn_net import NetSpec
from torch_wrn_rows import Choice, Row
from torch_wrn_step import READINGS
from torch_wrn_work import Setting


class RowTimeout(Exception):
    """A row took longer than its limit."""


class Output:
    """Rows as JSON lines, to standard output and, where given, appended to a file; flushed row by row."""

    def __init__(self, path: Path | None, resume: bool) -> None:
        self.file = path.open("a" if resume else "w") if path else None

    def write(self, record: dict[str, Any]) -> None:
        line = json.dumps({key: rounded(value) for key, value in record.items() if value is not None})
        for stream in filter(None, (sys.stdout, self.file)):
            print(line, file=stream, flush=True)


def rounded(value: Any) -> Any:
    """Six digits say more than is known."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def common(setting: Setting) -> dict[str, Any]:
    """What stands in every row."""
    return {
        "peer": "torch",
        "version": torch.__version__,
        "device": compat.device_name(setting.device),
        "depth": setting.spec.depth,
        "width": setting.spec.width,
        "reading": setting.reading,
    }


def attempt(row: Row, setting: Setting, limit: float) -> dict[str, Any]:
    """Numbers, or why there are none."""
    try:
        with at_most(limit):
            return {"status": "ok", **work.measure(row, setting)}
    except NotRun as e:
        return {"status": "not-run", "reason": str(e)}
    except RowTimeout:
        return {"status": "fail", "reason": f"took more than {limit:.0f} s"}
    except Exception as e:  # noqa: BLE001 - the other rows are worth more than this one's trace
        first = (str(e).strip() or repr(e)).splitlines()[0]
        return {"status": "fail", "reason": f"{type(e).__name__}: {first[:300]}"}
    finally:
        release(setting.device)


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises RowTimeout in the main thread; what hangs inside one call of a library is not reached."""

    def expire(*_: Any) -> None:
        raise RowTimeout

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def release(device: torch.device) -> None:
    """Nothing of a row is left for the next: neither compiled code nor memory."""
    try:
        compat.forget_compiled()
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
    except Exception as e:  # noqa: BLE001 - a device that is lost; the caller looks for that
        print(f"release: {type(e).__name__}: {e}", file=sys.stderr)


def measure_all(options: argparse.Namespace, setting: Setting, began: float) -> None:
    planned = rows.rows(choice(options, setting))
    done = recorded_rows(options.out) if options.resume else set()
    planned = [row for row in planned if identity(row.fields()) not in done]
    output = Output(options.out, options.resume)
    for i, row in enumerate(planned):
        left = options.budget - (time.time() - began)
        if left <= 0:
            result = {"status": "not-run", "reason": f"the budget of {options.budget:.0f} s was spent"}
        else:
            print(f"{i + 1}/{len(planned)} {row.fields()}", file=sys.stderr, flush=True)
            result = attempt(row, setting, min(options.row_limit, max(left, 10.0)))
        output.write({**common(setting), **row.fields(), **result})
        if result["status"] == "fail" and work.is_lost(setting.device):
            start_afresh(options, began)


def start_afresh(options: argparse.Namespace, began: float) -> None:
    """A CUDA error can leave the process without its device: goes on in a new one with the rows that are left."""
    if options.out is None:
        sys.exit("the device is lost, and without --out a new process would not know what is done")
    arguments = [word for word in sys.argv[1:] if word != "--resume" and not word.startswith("--began")]
    os.execv(sys.executable, [sys.executable, sys.argv[0], *arguments, "--resume", f"--began={began}"])


def recorded_rows(path: Path | None) -> set[tuple[Any, ...]]:
    """Rows that an earlier run has settled; those that its budget cut off are not."""
    if path is None or not path.exists():
        return set()
    with path.open() as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    return {identity(r) for r in records if r["status"] != "not-run"}


def identity(record: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("what", "method", "kernel", "k", "form", "precision", "batch", "variant", "norm", "chunk")
    return tuple(record.get(key) for key in keys)


def choice(options: argparse.Namespace, setting: Setting) -> Choice:
    """Sizes that were not given suit a GPU, or a look on a CPU."""
    cuda = setting.device.type == "cuda"
    large = options.large or (65536 if cuda else 1024)
    largest = options.largest or (196608 if cuda else 2048)
    nonlin = options.nonlin or (10000 if cuda else 128)
    probe = options.probe or (10000 if cuda else 256)
    chunks = options.chunks or ((256, 1024) if cuda else (128,))
    sizes = (options.batch, large, largest, nonlin, probe, chunks)
    network = (setting.spec, setting.side)
    return Choice(options.what, options.methods, options.forms, options.precisions, *sizes, *network)


def setting_of(options: argparse.Namespace) -> Setting:
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if device.type == "cuda":
        effort = timing.Effort(options.blocks or 30)
    else:
        effort = timing.Effort(options.blocks or 10, 1.0, 0.0, 1)
    images = options.images or (work.IMAGES if device.type == "cuda" else 2048)
    spec = NetSpec(options.depth, options.width, classes=options.classes)
    count = not options.no_kernel_count
    return Setting(device, spec, options.reading, options.side, images, options.update, effort, count)


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the method instead of timing")
    parser.add_argument("--break", dest="fault", help="with --check: plant this error, so that it must fail")
    parser.add_argument("--cases", nargs="+", help="with --check: of the steps; default all")
    parser.add_argument("--out", type=Path, help="file for the rows, beside standard output")
    parser.add_argument("--resume", action="store_true", help="keep the rows of --out and measure what is missing")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds after which no row is started")
    parser.add_argument("--row-limit", type=float, default=300.0, help="seconds for a row, compiling included")
    parser.add_argument("--what", nargs="+", choices=rows.WHAT, default=rows.WHAT)
    parser.add_argument("--methods", nargs="+", choices=sorted(rows.METHODS), default=Choice.methods)
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    parser.add_argument("--precisions", nargs="+", choices=rows.PRECISION_NAMES, default=rows.PRECISION_NAMES)
    parser.add_argument("--reading", choices=sorted(READINGS), default="paper")
    parser.add_argument("--update", choices=("fused", "formula"), help="default: what suits the form")
    parser.add_argument("--depth", type=int, default=28)
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--side", type=int, default=32, help="pixels along an image's edge")
    parser.add_argument("--batch", type=int, default=128, help="labelled rows, and as many unlabelled ones in ICT")
    parser.add_argument("--images", type=int, help="of the resident set")
    parser.add_argument("--large", type=int, help="images of the large mixing and consistency rows")
    parser.add_argument("--largest", type=int, help="images of the largest mixing rows")
    parser.add_argument("--nonlin", type=int, help="pairs of the NonLin rows")
    parser.add_argument("--probe", type=int, help="images of probe and evaluation")
    parser.add_argument("--chunks", type=int, nargs="+", help="images per chunk of probe and evaluation")
    parser.add_argument("--blocks", type=int, help="timed blocks per row")
    parser.add_argument("--device", help="cuda, cpu")
    parser.add_argument("--threads", type=int, help="on the CPU")
    parser.add_argument("--no-kernel-count", action="store_true", help="do not run the profiler")
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if (options.depth - 4) % 6 or options.depth < 10:
        parser.error(f"--depth is {options.depth}; it must be 6n + 4, such as 10, 16, 28")
    if options.batch < 4:
        parser.error("--batch must be at least 4, so that there are partners to mix")
    if options.device and torch.device(options.device).type == "cuda" and not torch.cuda.is_available():
        parser.error(f"--device is {options.device}, but this PyTorch ({torch.__version__}) finds no CUDA device")
    return options


def check(options: argparse.Namespace, device: torch.device) -> int:
    import torch_wrn_check as checks  # not before it is asked for: it needs numpy

    for option, given, known in (("--break", options.fault, checks.FAULTS), ("--cases", options.cases, checks.CASES)):
        unknown = set([given] if isinstance(given, str) else given or ()) - set(known)
        if unknown:
            print(f"{option}: {', '.join(sorted(unknown))} is unknown; known are {', '.join(known)}", file=sys.stderr)
            return 2
    return checks.run(device, options.fault, options.cases or tuple(checks.CASES), options.forms)


def main(words: list[str]) -> int:
    options = arguments(words)
    if options.threads:
        torch.set_num_threads(options.threads)
    setting = setting_of(options)
    compat.quiet()
    if options.check:
        return check(options, setting.device)
    measure_all(options, setting, options.began or time.time())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
