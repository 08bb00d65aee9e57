"""The codec: what is data survives a round trip, everything else is refused, and no bytes harm."""

import gc
import json
import math
import time
import tracemalloc
from collections import namedtuple

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder import data
from autograder.data import DTYPES, MAX_DEPTH, PREFIX, DataError, Seed, decode, encode

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: hnp.arrays(
        name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4), fill=st.nothing()
    )
)
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.integers(0, 2**40).map(Seed)
)  # fmt: skip
SCALARS = ARRAYS.filter(lambda array: array.size).map(lambda array: array.reshape(-1)[0])
VALUES = st.recursive(
    PLAIN | ARRAYS | SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def assert_same(got, sent):
    assert type(got) is type(sent)
    if isinstance(sent, (list, tuple)):
        assert len(got) == len(sent)
        for one, other in zip(got, sent, strict=True):
            assert_same(one, other)
    elif isinstance(sent, dict):
        assert list(got) == list(sent)
        for key in sent:
            assert_same(got[key], sent[key])
    elif isinstance(sent, (np.ndarray, np.generic)):
        assert got.dtype == sent.dtype
        assert got.shape == sent.shape
        assert np.asarray(got).tobytes() == np.asarray(sent).tobytes()
    elif isinstance(sent, float):
        assert math.copysign(1, got) == math.copysign(1, sent) or math.isnan(sent)
        assert got == sent or (math.isnan(got) and math.isnan(sent))
    else:
        assert got == sent


def message(header, body=b""):
    """A message with any header and body."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(data.MAGIC, len(text), len(body)) + text + body


# What is data -------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(VALUES)
@example([math.nan, math.inf, -math.inf, -0.0, 0.1])
@example((2**53, -(2**53), 2**53 + 1, -(2**2000)))
@example([np.float64(-0.0), np.bool_(True), np.int8(-1), np.complex64(1j)])
@example([[], (), {}, "", "\ud800 lone", "\x00"])
def test_whatever_is_data_survives_a_round_trip(value):
    assert_same(decode(encode(value)), value)


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.5), np.zeros((0, 3)), np.zeros(0, np.int8), np.full((2, 2), np.nan),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(10.0)[::-2], np.eye(3)[:, 1],
        np.broadcast_to(1.0, (2, 3)), np.zeros((1,) * 16),
    ],
    ids=["0-d", "empty", "empty int8", "nan", "Fortran", "reversed", "view", "broadcast", "16-d"],
)  # fmt: skip
def test_arrays_of_every_layout_arrive_as_fresh_writable_copies_row_by_row(array):
    got = decode(encode(array))
    assert_same(got, np.array(array, order="C"))
    assert got.flags.c_contiguous
    assert got.flags.writeable


def test_big_endian_arrays_arrive_in_the_machines_own_order():
    got = decode(encode(np.array([1.5, 2.5], ">f8")))
    assert got.dtype == np.float64
    assert got.tolist() == [1.5, 2.5]


def test_a_seed_stands_for_the_same_stream_everywhere():
    seed = decode(encode(Seed(7)))
    assert seed.generator().normal() == np.random.default_rng(7).normal()


class Text(str):
    __slots__ = ()


Pair = namedtuple("Pair", "a b")
CYCLE: list = []
CYCLE.append(CYCLE)
NOT_DATA = {
    "object array": np.array([{}, None], object),
    "text array": np.array(["a"]),
    "structured array": np.zeros(2, [("a", "f8")]),
    "longdouble": np.zeros(2, np.longdouble),
    "longdouble scalar": np.longdouble(1),
    "datetime": np.array(["2026-01-01"], "M8[D]"),
    "matrix": np.zeros((1, 1)).view(np.matrix),
    "masked array": np.ma.masked_array([1.0, 2.0], [True, False]),
    "set": {1, 2},
    "bytes": b"abc",
    "complex": 1 + 2j,
    "function": len,
    "class": int,
    "subclass of str": Text("a"),
    "namedtuple": Pair(1, 2),
    "generator": (i for i in range(3)),
    "range": range(3),
    "integer keys": {1: 2},
    "cycle": CYCLE,
    "integer of 100,000 digits": 10**100_000,
    "negative seed": Seed(-1),
    "seed of text": Seed("a"),
    "seed of a NumPy integer": Seed(np.int64(3)),
    "seed of a bool": Seed(True),
    "17-d array": np.zeros((1,) * 17),
    "too many values": [0] * (data.MAX_NODES + 1),
    "inside a list": [1, {"a": {1}}],
}


@pytest.mark.parametrize("name", NOT_DATA)
def test_what_is_not_data_is_refused(name):
    with pytest.raises(DataError, match=r"\w"):
        encode(NOT_DATA[name])


def test_the_same_list_many_times_over_costs_no_more_than_the_limit():
    bomb: list = [0.0]
    for _ in range(30):
        bomb = [bomb, bomb]
    begin = time.process_time()
    with pytest.raises(DataError, match="values"):
        encode(bomb)
    assert time.process_time() - begin < 5


def nested(depth):
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def test_the_limit_of_depth_is_the_same_on_both_sides():
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(DataError, match="deep"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(DataError, match="deep"):
        decode(message(nested(MAX_DEPTH + 1)))


# Bytes from a stranger ----------------------------------------------------------------------

GOOD = encode(
    {"x": np.arange(6.0).reshape(2, 3), "y": (1, [True, None, "é"]), "z": 2**70, "s": Seed(1)}
)


def read(message):
    """Decode; only a DataError may come of bad bytes."""
    try:
        return decode(message)
    except DataError:
        return None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_a_data_error(junk):
    read(junk)
    read(message(junk))
    read(message(junk[:20], junk[20:]))


@settings(max_examples=500, deadline=None)
@given(st.lists(st.integers(0, 8 * len(GOOD) - 1), min_size=1, max_size=6))
def test_flipped_bits_raise_nothing_but_a_data_error(bits):
    damaged = bytearray(GOOD)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    read(bytes(damaged))


def test_every_truncation_and_every_surplus_is_refused():
    for length in range(len(GOOD)):
        with pytest.raises(DataError):
            decode(GOOD[:length])
    with pytest.raises(DataError):
        decode(GOOD + b"\0")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.sampled_from(sorted(DTYPES)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["array", "scalar", "tuple", "dict", "float", "int", "seed", "other"]),
            inner, max_size=2,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(JSON_VALUES, st.binary(max_size=64))
def test_any_json_tree_raises_nothing_but_a_data_error(tree, body):
    read(message(json.dumps(tree).encode(), body))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(DTYPES)),
    st.lists(st.integers(-2, 5) | st.integers(0, data.MAX_BODY) | st.booleans(), max_size=20),
    st.binary(max_size=64),
)
@example("f8", [0, data.MAX_BODY, data.MAX_BODY, data.MAX_BODY], b"")
@example("f8", [0], b"")
@example("b1", [True], b"\x01")
def test_shapes_that_lie_raise_nothing_but_a_data_error(name, shape, body):
    read(message({"array": [name, shape]}, body))


LIES = {
    "a header longer than the message": PREFIX.pack(data.MAGIC, 99, 0) + b"null",
    "a body longer than the message": PREFIX.pack(data.MAGIC, 4, 1 << 62) + b"null",
    "a header beyond the bound": PREFIX.pack(data.MAGIC, 2**32 - 1, 0) + b"null",
    "another format": b"PK\x03\x04" + GOOD[4:],
    "a pickle": b"\x80\x04N.",
    "an array without bytes": message({"array": ["f8", [3]]}, b""),
    "an array of half an entry": message({"array": ["f8", [1]]}, b"\0" * 4),
    "bytes that no array wants": message(None, b"\0"),
    "an object array": message({"array": ["O", [1]]}, b"\0" * 8),
    "an array of Python objects by another name": message({"array": ["|O", []]}, b"\0" * 8),
    "a negative length": message({"array": ["f8", [-1]]}, b""),
    "a length that is true": message({"array": ["f8", [True]]}, b"\0" * 8),
    "a length of 1.0": message({"array": ["f8", [1.0]]}, b"\0" * 8),
    "a shape that is a number": message({"array": ["f8", 3]}, b"\0" * 24),
    "a scalar with a shape": message({"scalar": ["f8", [2]]}, b"\0" * 16),
    "a scalar of nothing": message({"scalar": None}),
    "truth that is neither 0 nor 1": message({"array": ["b1", [1]]}, b"\x02"),
    "a negative seed": message({"seed": -1}),
    "a true seed": message({"seed": True}),
    "a bare NaN": message(b"NaN"),
    "a bare infinity": message(b"[1e999]"),
    "an integer of 100,000 digits": message(b"9" * 100_000),
    "an integer of 5,000 digits as text": message({"int": "9" * 5000}),
    "an integer that is none": message({"int": "0x1f"}),
    "an unknown construct": message({"pickle": "gASVA"}),
    "two constructs in one": message({"tuple": [], "dict": {}}),
    "the same construct twice": message(b'{"tuple":[],"tuple":[]}'),
    "the same key twice": message(b'{"dict":{"a":1,"a":2}}'),
    "no construct": message({}),
    "broken UTF-8": message(b'"\xff"'),
    "broken JSON": message(b"[1,"),
    "no header": message(b""),
    "nesting of 100,000 levels": message(b"[" * 100_000 + b"]" * 100_000),
    "200,001 values": message(b"[" + b"0," * 200_000 + b"0]"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_message_that_lies_is_refused(lie):
    with pytest.raises(DataError):
        decode(LIES[lie])


WORST = {
    "lists": message(b"[" + b"[]," * 330_000 + b"[]]"),
    "dictionaries": message(b"[" + b'{"tuple":[]},' * 80_000 + b"{}]"),
    "text": message(b'"' + b"a" * 10**6 + b'"'),
    "digits": message(b"9" * 10**6),
}


@pytest.mark.parametrize("kind", WORST)
def test_the_worst_message_of_a_megabyte_costs_little_time(kind):
    gc.freeze()  # or a collection searches what all tests before this one have left, too
    begin = time.process_time()
    read(WORST[kind])
    cost = time.process_time() - begin
    gc.unfreeze()
    assert cost < 2


@pytest.mark.parametrize("kind", WORST)
def test_the_worst_message_of_a_megabyte_costs_little_memory(kind):
    tracemalloc.start()
    read(WORST[kind])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


def test_an_announced_size_alone_allocates_nothing():
    tracemalloc.start()
    read(message({"array": ["f8", [1 << 24]]}, b""))
    read(PREFIX.pack(data.MAGIC, 4, data.MAX_BODY) + b"null")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6


@pytest.mark.parametrize("shape", [(0, 1 << 20, 1 << 20), (0, 1 << 28), ((1 << 20) + 1, 0)])
def test_an_empty_array_of_enormous_shape_is_no_data(shape):
    """It costs its sender nothing, and summed over its empty axis the grader's memory."""
    with pytest.raises(DataError, match="shape"):
        encode(np.empty(shape))
    header = json.dumps({"array": ["f8", list(shape)]}).encode()
    with pytest.raises(DataError, match="enormous"):
        decode(PREFIX.pack(data.MAGIC, len(header), 0) + header)
