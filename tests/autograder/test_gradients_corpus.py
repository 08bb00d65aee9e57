"""Verdicts on many functions: a sample of the benchmark's corpus, and random graphs with kinks."""

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from autograder.gradients import check_gradient, numerical_gradient
from benchmarks.gradients import tape
from benchmarks.gradients.corpus import MISTAKES, TUNING_SEED, backward_of, flatten, pairs
from benchmarks.gradients.families import FAMILIES

SAMPLE = list(itertools.islice(pairs(10**6, TUNING_SEED), 2 * len(FAMILIES)))


def report_on(pair, change=None):
    return check_gradient(pair.f, pair.gradient(change), *pair.args, upstream=pair.upstream)


def test_the_corpus_has_at_least_40_families():
    assert len(FAMILIES) >= 40


def test_no_right_gradient_is_wrong_and_few_cannot_be_told():
    verdicts = [report_on(pair).verdict for pair in SAMPLE]
    assert "wrong" not in verdicts
    assert verdicts.count("cannot tell") <= 0.03 * len(verdicts)


@pytest.mark.parametrize("name", ["scaled by 1 + 1e-4", "one entry off by 1 %", "missing L2"])
def test_no_wrong_gradient_is_right(name):
    for pair in SAMPLE[::2]:
        change = MISTAKES[name](pair, np.random.default_rng(pair.seed % 2**32))
        if change is not None and not (pair.as_arrays and pair.on_kink):
            assert not report_on(pair, change), f"{pair.family}, {pair.profile}, seed {pair.seed}"


def test_measured_gradients_contain_the_right_ones():
    for pair in SAMPLE[: len(FAMILIES)]:
        if pair.on_kink:
            continue
        found = numerical_gradient(pair.f, *pair.args, upstream=pair.upstream)
        whole = max(np.linalg.norm(g) for g in flatten(pair.right))
        estimates = [e for e in flatten(list(found)) if e is not None]
        for estimate, g in zip(estimates, flatten(pair.right), strict=True):
            slack = 4 * estimate.error + 1e-9 * whole
            assert (g >= estimate.lower - slack).all(), pair
            assert (g <= estimate.upper + slack).all(), pair


# Random expression graphs ----------------------------------------------------------------------------

UNARY = {
    "relu": tape.relu,
    "abs": tape.absolute,
    "leaky": tape.leaky_relu,
    "clip": lambda x: tape.clip(x, -1.0, 1.0),
    "tanh": tape.tanh,
    "sin": tape.sin,
    "sigmoid": tape.sigmoid,
    "square": lambda x: x * x,
    "softplus": tape.softplus,
    "softmax": tape.softmax,
    "normal": tape.normal_cdf,
}
BINARY = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "maximum": tape.maximum,
    "divide": lambda x, y: x / (1.5 + tape.sigmoid(y)),
}


@st.composite
def graphs(draw):
    """A random graph of operations on (3, 2) arrays, and two arguments, often on kinks."""
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from([*UNARY, *BINARY]), st.integers(0, 30), st.integers(0, 30)),
            min_size=1,
            max_size=8,
        )
    )
    numbers = (
        st.integers(-2, 2).map(float)
        if draw(st.booleans())
        else st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 3))
    )
    values = draw(st.lists(numbers, min_size=12, max_size=12))

    def f(x, y):
        made = [x, y]
        for name, i, j in steps:
            first, second = made[i % len(made)], made[j % len(made)]
            made.append(UNARY[name](first) if name in UNARY else BINARY[name](first, second))
        return made[-1] + 0.5 * x

    arrays = np.array(values).reshape(2, 3, 2)
    return f, arrays[0], arrays[1], [name for name, _, _ in steps]


GRAPHS = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("size", [1, 6])
def test_a_tie_that_is_flat_along_each_argument_alone_is_not_called_wrong(size):
    """max(min(y, 0), x) at 0: nothing rises when y alone moves, and yet y has its share of the tie."""

    def f(x, y):
        return tape.maximum(y - tape.relu(y), x) + 0.5 * x

    zeros = np.zeros(size)
    for seed in range(20):
        assert check_gradient(f, backward_of(f), zeros, zeros, seed=seed).verdict != "wrong"

    def never_right(upstream, x, y):
        dx, dy = backward_of(f)(upstream, x, y)
        return dx, dy + 0.5 * upstream

    for seed in range(20):
        assert check_gradient(f, never_right, zeros, zeros, seed=seed).verdict == "wrong"


@GRAPHS
@given(graphs(), st.integers(0, 100))
def test_the_gradient_of_a_random_graph_is_never_wrong(graph, seed):
    f, x, y, _ = graph
    assert check_gradient(f, backward_of(f), x, y, seed=seed).verdict != "wrong"


@GRAPHS
@given(graphs(), st.integers(0, 100))
def test_a_scaled_gradient_of_a_random_graph_is_never_right(graph, seed):
    f, x, y, _ = graph
    backward = backward_of(f)

    def scaled(*args):
        dx, dy = backward(*args)
        return 1.001 * dx, dy

    if np.abs(backward(np.ones((3, 2)), x, y)[0]).max() > 1e-3:
        assert check_gradient(f, scaled, x, y, seed=seed).verdict != "right"
