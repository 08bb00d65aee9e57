"""What the exercises of the chapter `convolution` ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.exercise import Ask, Exercise, Outcome, Question, question
from autograder.exercises.convolution_networks import NETWORKS
from autograder.exercises.convolution_pooling import POOLING
from autograder.exercises.convolution_textures import TRAIN_CNN

Cases = Iterator[Question]
Array = np.ndarray


def size_cases(rng: np.random.Generator) -> Cases:
    def case(about: str, size: int, kernel: int, stride: int, padding: int) -> Question:
        return question(about, size=size, kernel=kernel, stride=stride, padding=padding)

    size = int(rng.integers(20, 60))
    yield case("stride 1, no padding", size, 5, 1, 0)
    yield case("a padding that keeps the size", size, 3, 1, 1)
    yield case("stride 2, an even size", 2 * size, 5, 2, 2)
    yield case("stride 2, the last place does not reach the end", 2 * size, 3, 2, 0)
    yield case("stride 3, one entry is left over", 3 * size + 2, 4, 3, 0)
    yield case("stride 3, two entries are left over", 3 * size, 4, 3, 0)
    yield case("the kernel fits exactly once", 7, 7, 2, 0)
    yield case("the kernel fits only with padding", 3, 6, 2, 2)
    yield case("a kernel of 1, a stride of 4", size, 1, 4, 0)
    yield case("much padding", size, 2, 5, 6)


def impossible_sizes(rng: np.random.Generator) -> Cases:
    size = int(rng.integers(3, 9))
    for about, kernel, stride, padding in (
        ("a kernel longer by 1 than the image", size + 1, 1, 0),
        ("a kernel longer than the padded image", size + 5, 3, 2),
    ):
        yield question(about, size=size, kernel=kernel, stride=stride, padding=padding)


def size_or_refusal(student: Any, arguments: dict[str, Any]) -> Any:
    """Where the kernel does not fit, note the exception that should come, as text."""
    size, kernel, _, padding = arguments.values()
    if kernel <= size + 2 * padding:
        return student(*arguments.values())
    try:
        return student(*arguments.values())
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def refused(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: ValueError comes."""
    if value == "raised ValueError":
        return None
    if isinstance(value, str) and value.startswith("raised "):
        return Broken(f"ValueError should come, but your function {value}.")
    return Broken(f"This should raise ValueError ({asked.about}), but a result came back.")


def pad_cases(rng: np.random.Generator) -> Cases:
    x = rng.normal(size=(2, 3, 3, 4))
    yield question("padding 1", x=x, padding=1)
    yield question(
        "padding 3, more than half the image", x=rng.normal(size=(1, 2, 4, 3)), padding=3
    )
    yield question("padding 0", x=rng.normal(size=(2, 1, 2, 3)), padding=0)
    yield question("one pixel", x=rng.normal(size=(1, 1, 1, 1)), padding=2)


def pad_dtypes(rng: np.random.Generator) -> Cases:
    x = rng.normal(size=(2, 2, 3, 2))
    yield question("float32", x=x.astype(np.float32), padding=1)
    whole = rng.integers(1, 256, size=(1, 2, 2, 3)).astype(np.uint8)
    yield question("pixels in uint8", x=whole, padding=2)


def layer(
    rng: np.random.Generator,
    n: int,
    channels: tuple[int, int],
    image: tuple[int, int],
    kernel: tuple[int, int],
    stride: int,
    padding: int,
) -> dict[str, Any]:
    c_in, c_out = channels
    return {
        "x": rng.normal(size=(n, c_in, *image)),
        "w": rng.normal(size=(c_out, c_in, *kernel)),
        "b": rng.normal(size=c_out),
        "stride": stride,
        "padding": padding,
    }


SETTINGS: tuple[tuple[Any, ...], ...] = (
    ("stride 1, no padding", 2, (2, 3), (5, 4), (2, 3), 1, 0),
    ("stride 2, padding 1, windows that overlap", 2, (3, 2), (5, 6), (3, 3), 2, 1),
    ("windows that do not reach the edge", 2, (2, 2), (6, 5), (3, 2), 2, 0),
    ("stride 3: gaps between the windows", 1, (1, 2), (5, 8), (2, 2), 3, 1),
    ("a kernel of 1 × 1", 2, (3, 2), (3, 2), (1, 1), 1, 0),
    ("padding 2, a kernel of 2 × 5", 1, (2, 1), (3, 4), (2, 5), 1, 2),
)


def conv_cases(rng: np.random.Generator) -> Cases:
    for about, *setting in SETTINGS:
        yield question(about, **layer(rng, *setting))


def backward_cases(rng: np.random.Generator) -> Cases:
    for about, *setting in SETTINGS:
        yield question(about, **with_upstream(rng, layer(rng, *setting)))


def with_upstream(rng: np.random.Generator, case: dict[str, Any]) -> dict[str, Any]:
    room = np.array(case["x"].shape[2:]) + 2 * case["padding"] - case["w"].shape[2:]
    shape = len(case["x"]), len(case["w"]), *(room // case["stride"] + 1)
    return {"upstream": rng.normal(size=shape), **case}


def backward_single(rng: np.random.Generator) -> Cases:
    case = with_upstream(rng, layer(rng, 2, (2, 2), (5, 4), (3, 2), 2, 1))
    yield question("float32", **single(case))


def single(case: dict[str, Any]) -> dict[str, Any]:
    return {k: v.astype(np.float32) if isinstance(v, np.ndarray) else v for k, v in case.items()}


def larger_images(rng: np.random.Generator) -> Cases:
    case = layer(rng, 2, (3, 6), (24, 23), (3, 3), 2, 1)
    yield question("float32, larger images", **single(case))


class TimedValues(Values):
    """Values, and a remark on how long a right function took for them."""

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Compare; then compare the time with that of the multiplications alone."""
        outcome = super().judge(exercise, questions, rights, ask)
        if outcome.findings:
            return outcome
        asked = questions[0]
        x, w = asked.arguments["x"], asked.arguments["w"]
        yours = _fastest(lambda: ask(asked))
        rows = rights[0].size // len(w)
        columns, kernels = (
            np.ones((rows, w[0].size), w.dtype),
            np.ones((w[0].size, len(w)), w.dtype),
        )
        product = _fastest(lambda: columns @ kernels)
        times = yours / product
        more = (
            "a function that also pads and copies the windows hardly gets closer."
            if times < 60
            else "im2col, below, comes much closer."
        )
        remark = (
            f"For {len(x)} images of {' × '.join(map(str, x.shape[1:]))} your function took "
            f"{1000 * yours:.2g} ms. The multiplications alone, as one product of matrices, take "
            f"{1000 * product:.1g} ms here, about {_rounded(times)} times less: {more}"
        )
        return Outcome(outcome.fraction, outcome.findings, outcome.answers, remark)


def _fastest(run: Any, times: int = 3) -> float:
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        durations.append(time.perf_counter() - start)
    return max(min(durations), 1e-7)


def _rounded(number: float) -> str:
    """With one digit that counts: it varies from run to run."""
    return f"{int(float(f'{number:.1g}')):,}"


def shift_cases(rng: np.random.Generator) -> Cases:
    for stride, padding in ((1, 0), (2, 1)):
        case = layer(rng, 1, (2, 2), (13, 12), (3, 2), stride, padding)
        inner = np.zeros_like(case["x"])
        inner[:, :, 4:8, 4:7] = case["x"][:, :, 4:8, 4:7]
        yield question(f"something small in the middle, stride {stride}", **{**case, "x": inner})


def moves_along(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: what moves by one stride in the image moves by one place in the output."""
    stride = asked.arguments["stride"]
    for axis, word in ((2, "down"), (3, "to the right")):
        moved = again(x=np.roll(asked.arguments["x"], stride, axis=axis))
        before, after = (
            np.moveaxis(value, axis, 2)[:, :, :-1],
            np.moveaxis(moved, axis, 2)[:, :, 1:],
        )
        if not np.allclose(before, after, rtol=1e-9, atol=1e-12):
            return Broken(
                f"The image moves {word} by one stride, and the output does not move along by one "
                "place. A convolution treats every place alike."
            )
    return None


def column_cases(rng: np.random.Generator) -> Cases:
    for about, n, (channels, _), image, kernel, stride, padding in SETTINGS:
        x = rng.normal(size=(n, channels, *image))
        yield question(about, x=x, kh=kernel[0], kw=kernel[1], stride=stride, padding=padding)


def column_single(rng: np.random.Generator) -> Cases:
    x = rng.normal(size=(2, 2, 4, 3)).astype(np.float32)
    yield question("float32", x=x, kh=2, kw=1, stride=1, padding=1)


def field_cases(rng: np.random.Generator) -> Cases:
    kernel = int(rng.integers(4, 8))
    yield question("one layer", layers=[(kernel, 2)])
    yield question("three kernels of 3, stride 1", layers=[(3, 1)] * 3)
    yield question("a pooling in the middle", layers=[(5, 1), (2, 2), (kernel, 1)])
    yield question("a stride in the last layer", layers=[(3, 1), (kernel, 1), (3, 4)])
    yield question("several strides", layers=[(kernel, 2), (3, 2), (2, 3), (5, 1), (3, 2)])
    yield question("kernels of 1", layers=[(1, 1), (1, 2), (3, 1), (1, 1)])
    yield question("no layer", layers=[])


EXERCISES = [
    Exercise(
        "convolution.conv_output_size",
        points=1,
        core=True,
        checks=(
            Values(size_cases, share=0.8),
            Property("a kernel that does not fit", impossible_sizes, refused, share=0.2),
        ),
        drive=size_or_refusal,
        hints=(
            "Draw a row of 7 boxes and lay a kernel of 3 at its left end. How far to the right can it "
            "go? How many steps is that, and how many places?",
            "The padding counts twice, once at each end. What the padded axis has more than the kernel "
            "is the room to move; a step that is not whole does not count.",
            "Whole steps: the room divided by the stride with //. Places are one more than steps. "
            "Negative room means that the kernel does not fit.",
        ),
    ),
    Exercise(
        "convolution.pad2d",
        points=1,
        checks=(Values(pad_cases, share=0.8), Values(pad_dtypes, title="dtypes", share=0.2)),
        hints=(
            "Which two of the four axes grow, and by how much?",
            "Make an array of zeros of the final shape, in the dtype of x. Where in it does x go?",
            "Along an axis the image stands from padding to padding + size. The slice padding:-padding "
            "is not the same: try padding 0.",
        ),
    ),
    Exercise(
        "convolution.conv2d",
        points=3,
        core=True,
        checks=(
            Values(conv_cases, share=0.8),
            TimedValues(larger_images, title="float32, and time", share=0.1),
            Property("equivariance", shift_cases, moves_along, share=0.1),
        ),
        needs=("convolution.conv_output_size", "convolution.pad2d"),
        hints=(
            "Write it down for one entry of the output first: one image, one output channel, one place. "
            "Which part of the padded image meets which part of w?",
            "The window of output row r begins at r * stride in the padded image and is kh high. "
            "Multiply it, with all its channels, by w[k] entry by entry, and add everything up.",
            "Four loops over image, output channel, row and column are right, and slow. Then turn it "
            "around: loop over the kh * kw entries of the kernel, and take for each what it meets in "
            "all windows at once, with slices that step by the stride.",
        ),
    ),
    Exercise(
        "convolution.conv2d_backward",
        points=3,
        core=True,
        checks=(
            Gradient(backward_cases, of="convolution.conv2d", wrt=("x", "w", "b"), share=0.9),
            Values(backward_single, title="float32", share=0.1),
        ),
        returns=("dx", "dw", "db"),
        needs=("convolution.pad2d",),
        hints=(
            "One entry of the output is a sum of products of a window with a kernel. What does it send "
            "back to each entry of its window, and to each entry of its kernel?",
            "Go through all windows as in the forward pass. Each adds upstream times kernel to its "
            "place in the gradient of the padded image, and upstream times window to dw. Windows "
            "overlap, so add.",
            "Collect dx in an array of the padded size and cut the border off at the end, from padding "
            "to padding + size. db adds upstream up over all axes but that of the channels.",
        ),
    ),
    Exercise(
        "convolution.im2col",
        points=2,
        checks=(
            Values(column_cases, share=0.9),
            Values(column_single, title="float32", share=0.1),
        ),
        needs=("convolution.pad2d",),
        hints=(
            "Take one image of 1 × 3 × 3 and windows of 2 × 2. Write down the four rows by hand.",
            "An array with six axes is in between: image, row and column of the window's place, then "
            "channel, row and column within the window. In which order must they stand so that one "
            "reshape is enough?",
            "sliding_window_view gives all windows with stride 1; [:, :, ::stride, ::stride] keeps "
            "those that count. Its axes are image, channel, two of places, two of the window: "
            "transpose, then reshape.",
        ),
    ),
    *POOLING,
    Exercise(
        "convolution.receptive_field",
        points=1,
        checks=(Values(field_cases),),
        hints=(
            "Start at the end: one unit of the last layer sees as many units of the layer below as its "
            "kernel is long. And each of those?",
            "From the first layer on, keep two numbers: the field so far, and how many pixels lie "
            "between two neighboring units of the present layer.",
            "A kernel adds its length less one, times the distance of the units that it reads. Only "
            "after that does the layer's own stride multiply the distance.",
        ),
    ),
    *NETWORKS,
    TRAIN_CNN,
]  # fmt: skip
