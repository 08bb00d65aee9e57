"""One codec for everything that crosses a border: questions, answers, keys and results.

A message is plain values and arrays, nothing else: a JSON header that holds the structure and the
small values, then the raw bytes of the arrays in the order in which the header names them. Reading
one never runs code (there is no pickle), and is bounded in size, depth and count, so that bytes
from a stranger cost no more than their length.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

MAGIC = b"NNd1"
PREFIX = struct.Struct("<4sIQ")  # magic, bytes of header, bytes of body
MAX_HEADER = 8 << 20
MAX_BODY = 256 << 20
MAX_DEPTH = 32
MAX_NODES = 200_000
MAX_DIMENSIONS = 16
MAX_EMPTY = 1 << 20  # entries that an empty array would have without its empty axes
PLAIN = frozenset({type(None), bool, int, str})
SAFE_INTEGER = 1 << 53  # beyond it, JSON readers disagree about integers
MAX_DIGITS = 4000
DTYPES = {
    name: np.dtype(f"<{name}") for name in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
}  # as they lie in a message


class DataError(ValueError):
    """A value that is not data, or bytes that are not a message."""


@dataclass(frozen=True)
class Seed:
    """Stands for ``numpy.random.default_rng(number)`` among the arguments of a question."""

    number: int

    def generator(self) -> np.random.Generator:
        """A fresh generator: the same seed gives the same stream on every machine."""
        return np.random.default_rng(self.number)


def encode(value: Any) -> bytes:
    """Turn a value into a message.

    Raises
    ------
    DataError
        Where `value` holds anything but None, bool, int, float, str, list, tuple, dict with
        string keys, Seed, NumPy scalars and base NumPy arrays of numbers.
    """
    return b"".join(pack(value))


def pack(value: Any) -> list[Any]:
    """The pieces of a message, not yet put together: prefix, header, then the bytes of each array.

    Raises
    ------
    DataError
        As `encode`.
    """
    writer = _Writer()
    tree = writer.tree(value, 0)
    header = _json_encoder.encode(tree).encode()
    body_size = sum(each.nbytes for each in writer.buffers)
    if len(header) > MAX_HEADER or body_size > MAX_BODY:
        raise DataError(f"too large: {len(header) + body_size} bytes")
    return [PREFIX.pack(MAGIC, len(header), body_size), header, *writer.buffers]


def decode(message: bytes) -> Any:
    """Turn a message back into a value; its arrays are fresh copies.

    Raises
    ------
    DataError
        Where `message` is not exactly one message within the bounds of this module.
    """
    header_size, body_size = unpack_prefix(message[: PREFIX.size])
    if len(message) != PREFIX.size + header_size + body_size:
        raise DataError("length differs from the one announced")
    header = message[PREFIX.size : PREFIX.size + header_size]
    return unpack(header, memoryview(message)[PREFIX.size + header_size :])


def unpack_prefix(prefix: bytes, magic: bytes = MAGIC) -> tuple[int, int]:
    """The bytes of header and of body that a prefix announces.

    Raises
    ------
    DataError
        Where it is no prefix, or announces more than is allowed.
    """
    if len(prefix) < PREFIX.size:
        raise DataError("shorter than the prefix of a message")
    begins, header_size, body_size = PREFIX.unpack(prefix)
    if begins != magic:
        raise DataError("not a message of this format")
    if header_size > MAX_HEADER or body_size > MAX_BODY:
        raise DataError("too large")
    return header_size, body_size


def unpack(header: bytes, body: memoryview, *, copy: bool = True) -> Any:
    """The value of a message's header and body; without `copy` its arrays lie in the body's memory.

    Raises
    ------
    DataError
        Where they do not fit each other or the bounds of this module.
    """
    try:
        tree = _json_decoder.decode(header.decode())
    except DataError:
        raise
    except (ValueError, RecursionError):
        raise DataError("the header is not JSON") from None
    reader = _Reader(body, copy)
    value = reader.value(tree, 0)
    if reader.position != len(body):
        raise DataError("bytes left over")
    return value


def copied(value: Any) -> Any:
    """A copy of a value that `decode` made, with arrays of its own."""
    kind = type(value)
    if kind is np.ndarray:
        return value.copy()
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    return kind(map(copied, value)) if kind in (list, tuple) else value


class _Writer:
    """Walks a value, within the bounds that a reader keeps, and gathers the bytes of its arrays."""

    def __init__(self) -> None:
        self.buffers: list[np.ndarray] = []
        self.nodes = 0

    def tree(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise DataError(f"nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise DataError(f"more than {MAX_NODES} values outside of arrays")
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return _integer(value)
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is list:
            return [self.tree(item, depth + 1) for item in value]
        if kind is tuple:
            return {"tuple": [self.tree(item, depth + 1) for item in value]}
        if kind is dict:
            if not all(type(key) is str for key in value):
                raise DataError("a dictionary with keys that are not strings")
            return {"dict": {key: self.tree(item, depth + 1) for key, item in value.items()}}
        if kind is Seed:
            if type(value.number) is not int or not 0 <= value.number <= SAFE_INTEGER:
                raise DataError(f"a seed that is not an integer from 0 to {SAFE_INTEGER}")
            return {"seed": value.number}
        if kind is np.ndarray or isinstance(value, np.generic):
            return self.array(value)
        raise DataError(f"a {kind.__module__}.{kind.__qualname__}")

    def array(self, value: np.ndarray | np.generic) -> dict[str, Any]:
        name = value.dtype.str[1:]  # without the order of its bytes
        if name not in DTYPES:
            raise DataError(f"an array of dtype {value.dtype}")
        if value.ndim > MAX_DIMENSIONS:
            raise DataError(f"an array of more than {MAX_DIMENSIONS} dimensions")
        if not value.size and _extent(value.shape) > MAX_EMPTY:
            raise DataError(f"an array of shape {value.shape}")
        self.buffers.append(np.ascontiguousarray(value, DTYPES[name]))
        if type(value) is np.ndarray:
            return {"array": [name, list(value.shape)]}
        return {"scalar": name}


def _integer(value: int) -> Any:
    if abs(value) <= SAFE_INTEGER:
        return value
    if value.bit_length() > 3 * MAX_DIGITS:
        raise DataError(f"an integer of more than {MAX_DIGITS} digits")
    return {"int": str(value)}


def _extent(shape: Iterable[int]) -> int:
    """How many entries an array would have without its empty axes: what reducing it may cost."""
    return math.prod(max(length, 1) for length in shape)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise DataError("a key that occurs twice")
    return made


_json_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_json_decoder = json.JSONDecoder(object_pairs_hook=_without_repetition)


class _Reader:
    """Walks the header's tree and takes array bytes from the body as it meets them."""

    def __init__(self, body: memoryview, copy: bool) -> None:
        self.body = body
        self.copy = copy
        self.position = 0
        self.nodes = 1

    def value(self, tree: Any, depth: int) -> Any:
        kind = type(tree)
        if kind in PLAIN:
            return tree
        if kind is float:
            if not math.isfinite(tree):
                raise DataError("a bare NaN or infinity")
            return tree
        if kind is list:
            return self.items(tree, depth + 1)
        if kind is not dict or len(tree) != 1:
            raise DataError("an unknown construct")
        ((tag, content),) = tree.items()
        if tag == "tuple" and type(content) is list:
            return tuple(self.items(content, depth + 1))
        if tag == "dict" and type(content) is dict:
            return dict(zip(content, self.items(content.values(), depth + 1), strict=True))
        if tag == "float" and content in ("nan", "inf", "-inf"):
            return float(content)
        if tag == "int" and type(content) is str and len(content) <= MAX_DIGITS + 1:
            try:
                return int(content)
            except ValueError:
                raise DataError("not an integer") from None
        if tag == "seed" and type(content) is int and 0 <= content <= SAFE_INTEGER:
            return Seed(content)
        if tag == "array" and type(content) is list and len(content) == 2:
            return self.array(*content)
        if tag == "scalar":
            return self.array(content, [])[()]
        raise DataError("an unknown construct")

    def items(self, trees: Collection[Any], depth: int) -> list[Any]:
        """The values of a list, a tuple or a dictionary."""
        self.nodes += len(trees)
        if self.nodes > MAX_NODES or (trees and depth > MAX_DEPTH):
            raise DataError("too deep or too many values")
        return [
            each if (kind := type(each)) in PLAIN or (kind is float and isfinite(each))
            else self.value(each, depth)
            for each in trees
        ]  # fmt: skip

    def array(self, name: Any, shape: Any) -> np.ndarray:
        if type(name) is not str or name not in DTYPES:
            raise DataError("an unknown dtype")
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise DataError("not a shape")
        count = extent = 1
        for length in shape:
            if type(length) is not int or not 0 <= length <= MAX_BODY:
                raise DataError("not a shape")
            count *= length
            extent *= length or 1
        if not count and extent > MAX_EMPTY:
            raise DataError("an empty array of enormous shape")
        dtype = DTYPES[name]
        end = self.position + count * dtype.itemsize
        if end > len(self.body):
            raise DataError("an array larger than its bytes")
        raw = self.body[self.position : end]
        self.position = end
        if dtype.kind == "b" and np.frombuffer(raw, np.uint8).max(initial=0) > 1:
            raise DataError("truth that is neither 0 nor 1")
        array = np.frombuffer(raw, dtype)
        copy = self.copy or not array.flags.aligned
        array = array.astype(dtype.type, copy=copy)  # in the order of this machine's bytes
        try:
            return array.reshape(shape)
        except ValueError:  # an empty array whose other lengths are beyond what NumPy can count
            raise DataError("not a shape") from None
