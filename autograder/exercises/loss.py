"""What the exercises of the chapter `loss` ask."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, question

TWELVE_DIGITS = Tolerance(entry=1e-12, block=0)


def regression_cases(rng):
    for about, shape in (
        ("five numbers", (5,)),
        ("three samples with two outputs each", (3, 2)),
        ("a column, as a network with one output returns it", (4, 1)),
        ("a single number", (1,)),
    ):
        yield question(about, prediction=rng.normal(size=shape), target=rng.normal(size=shape))


def regression_gradient_cases(rng):
    yield from regression_cases(rng)
    prediction = rng.normal(size=(2, 3))
    target = prediction.copy()
    target[0] += rng.normal(size=3)
    yield question("some predictions exactly right", prediction=prediction, target=target)


def unequal_shapes(rng):
    column, flat = rng.normal(size=(4, 1)), rng.normal(size=4)
    yield question("a column of 4 predictions, 4 targets in a row", prediction=column, target=flat)
    yield question("4 predictions in a row, a column of 4 targets", prediction=flat, target=column)


def refusing(student: Any, arguments: dict[str, Any]) -> Any:
    """Where the shapes differ, note the exception that should come, as text."""
    prediction, target = arguments["prediction"], arguments["target"]
    if prediction.shape == target.shape:
        return student(prediction, target)
    try:
        return student(prediction, target)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def shapes_refused(value, asked, again):
    if value == "raised ValueError":
        return None
    if isinstance(value, str):
        return Broken(f"Unequal shapes should raise ValueError, but your function {value}.")
    says = (
        "The shapes differ, but no ValueError came. NumPy stretches both arrays to (4, 4), and "
        "the loss compares each prediction with each target."
    )
    return Broken(says)


def float32_regression(rng):
    prediction, target = rng.normal(size=(2, 4, 3)).astype(np.float32)
    yield question("the dtype, with float32 arrays", prediction=prediction, target=target)


def float32_huber(rng):
    for asked in float32_regression(rng):
        yield question("the dtype, with float32 arrays", **asked.arguments, delta=0.75)


def float32_binary(rng):
    target = np.array([0, 1, 1, 0, 1], dtype=np.float32)
    logits = rng.normal(scale=2, size=5).astype(np.float32)
    yield question("the dtype, with float32 arrays", logits=logits, target=rng.permutation(target))


def float32_classes(rng):
    logits = rng.normal(scale=2, size=(4, 3)).astype(np.float32)
    yield question(
        "the dtype, with float32 logits", logits=logits, labels=rng.permutation([0, 1, 2, 1])
    )


def float32_weights(rng):
    yield question(
        "the dtype, with float32 weights",
        w=rng.normal(size=(3, 2)).astype(np.float32),
        strength=0.3,
    )


def float32_kept(value, asked, again):
    """float32 in, float32 out, and the same numbers as for float64."""
    value = np.asarray(value)
    if value.dtype != np.float32:
        return Broken(
            f"float32 comes in, but {value.dtype} goes out. The dtype that comes in should go out.",
            mistake="dtype_changed",
        )
    wide = {
        name: argument.astype(np.float64)
        for name, argument in asked.arguments.items()
        if type(argument) is np.ndarray and argument.dtype == np.float32
    }
    expected = np.asarray(again(**wide))
    if expected.shape != value.shape or not np.allclose(value, expected, rtol=1e-4, atol=1e-6):
        return Broken("The result for float32 differs from the one for float64.")
    return None


def huber_cases(rng):
    yield question("errors on both sides of delta", **errors(rng, (6,), 0.8), delta=0.8)
    yield question("three samples with two outputs each", **errors(rng, (3, 2), 1.5), delta=1.5)
    target = rng.integers(-8, 8, size=4) / 4.0
    prediction = target + np.array([0.5, -0.5, 0.25, -2.0])
    yield question("errors of exactly ±delta", prediction=prediction, target=target, delta=0.5)
    yield question("only small errors", **errors(rng, (4,), 20.0), delta=100.0)
    yield question("only large errors, of either sign", **errors(rng, (2, 2), 60.0), delta=0.05)


def errors(rng, shape, delta):
    """Errors from far below delta to far above it, small and large ones of either sign."""
    target = rng.normal(size=shape)
    signed = delta * np.geomspace(0.2, 4, target.size) * np.resize([1.0, -1.0], target.size)
    return {"prediction": target + rng.permutation(signed).reshape(shape), "target": target}


def huge_errors(rng):
    sign = rng.permutation([1.0, -1.0, 1.0])
    size = 10.0 ** np.array([200, 200.3, 200.5])
    yield question(
        "errors whose squares overflow",
        prediction=sign * size, target=rng.normal(size=3), delta=1.25,
    )  # fmt: skip


def binary_cases(rng):
    z = rng.normal(scale=2, size=6)
    yield question("six samples", logits=z, target=rng.permutation([0.0, 1, 1, 0, 1, 0]))
    z = rng.normal(scale=2, size=4)
    yield question("labels that are integers", logits=z, target=rng.permutation([0, 1, 1, 1]))
    z = rng.normal(scale=2, size=3)
    yield question("targets between 0 and 1", logits=z, target=rng.uniform(0.1, 0.9, size=3))
    yield question("one sample", logits=rng.normal(size=1), target=np.ones(1))


def binary_extremes(rng):
    order = rng.permutation(6)
    z = np.array([-1000.0, 1000.0, -1000.0, 1000.0, 710.0, -745.5])[order]
    t = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])[order]
    yield question("logits up to ±1,000", logits=z, target=t)


def binary_large(rng):
    yield from binary_extremes(rng)
    z = np.array([1.7e308])
    yield question("a logit at the edge of float64, wrong", logits=z, target=np.zeros(1))
    yield question("a logit at the edge of float64, right", logits=-z, target=np.zeros(1))
    soft = np.array([1 - 2.0**-40])
    yield question("a large logit, its target almost 1", logits=np.array([900.0]), target=soft)


def binary_small(rng):
    sure = np.array([27.63, 29.0, 33.5, 36.5])
    sign = rng.permutation([1.0, -1.0, 1.0, -1.0])
    yield question("losses near 1e-12: sure and right", logits=sign * sure, target=(sign + 1) / 2)
    yield question("a loss of 1e-304", logits=np.array([-700.0]), target=np.zeros(1))
    z = rng.permutation([1e-300, -1e-17, 0.0])
    yield question("logits of almost 0", logits=z, target=np.array([1.0, 0.0, 1.0]))


def one_hopeless(rng):
    yield question("one sample, sure and wrong", logits=np.array([40.0]), target=np.zeros(1))


def no_log_of_sigmoid(value, asked, again):
    """A sample that is sure and wrong costs as much as its logit, up to e**-40."""
    value = as_number(value)
    if not math.isfinite(value):
        says = "A finite logit gives a loss that is infinite or NaN. "
        return Broken(says + COMPUTED_LOG.format("sigmoid"), mistake="log_of_a_sigmoid")
    further = as_number(again(logits=np.array([80.0])))
    if math.isfinite(further) and abs(further - value) < 1e-6 * abs(value) and value > 3:
        return Broken(PLATEAU, mistake="clipped_probability")
    if abs(value - 40) > 1e-9:
        return Broken(HOPELESS)
    return None


COMPUTED_LOG = "The code computed the logarithm of a {}, which had already been rounded to 0."
HOPELESS = (
    "A sample that is sure and wrong costs what its logits say: the gap between the class that "
    "leads and the right one. Yours costs something else."
)
PLATEAU = "The loss stops growing: twice as wrong a logit costs no more."


def as_number(value):
    array = np.asarray(value, dtype=float)
    if array.shape != ():
        raise ValueError("not a number")
    return float(array)


def binary_margin(rng):
    sign = float(rng.choice([-1.0, 1.0]))
    yield question(
        "one sample, sure and right", logits=np.array([sign * 30.0]), target=np.array([(sign + 1) / 2])
    )  # fmt: skip


def class_margin(rng):
    n_classes, offset = 4, float(rng.integers(-3, 4))
    label = int(rng.integers(n_classes))
    logits = np.full((1, n_classes), offset)
    logits[0, label] += 30.0
    yield question("one sample, sure and right", logits=logits, labels=np.array([label]))


def one_further(arguments):
    """The same sample with one more unit of margin on the right side."""
    logits = arguments["logits"].copy()
    if "labels" in arguments:
        logits[0, arguments["labels"]] += 1
        return logits
    return logits + np.sign(logits)


def falls_by_e(value, asked, again):
    """Far on the right side, each further unit of margin divides the loss by e."""
    value, then = as_number(value), as_number(again(logits=one_further(asked.arguments)))
    if value > 0 and then > 0 and abs(value / then / math.e - 1) < 1e-9:
        return None
    rounded = 0 <= value < 1e-9 and 0 <= then < 1e-9
    return Broken(
        "A sample that is sure and right has a tiny loss, and one more unit of margin should "
        "divide it by e. Yours does not fall so.",
        mistake="rounded_near_zero" if rounded else "",
    )


def class_cases(rng):
    logits = rng.normal(scale=2, size=(4, 3))
    labels = rng.permutation([2, 0, 1, 0])
    yield question("four samples, three classes", logits=logits, labels=labels)
    logits = rng.normal(scale=2, size=(3, 5))
    yield question("three samples, five classes", logits=logits, labels=rng.permutation([4, 4, 1]))
    logits = rng.normal(scale=2, size=(3, 3))
    yield question("as many samples as classes", logits=logits, labels=rng.permutation([1, 2, 2]))
    yield question("one sample", logits=rng.normal(size=(1, 4)), labels=rng.integers(4, size=1))
    logits = np.repeat(rng.normal(size=(2, 1)), 4, axis=1)
    yield question("all logits of a row equal", logits=logits, labels=np.array([3, 0]))


def class_extremes(rng):
    logits = rng.permuted(np.array([[1000.0, 0, -1000], [-1000, -1001, -999], [3, 800, 2]]), axis=1)
    yield question("logits up to ±1,000", logits=logits, labels=rng.integers(3, size=3))


def class_large(rng):
    yield from class_extremes(rng)
    edge = np.array([[8e307, -8e307, 0.0]])
    yield question("logits at the edge of float64, wrong", logits=edge, labels=np.array([1]))
    yield question("logits at the edge of float64, right", logits=edge, labels=np.array([0]))


def class_small(rng):
    logits = rng.normal(size=(3, 4))
    labels = rng.integers(4, size=3)
    logits[np.arange(3), labels] = [28.0, 31.0, 36.0]
    yield question("losses near 1e-12: sure and right", logits=logits, labels=labels)
    yield question("a loss of 1e-304", logits=np.array([[0.0, 700, -3]]), labels=np.array([1]))
    logits = np.array([[1e-300, -1e-17, 0.0]])
    yield question("logits of almost 0", logits=logits, labels=rng.integers(3, size=1))


def hopeless_class(rng):
    order = rng.permutation(3)
    logits = np.array([[-375.0, 375.0, -375.0]])[:, order]
    yield question("one sample, sure and wrong", logits=logits, labels=np.argmin(logits, axis=1))


def hopeless_smoothed(rng):
    for asked in hopeless_class(rng):
        yield question(asked.about, **asked.arguments, smoothing=0.0)


def no_log_of_softmax(value, asked, again):
    """A sample that is sure and wrong costs the gap between its logits, up to e**-750."""
    value, logits = as_number(value), asked.arguments["logits"]
    if not math.isfinite(value):
        says = "Finite logits give a loss that is infinite or NaN. "
        return Broken(says + COMPUTED_LOG.format("softmax"), mistake="log_of_a_softmax")
    nearer = as_number(again(logits=logits / 4))
    if math.isfinite(nearer) and abs(nearer - value) < 1e-6 * abs(value) and abs(value) > 3:
        return Broken(PLATEAU, mistake="clipped_probability")
    if abs(value - 750) > 1e-9:
        return Broken(HOPELESS)
    return None


def weight_cases(rng):
    yield question("a matrix", w=rng.normal(size=(3, 2)), strength=0.3)
    yield question("a vector", w=rng.normal(size=5), strength=2.5)
    yield question("a kernel with four axes", w=rng.normal(size=(2, 1, 3, 2)), strength=0.01)
    yield question("strength 0", w=rng.normal(size=(2, 2)), strength=0.0)


def smoothing_cases(rng):
    for asked, smoothing in zip(class_cases(rng), (0.1, 0.3, 0.25, 0.6, 0.2), strict=True):
        about = f"{asked.about}, smoothing {smoothing}"
        yield question(about, **asked.arguments, smoothing=smoothing)
    for asked, smoothing in zip(class_cases(rng), (0.0, 1.0), strict=False):
        about = f"{asked.about}, smoothing {smoothing:g}"
        yield question(about, **asked.arguments, smoothing=smoothing)


def smoothing_edges(rng):
    for asked in class_extremes(rng):
        yield question(asked.about, **asked.arguments, smoothing=0.1)
    logits = np.array([[1e300, -1e300, 0.0]])
    yield question("logits up to ±1e300", logits=logits, labels=np.array([1]), smoothing=0.1)


def class_counts(rng):
    yield question("ten digits", n_classes=10)
    yield question("two classes", n_classes=2)
    yield question("any number of classes", n_classes=int(rng.integers(11, 2000)))
    yield question("a single class", n_classes=1)


EXERCISES = [
    Exercise(
        "loss.mse",
        points=1,
        core=True,
        checks=(
            Values(regression_cases, share=0.75),
            Property("unequal shapes are refused", unequal_shapes, shapes_refused, share=0.25),
        ),
        result="the loss",
        drive=refusing,
        hints=(
            "Three steps, named in its name and read from right to left: error, squared, mean. "
            "Before them, one look at the two shapes.",
            "The mean goes over every entry of the array, whatever its shape, so that the result "
            "is one number. Shapes are tuples, and tuples can be compared.",
            "np.mean without an axis averages all entries. Where prediction.shape and target.shape "
            "differ, raise ValueError with a message that holds both.",
        ),
    ),
    Exercise(
        "loss.mse_grad",
        points=1,
        core=True,
        checks=(
            Gradient(regression_gradient_cases, of="loss.mse", wrt=("prediction",), share=0.8),
            Property("float32 stays float32", float32_regression, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "Ask for one entry: how does the loss change if prediction[0] alone moves a little?",
            "Only one term of the sum holds prediction[0]. Differentiate that square, and keep "
            "the number that the whole sum is divided by.",
            "The derivative of the square gives a 2 and the error itself; the number of entries, "
            "prediction.size, stays below.",
        ),
    ),
    Exercise(
        "loss.huber",
        points=2,
        checks=(
            Values(huber_cases, share=0.8),
            Values(huge_errors, title="huge errors", share=0.2),
        ),
        result="the loss",
        hints=(
            "Draw the loss of one error first: a parabola in the middle, a straight line on "
            "either side. Which line continues the parabola without a jump and without a corner?",
            "At an error of size delta the parabola has height delta²/2 and slope delta: the line "
            "goes through that point with that slope. It depends on the size of the error only.",
            "np.where chooses between the two formulas entry by entry. Do not multiply by a "
            "condition that is 0 or 1: 0 times infinity is NaN.",
        ),
    ),
    Exercise(
        "loss.huber_grad",
        points=2,
        checks=(
            Gradient(huber_cases, of="loss.huber", wrt=("prediction",), share=0.8),
            Property("float32 stays float32", float32_huber, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "What is the slope of the parabola at a small error? What is the slope of the two "
            "straight lines?",
            "The slope is the error itself in the middle, and stays at delta or at -delta "
            "outside. The mean still divides by the number of entries.",
            "NumPy has a function that holds numbers between a lower and an upper bound.",
        ),
    ),
    Exercise(
        "loss.bce_with_logits",
        points=2,
        checks=(
            Values(binary_cases, share=0.6),
            Property("no logarithm of a sigmoid", one_hopeless, no_log_of_sigmoid, share=0.15),
            Values(binary_large, title="large logits", share=0.1, tolerance=TWELVE_DIGITS),
            Property("tiny losses", binary_margin, falls_by_e, share=0.05),
            Values(binary_small, title="twelve digits", share=0.1, tolerance=TWELVE_DIGITS),
        ),
        result="the loss",
        hints=(
            "Where the target is 1 the loss is −log σ(z). Put the formula of σ in, and simplify on "
            "paper before you write any code.",
            "−log σ(z) = log(1 + exp(−z)), and for a target of 0 the sign of z turns round. What "
            "overflows in it, and for which z? What happens to 1 + exp(−z) where exp(−z) is 1e-20?",
            "np.log1p computes log(1 + x) for a tiny x, and np.logaddexp(a, b) computes "
            "log(exp(a) + exp(b)) without overflow. 1 is exp(0).",
        ),
    ),
    Exercise(
        "loss.bce_with_logits_grad",
        points=2,
        core=True,
        checks=(
            Gradient(binary_cases, of="loss.bce_with_logits", wrt=("logits",), share=0.6),
            Gradient(
                binary_extremes,
                of="loss.bce_with_logits", wrt=("logits",), title="stable", share=0.2,
            ),
            Property("float32 stays float32", float32_binary, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "Differentiate log(1 + exp(−z)), the loss for a target of 1. What you get contains "
            "a function that you know.",
            "For a target of 1 the derivative is σ(z) − 1, for a target of 0 it is σ(z). One "
            "formula holds both, and the mean over the samples stays.",
            "Write the sigmoid so that exp is never called on a large positive number, subtract "
            "the target, divide by the number of samples.",
        ),
    ),
    Exercise(
        "loss.cross_entropy",
        points=3,
        core=True,
        checks=(
            Values(class_cases, share=0.6),
            Property("no logarithm of a softmax", hopeless_class, no_log_of_softmax, share=0.15),
            Values(class_large, title="large logits", share=0.1, tolerance=TWELVE_DIGITS),
            Property("tiny losses", class_margin, falls_by_e, share=0.05),
            Values(class_small, title="twelve digits", share=0.1, tolerance=TWELVE_DIGITS),
        ),
        result="the loss",
        hints=(
            "The loss of a sample is −log of the probability of its own class. Write that "
            "probability as a fraction and take the logarithm on paper: a quotient becomes a "
            "difference, and the exp of the label's logit disappears.",
            "Subtract the largest logit of each row first: nothing changes, and nothing overflows. "
            "logits[np.arange(n), labels] picks one entry from each row.",
            "After the shift one term of the sum of exponentials is exactly 1. Leave that one out "
            "of the sum and let np.log1p add it: so even a loss of 1e-12 keeps its digits.",
        ),
    ),
    Exercise(
        "loss.cross_entropy_grad",
        points=2,
        core=True,
        checks=(
            Gradient(class_cases, of="loss.cross_entropy", wrt=("logits",), share=0.6),
            Gradient(
                class_extremes,
                of="loss.cross_entropy", wrt=("logits",), title="stable", share=0.2,
            ),
            Property("float32 stays float32", float32_classes, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "The loss of one sample is log Σ exp(z_j) − z_y. Differentiate it with respect to a "
            "logit that is not the label's, then with respect to the label's.",
            "The first term gives the softmax, the second only touches one entry of the row. "
            "The mean over the samples stays.",
            "Compute the softmax of each row (with its largest logit subtracted), subtract 1 at "
            "[np.arange(n), labels], and divide by n.",
        ),
    ),
    Exercise(
        "loss.l2_penalty",
        points=1,
        checks=(Values(weight_cases),),
        result="the penalty",
        hints=(
            "Square, sum, scale: no mean and no root.",
            "The sum goes over every weight, whatever the shape. There is a half in the contract.",
            "strength, divided by 2, times the sum of all squares.",
        ),
    ),
    Exercise(
        "loss.l2_penalty_grad",
        points=1,
        checks=(
            Gradient(weight_cases, of="loss.l2_penalty", wrt=("w",), share=0.8),
            Property("float32 stays float32", float32_weights, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "Ask for one entry: how does the penalty change if w[0, 0] alone moves a little?",
            "Only one square of the sum holds that weight. The half of the penalty and the 2 of "
            "the square meet.",
            "The result has the shape of w: each weight, scaled.",
        ),
    ),
    Exercise(
        "loss.label_smoothing_cross_entropy",
        points=2,
        checks=(
            Values(smoothing_cases, share=0.7),
            Property("no logarithm of a softmax", hopeless_smoothed, no_log_of_softmax, share=0.15),
            Values(smoothing_edges, title="twelve digits", share=0.15, tolerance=TWELVE_DIGITS),
        ),
        result="the loss",
        needs=("loss.cross_entropy",),
        hints=(
            "The target is a mixture of two targets. A cross-entropy is linear in its target, so "
            "the loss is the same mixture of two losses.",
            "One of the two losses you have already. The other is the cross-entropy against "
            "\"all classes equally likely\": the average, over the classes, of what each class "
            "would cost as the label.",
            "cross_entropy(logits, np.full(n, c)) is the loss if every label were c. Average that "
            "over all c, weight it by smoothing, and the plain loss by the rest.",
        ),
    ),
    Exercise(
        "loss.expected_initial_loss",
        points=1,
        checks=(Values(class_counts),),
        result="the loss",
        hints=(
            "What probability does such a classifier give the right class?",
            "The loss is −log of that probability, with the natural logarithm.",
            "−log(1/C) can be written without a fraction.",
        ),
    ),
]  # fmt: skip
