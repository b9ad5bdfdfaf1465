# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes safetensors files with numpy alone, so that the peers need nothing but PyTorch."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Mapping

import numpy as np

DTYPES = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "U8": np.dtype("u1"),
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
ALIGNMENT = 8


class TensorFile:
    """Tensors and metadata of one safetensors file."""

    def __init__(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> None:
        self.tensors = dict(tensors)
        self.metadata = dict(metadata or {})

    def __getitem__(self, name: str) -> np.ndarray:
        return self.tensors[name]

    def under(self, prefix: str) -> dict[str, np.ndarray]:
        """The tensors whose names start with a prefix, without it."""
        return {n[len(prefix):]: t for n, t in self.tensors.items() if n.startswith(prefix)}


def read(path: Path) -> TensorFile:
    """Reads a whole file; ValueError says what is wrong with it."""
    data = path.read_bytes()
    if len(data) < 8:
        raise ValueError(f"{path}: {len(data)} bytes, a safetensors file has at least 8")
    (length,) = struct.unpack_from("<Q", data)
    if 8 + length > len(data):
        raise ValueError(f"{path}: a header of {length} bytes in a file of {len(data)}")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = memoryview(data)[8 + length :]
    return TensorFile({n: _tensor(path, n, e, body) for n, e in header.items()}, metadata)


def _tensor(path: Path, name: str, entry: dict, body: memoryview) -> np.ndarray:
    if entry["dtype"] not in DTYPES:
        raise ValueError(f"{path}: {name} is {entry['dtype']}, known are {', '.join(DTYPES)}")
    dtype = DTYPES[entry["dtype"]]
    start, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    expected = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if end - start != expected or end > len(body):
        raise ValueError(f"{path}: {name} {shape} needs {expected} bytes, has {start}..{end} of {len(body)}")
    return np.frombuffer(body[start:end], dtype).reshape(shape)


def write(path: Path, file: TensorFile) -> None:
    """Writes a file, tensors in the order given."""
    header: dict[str, object] = {"__metadata__": file.metadata} if file.metadata else {}
    at = 0
    arrays = []
    for name, tensor in file.tensors.items():
        array = np.ascontiguousarray(tensor)
        dtype = array.dtype.newbyteorder("<") if array.dtype.itemsize > 1 else array.dtype
        header[name] = {"dtype": NAMES[dtype], "shape": list(tensor.shape), "data_offsets": [at, at + array.nbytes]}
        arrays.append(array)
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for array in arrays:
            out.write(array.tobytes())
