"""What the exercises of the chapter `recurrent` ask: cells and sequences.

Those about characters and forecasts stand in `recurrent_text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Gradient, Values
from autograder.compare import Tolerance
from autograder.exercise import Along, Exercise, Question, question
from autograder.exercises.recurrent_text import TEXT

Cases = Iterator[Question]
Array = np.ndarray
Case = dict[str, Any]
MEASURED = Tolerance(entry=1e-7, block=1e-8)  # gates are measured by differences of answers

LSTM_GATES = ("the input gate i", "the forget gate f", "the candidate g", "the output gate o")
GRU_GATES = ("the reset gate r", "the update gate z", "the candidate n")


def cell(rng: np.random.Generator, n: int, d_in: int, hidden: int, gates: int = 1) -> Case:
    """The arguments of a step; states lie between -1 and 1, as tanh leaves them."""
    scale = 0.9 / np.sqrt(hidden)
    return {
        "x": rng.normal(size=(n, d_in)),
        "h": rng.uniform(-0.9, 0.9, size=(n, hidden)),
        "w_x": rng.normal(size=(d_in, gates * hidden)) / np.sqrt(d_in),
        "w_h": scale * rng.normal(size=(hidden, gates * hidden)),
        "b": 0.5 * rng.normal(size=gates * hidden),
    }


def single(case: Any) -> Any:
    """The same arguments in float32."""
    if isinstance(case, dict):
        return {name: single(value) for name, value in case.items()}
    if isinstance(case, tuple):
        return tuple(single(value) for value in case)
    return case.astype(np.float32)


# the vanilla cell

SIZES = (
    ("four sequences, three inputs, five units", (4, 3, 5)),
    ("one sequence", (1, 2, 3)),
    ("as many inputs as units, and as sequences", (3, 3, 3)),
)


def step_cases(rng: np.random.Generator) -> Cases:
    for about, sizes in SIZES:
        yield question(about, **cell(rng, *sizes))
    case = cell(rng, 2, 3, 4)
    yield question("the state is zero, as at the start", **{**case, "h": np.zeros((2, 4))})


def step_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(cell(rng, 4, 3, 5)))


def backward_cases(rng: np.random.Generator) -> Cases:
    for about, (n, d_in, hidden) in SIZES:
        yield question(about, upstream=rng.normal(size=(n, hidden)), **cell(rng, n, d_in, hidden))


def backward_single(rng: np.random.Generator) -> Cases:
    case = {"upstream": rng.normal(size=(4, 5)), **cell(rng, 4, 3, 5)}
    yield question("float32", **single(case))


# sequences


def sequence(rng: np.random.Generator, n: int, time: int, d_in: int, hidden: int) -> Case:
    """The arguments of a pass over sequences; the initial state is not zero."""
    case = cell(rng, n, d_in, hidden)
    return {
        "x": rng.normal(size=(n, time, d_in)),
        "h0": case["h"],
        "w_x": case["w_x"],
        "w_h": case["w_h"],
        "b": case["b"],
    }


def forward_cases(rng: np.random.Generator) -> Cases:
    yield question("four sequences of six steps", **sequence(rng, 4, 6, 3, 5))
    yield question("one sequence of three steps", **sequence(rng, 1, 3, 2, 4))
    yield question("sequences of one step", **sequence(rng, 3, 1, 2, 4))
    yield question("all sizes are equal", **sequence(rng, 3, 3, 3, 3))


def forward_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(sequence(rng, 3, 4, 2, 5)))


def through_time(rng: np.random.Generator, n: int, time: int, d_in: int, hidden: int) -> Case:
    """A pass over sequences with a gradient at every step and one at the last state."""
    upstream = (rng.normal(size=(n, time, hidden)), rng.normal(size=(n, hidden)))
    return {"upstream": upstream, **sequence(rng, n, time, d_in, hidden)}


def through_time_cases(rng: np.random.Generator) -> Cases:
    yield question("three sequences of five steps", **through_time(rng, 3, 5, 2, 4))
    yield question("one sequence of two steps", **through_time(rng, 1, 2, 3, 2))
    yield question("sequences of one step", **through_time(rng, 3, 1, 2, 4))
    case = through_time(rng, 2, 4, 3, 2)
    dstates, dlast = case["upstream"]
    only_last = {**case, "upstream": (np.zeros_like(dstates), dlast)}
    yield question("a gradient at the last state only, four steps", **only_last)
    case = through_time(rng, 3, 3, 3, 3)
    dstates, dlast = case["upstream"]
    only_steps = {**case, "upstream": (dstates, np.zeros_like(dlast))}
    yield question("a gradient at the steps only, all sizes three", **only_steps)


def through_time_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(through_time(rng, 3, 4, 2, 5)))


# LSTM


def lstm(rng: np.random.Generator, n: int, d_in: int, hidden: int) -> Case:
    """The arguments of a step of an LSTM, with a cell state that tanh has not squashed."""
    case = cell(rng, n, d_in, hidden, gates=4)
    c = 1.2 * rng.normal(size=(n, hidden))
    return {"x": case["x"], "h": case["h"], "c": c} | {
        name: case[name] for name in ("w_x", "w_h", "b")
    }


def lstm_cases(rng: np.random.Generator) -> Cases:
    for about, sizes in SIZES:
        yield question(about, **lstm(rng, *sizes))


def lstm_gates(rng: np.random.Generator) -> Cases:
    case = lstm(rng, 3, 2, 4)
    yield question("gate by gate, measured from outside", **case, measure="the gates")


def lstm_extreme(rng: np.random.Generator) -> Cases:
    case = lstm(rng, 3, 2, 2)
    case["w_x"] *= 0
    size = rng.permutation([1000.0, 800.0, 900.0, 30.0])
    signs = np.array([1.0, *rng.choice([-1.0, 1.0], size=2), 1.0])  # of the gates i, f, g and o
    units = rng.permutation([1.0, -1.0])  # one lets its state out, beside which the other's rounds
    case["b"] = np.outer(size * signs, units).ravel()
    yield question("weighted sums up to ±1000", **case)
    yield question("float32", **single(lstm(rng, 4, 3, 5)))


def with_lstm_gates(student: Any, arguments: Case) -> Any:
    """Take a step; or find out what the gates are by opening and closing the others.

    A cell state that is larger by 1 ends larger by f. With a candidate of 1 and an empty cell, what
    is stored is i; with i = 1 it is g. And o is what is left of tanh(c) in h.
    """
    arguments = dict(arguments)
    if not arguments.pop("measure", ""):
        return student(*arguments.values())

    def step(block: int | None = None, **changed: Any) -> Any:
        asked = {name: value.copy() for name, value in (arguments | changed).items()}
        if block is not None:
            hidden = asked["h"].shape[1]
            asked["b"][block * hidden : (block + 1) * hidden] += 60.0
        return student(*asked.values())

    empty = np.zeros_like(arguments["c"])
    f = step(c=empty + 1)[1] - step(c=empty)[1]
    i = step(2, c=empty)[1]
    g = step(0, c=empty)[1]
    h, c = step(c=empty + 20)
    measured = (i, f, g, h / np.tanh(c))
    return dict(zip(LSTM_GATES, measured, strict=True))


def lstm_backward_cases(rng: np.random.Generator) -> Cases:
    for about, (n, d_in, hidden) in SIZES:
        upstream = (rng.normal(size=(n, hidden)), rng.normal(size=(n, hidden)))
        yield question(about, upstream=upstream, **lstm(rng, n, d_in, hidden))
    upstream = (rng.normal(size=(2, 3)), np.zeros((2, 3)))
    yield question("no gradient at the cell state", upstream=upstream, **lstm(rng, 2, 4, 3))
    upstream = (np.zeros((2, 3)), rng.normal(size=(2, 3)))
    yield question("no gradient at the hidden state", upstream=upstream, **lstm(rng, 2, 4, 3))


def lstm_backward_single(rng: np.random.Generator) -> Cases:
    upstream = (rng.normal(size=(4, 5)), rng.normal(size=(4, 5)))
    yield question("float32", **single({"upstream": upstream, **lstm(rng, 4, 3, 5)}))


# GRU


def gru(rng: np.random.Generator, n: int, d_in: int, hidden: int) -> Case:
    """The arguments of a step of a GRU, with two different biases."""
    case = cell(rng, n, d_in, hidden, gates=3)
    return {
        **{name: case[name] for name in ("x", "h", "w_x", "w_h")},
        "b_x": case["b"],
        "b_h": 0.5 * rng.normal(size=3 * hidden),
    }


def gru_cases(rng: np.random.Generator) -> Cases:
    for about, sizes in SIZES:
        yield question(about, **gru(rng, *sizes))


def gru_gates(rng: np.random.Generator) -> Cases:
    case = gru(rng, 3, 2, 4)
    yield question("gate by gate, measured from outside", **case, measure="the gates")


def gru_extreme(rng: np.random.Generator) -> Cases:
    case = gru(rng, 3, 2, 2)
    case["w_x"] *= 0
    case["b_x"] = np.concatenate([rng.permutation([each, -each]) for each in (1000.0, 800.0, 30.0)])
    yield question("weighted sums up to ±1000", **case)
    yield question("float32", **single(gru(rng, 4, 3, 5)))


def with_gru_gates(student: Any, arguments: Case) -> Any:
    """Take a step; or find out what the gates are by opening and closing the others.

    With z = 0 the new state is n. A bias that is larger by 1 under the reset gate moves the
    candidate, before its tanh, by r. With n = 1 the new state is 1 - z (1 - h).
    """
    arguments = dict(arguments)
    if not arguments.pop("measure", ""):
        return student(*arguments.values())

    def step(**added: tuple[int, float]) -> Any:
        asked = {name: value.copy() for name, value in arguments.items()}
        hidden = asked["h"].shape[1]
        for name, (block, amount) in added.items():
            asked[name][block * hidden : (block + 1) * hidden] += amount
        return np.asarray(student(*asked.values()))

    n = step(b_x=(1, -60.0))
    moved = step(b_x=(1, -60.0), b_h=(2, 1.0))
    z = (1 - step(b_x=(2, 60.0))) / (1 - arguments["h"])
    measured = (np.arctanh(moved) - np.arctanh(n), z, n)
    return dict(zip(GRU_GATES, measured, strict=True))


def gru_backward_cases(rng: np.random.Generator) -> Cases:
    for about, (n, d_in, hidden) in SIZES:
        yield question(about, upstream=rng.normal(size=(n, hidden)), **gru(rng, n, d_in, hidden))


def gru_backward_single(rng: np.random.Generator) -> Cases:
    case = {"upstream": rng.normal(size=(4, 5)), **gru(rng, 4, 3, 5)}
    yield question("float32", **single(case))


def by_gate(names: tuple[str, ...], *biases: str) -> dict[str, Along]:
    """The parts of a gradient whose last axis is divided in gates."""
    weights = {name: Along(1, names) for name in ("dw_x", "dw_h")}
    return weights | {name: Along(0, names) for name in biases}


EXERCISES = [
    Exercise(
        "recurrent.rnn_step",
        points=1,
        core=True,
        checks=(Values(step_cases), Values(step_single, title="float32", share=0.25)),
        result="the new state",
        hints=(
            "It is a layer with two inputs: what comes in now, and the state from before. Each has a "
            "weight matrix of its own.",
            "Both products have the shape (n, hidden). Add them and the bias, once.",
            "The weighted sum is that of a linear layer for x plus one for h without a second bias; "
            "tanh of all of it is the new state.",
        ),
    ),
    Exercise(
        "recurrent.rnn_step_backward",
        points=2,
        core=True,
        checks=(
            Gradient(backward_cases, of="recurrent.rnn_step"),
            Values(backward_single, title="float32", share=0.25),
        ),
        returns=("dx", "dh", "dw_x", "dw_h", "db"),
        needs=("recurrent.rnn_step", "backprop.linear_backward"),
        hints=(
            "First through tanh, then through the weighted sum. Which number does the slope of tanh "
            "need, and where do you get it?",
            "The gradient of the weighted sum, dz, has the shape of the state. From there on x with "
            "w_x is one linear layer, and h with w_h is another: the same rules twice.",
            "dz is upstream times one minus the square of the new state. For each of the two layers, "
            "the backward pass of a linear layer gives the gradients of input and weights; db is dz summed over "
            "the sequences.",
        ),
    ),
    Exercise(
        "recurrent.rnn_forward",
        points=1,
        checks=(Values(forward_cases), Values(forward_single, title="float32", share=0.25)),
        returns=("states", "last"),
        needs=("recurrent.rnn_step",),
        along={"states": Along(1)},
        hints=(
            "What one step returns is the state that the next step is given.",
            "Time is axis 1 of x: step t reads x[:, t]. Keep every state in a list.",
            "Begin with h = h0; in a loop over the steps, let h be what rnn_step makes of x[:, t] and "
            "h, and append it. np.stack joins the list along the axis that you name.",
        ),
    ),
    Exercise(
        "recurrent.rnn_backward",
        points=3,
        core=True,
        checks=(
            Gradient(through_time_cases, of="recurrent.rnn_forward"),
            Values(through_time_single, title="float32", share=0.25),
        ),
        returns=("dx", "dh0", "dw_x", "dw_h", "db"),
        needs=("recurrent.rnn_forward", "recurrent.rnn_step_backward"),
        along={"dx": Along(1, backward=True)},
        hints=(
            "A state is used twice: it is returned, and it goes into the next step. From where do "
            "gradients reach it?",
            "Walk from the last step to the first and carry one array along: the gradient of the "
            "state that the later steps have left. The weights are the same at every step, so what "
            "each step says of them adds up.",
            "At step t, what arrives is dstates[:, t] plus what step t + 1 handed back as its dh; at "
            "the last step, dlast stands in for that. The state before step 0 is h0, and its dh is "
            "dh0.",
        ),
    ),
    Exercise(
        "recurrent.lstm_step",
        points=2,
        core=True,
        checks=(
            Values(lstm_cases),
            Values(lstm_gates, title="gate by gate", share=0.5, tolerance=MEASURED),
            Values(lstm_extreme, title="extreme inputs and float32", share=0.25),
        ),
        returns=("h", "c"),
        drive=with_lstm_gates,
        asked_as="lstm_step(x, h, c, w_x, w_h, b)",
        hints=(
            "Compute the weighted sum of all four blocks at once, then cut it in four. Which blocks "
            "lie between 0 and 1, and which between -1 and 1?",
            "The new cell state is what the forget gate keeps of the old one plus what the input gate "
            "lets in of the candidate. The new hidden state is what the output gate lets out.",
            "np.split(z, 4, axis=1) gives i, f, g, o. What goes out is the tanh of the new cell state, "
            "not of the old, and not the cell state itself. For the sigmoid, take one that does not "
            "overflow.",
        ),
    ),
    Exercise(
        "recurrent.lstm_step_backward",
        points=3,
        checks=(
            Gradient(lstm_backward_cases, of="recurrent.lstm_step"),
            Values(lstm_backward_single, title="float32", share=0.25),
        ),
        returns=("dx", "dh", "dc", "dw_x", "dw_h", "db"),
        needs=("recurrent.lstm_step",),
        along=by_gate(LSTM_GATES, "db"),
        hints=(
            "Draw the graph of one step. The new cell state is used twice: it is returned, and the "
            "hidden state is made from it.",
            "Collect the gradient of the new cell state from both of its uses. From there the gates "
            "are products: each factor gets the gradient times the other factor. Then through the "
            "slope of each gate, and only then through the weighted sum.",
            "Sigmoid gates have the slope a (1 - a), the candidate 1 - g². Join the four gradients to "
            "one dz with np.concatenate, in the order i, f, g, o; dx, dh, dw_x, dw_h and db follow as "
            "for a linear layer. The gradient of the old cell state passes through the forget gate "
            "alone.",
        ),
    ),
    Exercise(
        "recurrent.gru_step",
        points=2,
        checks=(
            Values(gru_cases),
            Values(gru_gates, title="gate by gate", share=0.5, tolerance=MEASURED),
            Values(gru_extreme, title="extreme inputs and float32", share=0.25),
        ),
        result="the new state",
        drive=with_gru_gates,
        asked_as="gru_step(x, h, w_x, w_h, b_x, b_h)",
        hints=(
            "Keep the two weighted sums apart, that of x and that of h, each with its own bias: the "
            "candidate needs them one by one.",
            "The reset gate multiplies what the old state contributes to the candidate, product and "
            "bias together. The update gate says how much of the old state stays.",
            "r and z are sigmoids of the sums of their blocks. The candidate is the tanh of its block "
            "of x plus r times its block of h. The new state mixes candidate and old state with the "
            "weights 1 - z and z.",
        ),
    ),
    Exercise(
        "recurrent.gru_step_backward",
        points=3,
        checks=(
            Gradient(gru_backward_cases, of="recurrent.gru_step"),
            Values(gru_backward_single, title="float32", share=0.25),
        ),
        returns=("dx", "dh", "dw_x", "dw_h", "db_x", "db_h"),
        needs=("recurrent.gru_step",),
        along=by_gate(GRU_GATES, "db_x", "db_h"),
        hints=(
            "The old state is used in two places: in the weighted sum, and directly in the mixture "
            "at the end.",
            "Go back through the mixture first: n gets upstream times 1 - z, and z gets upstream times "
            "the difference of what it mixes. Then through the slopes. The reset gate gets the "
            "gradient of the candidate's sum times what it multiplies.",
            "The two weighted sums have different gradients: their blocks for r and z are equal, but "
            "the candidate's block of h has passed the factor r, that of x has not. To dh from w_h add "
            "upstream times z.",
        ),
    ),
    *TEXT,
]
