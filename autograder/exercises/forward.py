"""What the exercises of the chapter `forward` ask."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.checks import Broken, Property, Values
from autograder.compare import Tolerance, describe
from autograder.exercise import Exercise, question
from autograder.exercises.initial_weights import HE, HE_SLIPS, XAVIER, XAVIER_SLIPS, init_checks
from autograder.exercises.leaks import leak_cases, with_pipelines

LARGEST = float(np.finfo(float).max)
SMALLEST = 5e-324
EXACT = Tolerance(entry=1e-12, block=0.0)


# linear layers


def linear_cases(rng):
    for about, n, d_in, d_out in (
        ("four samples, three inputs, two outputs", 4, 3, 2),
        ("one sample", 1, 4, 3),
        ("as many samples as inputs and outputs", 3, 3, 3),
    ):
        yield question(
            about,
            x=rng.normal(size=(n, d_in)),
            w=rng.normal(size=(d_in, d_out)),
            b=rng.normal(size=d_out),
        )
    x, w, b = rng.normal(size=(5, 2)), rng.normal(size=(2, 4)), rng.normal(size=4)
    yield question("float32", x=x.astype("f4"), w=w.astype("f4"), b=b.astype("f4"))


def network(rng, *widths: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of a network whose layers have these widths."""
    return [
        (rng.normal(scale=1.5 / math.sqrt(d_in), size=(d_in, d_out)), rng.normal(size=d_out))
        for d_in, d_out in pairwise(widths)
    ]


def network_cases(rng):
    for about, n, widths in (
        ("one hidden layer", 5, (3, 6, 4)),
        ("no hidden layer", 4, (3, 5)),
        ("three hidden layers", 6, (3, 7, 5, 6, 4)),
        ("one sample, all layers of one width", 1, (4, 4, 4, 4)),
    ):
        yield question(about, x=rng.normal(size=(n, widths[0])), parameters=network(rng, *widths))
    parameters = [(w.astype("f4"), b.astype("f4")) for w, b in network(rng, 3, 5, 2)]
    yield question("float32", x=rng.normal(size=(4, 3)).astype("f4"), parameters=parameters)


def prediction_cases(rng):
    for about, n, widths in (
        ("one hidden layer", 7, (3, 8, 4)),
        ("no hidden layer, as many samples as classes", 5, (3, 5)),
        ("one sample", 1, (4, 6, 6, 5)),
    ):
        yield question(about, x=rng.normal(size=(n, widths[0])), parameters=network(rng, *widths))
    x, (hidden, (w, b)) = rng.normal(size=(6, 3)), network(rng, 3, 6, 4)
    not_the_first = np.array([20.0, 0.0, 0.0, 0.0])
    negative = [hidden, (w, b - 60 - not_the_first)]
    yield question("all logits negative", x=x, parameters=negative)
    loud = [hidden, (1e3 * w, b + 1e5 - 1e3 * not_the_first)]
    yield question("logits around a hundred thousand", x=x, parameters=loud)
    blank = [(np.zeros((3, 4)), np.zeros(4)), (np.zeros((4, 5)), np.zeros(5))]
    yield question("a network of zeros: all classes tie", x=x, parameters=blank)


# feature scaling


def features(rng, n: int) -> np.ndarray:
    """Features on scales of their own: the check must not depend on one being near 1."""
    return rng.normal(size=(n, 4)) * (0.5, 3.0, 40.0, 1.0) + (0.0, -2.0, 300.0, 5.0)


def ordinary_features(rng):
    yield question("seven samples, four features", x=features(rng, 7))
    yield question("as many samples as features", x=features(rng, 4))
    yield question("float32", x=features(rng, 9)[:, [0, 1, 3]].astype("f4"))


def constant_features(rng):
    x = features(rng, 6)
    x[:, 1], x[:, 2] = 0.0, 7.0
    yield question("a feature that is 0 everywhere, another that is 7 everywhere", x=x)
    yield question("one sample: every feature is constant", x=features(rng, 1))


def delicate_features(rng):
    x = rng.normal(size=(7, 3))
    x[:, 1] = 0.1
    yield question("a feature that is 0.1 everywhere, which no float64 holds exactly", x=x)
    x = rng.normal(size=(8, 3)) * 1e-9
    yield question("features in tiny units, around 1e-9", x=x)
    x = rng.normal(size=(8, 3)) + np.array([0.0, 1e7, -3.0])
    yield question("a feature far from 0, around ten million", x=x)


def standardizing_cases(rng):
    train = features(rng, 12)
    mean, std = train.mean(axis=0), train.std(axis=0)
    test = 1.7 * features(rng, 6) + (1.0, 2.0, -60.0, 0.5)
    asked = {"mean": mean, "std": std}
    yield question("a test set whose statistics are not the training set's", x=test, **asked)
    yield question("one sample", x=test[:1], **asked)
    yield question("as many samples as features", x=test[:4], **asked)
    yield question("the training set itself", x=train, **asked)
    few = {"mean": mean[:3].astype("f4"), "std": std[:3].astype("f4")}
    yield question("float32", x=test[:, :3].astype("f4"), **few)


def range_cases(rng):
    for about, low, high in (
        ("to [0, 1]; the test set reaches beyond the training set", 0.0, 1.0),
        ("to [-1, 1]; the test set reaches beyond the training set", -1.0, 1.0),
        ("to [2, 5]; as many samples as features", 2.0, 5.0),
    ):
        train = features(rng, 4 if low == 2 else 8)
        test = 1.6 * features(rng, 4 if low == 2 else 5) + (0.5, 1.0, -150.0, -2.0)
        yield question(about, train=train, test=test, low=low, high=high)
    train, test = features(rng, 6)[:, :3].astype("f4"), features(rng, 3)[:, :3].astype("f4")
    yield question("float32", train=train, test=test, low=-1.0, high=1.0)


def constant_ranges(rng):
    train, test = features(rng, 6), features(rng, 5)
    train[:, 1], train[:, 2] = 0.0, 7.0
    test[:, 1] = 0.0
    yield question(
        "two features are constant in the training set, one of them not in the test set",
        train=train, test=test, low=-1.0, high=1.0,
    )  # fmt: skip


# probabilities


def ordinary_logits(rng):
    yield question("four samples, three classes", z=rng.normal(scale=2, size=(4, 3)))
    yield question("as many samples as classes", z=rng.normal(scale=2, size=(4, 4)))
    yield question("one sample", z=rng.normal(scale=2, size=(1, 5)))
    yield question("float32", z=rng.normal(scale=2, size=(3, 4)).astype("f4"))


def unequal_logits(rng):
    z = rng.normal(scale=2, size=(5, 3)) + np.arange(5)[:, None]
    yield question("five samples, each with larger logits than the one before", z=z)


def logits_of_a_thousand(rng):
    z = np.array([[1000.0, 999.0, 997.5], [-1000.0, -1001.5, -1000.5], [1000.0, -1000.0, 0.0],
                  [1000.0, 1000.0, 1000.0], [0.25, -0.5, 0.75]])  # fmt: skip
    yield question("logits of ±1000", z=rng.permuted(rng.permutation(z), axis=1))
    z = np.array([[1000.0, 1001.0, 998.5], [-1000.0, -1000.7, -998.9], [3.0, 2.0, 4.5]])
    yield question("rows on very different levels", z=z[rng.permutation(3)])


def logits_at_the_edge(rng):
    z = LARGEST * np.array([[0.5, -0.5, 0.0, 0.25], [1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0]])
    yield question("logits as large as float64 has them", z=rng.permuted(z, axis=1))
    tiny = [[SMALLEST, 0.0, -SMALLEST, 2.3e-308], [-0.0, 0.0, 1e-200, -1e-200]]
    yield question("logits as small as float64 has them", z=np.array(tiny))


def rows_sum_to_one(p: Any, asked: Any, again: Any) -> Broken | None:
    if type(p) is not np.ndarray or p.ndim != 2:
        return Broken(f"softmax should return a two-dimensional array, but returns {describe(p)}.")
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    tolerance = 1e-9 if p.dtype == np.float64 else 1e-5
    if np.all(np.abs(rows - 1) <= tolerance):
        return None
    evidence = f"The sums of the rows are {np.array2string(rows, precision=4)}."
    if np.all(np.abs(columns - 1) <= tolerance):
        says = (
            "The columns sum to 1, not the rows: the samples of the batch compete, not the classes."
        )
        return Broken(says, evidence, "over_the_batch")
    if abs(p.sum() - 1) <= tolerance:
        says = "All entries together sum to 1, not each row."
        return Broken(says, evidence, "over_everything")
    return Broken("The rows do not sum to 1.", evidence)


def far_apart(rng):
    z = np.array([[0.0, -800.0, -3.0], [1500.0, 200.0, 1500.0], [2.0, 1.0, -2500.0]])
    yield question("probabilities too small for a float", z=rng.permuted(z, axis=1))


def keeps_differences(log_p: Any, asked: Any, again: Any) -> Broken | None:
    """The property: log pᵢ - log pⱼ = zᵢ - zⱼ, also where p itself is too small for a float."""
    z = asked.arguments["z"]
    if type(log_p) is not np.ndarray or log_p.shape != z.shape:
        return Broken(f"log_softmax should return an array shaped like z, but returns {describe(log_p)}.")  # fmt: skip
    depth = z - z.max(axis=1, keepdims=True)
    lost = depth < -700
    says = "Within a row, two log-probabilities should differ by as much as their logits do."
    if np.isneginf(log_p[lost]).all() and np.isfinite(log_p[~lost]).all():
        says = "You computed the logarithm of a softmax: where the probability is too small for a float it has become 0, and the logarithm of 0 is minus infinity."
        return Broken(says, mistake="log_of_softmax")
    if not np.isfinite(log_p).all():
        return Broken(says)
    if np.ptp(log_p[lost]) == 0:
        says = "All very small probabilities have the same logarithm: you computed the logarithm of a softmax that was kept above some small number."
        return Broken(says, mistake="log_of_softmax_plus_epsilon")
    found = log_p - log_p.max(axis=1, keepdims=True)
    if not np.allclose(found, depth, rtol=1e-12, atol=1e-12):
        return Broken(says)
    return None


def label_cases(rng):
    labels = rng.permutation(np.array([0, 2, 2, 1, 4, 0]))
    yield question("six labels, one class of five does not occur", labels=labels, n_classes=5)
    yield question("the last two classes do not occur", labels=np.array([1, 0, 3, 1]), n_classes=6)
    yield question(
        "as many labels as classes", labels=rng.permutation(4)[[0, 1, 1, 3]], n_classes=4
    )
    yield question("a single label", labels=rng.integers(0, 7, size=1), n_classes=7)
    small = rng.permutation(np.array([9, 3, 3, 0], dtype=np.uint8))
    yield question("labels stored as uint8", labels=small, n_classes=10)


def wrong_labels(rng):
    yield question("a label of -1 among them", labels=np.array([0, -1, 2]), n_classes=3)
    yield question("a label equal to n_classes", labels=np.array([0, 3, 1]), n_classes=3)


def is_refused(value: Any, asked: Any, again: Any) -> Broken | None:
    """The property: labels that are no class raise an error."""
    if type(value) is str and value == "refused":
        return None
    if asked.arguments["labels"].min() < 0:
        says = "A label of -1 is accepted. NumPy counts negative indices from the end, so that it silently becomes the last class."
        return Broken(says, mistake="minus_one_accepted")
    return Broken("A label that is not below n_classes is accepted.")


def or_refusal(student: Any, arguments: dict[str, Any]) -> Any:
    """Call, and say so where the labels are refused."""
    try:
        return student(*arguments.values())
    except (ValueError, IndexError):
        if not np.all((arguments["labels"] >= 0) & (arguments["labels"] < arguments["n_classes"])):
            return "refused"
        raise


EXERCISES = [
    Exercise(
        "forward.linear",
        points=1,
        core=True,
        checks=(Values(linear_cases),),
        result="the output",
        hints=(
            "Every sample needs the weighted sum of every unit: what single operation gives the "
            "products of all rows of one matrix with all columns of another?",
            "The shapes decide the order: (n, d_in) and (d_in, d_out) should give (n, d_out).",
            "A matrix product with @, x first. Adding b afterwards works as it is: broadcasting "
            "lines its d_out entries up with the columns.",
        ),
    ),
    Exercise(
        "forward.mlp_forward",
        points=2,
        core=True,
        checks=(Values(network_cases),),
        result="the array of logits",
        needs=("forward.linear",),
        hints=(
            "What comes out of one layer goes into the next: a loop that carries one array along.",
            "All layers but the last are followed by ReLU. Lists can be cut: parameters[:-1] "
            "and parameters[-1].",
            "For each (w, b) of parameters[:-1], replace x by ReLU of linear(x, w, b); after the "
            "loop return linear with the last pair. With one pair the loop never runs: right.",
        ),
    ),
    Exercise(
        "forward.standardize_fit",
        points=2,
        core=True,
        checks=(
            Values(ordinary_features),
            Values(constant_features, title="constant features", share=0.5),
            Values(delicate_features, title="features on awkward scales", share=0.25),
        ),
        returns=("mean", "std"),
        hints=(
            "One mean and one standard deviation for each feature: which axis of x counts samples?",
            "axis=0 runs over the samples. A feature is constant where its largest entry equals "
            "its smallest, which is safer than asking whether the computed std is 0.",
            "Take x.mean(axis=0) and x.std(axis=0), then set std to 1 where "
            "x.max(axis=0) == x.min(axis=0).",
        ),
    ),
    Exercise(
        "forward.standardize_apply",
        points=1,
        core=True,
        checks=(Values(standardizing_cases),),
        result="the scaled array",
        hints=(
            "The training set has already said everything there is to know: which numbers do you "
            "have, and which must you not compute?",
            "Two steps for each feature: move its training mean to 0, then bring its training "
            "spread to 1. Nothing of x itself is measured.",
            "Subtract mean first, divide by std second. Both broadcast along the rows of x.",
        ),
    ),
    Exercise(
        "forward.minmax_scale",
        points=2,
        checks=(
            Values(range_cases),
            Values(constant_ranges, title="constant features", share=0.5),
        ),
        returns=("train_scaled", "test_scaled"),
        hints=(
            "A straight line takes the smallest training value to low and the largest to high, one "
            "line for each feature. Which of the two arrays may you measure?",
            "First bring the training range to 0 … 1, with its smallest value and its width; then "
            "stretch 0 … 1 to low … high. Put a 1 in the place of each width that is 0.",
            "With smallest and width measured on train along axis 0, both arrays go through "
            "low + (high - low) * (… - smallest) / width. Do not clip.",
        ),
    ),
    Exercise(
        "forward.xavier_init",
        points=1,
        checks=init_checks(XAVIER, XAVIER_SLIPS),
        result="w",
        hints=(
            "Xavier's rule is a compromise between two wishes, one for the forward pass and one "
            "for the backward pass. Which two numbers does it weigh?",
            "The variance is 1 over the average of fan-in and fan-out. rng.normal wants the "
            "standard deviation.",
            "rng.normal(mean, std, size=…) with mean 0, size (d_in, d_out), and for std the "
            "square root of 2 divided by the sum of the two fans.",
        ),
    ),
    Exercise(
        "forward.he_init",
        points=1,
        core=True,
        checks=init_checks(HE, HE_SLIPS),
        result="w",
        hints=(
            "A unit adds up d_in products. How does the variance of a sum grow with the number of "
            "its terms, and how much of a signal does ReLU let through?",
            "d_in terms call for a variance of 1 / d_in; ReLU halves the mean square, so twice "
            "that. rng.normal wants the standard deviation.",
            "rng.normal(mean, std, size=…) with mean 0, size (d_in, d_out), and for std the "
            "square root of the variance 2 / d_in.",
        ),
    ),
    Exercise(
        "forward.softmax",
        points=2,
        core=True,
        checks=(
            Values(ordinary_logits),
            Values(logits_of_a_thousand, title="large logits", share=0.5),
            Values(logits_at_the_edge, title="the edges of float64", share=0.25),
            Property("rows sum to 1", unequal_logits, rows_sum_to_one, share=0.25),
        ),
        result="the array of probabilities",
        hints=(
            "Each row is a distribution of its own. And exp(1000) is infinite: what may you add to "
            "all logits of a row without changing its probabilities?",
            "Subtract the largest logit of each row before exp. Sums and maxima over axis=1 lose "
            "that axis; keepdims=True keeps it, so that rows meet rows.",
            "e = exp of (z minus its row maxima, kept as a column); then e divided by its row sums, "
            "kept as a column.",
        ),
    ),
    Exercise(
        "forward.log_softmax",
        points=3,
        checks=(
            Values(ordinary_logits),
            Values(logits_of_a_thousand, title="large logits", share=0.5, tolerance=EXACT),
            Values(logits_at_the_edge, title="the edges of float64", share=0.25, tolerance=EXACT),
            Property("differences of logits", far_apart, keeps_differences, share=0.5),
        ),
        result="the array of log-probabilities",
        hints=(
            "Do not compute the probabilities at all: write log(exp(zᵢ) / Σ exp(zⱼ)) as a "
            "difference and see which exp disappears.",
            "What is left is zᵢ minus the logarithm of a sum of exponentials. Subtract the row "
            "maximum from the logits first, so that no exponential overflows.",
            "shifted = z minus its row maxima (keepdims=True); the answer is shifted minus the "
            "logarithm of the row sums of exp(shifted).",
        ),
    ),
    Exercise(
        "forward.one_hot",
        points=1,
        checks=(
            Values(label_cases),
            Property("labels that are no class", wrong_labels, is_refused, share=0.25),
        ),
        result="the one-hot array",
        drive=or_refusal,
        hints=(
            "One row for each label, one column for each class, and in row i a single 1.",
            "Either fill zeros by a pair of index arrays, or notice that row k of the identity "
            "matrix is just what label k needs. Negative indices count from the end: check first.",
            "After raising ValueError for labels below 0 or not below n_classes: rows of "
            "np.eye(n_classes), picked by labels.",
        ),
    ),
    Exercise(
        "forward.predict",
        points=1,
        core=True,
        checks=(Values(prediction_cases),),
        result="the array of classes",
        needs=("forward.mlp_forward",),
        hints=(
            "Softmax keeps the order of the logits. Do you need probabilities to find the largest?",
            "One class for each sample: the position of the largest logit in each row.",
            "argmax along axis 1 of what mlp_forward returns.",
        ),
    ),
    Exercise(
        "forward.find_the_leak",
        points=3,
        checks=(Values(leak_cases),),
        returns=("which", "flatters"),
        drive=with_pipelines,
        hints=(
            "A high score proves nothing, and neither does a gap. What can an honest model never "
            "notice, that a leaking one does?",
            "Fit every pipeline twice on the same training set, but with two quite different test "
            "sets. An honest pipeline gives the same model both times: compare logits, since a "
            "small leak moves logits before it moves classes.",
            "For the one whose logits differ: its score with (x_test, y_test), minus the fraction "
            "of the fresh samples that the model fitted in that same call gets right. Take care "
            "that this model has not been given the fresh samples as its test set.",
        ),
    ),
]
