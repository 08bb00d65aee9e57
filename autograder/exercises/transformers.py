"""What the exercises of the chapter `transformers` ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.checks import Again, Broken, Gradient, Property, Values, stays_single
from autograder.compare import describe
from autograder.exercise import Exercise, Question, question
from autograder.exercises.transformers_attention import ATTENTION, causal, padding, single
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]
Array = np.ndarray


# heads


def split_cases(rng: np.random.Generator) -> Cases:
    for about, shape, heads in (
        ("2 sequences, 3 tokens, 8 features, 4 heads", (2, 3, 8), 4),
        ("as many heads as tokens", (2, 3, 12), 3),
        ("one head", (3, 2, 4), 1),
        ("a head for each feature", (1, 4, 3), 3),
    ):
        yield question(about, x=rng.normal(size=shape), heads=heads)


def split_single(rng: np.random.Generator) -> Cases:
    yield question("float32", x=rng.normal(size=(2, 3, 4)).astype(np.float32), heads=2)


def uneven_heads(rng: np.random.Generator) -> Cases:
    yield question("8 features for 3 heads", x=rng.normal(size=(2, 3, 8)), heads=3)
    yield question("6 features, 4 heads, 4 tokens", x=rng.normal(size=(2, 4, 6)), heads=4)


def noting_a_value_error(student: Any, arguments: dict[str, Any]) -> Any:
    """Where a ValueError is raised for what does not divide, note its message as text."""
    x, parts = arguments.values()
    lengths = x.shape[2:] if x.ndim == 4 else x.shape[-1:]
    try:
        return student(x, parts)
    except ValueError as error:
        if not any(length % parts for length in lengths):
            raise
        return f"ValueError: {error}"


def refused(lengths: Callable[[Array], tuple[int, ...]], slip: str) -> Any:
    """What does not divide raises a ValueError whose message holds the numbers."""

    def holds(value: Any, asked: Question, again: Again) -> Broken | None:
        x, parts = asked.arguments.values()
        if not isinstance(value, str) or not value.startswith("ValueError"):
            return Broken(
                "What cannot be divided evenly should raise ValueError, but a result came back: "
                f"{describe(value)}.",
                mistake=slip,
            )
        words = "".join(c if c.isdigit() else " " for c in value).split()
        wanted = [str(length) for length in (*lengths(x), parts)]
        if all(number in words for number in wanted) and "reshape" not in value:
            return None
        return Broken(
            "The message of the ValueError should hold the numbers that do not fit, so that a "
            "reader sees at once what is wrong.",
            f"It should hold {', '.join(wanted)}.",
            "left_to_reshape" if "reshape" in value else "",
        )

    return holds


def heads_case(
    rng: np.random.Generator, n: int, time: int, d: int, heads: int, mask: Array
) -> dict[str, Any]:
    """The arguments of self-attention."""
    parameters = [(rng.normal(size=(d, d)) / d**0.5, 0.5 * rng.normal(size=d)) for _ in range(4)]
    x = rng.normal(size=(n, time, d))
    return {"x": x, "parameters": parameters, "heads": heads, "mask": mask}


def heads_cases(rng: np.random.Generator) -> Cases:
    every = np.ones((3, 3), dtype=bool)
    yield question("2 sequences, 3 tokens, 2 heads", **heads_case(rng, 2, 3, 4, 2, every))
    yield question(
        "causal mask and padding together, 3 heads",
        **heads_case(rng, 2, 4, 6, 3, causal(4, 4) & padding([4, 2], 4)),
    )
    yield question("one head", **heads_case(rng, 2, 3, 2, 1, causal(3, 3)))
    yield question("a single token", **heads_case(rng, 3, 1, 4, 2, np.ones((1, 1), dtype=bool)))


def heads_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(heads_case(rng, 2, 3, 4, 2, causal(3, 3))))


def causal_cases(rng: np.random.Generator) -> Cases:
    yield question("a causal mask", **heads_case(rng, 2, 4, 6, 2, causal(4, 4)))


def open_cases(rng: np.random.Generator) -> Cases:
    every = np.ones((4, 4), dtype=bool)
    yield question("nothing masked", **heads_case(rng, 2, 4, 6, 2, every))


def form(value: Any, x: Array) -> Broken | None:
    """What is wrong with the form of an output that should be shaped like x."""
    if type(value) is np.ndarray and value.shape == x.shape:
        return None
    return Broken(f"The result should be an array of shape {x.shape}, but is {describe(value)}.")


def future_is_unseen(value: Any, asked: Question, again: Again) -> Broken | None:
    """Changing a token changes nothing before it."""
    x = asked.arguments["x"]
    if broken := form(value, x):
        return broken
    for k in range(1, x.shape[1]):
        changed = x.copy()
        changed[:, k] = np.cos(5 * changed[:, k]) + 1
        if np.abs(again(x=changed) - value)[:, :k].max() > 1e-9:
            return Broken(
                "A token of the future was changed, and outputs before it moved, though the mask is "
                "causal.",
                f"Token {k} was changed.",
            )
    return None


def order_is_unseen(value: Any, asked: Question, again: Again) -> Broken | None:
    """Without a mask, permuting the tokens permutes the outputs."""
    x = asked.arguments["x"]
    if broken := form(value, x):
        return broken
    order = np.roll(np.arange(x.shape[1])[::-1], 1)
    if np.allclose(again(x=x[:, order]), value[:, order], rtol=1e-9, atol=1e-9):
        return None
    return Broken(
        "Nothing is masked and the tokens were put in another order. The outputs should come in "
        "that order too and be the same otherwise, but they are not: something mixes tokens in a "
        "way that attention does not."
    )


def heads_backward_cases(rng: np.random.Generator) -> Cases:
    for asked in heads_cases(rng):
        upstream = rng.normal(size=asked.arguments["x"].shape)
        yield Question(asked.about, {"upstream": upstream, **asked.arguments})


def heads_backward_single(rng: np.random.Generator) -> Cases:
    upstream = rng.normal(size=(2, 3, 4)).astype(np.float32)
    case = single(heads_case(rng, 2, 3, 4, 2, causal(3, 3)))
    yield question("float32", upstream=upstream, **case)


# positions and blocks


def position_cases(rng: np.random.Generator) -> Cases:
    yield question("7 positions, 6 features", time=7, features=6)
    yield question("more features than positions", time=3, features=8)
    yield question("one pair of features", time=4, features=2)
    yield question("positions up to 60", time=61, features=4)


def layer_case(
    rng: np.random.Generator, n: int, time: int, d: int, hidden: int
) -> dict[str, Array]:
    """The arguments of the backward pass of a feed-forward layer."""
    return {
        "upstream": rng.normal(size=(n, time, d)),
        "x": rng.normal(size=(n, time, d)),
        "w1": rng.normal(size=(d, hidden)),
        "b1": rng.normal(size=hidden),
        "w2": rng.normal(size=(hidden, d)),
        "b2": rng.normal(size=d),
    }


def layer_cases(rng: np.random.Generator) -> Cases:
    yield question("2 sequences, 3 tokens", **layer_case(rng, 2, 3, 4, 5))
    yield question("one token alone", **layer_case(rng, 1, 1, 3, 2))
    yield question("all sizes alike", **layer_case(rng, 3, 3, 3, 3))


def layer_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(layer_case(rng, 2, 3, 4, 5)))


def block_case(
    rng: np.random.Generator, n: int, time: int, d: int, heads: int, hidden: int, classes: int,
    mask: Array,
) -> dict[str, Any]:  # fmt: skip
    """A language model of one block, and data for it."""

    def scale() -> tuple[Array, Array]:
        return rng.uniform(0.6, 1.6, size=d), 0.5 * rng.normal(size=d)

    def linear(d_in: int, d_out: int) -> tuple[Array, Array]:
        return rng.normal(size=(d_in, d_out)) / d_in**0.5, 0.5 * rng.normal(size=d_out)

    parameters = [
        scale(), *(linear(d, d) for _ in range(4)), scale(), linear(d, hidden), linear(hidden, d),
        linear(d, classes),
    ]  # fmt: skip
    labels = rng.permutation(np.arange(n * time) % classes).reshape(n, time)
    x = rng.normal(size=(n, time, d)) * rng.uniform(0.5, 2, size=d)
    return {
        "parameters": parameters, "x": x, "labels": labels, "heads": heads, "mask": mask,
        "eps": 0.1,
    }  # fmt: skip


def block_cases(rng: np.random.Generator) -> Cases:
    yield question(
        "2 sequences, 3 tokens, causal", **block_case(rng, 2, 3, 4, 2, 5, 3, causal(3, 3))
    )
    mask = causal(4, 4) & padding([4, 2], 4)
    yield question("causal mask and padding", **block_case(rng, 2, 4, 4, 2, 3, 5, mask))
    one = np.ones((1, 1), dtype=bool)
    yield question("a single token", **block_case(rng, 1, 1, 4, 1, 4, 2, one))


def block_extreme(rng: np.random.Generator) -> Cases:
    case = block_case(rng, 2, 3, 4, 2, 3, 2, causal(3, 3))
    w, b = case["parameters"][-1]
    case["parameters"][-1] = (2000 * w, b)
    case["x"][1, 0], case["labels"][0, 0], case["labels"][1, 0] = case["x"][0, 0], 0, 1
    yield question("logits beyond ±1000", **case)


def block_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(block_case(rng, 2, 3, 4, 2, 5, 3, causal(3, 3))))


# into a transformer and out of it


def patch_cases(rng: np.random.Generator) -> Cases:
    for about, shape, size in (
        ("2 images of 4 × 6 pixels, 3 channels", (2, 3, 4, 6), 2),
        ("square images, one channel", (2, 1, 6, 6), 3),
        ("a patch is a pixel", (1, 2, 2, 3), 1),
        ("a patch is the whole image", (3, 2, 2, 2), 2),
    ):
        yield question(about, images=rng.normal(size=shape), size=size)


def patch_single(rng: np.random.Generator) -> Cases:
    yield question("float32", images=rng.normal(size=(1, 2, 4, 2)).astype(np.float32), size=2)


def uneven_patches(rng: np.random.Generator) -> Cases:
    yield question("5 × 6 pixels, patches of 3", images=rng.normal(size=(2, 1, 5, 6)), size=3)
    yield question("4 × 10 pixels, patches of 4", images=rng.normal(size=(1, 2, 4, 10)), size=4)


def pooling_cases(rng: np.random.Generator) -> Cases:
    for about, lengths, time, d in (
        ("three sentences with padding", [4, 1, 3], 5, 2),
        ("no padding", [3, 3], 3, 4),
    ):
        mask = np.arange(time) < np.array(lengths)[:, None]
        yield question(about, embeddings=rng.normal(size=(len(lengths), time, d)), mask=mask)
    mask = np.array([[False, True, True, False], [True, False, False, True]])
    yield question("padding at the front", embeddings=rng.normal(size=(2, 4, 3)), mask=mask)
    embeddings = rng.normal(size=(2, 3, 3))
    embeddings[0, 2] = 1e9 * embeddings[0, 2]
    mask = np.array([[True, True, False], [True, True, True]])
    yield question("large numbers in the padding", embeddings=embeddings, mask=mask)


def pooling_single(rng: np.random.Generator) -> Cases:
    mask = np.arange(4) < np.array([[3], [1]])
    embeddings = rng.normal(size=(2, 4, 3)).astype(np.float32)
    yield question("float32", embeddings=embeddings, mask=mask)


MULTI_HEAD = [
    Exercise(
        "transformers.split_heads",
        points=1,
        core=True,
        checks=(
            Values(split_cases),
            Values(split_single, title="float32", share=0.25),
            Property(
                "what cannot be split",
                uneven_heads,
                refused(lambda x: x.shape[-1:], "last_features_dropped"),
                share=0.25,
            ),
        ),
        drive=noting_a_value_error,
        hints=(
            "Which entries of x should stand in the first head? Draw one token and mark them.",
            "Two steps: cut the last axis into two, then bring the axis of the heads forward. One "
            "step alone has the right shape and the wrong entries.",
            "After the reshape there are four axes: n, time, heads, features of a head. The second "
            "and the third are to be exchanged, and reshape cannot do that.",
        ),
    ),
    Exercise(
        "transformers.multi_head_attention",
        points=2,
        checks=(
            Values(heads_cases),
            Property(
                "the past does not see the future", causal_cases, future_is_unseen, share=0.25
            ),
            Property("the order of the tokens", open_cases, order_is_unseen, share=0.25),
            Values(heads_single, title="float32", share=0.25),
        ),
        needs=("transformers.scaled_dot_product_attention", "transformers.split_heads"),
        hints=(
            "You have the two parts already. What is left is a linear layer before them, three "
            "times, and one after them.",
            "Queries, keys and values are three different linear functions of the same x; each of "
            "them is split. Bringing the heads together again undoes both steps of split_heads, "
            "in the opposite order.",
            "The attention returns (n, heads, time, features). Exchange heads and time first, then "
            "reshape to the shape of x, then apply the fourth pair.",
        ),
    ),
    Exercise(
        "transformers.multi_head_attention_backward",
        points=3,
        checks=(
            Gradient(heads_backward_cases, of="transformers_forward.multi_head"),
            Property(
                "float32", heads_backward_single, stays_single("heads_backward_double"), share=0.25
            ),
        ),
        returns=("dx", "(dw, db) of projection"),
        needs=(
            "transformers.attention_backward",
            "transformers.multi_head_attention",
            "backprop.linear_backward",
        ),
        hints=(
            "Write the forward pass again and keep every intermediate array. Then go back line by "
            "line: output layer, merging, attention, splitting, three linear layers.",
            "A backward pass of splitting is merging, and the other way round. A weight is used by "
            "every token of every sequence, so its gradient sums over both axes, n and time.",
            "x enters three times. dx is the sum of what comes back through queries, keys and "
            "values. For dw, reshaping to (n · time, d) makes an ordinary linear layer of it.",
        ),
    ),
]

BLOCKS = [
    Exercise(
        "transformers.positional_encoding",
        points=1,
        checks=(Values(position_cases),),
        result="the encoding",
        hints=(
            "First make the frequencies, one for each pair of features, then the angles as a table "
            "of positions by pairs.",
            "The frequency of a pair is a power of 10000 with a negative exponent that starts at 0. "
            "By how much does it fall from one pair to the next?",
            "With 6 features the exponents are 0, -2/6 and -4/6. Write the sines into every second "
            "column beginning with 0, the cosines into every second one beginning with 1.",
        ),
    ),
    Exercise(
        "transformers.feed_forward_backward",
        points=2,
        checks=(
            Gradient(layer_cases, of="transformers_forward.feed_forward"),
            Values(layer_single, title="float32", share=0.25),
        ),
        returns=("dx", "dw1", "db1", "dw2", "db2"),
        needs=("structure.gelu", "structure.gelu_derivative", "backprop.linear_backward"),
        hints=(
            "It is a network with one hidden layer, as in the chapter on backpropagation. What is "
            "new: GELU in place of tanh, and an axis of time.",
            "The slope of GELU is taken at z, what enters it; dw2 needs what leaves it. Your gelu "
            "and gelu_derivative may be brought along, above your function.",
            "Every token is a sample of its own: reshape to (n · time, …) for the gradients of the "
            "weights, or sum over both axes, and give dx the shape of x.",
        ),
    ),
    Exercise(
        "transformers.transformer_block_loss_and_grads",
        points=3,
        checks=(
            LossAndGradients(
                block_cases, of="transformers_forward.block_loss", wrt=("parameters",)
            ),
            LossAndGradients(
                block_extreme,
                of="transformers_forward.block_loss",
                wrt=("parameters",),
                title="large logits",
                share=0.25,
            ),
            Property("float32", block_single, stays_single("block_always_double"), share=0.25),
        ),
        returns=("the loss", "(dw, db) of pair"),
        needs=(
            "transformers.multi_head_attention",
            "transformers.multi_head_attention_backward",
            "transformers.feed_forward_backward",
            "regularization.layernorm_forward",
            "regularization.layernorm_backward",
            "loss.cross_entropy_grad",
        ),
        hints=(
            "Nothing here is new; the order is everything. Write the forward pass in lines that "
            "each keep their result under a name of their own, then go back through them upwards.",
            "At each residual connection the gradient goes two ways: around the branch as it is, "
            "and through the branch. The two add up where the branch began, in front of its layer "
            "normalization.",
            "The logits' gradient is softmax minus one-hot, divided by n · time. Then back: "
            "logits, feed-forward branch, second normalization, add what went around; attention "
            "branch, first normalization. There x begins, and its gradient is not asked for.",
        ),
    ),
]

ENDS = [
    Exercise(
        "transformers.patchify",
        points=2,
        checks=(
            Values(patch_cases),
            Values(patch_single, title="float32", share=0.25),
            Property(
                "what cannot be cut",
                uneven_patches,
                refused(lambda x: x.shape[2:], "edge_dropped"),
                share=0.25,
            ),
        ),
        result="the patches",
        drive=noting_a_value_error,
        hints=(
            "A loop over the rows and columns of patches is right, and a good start.",
            "Without loops: a reshape that cuts the height into (rows of patches, size) and the "
            "width likewise gives six axes. What should their order be?",
            "In the result the axes are n, row of patches, column of patches, channel, row within, "
            "column within. Transpose to that order, then reshape three axes into one.",
        ),
    ),
    Exercise(
        "transformers.mean_pool_embeddings",
        points=1,
        checks=(
            Values(pooling_cases),
            Values(pooling_single, title="float32", share=0.25),
        ),
        hints=(
            "Of how many tokens is it the mean? Not of all.",
            "Multiply by the mask to remove the padding from the sum. The mask needs an axis more.",
            "Divide the sum over time by the number of True entries of each row, kept as a column. "
            "Counts are integers of 64 bits: turn them into the dtype of the embeddings.",
        ),
    ),
]

EXERCISES = [*ATTENTION, *MULTI_HEAD, *BLOCKS, *ENDS]
