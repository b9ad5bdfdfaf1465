# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs Python programs one after the other, each in a process of its own in which PyTorch is imported already: that
takes longer than many of them.

A line of standard input is a JSON array: the file that takes the output, the program, its arguments. The answer is a
line with the exit status.
"""

import json
import os
import runpy
import sys
import traceback
from pathlib import Path

# Nothing but answers may be among the answers, and no program may read requests.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy  # noqa: F401, E402
import torch  # noqa: F401, E402


def run(output: str, program: str, arguments: list[str]) -> int:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = [program, *arguments]
    sys.path[0] = str(Path(program).parent)
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


for line in sys.stdin:
    output, program, *arguments = json.loads(line)
    child = os.fork()
    if child == 0:
        code = run(output, program, arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
