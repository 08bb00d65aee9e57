"""What the exercises of the chapter `structure` ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.compare import describe
from autograder.exercise import Exercise, question

ACTIVATIONS = {"tanh": np.tanh, "square": np.square}


def with_activation(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the activation itself where the question has its name."""
    activation = ACTIVATIONS[arguments["activation"]]
    return student(*{**arguments, "activation": activation}.values())


def neuron_cases(rng):
    for about, d_in, activation in (
        ("three inputs", 3, "tanh"),
        ("five inputs and another activation", 5, "square"),
        ("one input", 1, "tanh"),
    ):
        x, w, b = rng.normal(size=d_in), rng.normal(size=d_in), float(rng.normal())
        yield question(about, x=x, w=w, b=b, activation=activation)


def numbers_of_both_signs(rng, count):
    """Neither tiny nor large, about half of them negative, in random order."""
    signs = np.where(np.arange(count) % 2, -1.0, 1.0)
    return rng.permutation(signs * rng.uniform(0.2, 3, size=count))


def everyday(rng):
    yield question("a matrix of everyday numbers", z=numbers_of_both_signs(rng, 12).reshape(3, 4))
    yield question("an array of three axes", z=numbers_of_both_signs(rng, 12).reshape(2, 3, 2))


def single_precision(rng):
    yield question("a float32 vector", z=numbers_of_both_signs(rng, 5).astype(np.float32))


def extreme(rng):
    z = np.array([-1000.0, 1000.0, -745.5, 710.0, -36.9, 36.9, 0.0, -0.0])
    yield question("numbers as far out as ±1000", z=rng.permutation(z))


def at_and_around_zero(rng):
    z = np.array([0.0, -0.0, 0.0, 1e-3, -1e-3, 2.0, -2.0])
    yield question("a vector with entries that are exactly 0", z=rng.permutation(z))


def everyday_and_zero(rng):
    yield from everyday(rng)
    yield from at_and_around_zero(rng)


def leaky_cases(rng):
    for asked, slope in zip(everyday_and_zero(rng), (0.1, 0.3, 0.2), strict=True):
        yield question(f"{asked.about}, slope {slope}", z=asked.arguments["z"], slope=slope)
    z = numbers_of_both_signs(rng, 6).reshape(2, 3)
    yield question("no slope given, so that it is 0.01", z=z)


def leaky_single_precision(rng):
    for asked in single_precision(rng):
        yield question(asked.about, z=asked.arguments["z"], slope=0.1)


def layer_case(rng, about, n, d_in, d_out, activation, dtype=np.float64):
    x, w, b = rng.normal(size=(n, d_in)), rng.normal(size=(d_in, d_out)), rng.normal(size=d_out)
    x, w, b = x.astype(dtype), w.astype(dtype), b.astype(dtype)
    return question(about, x=x, w=w, b=b, activation=activation)


def layer_cases(rng):
    yield layer_case(rng, "four samples, three inputs, two neurons", 4, 3, 2, "tanh")
    yield layer_case(rng, "one sample", 1, 3, 5, "square")
    yield layer_case(rng, "as many samples as inputs and neurons", 3, 3, 3, "tanh")


def layer_single_precision(rng):
    yield layer_case(rng, "float32 arrays", 5, 2, 3, "tanh", np.float32)


def sizes_cases(rng):
    few = rng.permutation(np.arange(2, 9)).tolist()  # all different, so that no two can be confused
    yield question("a single layer", sizes=few[:2])
    yield question("the digit classifier", sizes=[784, 16, 10])
    yield question("the network of the XOR exercise", sizes=[2, 2, 1])
    yield question("four layers", sizes=few[2:])


CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([False, True, True, False])
HIGH, LOW = 0.75, 0.25  # the margin that the exercise states
SHAPES = {"w1": (2, 2), "b1": (2,), "w2": (2, 1), "b2": (1,)}
PATTERNS = {
    (False, True, True, True): ("computes_or", "OR: it is also large where both inputs are 1"),
    (False, False, False, True): ("computes_and", "AND: it is large only where both inputs are 1"),
    (True, False, False, True): ("computes_xnor", "the opposite of XOR"),
}


def weights_case(rng):
    yield question("the network with your weights, on its four inputs")


def computes_xor(value, asked, again):
    """Whether the network with these weights computes XOR; else which other thing it does."""
    if broken := malformed(value):
        return broken
    (w1, b1), (w2, b2) = value
    z = CORNERS @ w1 + b1
    output = (np.maximum(z, 0) @ w2 + b2)[:, 0]
    if not np.isfinite(output).all():
        return Broken("The network's output is not finite.")
    if output[XOR].min() >= HIGH - 1e-9 and output[~XOR].max() <= LOW + 1e-9:
        return None
    told = ", ".join(f"{number:.4g}" for number in output)
    evidence = f"Its outputs for (0, 0), (0, 1), (1, 0), (1, 1) are {told}."
    says = "The network does not compute XOR."
    if output[XOR].min() > output[~XOR].max():
        says = "The network orders the inputs as XOR does, but misses 0.75 and 0.25."
        return Broken(says, evidence, "margin_missed")
    if np.all((z >= 0).all(axis=0) | (z <= 0).all(axis=0)):
        return Broken(says, evidence, "never_bends")
    stepped = ((z > 0) @ w2 + b2)[:, 0]
    if np.array_equal(stepped > 0, XOR) or np.array_equal(stepped > 0.5, XOR):
        return Broken(says, evidence, "made_for_a_step")
    name, what = PATTERNS.get(tuple((output > 0.5).tolist()), ("", ""))
    return Broken(f"{says} What it computes is {what}." if what else says, evidence, name)


def malformed(value):
    """What is wrong with the form of `[(w1, b1), (w2, b2)]`, if anything."""
    several = value if type(value) in (list, tuple) else ()
    if [len(pair) for pair in several if type(pair) in (list, tuple)] != [2, 2]:
        says = f"Two pairs are wanted, [(w1, b1), (w2, b2)], but there is {describe(value)}"
        says += f": {'; '.join(map(describe, several))}." if several else "."
        return Broken(says, mistake="pairs_flattened" if len(several) == 4 else "")
    arrays = dict(zip(SHAPES, (part for pair in value for part in pair), strict=True))
    for name, shape in SHAPES.items():
        array = arrays[name]
        if type(array) is not np.ndarray or array.dtype.kind not in "fiu":
            return Broken(f"{name} should be an array of numbers, but is {describe(array)}.")
        if array.shape != shape:
            says = f"{name} has shape {array.shape}, but should have shape {shape}."
            known = {("w2", (1, 2)): "neurons_in_rows", ("w2", (2,)): "output_weights_flat"}
            return Broken(says, mistake=known.get((name, array.shape), ""))
    return None


EXERCISES = [
    Exercise(
        "structure.neuron",
        points=1,
        core=True,
        checks=(Values(neuron_cases),),
        result="the output",
        drive=with_activation,
        hints=(
            "Three things happen, one after another: a weighted sum, a bias, an activation. "
            "Which of them sees the result of which?",
            "The weighted sum of two vectors is their dot product: one number. NumPy writes it "
            "with @.",
            "Name the weighted sum plus the bias z. It is one number. What the neuron returns is "
            "what activation, which is a function, makes of it.",
        ),
    ),
    Exercise(
        "structure.sigmoid",
        points=2,
        core=True,
        checks=(
            Values(everyday),
            Values(single_precision, title="dtype", share=0.25),
            Values(extreme, title="stability", share=0.75),
        ),
        result="the output",
        hints=(
            "Write the formula of the chapter first and check it. Then ask: for which z does its "
            "exponential leave the range of numbers?",
            "An exponential of a number that is never positive cannot overflow. -|z| is never "
            "positive.",
            "With e = exp(-|z|), the sigmoid is one fraction where z is positive and another where "
            "z is negative; both have 1 + e below the line. np.where chooses entry by entry.",
        ),
    ),
    Exercise(
        "structure.sigmoid_derivative",
        points=2,
        core=True,
        checks=(
            Gradient(everyday, of="structure.sigmoid", elementwise=True),
            Values(single_precision, title="dtype", share=0.25),
            Gradient(
                extreme, of="structure.sigmoid", elementwise=True, title="stability", share=0.75
            ),
        ),
        result="the derivative",
        needs=("structure.sigmoid",),
        hints=(
            "You need no new exponential: the slope can be computed from the sigmoid's output.",
            "Call your sigmoid once and keep what it returns, a. The slope is largest where a is "
            "one half, and fades where a is near 0 or near 1.",
            "The slope is a product of two factors, both made of a: one is how far a is from 0, "
            "the other how far it is from 1.",
        ),
    ),
    Exercise(
        "structure.tanh_derivative",
        points=2,
        checks=(
            Gradient(everyday, of="structure.tanh", elementwise=True),
            Values(single_precision, title="dtype", share=0.25),
            Gradient(extreme, of="structure.tanh", elementwise=True, title="stability", share=0.75),
        ),
        result="the derivative",
        hints=(
            "As with the sigmoid, the slope can be computed from the output. NumPy has np.tanh.",
            "Write tanh as sinh / cosh and use the quotient rule. What is left of "
            "(cosh² - sinh²) / cosh² if you divide term by term?",
            "At z = 0 the output is 0 and the slope is 1; far out the output is 1 or -1 and the "
            "slope is 0. A square in the right place does both.",
        ),
    ),
    Exercise(
        "structure.relu",
        points=1,
        core=True,
        checks=(
            Values(everyday, share=0.5),
            Values(single_precision, title="dtype", share=0.25),
            Values(extreme, title="zeros and large numbers", share=0.25),
        ),
        result="the output",
        hints=(
            "Each entry is compared with 0, and the larger of the two stays.",
            "Python's max decides once and wants single numbers; NumPy has a function that "
            "compares entry by entry.",
            "np.max looks for the largest entry of one array. The function that takes two things "
            "and keeps the larger, entry by entry, has a longer name.",
        ),
    ),
    Exercise(
        "structure.relu_derivative",
        points=1,
        core=True,
        checks=(
            Gradient(everyday_and_zero, of="structure.relu", elementwise=True, share=0.5),
            Values(single_precision, title="dtype", share=0.25),
            Gradient(
                extreme, of="structure.relu", elementwise=True, title="large numbers", share=0.25
            ),
        ),
        result="the derivative",
        hints=(
            "Draw ReLU. How steep is it on the left of 0, how steep on the right?",
            "The result has only two different numbers, and a comparison of z with 0 decides "
            "between them.",
            "A comparison gives True and False. astype turns them into numbers, and z.dtype says "
            "which kind of number is wanted.",
        ),
    ),
    Exercise(
        "structure.leaky_relu_derivative",
        points=2,
        checks=(
            Gradient(leaky_cases, of="structure.leaky_relu", elementwise=True, share=1.5),
            Values(leaky_single_precision, title="dtype", share=0.5),
        ),
        result="the derivative",
        hints=(
            "Draw the leaky ReLU: two straight pieces that meet at 0. How steep is each?",
            "A straight piece has the same slope everywhere: the result has only two different "
            "numbers, whatever z is.",
            "np.where(condition, …, …) chooses between two numbers. Look at the dtype of what it "
            "gives, and bring it back to that of z.",
        ),
    ),
    Exercise(
        "structure.gelu",
        points=2,
        checks=(
            Values(everyday, share=1.5),
            Values(single_precision, title="dtype", share=0.25),
            Values(extreme, title="zeros and large numbers", share=0.25),
        ),
        result="the output",
        hints=(
            "GELU is z times a probability. Which one, the table of activations in the chapter "
            "says.",
            "The error function is math.erf. It takes one number; np.vectorize makes a function "
            "of arrays out of it, or you write a loop over the entries.",
            "The probability that a standard normal number is below z comes from erf of z/√2, "
            "moved and scaled so that it runs from 0 to 1. At z = 0 it is one half.",
        ),
    ),
    Exercise(
        "structure.gelu_derivative",
        points=3,
        checks=(
            Gradient(everyday_and_zero, of="structure.gelu", elementwise=True, share=2.5),
            Values(single_precision, title="dtype", share=0.25),
            Gradient(
                extreme, of="structure.gelu", elementwise=True, title="large numbers", share=0.25
            ),
        ),
        result="the derivative",
        hints=(
            "GELU is a product of two functions of z. Which rule of calculus is for products?",
            "The derivative of a probability of being below z is the density at z: the bell "
            "curve of the standard normal distribution.",
            "Two terms: the probability itself, and z times the bell curve. The bell curve is an "
            "exponential of minus half the square of z, divided by √(2π).",
        ),
    ),
    Exercise(
        "structure.layer",
        points=2,
        core=True,
        checks=(
            Values(layer_cases, share=1.5),
            Values(layer_single_precision, title="dtype", share=0.5),
        ),
        result="the output",
        drive=with_activation,
        hints=(
            "A layer does what a neuron does, for every sample and every neuron at once. "
            "Begin with the shapes: (n, d_in) and (d_in, d_out) should give (n, d_out).",
            "Which product of two matrices sums over the axis of length d_in that they share?",
            "After the matrix product there is one row for each sample. b has one entry for each "
            "column and is added to every row by itself; activation comes last.",
        ),
    ),
    Exercise(
        "structure.layer_shapes",
        points=1,
        core=True,
        checks=(Values(sizes_cases),),
        result="shapes",
        hints=(
            "How many layers has a network with the sizes [784, 16, 10]? One fewer than there are "
            "numbers: the inputs are no layer of weights.",
            "Every layer stands between two neighboring sizes: what comes in and what goes out.",
            "Pair each size with the next one; zip of the list with itself moved by one does it. "
            "A tuple with one entry needs its comma.",
        ),
    ),
    Exercise(
        "structure.count_parameters",
        points=1,
        core=True,
        checks=(Values(sizes_cases),),
        result="the count",
        hints=(
            "Count by hand for [2, 2, 1] first. The chapter has that network; it has nine "
            "parameters.",
            "A layer has a weight for every pair of an input and a neuron, and a bias for every "
            "neuron.",
            "Go through neighboring sizes, add up what each layer has. Your layer_shapes gives "
            "the shapes, if you like: an array has as many entries as its shape's product.",
        ),
    ),
    Exercise(
        "structure.xor_weights",
        points=3,
        checks=(Property("computes XOR", weights_case, computes_xor),),
        result="the network",
        hints=(
            "Let the first hidden neuron count the inputs that are 1. For three of the four "
            "inputs its output is already XOR. Which one is left, and by how much is it off?",
            "Let the second hidden neuron be 0 everywhere except at the input that is left: "
            "the same weights as the first, and a bias that holds it back until both inputs are 1.",
            "The output neuron takes the first hidden neuron as it is, and subtracts as much of "
            "the second as is needed to bring (1, 1) down to 0.",
        ),
    ),
]
