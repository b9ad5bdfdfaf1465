# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Secant's measurements beside the peer's, row by row:

    python compare.py SECANT.jsonl TORCH.jsonl

Both files hold rows of the schema in README.md, as JSON lines, a JSON array, or an object with `rows`. Rows are joined
on what, method or kernel, k, precision, batch and the network; the fastest row of each side counts, and of the peer
the eager one too. Ratios are the peer's time over Secant's: above 1 Secant is faster. Where a side has no time, the row
says so, and the reasons follow. Exit status: 0 printed, 2 a file cannot be read.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Tuple

Record = Dict[str, Any]  # one row of a file
Key = Tuple[Any, ...]  # what a row is joined by

HEADER = ("what", "precision", "batch", "K", "net", "Secant ms", "torch ms", "best form", "ratio", "eager ms", "ratio")


@dataclass
class Side:
    """One program's rows of one key."""

    rows: list[Record] = field(default_factory=list)

    def best(self, form: str | None = None) -> Record | None:
        """The fastest that was measured, of one form or of all."""
        timed = [r for r in self.rows if status(r) == "ok" and form in (None, r.get("form"))]
        return min(timed, key=lambda r: r["ms"], default=None)

    def why(self) -> str:
        """Why there is no time."""
        reasons = dict.fromkeys(f"{status(r)}: {r.get('reason', 'no reason given')}" for r in self.rows)
        return next(iter(reasons), "not-run: no such row in the file")


def status(record: Record) -> str:
    return record.get("status", "ok" if "ms" in record else "not-run")


def read(path: Path) -> list[Record]:
    text = path.read_text()
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:  # more than one value: JSON lines
        return [json.loads(line) for line in text.splitlines() if line.strip().startswith("{")]
    if isinstance(whole, dict):
        return whole["rows"] if "rows" in whole else [whole]
    return whole


def key(record: Record) -> Key:
    """Networks without depth and width are those of the paper. Kernels and readings: paper unless said."""
    name = record.get("method") or record.get("kernel") or ""
    network = (record.get("depth", 28), record.get("width", 2))
    reading = record.get("reading", "paper")
    beside = record.get("branches", "none")
    what = record["what"] + ("" if beside == "none" else f" (beside: {beside})")
    return (what, name, record["precision"], record["batch"], record.get("k", 1), network, reading)


def by_key(records: list[Record]) -> dict[Key, Side]:
    sides: dict[Key, Side] = {}
    for record in records:
        if "what" in record and "precision" in record and "batch" in record:
            sides.setdefault(key(record), Side()).rows.append(record)
    return sides


def line(at: Key, ours: Side, theirs: Side) -> tuple[str, ...]:
    what, name, precision, batch, k, (depth, width), reading = at
    title = " ".join(filter(None, (what, name, "" if reading == "paper" else reading)))
    mine, best, eager = ours.best(), theirs.best(), theirs.best("eager")
    return (
        title,
        precision,
        str(batch),
        str(k),
        f"{depth}-{width}",
        milliseconds(mine),
        milliseconds(best),
        described(best),
        ratio(best, mine),
        milliseconds(eager),
        ratio(eager, mine),
    )


def milliseconds(record: Record | None) -> str:
    return "not-run" if record is None else f"{record['ms']:.4g}"


def described(record: Record | None) -> str:
    """The form, and what sets it apart from others of that form."""
    if record is None:
        return "-"
    extra = [record.get("variant"), record.get("norm"), record.get("chunk") and f"chunk {record['chunk']}"]
    extra = [e for e in extra if e and e != "native"]
    return " ".join([record.get("form", "?"), *extra])


def ratio(theirs: Record | None, ours: Record | None) -> str:
    return f"{theirs['ms'] / ours['ms']:.2f}x" if theirs and ours else "-"


def table(secant: dict[Key, Side], torch: dict[Key, Side]) -> str:
    keys = sorted(secant.keys() | torch.keys(), key=lambda k: (k[0] != "step", k[0], k[1], k[4], k[2], k[3], str(k)))
    lines = [line(k, secant.get(k, Side()), torch.get(k, Side())) for k in keys]
    widths = [max(map(len, column)) for column in zip(HEADER, *lines)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in (HEADER, *lines))


def missing(secant: dict[Key, Side], torch: dict[Key, Side]) -> list[str]:
    """One line per side and reason."""
    found: dict[tuple[str, str], int] = {}
    for k in secant.keys() | torch.keys():
        for program, sides in (("Secant", secant), ("PyTorch", torch)):
            side = sides.get(k, Side())
            if side.best() is None:
                at = (program, side.why())
                found[at] = found.get(at, 0) + 1
    return [f"{program}: {count} without a time, {reason}" for (program, reason), count in sorted(found.items())]


def machines(records: list[Record]) -> str:
    names = dict.fromkeys(f"{r.get('peer', '?')} {r.get('version', '?')} on {r.get('device', '?')}" for r in records)
    return ", ".join(names)


def main(words: list[str]) -> int:
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        ours, theirs = (read(Path(word)) for word in words)
        secant, torch = by_key(ours), by_key(theirs)
    except (OSError, ValueError, KeyError, TypeError) as e:
        print(f"compare: {type(e).__name__}: {e}", file=sys.stderr)
        return 2
    print(f"{machines(ours)}\n{machines(theirs)}\n")
    if {r.get("device") for r in ours} != {r.get("device") for r in theirs}:
        print("warning: the two files are of different devices\n")
    print(table(secant, torch))
    print("\n".join(["", *missing(secant, torch)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
