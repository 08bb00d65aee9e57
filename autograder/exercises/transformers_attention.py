"""What is asked of attention itself: values, gradients, and what must hold for every right answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Again, Broken, Gradient, Property, Values
from autograder.compare import describe
from autograder.exercise import Exercise, Question, question

Cases = Iterator[Question]
Array = np.ndarray


def single(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments, their floating arrays in float32, lists of pairs included."""

    def shorter(value: Any) -> Any:
        if type(value) is np.ndarray and value.dtype.kind == "f":
            return value.astype(np.float32)
        return type(value)(map(shorter, value)) if type(value) in (list, tuple) else value

    return {name: shorter(value) for name, value in arguments.items()}


def causal(time_q: int, time_k: int) -> Array:
    """Every query sees the keys up to its own place, counted from the end."""
    return np.arange(time_k) <= np.arange(time_q)[:, None] + (time_k - time_q)


def padding(lengths: list[int], time: int) -> Array:
    """The first keys of every sequence are real, in the shape that broadcasts to heads and queries."""
    return (np.arange(time) < np.array(lengths)[:, None])[:, None, None, :]


def lookup(
    rng: np.random.Generator, front: tuple[int, ...], time_q: int, time_k: int, d_k: int, d_v: int
) -> dict[str, Array]:
    """Queries, keys and values."""
    return {
        "queries": rng.normal(size=(*front, time_q, d_k)),
        "keys": rng.normal(size=(*front, time_k, d_k)),
        "values": rng.normal(size=(*front, time_k, d_v)),
    }


def attention_cases(rng: np.random.Generator) -> Cases:
    every = np.ones((4, 5), dtype=bool)
    yield question(
        "4 queries and 5 keys, nothing masked",
        **lookup(rng, (2, 3), 4, 5, 6, 2), mask=every,
    )  # fmt: skip
    both = causal(4, 4) & padding([4, 2, 3], 4)
    yield question(
        "causal mask and padding together",
        **lookup(rng, (3, 2), 4, 4, 3, 5), mask=both,
    )  # fmt: skip
    mask = rng.permuted(np.arange(15).reshape(3, 5) % 5 < [[1], [3], [4]], axis=1)
    yield question(
        "one sequence without heads, where one query sees a single key",
        **lookup(rng, (), 3, 5, 4, 3), mask=mask,
    )  # fmt: skip
    yield question(
        "one mask for each head", **lookup(rng, (2, 2), 3, 3, 4, 4),
        mask=rng.permuted(np.arange(3) < np.array([1, 2, 3])[:, None], axis=1)
        | (np.arange(12).reshape(2, 2, 3, 1) % 5 == 0),
    )  # fmt: skip


def attention_extreme(rng: np.random.Generator) -> Cases:
    case = lookup(rng, (2, 2), 4, 4, 3, 2)
    case["queries"] *= np.array([-900.0, 700.0]).reshape(1, 2, 1, 1) * rng.permuted(
        [[1.0], [0.3], [2.0], [1.4]], axis=0
    )
    yield question("scores beyond ±1000", **case, mask=causal(4, 4) & padding([3, 4], 4))
    yield question("visible scores that are all far from 0", **far_from_zero(rng), mask=SEES_THREE)


SEES_THREE = np.array([True, True, True, False])


def far_from_zero(rng: np.random.Generator) -> dict[str, Array]:
    """Scores of thousands that differ by little, so that no weight is 0 or 1 but for rounding."""
    far = lookup(rng, (2,), 3, 4, 3, 2)
    far["keys"][:, :3, 0] += 3000.0
    far["queries"][..., 0] = [[1.0, 1.5, 2.0], [-1.0, -2.0, -1.5]]
    return far


def attention_single(rng: np.random.Generator) -> Cases:
    case = single(lookup(rng, (2, 2), 3, 4, 5, 2))
    yield question("float32", **case, mask=causal(3, 4))


def weights_cases(rng: np.random.Generator) -> Cases:
    yield question(
        "five tokens under a causal mask", **lookup(rng, (2, 2), 5, 5, 3, 4),
        mask=causal(5, 5) & padding([5, 3], 5),
    )  # fmt: skip


def heads_cases(rng: np.random.Generator) -> Cases:
    yield question(
        "three sequences with two heads", **lookup(rng, (3, 2), 4, 5, 3, 2), mask=causal(4, 5)
    )


def pair(value: Any, asked: Question) -> tuple[Array, Array] | Broken:
    """The output and the weights, or what is wrong with their form."""
    queries, values = asked.arguments["queries"], asked.arguments["values"]
    if type(value) not in (tuple, list) or len(value) != 2:
        return Broken(f"The result should be a pair (out, weights), but is {describe(value)}.")
    shapes = (
        (*queries.shape[:-1], values.shape[-1]),
        (*queries.shape[:-1], values.shape[-2]),
    )
    for name, part, shape in zip(("out", "weights"), value, shapes, strict=True):
        if type(part) is not np.ndarray or part.shape != shape:
            says = f"{name} should be an array of shape {shape}, but is {describe(part)}."
            return Broken(says)
    return value[0], value[1]


def adds_up(value: Any, asked: Question, again: Again) -> Broken | None:
    """The weights are an average: not negative, 0 where masked, rows that sum to one."""
    found = pair(value, asked)
    if isinstance(found, Broken):
        return found
    _, weights = found
    sums = weights.sum(axis=-1)
    if not np.allclose(sums, 1, rtol=1e-9):
        return Broken(
            "The weights of a query do not sum to 1 over the keys.",
            f"The sums of the rows lie between {sums.min():.6g} and {sums.max():.6g}.",
        )
    hidden = ~np.broadcast_to(asked.arguments["mask"], weights.shape)
    if (weights[hidden] != 0).any():
        return Broken(
            "Keys where the mask is False get weights that are not 0.",
            f"The largest of them is {np.abs(weights[hidden]).max():.3g}.",
        )
    return Broken("Some weights are negative.") if (weights < 0).any() else None


def past_stays(value: Any, asked: Question, again: Again) -> Broken | None:
    """Changing a token changes nothing before it."""
    found = pair(value, asked)
    if isinstance(found, Broken):
        return found
    time = found[0].shape[-2]
    for k in range(1, time):
        changed = {name: asked.arguments[name].copy() for name in ("queries", "keys", "values")}
        for array in changed.values():
            array[..., k, :] = np.cos(7 * array[..., k, :]) + 1
        moved = np.abs(again(**changed)[0] - found[0])[..., :k, :]
        if moved.max() > 1e-9:
            earliest = int(np.argwhere(moved.max(axis=(0, 1, 3)) > 1e-9)[0, 0])
            return Broken(
                "A token of the future was changed, and outputs before it moved: the causal mask "
                "leaks.",
                f"Token {k} was changed; the output of token {earliest} moved.",
            )
    return None


def heads_apart(value: Any, asked: Question, again: Again) -> Broken | None:
    """What one head of one sequence looks up is nothing to the others."""
    found = pair(value, asked)
    if isinstance(found, Broken):
        return found
    changed = {name: asked.arguments[name].copy() for name in ("queries", "keys", "values")}
    for array in changed.values():
        array[1, 0] = np.cos(5 * array[1, 0])
    moved = np.abs(again(**changed)[0] - found[0]).max(axis=(2, 3)) > 1e-9
    moved[1, 0] = False
    if moved[:, 0].any():
        return Broken("One sequence was changed, and the output of another one moved.")
    if moved.any():
        return Broken("One head was changed, and the output of another one moved: heads mix.")
    return None


def keys_in_any_order(value: Any, asked: Question, again: Again) -> Broken | None:
    """Attention looks up by content: the order of the keys, with their values, means nothing."""
    found = pair(value, asked)
    if isinstance(found, Broken):
        return found
    given = asked.arguments
    order = np.roll(np.arange(given["keys"].shape[-2])[::-1], 2)
    other = again(
        keys=given["keys"][..., order, :], values=given["values"][..., order, :],
        mask=given["mask"][..., order],
    )  # fmt: skip
    if np.allclose(other[0], found[0], rtol=1e-9, atol=1e-9):
        return None
    return Broken(
        "The keys were put in another order, their values and the mask with them. The output "
        "should stay, but it moved.",
        f"The largest change of an entry is {np.abs(other[0] - found[0]).max():.3g}.",
    )


def backward_cases(rng: np.random.Generator) -> Cases:
    for asked in attention_cases(rng):
        given = asked.arguments
        shape = (*given["queries"].shape[:-1], given["values"].shape[-1])
        yield Question(asked.about, {"upstream": rng.normal(size=shape), **given})


def backward_extreme(rng: np.random.Generator) -> Cases:
    given = {"upstream": rng.normal(size=(2, 3, 2)), **far_from_zero(rng)}
    yield question("visible scores that are all far from 0", **given, mask=SEES_THREE)


def backward_single(rng: np.random.Generator) -> Cases:
    case = {"upstream": rng.normal(size=(2, 2, 3, 2)), **lookup(rng, (2, 2), 3, 4, 5, 2)}
    yield question("float32", **single(case), mask=causal(3, 4))


def time_cases(rng: np.random.Generator) -> Cases:
    yield question("five tokens", time=5)
    yield question("a single token", time=1)
    yield question("eight tokens", time=8)


def padding_cases(rng: np.random.Generator) -> Cases:
    yield question("three sequences", lengths=np.array([4, 1, 3]), time=5)
    yield question("no padding at all in one of them", lengths=np.array([2, 6]), time=6)
    yield question("as many sequences as tokens", lengths=np.array([3, 1, 2]), time=3)
    yield question("one sequence", lengths=np.array([2]), time=4)


ATTENTION = [
    Exercise(
        "transformers.scaled_dot_product_attention",
        points=3,
        core=True,
        checks=(
            Values(attention_cases),
            Property("the weights are an average", weights_cases, adds_up, share=0.25),
            Property("the past does not see the future", weights_cases, past_stays, share=0.25),
            Property("heads and sequences stay apart", heads_cases, heads_apart, share=0.25),
            Property("the order of the keys", heads_cases, keys_in_any_order, share=0.25),
            Values(attention_extreme, title="large scores", share=0.25),
            Values(attention_single, title="float32", share=0.25),
        ),
        returns=("out", "weights"),
        hints=(
            "Three steps: a score for each pair of a query and a key, a softmax over the keys, a "
            "mixture of the values. Write down the shape after each.",
            "@ multiplies the last two axes and leaves those in front alone, so only the keys must "
            "be turned: exchange their last two axes, not all of them. A masked score must not "
            "take part in the softmax at all.",
            "Put minus infinity wherever the mask is False, before the softmax. Then subtract the "
            "largest score of each row, so that exp stays finite. d_k is the length of the last "
            "axis of the queries, and ** 0.5 keeps float32 as it is.",
        ),
    ),
    Exercise(
        "transformers.attention_backward",
        points=3,
        core=True,
        checks=(
            Gradient(backward_cases, of="transformers_forward.attention"),
            Values(backward_extreme, title="large scores", share=0.25),
            Values(backward_single, title="float32", share=0.25),
        ),
        returns=("dqueries", "dkeys", "dvalues"),
        needs=("transformers.scaled_dot_product_attention", "backprop.softmax_backward"),
        hints=(
            "Name the stages: products, scores, weights, out. Go back through them one at a time, "
            "with the weights of the forward pass at hand.",
            "out is a matrix product of weights and values, so both get gradients as in a linear "
            "layer. Then comes the backward pass of a softmax, along the keys. Where does the mask "
            "still matter, if the weights are 0 there?",
            "From the gradient of the weights subtract, in each row, its average weighted by the "
            "weights; multiply by the weights; divide by the root of d_k. What is left is the "
            "backward pass of the product of queries and turned keys.",
        ),
    ),
    Exercise(
        "transformers.causal_mask",
        points=1,
        core=True,
        checks=(Values(time_cases),),
        result="the mask",
        hints=(
            "Write it down for three tokens: who sees whom?",
            "The row is the query, the column the key. The diagonal belongs to it, since a token "
            "sees itself.",
            "Compare a column of positions with a row of positions: broadcasting makes the whole "
            "square, and a comparison makes it bool.",
        ),
    ),
    Exercise(
        "transformers.padding_mask",
        points=1,
        checks=(Values(padding_cases),),
        result="the mask",
        hints=(
            "A position is real if it comes before the end of its sequence.",
            "Compare the positions 0, 1, 2, … with the lengths, as a column: that is (n, time).",
            "The mask must line up with (n, heads, queries, keys). The positions belong to the "
            "keys, the last axis; the two axes between have length 1.",
        ),
    ),
]
