# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""A table from the JSON lines of alternating step benchmarks: python step_table.py RESULTS.

Per program: the median over its blocks of the block medians, their range, and how many times faster it is than the
fastest PyTorch. Says so when the machine was not idle or the blocks disagree.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

Block = dict[str, Any]
NOISY_SPREAD = 0.1
IDLE_LOAD = 0.5


def by_program(blocks: list[Block]) -> dict[str, list[Block]]:
    programs: dict[str, list[Block]] = {}
    for block in blocks:
        programs.setdefault(block["program"], []).append(block)
    return programs


def middle(blocks: list[Block]) -> float:
    """Seconds."""
    return statistics.median(b["median_seconds"] for b in blocks)


def table(programs: dict[str, list[Block]]) -> str:
    peers = [middle(blocks) for name, blocks in programs.items() if name.startswith("PyTorch")]
    fastest = min(peers) if peers else float("nan")
    rows = [f"{'program':40} {'blocks':>6} {'median s':>9} {'p10':>8} {'p90':>8} {'images/s':>9} {'vs PyTorch':>10}"]
    for name, blocks in programs.items():
        p10 = min(b["p10_seconds"] for b in blocks)
        p90 = max(b["p90_seconds"] for b in blocks)
        rate = blocks[0]["batch"] / middle(blocks)
        ratio = fastest / middle(blocks)
        rows.append(f"{name:40} {len(blocks):6} {middle(blocks):9.4f} {p10:8.4f} {p90:8.4f} {rate:9.1f} {ratio:9.2f}x")
    return "\n".join(rows)


def warnings(programs: dict[str, list[Block]]) -> list[str]:
    """Reasons not to believe the table."""
    out = []
    for name, blocks in programs.items():
        medians = [b["median_seconds"] for b in blocks]
        spread = max(medians) / min(medians) - 1
        if spread > NOISY_SPREAD:
            out.append(f"{name}: blocks differ by {spread:.0%}")
    first = next(iter(programs.values()))[0]
    if first["load_before"] > IDLE_LOAD:
        out.append(f"the machine was not idle at the start: load {first['load_before']:.1f}")
    return out


def main() -> None:
    blocks = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines() if line.strip()]
    programs = by_program(blocks)
    print(table(programs))
    for warning in warnings(programs):
        print(f"warning: {warning}")


if __name__ == "__main__":
    main()
