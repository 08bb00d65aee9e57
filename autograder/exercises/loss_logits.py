"""What the exercises of `loss` ask about losses of logits: of two classes, and of several."""

from __future__ import annotations

import math

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, question
from autograder.exercises.loss_regression import float32_kept

TWELVE_DIGITS = Tolerance(entry=1e-12, block=0)
COMPUTED_LOG = "The code computed the logarithm of a {}, which had already been rounded to 0."
HOPELESS = (
    "A sample that is sure and wrong costs what its logits say: the gap between the class that "
    "leads and the right one. Yours costs something else."
)
PLATEAU = "The loss stops growing: twice as wrong a logit costs no more."


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


def float32_binary(rng):
    target = np.array([0, 1, 1, 0, 1], dtype=np.float32)
    logits = rng.normal(scale=2, size=5).astype(np.float32)
    yield question("the dtype, with float32 arrays", logits=logits, target=rng.permutation(target))


def float32_classes(rng):
    logits = rng.normal(scale=2, size=(4, 3)).astype(np.float32)
    yield question(
        "the dtype, with float32 logits", logits=logits, labels=rng.permutation([0, 1, 2, 1])
    )


LOGITS = [
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
                of="loss.bce_with_logits",
                wrt=("logits",),
                title="stable",
                share=0.2,
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
                of="loss.cross_entropy",
                wrt=("logits",),
                title="stable",
                share=0.2,
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
]
