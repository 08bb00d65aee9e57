"""MiniLM, a trained encoder of sentences, run by the course's own layers; or its recorded run.

H. Wang et al., MiniLM (2020); N. Reimers and I. Gurevych, Sentence-BERT (2019). The layers are those
of BERT: layer normalization stands *after* each branch is added (post-norm).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from book.wordpiece import wordpiece
from course.data.minilm import INSTALL, load_minilm, minilm_folder
from solutions.regularization import layernorm_forward
from solutions.structure import gelu
from solutions.transformers import mean_pool_embeddings, multi_head_attention, padding_mask

RECORD = Path(__file__).parent / "recorded" / "minilm.npz"
HEADS = 12
EPS = 1e-12  # of the layer normalizations, as config.json says
LONGEST = 256  # pieces of a text; the model was trained on no longer ones
BATCH = 16


class Encoder(Protocol):
    """What turns sentences into vectors. ``source`` says whether it computes or remembers."""

    source: str

    def tokens(self, sentence: str) -> list[str]:
        """Return the pieces of words that the model reads, ``[CLS]`` first and ``[SEP]`` last."""

    def embed(self, sentences: Sequence[str]) -> np.ndarray:
        """Return one vector of length 1 for each sentence, (n, 384) float32."""

    def word_in_context(self, sentence: str, word: str) -> np.ndarray:
        """Return the vectors of a word's first occurrence, (7, 384): what enters the first layer,
        and what comes out of each of the six. The word is one piece of the vocabulary."""


class MiniLM:
    """The model itself."""

    def __init__(self, weights: dict[str, np.ndarray], vocabulary: list[str]) -> None:
        self.source = "its weights, from the installed package"
        self.number = {piece: number for number, piece in enumerate(vocabulary)}
        self.embeddings = [
            weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "position", "token_type")
        ]
        self.norm = _norm(weights, "embeddings")
        layers = sum(name.endswith("intermediate.dense.weight") for name in weights)
        self.layers = [Layer(weights, f"encoder.layer.{k}") for k in range(layers)]

    def tokens(self, sentence: str) -> list[str]:
        return ["[CLS]", *wordpiece(sentence, self.number)[: LONGEST - 2], "[SEP]"]

    def states(self, sentences: Sequence[str]) -> tuple[list[np.ndarray], np.ndarray]:
        """Return what enters the first layer and what leaves each one, and where pieces are.

        Returns
        -------
        states : list of (n, time, 384) float32 arrays, one more than there are layers
        real : (n, time) array of bool   False where a shorter sentence is padded
        """
        rows = [[self.number[piece] for piece in self.tokens(each)] for each in sentences]
        lengths = np.array([len(row) for row in rows])
        numbers = np.zeros((len(rows), lengths.max()), dtype=np.int64)
        for padded, row in zip(numbers, rows, strict=True):
            padded[: len(row)] = row
        mask = padding_mask(lengths, lengths.max())
        word, position, token_type = self.embeddings
        x = word[numbers] + position[: lengths.max()] + token_type[0]
        states = [layernorm_forward(x, *self.norm, EPS)]
        for layer in self.layers:
            states.append(layer(states[-1], mask))
        return states, mask[:, 0, 0]

    def embed(self, sentences: Sequence[str]) -> np.ndarray:
        found = np.empty((len(sentences), len(self.norm[0])), dtype=np.float32)
        order = np.argsort([len(self.tokens(each)) for each in sentences], kind="stable")
        for rows in np.split(
            order, range(BATCH, len(order), BATCH)
        ):  # of like length: little padding
            states, real = self.states([sentences[row] for row in rows])
            pooled = mean_pool_embeddings(states[-1], real)
            found[rows] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return found

    def word_in_context(self, sentence: str, word: str) -> np.ndarray:
        at = self.tokens(sentence).index(word)
        return np.stack([state[0, at] for state in self.states([sentence])[0]])


class Layer:
    """One post-norm block: attention, then the feed-forward layer, each added and normalized."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        dense = (
            "attention.self.query attention.self.key attention.self.value attention.output.dense"
        )
        self.attention = [_linear(weights, f"{name}.{each}") for each in dense.split()]
        self.hidden = _linear(weights, f"{name}.intermediate.dense")
        self.output = _linear(weights, f"{name}.output.dense")
        self.norms = _norm(weights, f"{name}.attention.output"), _norm(weights, f"{name}.output")

    def __call__(self, x: np.ndarray, mask: np.ndarray) -> np.ndarray:
        (w1, b1), (w2, b2) = self.hidden, self.output
        attended = multi_head_attention(x, self.attention, HEADS, mask)
        x = layernorm_forward(x + attended, *self.norms[0], EPS)
        return layernorm_forward(x + gelu(x @ w1 + b1) @ w2 + b2, *self.norms[1], EPS)


def _linear(weights: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _norm(weights: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    return weights[f"{name}.LayerNorm.weight"], weights[f"{name}.LayerNorm.bias"]


class Recorded:
    """What the model said when the page was last recorded, by ``python -m book.make_minilm``."""

    def __init__(self, path: Path = RECORD) -> None:
        with np.load(path, allow_pickle=False) as archive:
            self.arrays = {name: archive[name] for name in archive.files}
        self.about: dict[str, Any] = json.loads(str(self.arrays["about"]))
        self.rows = {text: row for row, text in enumerate(self.about["sentences"])}
        numpy = self.about["versions"]["numpy"]
        self.source = f"a run that was recorded, with NumPy {numpy}"

    def tokens(self, sentence: str) -> list[str]:
        return _recorded(self.about["tokens"], sentence)

    def embed(self, sentences: Sequence[str]) -> np.ndarray:
        return self.arrays["embeddings"][[_recorded(self.rows, each) for each in sentences]]

    def reference(self, sentences: Sequence[str]) -> np.ndarray:
        """Return what the library of the model's publishers made of them, (n, 384) float32."""
        rows = [_recorded(self.rows, each) for each in sentences]
        return self.arrays["reference_embeddings"][rows]

    def word_in_context(self, sentence: str, word: str) -> np.ndarray:
        return self.arrays["words"][_recorded(self.about["words"], context_key(sentence, word))]


def context_key(sentence: str, word: str) -> str:
    """Return the name under which a word in its sentence is recorded."""
    return f"{word} in {sentence}"


def _recorded(table: dict[str, Any], sentence: str) -> Any:
    if sentence not in table:
        raise KeyError(f"{sentence!r} is not among what was recorded. To compute it: {INSTALL}")
    return table[sentence]


def load_encoder() -> Encoder:
    """Return the model where its weights are installed, else its recorded run."""
    return Recorded() if minilm_folder() is None else MiniLM(*load_minilm())
