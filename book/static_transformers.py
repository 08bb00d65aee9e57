"""The picture of the figure `attention` for who reads without JavaScript, and its numbers in NumPy."""

import itertools

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from book.make_static_figures import COLORS, start_of

SIZE = 64


def spelled(word: str) -> np.ndarray:
    """Return a vector of length 1 for a word: its letters and pairs of letters, counted."""
    framed = f"^{word.lower()}$"
    counts = np.zeros(SIZE)
    for letter in word.lower():
        counts[ord(letter) % SIZE] += 1
    for one, two in itertools.pairwise(framed):
        counts[(ord(one) + 31 * ord(two)) % SIZE] += 1
    return counts / np.linalg.norm(counts)


def waves(count: int) -> np.ndarray:
    """Return the positional encoding of `count` places, each of length 1."""
    angle = np.arange(count)[:, None] * 10000.0 ** (-np.arange(0, SIZE, 2) / SIZE)
    pairs = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return pairs.reshape(count, SIZE) / np.sqrt(SIZE / 2)


def attention_weights(
    words: list[str], sharpness: float, positions: float, causal: bool
) -> np.ndarray:
    """Return the weights of every word, a row, on every word, a column."""
    vectors = np.stack([spelled(word) for word in words]) + positions * waves(len(words))
    scores = sharpness**2 * vectors @ vectors.T / np.sqrt(SIZE)
    if causal:
        scores = np.where(np.tri(len(words), dtype=bool), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def attention() -> Figure:
    start = start_of("attention")
    words = str(start["sentence"]).split()
    weights = attention_weights(
        words, float(start["sharpness"]), float(start["positions"]), start["causal"] == "yes"
    )
    figure = Figure(figsize=(5.4, 5.2), layout="constrained")
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("weight", [COLORS["surface"], COLORS["model"]])
    axes.imshow(weights, cmap=shades, vmin=0, vmax=1)
    axes.set_xticks(range(len(words)), words, rotation=90)
    axes.set_yticks(range(len(words)), words)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.set(xlabel="key: looked at", ylabel="query: looks")
    return figure


PICTURES = [attention]
