"""The data sets are what their datasheets say."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from course.data import load_mnist
from course.data.mnist import FILE, SHA256
from course.data.packaged import read_arrays

DATA = files("course.data")


def datasheet() -> str:
    return DATA.joinpath("mnist.md").read_text(encoding="utf-8")


def test_mnist_has_the_shapes_and_types_it_promises():
    images, labels = load_mnist()
    assert images.shape == (5000, 784)
    assert images.dtype == np.float64
    assert labels.shape == (5000,)
    assert labels.dtype == np.int64


def test_mnist_ink_runs_from_zero_to_one():
    images, _ = load_mnist()
    assert images.min() == 0.0
    assert images.max() == 1.0


def test_mnist_is_balanced_and_its_slices_are_fair_samples():
    _, labels = load_mnist()
    assert np.bincount(labels).tolist() == [500] * 10
    assert np.bincount(labels[:1000], minlength=10).min() > 70


def test_the_number_of_always_empty_pixels_is_the_datasheets():
    images, _ = load_mnist()
    empty = int((images.max(axis=0) == 0).sum())
    assert f"**{empty} of the 784 pixels are 0 in every image.**" in datasheet()


def test_callers_cannot_spoil_each_others_digits():
    first, _ = load_mnist()
    first[:] = -1
    second, _ = load_mnist()
    assert second.min() == 0.0


def test_the_file_is_the_one_the_datasheet_describes():
    content = DATA.joinpath(FILE).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert digest == SHA256
    assert re.search(r"sha256 \| `([0-9a-f]{64})`", datasheet())[1] == digest
    assert f"{len(content)} bytes" in datasheet()


def test_a_damaged_file_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"mnist\.npz is not the expected file.*reinstall"):
        read_arrays(FILE, "0" * 64)


def test_a_missing_file_is_refused_with_a_remedy():
    with pytest.raises(FileNotFoundError, match=r"nothing\.npz is missing: reinstall"):
        read_arrays("nothing.npz", "0" * 64)


def test_the_script_makes_these_arrays_again():
    from course.data.make_mnist import make_arrays

    stored = read_arrays(FILE, SHA256)
    made = make_arrays()
    assert stored.keys() == made.keys()
    for name in stored:
        assert stored[name].dtype == made[name].dtype
        np.testing.assert_array_equal(stored[name], made[name])
