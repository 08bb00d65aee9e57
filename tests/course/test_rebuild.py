"""A data file that is made again is compared entry by entry, and no file is left out."""

from pathlib import Path

import numpy as np
import pytest

from course.data import rebuild, sunspots
from course.data.packaged import read_arrays

KEPT = read_arrays(sunspots.FILE, sunspots.SHA256)


def compare(arrays):
    return rebuild.compare(sunspots.FILE, sunspots.SHA256, lambda: arrays)


def test_the_same_arrays_are_equal_also_if_packed_otherwise(monkeypatch):
    assert compare(KEPT)[0]
    monkeypatch.setattr(np, "savez_compressed", np.savez)
    equal, says = compare(KEPT)
    assert equal
    assert "packed otherwise" in says


@pytest.mark.parametrize(
    "other",
    [
        {"tenths": np.concatenate([KEPT["tenths"][:-1], KEPT["tenths"][-1:] + 1])},
        {"tenths": KEPT["tenths"][:-1]},
        {"tenths": KEPT["tenths"].astype(np.int32)},
        {"months": KEPT["tenths"]},
        {**KEPT, "more": np.zeros(1)},
    ],
    ids=["one entry", "one fewer", "another dtype", "another name", "one more array"],
)
def test_whatever_differs_is_told(other):
    equal, says = compare(other)
    assert not equal
    assert "NOT what is committed" in says


def test_every_file_that_comes_from_a_source_is_compared():
    committed = {path.name for path in Path(rebuild.__file__).parent.glob("*.npz")}
    trained = {"gpt.npz", "lstm.npz"}  # not made from a source but learned, for an hour
    assert committed - trained == {name for name, *_ in rebuild.files("archive")}
