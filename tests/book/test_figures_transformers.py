"""The numbers of the figure `attention` are NumPy's, and those of the students' own function."""

import json
import subprocess

import numpy as np
import pytest

from book.static_transformers import SIZE, attention_weights, spelled, waves
from course.bundle import literal
from solutions.transformers import (
    causal_mask,
    positional_encoding,
    scaled_dot_product_attention,
)
from tests.book.test_figures import FIGURES, node


def in_node(code: str, given: object) -> object:
    """Run code with lib/attention.js under the name ``lib``; return what it leaves in ``result``."""
    program = f"""
    import * as lib from {json.dumps((FIGURES / "lib" / "attention.js").as_uri())};
    const given = {json.dumps(given)};
    let result;
    {code}
    console.log(JSON.stringify(result));
    """
    run = subprocess.run(
        [node(), "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


START = literal("attention.js", "defaults")
CASES = [
    (START["sentence"], 6.0, 0.0, False),
    (START["sentence"], 6.0, 1.0, True),
    ("naïve Straße ☂ to to", 20.0, 0.3, False),
    ("one", 6.0, 2.0, True),
    ("a b c d e", 0.0, 1.0, True),
]


@pytest.mark.parametrize(("sentence", "sharpness", "positions", "causal"), CASES)
def test_the_weights_are_numpys(sentence, sharpness, positions, causal):
    words = sentence.split()
    given = {"words": words, "sharpness": sharpness, "positions": positions, "causal": causal}
    found = in_node("result = lib.weightsOf(given);", given)
    wanted = attention_weights(words, sharpness, positions, causal)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


def test_the_weights_are_those_of_the_exercise():
    words = START["sentence"].split()
    vectors = 6 * (np.stack([spelled(word) for word in words]) + waves(len(words)))
    mask = causal_mask(len(words))
    _, weights = scaled_dot_product_attention(vectors, vectors, vectors, mask)
    np.testing.assert_allclose(attention_weights(words, 6, 1, True), weights, rtol=1e-12)
    np.testing.assert_allclose(
        waves(9), positional_encoding(9, SIZE) / np.sqrt(SIZE / 2), rtol=1e-12, atol=1e-15
    )


def test_a_sentence_is_cut_into_words():
    found = in_node("result = given.map(lib.wordsOf);", ["", "  ", " to  be ", "x " * 40])
    assert found == [[], [], ["to", "be"], ["x"] * 14]


def test_what_the_caption_of_the_figure_says():
    words = START["sentence"].split()
    assert START == {
        "sentence": "the cat sat on the mat because the mat was warm", "sharpness": 6,
        "positions": 0, "causal": "no", "query": 8,
    }  # fmt: skip
    the = [i for i, word in enumerate(words) if word == "the"]
    plain = attention_weights(words, 6, 0, False)[7]
    np.testing.assert_allclose(plain[the], plain[the[0]], rtol=1e-12)
    assert 0.28 < plain[the[0]] < 1 / 3
    placed = attention_weights(words, 6, 1, False)[7]
    assert placed[7] > 0.5
    assert placed.argmax() == 7
    assert placed[the[0]] < plain[the[0]]
    flat = attention_weights(words, 0, 1, False)
    np.testing.assert_allclose(flat, 1 / len(words), rtol=1e-12)
    first = attention_weights(words, 6, 0, True)[0]
    np.testing.assert_array_equal(first, np.eye(len(words))[0])
