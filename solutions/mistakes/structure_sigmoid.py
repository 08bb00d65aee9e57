"""Wrong and alternative implementations of the sigmoid and its derivative, and of that of tanh."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import sigmoid, sigmoid_derivative, tanh_derivative

# sigmoid


@mistake(
    of=sigmoid,
    says="exp(z) overflows to infinity where z is large, and infinity divided by infinity is NaN. "
    "Arrange the fraction so that the exponent is never positive: exp(-|z|).",
)
def overflowing(z):
    e = np.exp(z)
    return e / (1 + e)


@mistake(
    of=sigmoid,
    says="The sign in the exponent is wrong: this falls from 1 to 0. The sigmoid rises from 0 to 1.",
    look="Should the sigmoid of 5 be near 0 or near 1? What is yours?",
)
def falling(z):
    return 1 / (1 + np.exp(z))


@mistake(
    of=sigmoid,
    says="1 / (1 + exp(-|z|)) is stable, but right only where z is positive: where z is negative, "
    "the fraction has exp(-|z|) above the line instead of 1.",
)
def same_on_both_sides(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@mistake(
    of=sigmoid,
    says="Parentheses are missing: 1 / 1 + exp(-z) is 1 + exp(-z), because a division comes before "
    "a sum.",
    look="Compute sigmoid(0) by hand: it is one half. What is yours, and how did it come about?",
)
def parentheses_missing(z):
    return 1 / 1 + np.exp(-z)


@mistake(
    of=sigmoid,
    says="This is tanh. It has the same shape, but runs from -1 to 1; the sigmoid runs from 0 to 1.",
    look="Which numbers can a sigmoid never return? Does yours return some of them?",
)
def tanh_instead(z):
    return np.tanh(z)


@mistake(
    of=sigmoid,
    says="out = z gives z a second name and copies nothing, so that writing into out changes the "
    "caller's array. Make room with np.empty_like(z).",
    look="Which line writes into an array, and to whom does that array belong?",
)
def written_into_the_argument(z):
    positive = z >= 0
    out = z
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


@mistake(
    of=sigmoid,
    says="np.zeros(z.shape) is always float64, so that float32 goes in and float64 comes out. "
    "np.zeros_like(z) takes over the dtype as well as the shape.",
)
def room_in_float64(z):
    out = np.zeros(z.shape)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


@alternative(of=sigmoid)
def by_the_formula_with_a_warning(z):
    """exp overflows and NumPy warns, but 1 / infinity is 0, which is right."""
    return 1 / (1 + np.exp(-z))


@alternative(of=sigmoid)
def by_tanh(z):
    return (np.tanh(z / 2) + 1) / 2


@alternative(of=sigmoid)
def by_masks(z):
    out = np.empty_like(z)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


@alternative(of=sigmoid)
def by_a_loop_as_a_fortran_view(z):
    from math import exp

    flat = [1 / (1 + exp(-v)) if v >= 0 else exp(v) / (1 + exp(v)) for v in z.ravel().tolist()]
    out = np.array(flat, dtype=z.dtype).reshape(z.shape)
    return np.asfortranarray(out)[...]


@alternative(of=sigmoid)
def with_the_exponent_clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -80, 80)))


# sigmoid_derivative


@mistake(
    of=sigmoid_derivative,
    says="This is z(1 - z). In a(1 - a) the letter a is the sigmoid's output: compute it first.",
    look="The slope of the sigmoid lies between 0 and 1/4, whatever z is. Does yours?",
)
def z_for_a(z):
    return z * (1 - z)


@mistake(
    of=sigmoid_derivative,
    says="1 - a² is the derivative of tanh in terms of its output. The sigmoid has another one.",
    look="At z = 0 the sigmoid rises by a quarter for each step of one. What is your slope there?",
)
def rule_of_tanh(z):
    return 1 - sigmoid(z) ** 2


@mistake(
    of=sigmoid_derivative,
    says="The sigmoid is applied twice: z is its input, so one call gives a. (Code that stores a "
    "instead of z looks like this, but there is no such store here.)",
    look="How often is the sigmoid computed between z and the slope? Follow z = 0 through your code.",
)
def sigmoid_twice(z):
    a = sigmoid(sigmoid(z))
    return a * (1 - a)


@mistake(
    of=sigmoid_derivative,
    says="exp(-z) overflows where z is very negative, and infinity divided by infinity is NaN. "
    "Written with the output of your sigmoid, the slope needs no new exponential.",
)
def quotient_overflows(z):
    e = np.exp(-z)
    return e / (1 + e) ** 2


@mistake(
    of=sigmoid_derivative,
    says="The sign is wrong: the derivative of exp(-z) is -exp(-z), and its minus cancels the one "
    "that comes from 1/u. The sigmoid rises, so its slope is positive.",
    look="Does the sigmoid rise or fall? Which sign has its slope?",
)
def inner_sign_forgotten(z):
    a = sigmoid(z)
    return -a * (1 - a)


@mistake(
    of=sigmoid_derivative,
    says="The chain rule stops halfway: the derivative of 1/u is -1/u², but u = 1 + exp(-z) "
    "depends on z too, and its derivative is a factor.",
    look="The sigmoid rises everywhere. Is your slope positive everywhere?",
)
def inner_derivative_forgotten(z):
    return -(sigmoid(z) ** 2)


@mistake(
    of=sigmoid_derivative,
    says="Parentheses are missing: a * 1 - a is a - a, which is zero, because a product comes "
    "before a difference.",
    look="Every entry is 0. Do the last line by hand with a = 1/2, in the order Python does it.",
)
def product_before_difference(z):
    a = sigmoid(z)
    return a * 1 - a


@alternative(of=sigmoid_derivative)
def from_both_sides(z):
    return sigmoid(z) * sigmoid(-z)


@alternative(of=sigmoid_derivative)
def output_less_its_square(z):
    a = 1 / (1 + np.exp(-z))
    return np.asfortranarray(a - a**2)


@alternative(of=sigmoid_derivative)
def stable_quotient(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


# tanh_derivative


@mistake(
    of=tanh_derivative,
    says="The square is missing: this is 1 - tanh(z), and the derivative is 1 - tanh²(z).",
    look="tanh is steepest at 0 and equally steep at z and -z. Is your slope?",
)
def square_missing(z):
    return 1 - np.tanh(z)


@mistake(
    of=tanh_derivative,
    says="This is 1 - z². The square is taken of tanh's output, not of its input.",
    look="The slope of tanh lies between 0 and 1, whatever z is. Does yours?",
)
def square_of_the_input(z):
    return 1 - z**2


@mistake(
    of=tanh_derivative,
    says="The square is in the wrong place: (1 - a)² is not 1 - a².",
    look="tanh is equally steep at z and -z. Is your slope?",
)
def whole_squared(z):
    return (1 - np.tanh(z)) ** 2


@mistake(
    of=tanh_derivative,
    says="a(1 - a) is the derivative of the sigmoid in terms of its output. tanh has another one.",
    look="Near 0, tanh(z) is nearly z, so its slope there is 1. What is yours?",
)
def rule_of_the_sigmoid(z):
    a = np.tanh(z)
    return a * (1 - a)


@mistake(
    of=tanh_derivative,
    says="tanh is applied twice: z is its input, so one call gives the output.",
    look="How often is tanh computed between z and the slope? Follow z = 1 through your code.",
)
def tanh_twice(z):
    return 1 - np.tanh(np.tanh(z)) ** 2


@mistake(
    of=tanh_derivative,
    says="The exponentials overflow where |z| is large, and infinity divided by infinity is NaN. "
    "np.tanh is computed in a way that does not.",
)
def exponentials_overflow(z):
    up, down = np.exp(z), np.exp(-z)
    return 1 - ((up - down) / (up + down)) ** 2


@mistake(
    of=tanh_derivative,
    says="1 / cosh(z) lacks its square: the derivative of tanh is 1 / cosh²(z).",
    look="At z = 0 your slope is right. Do the quotient rule for sinh / cosh once more: what stands "
    "below the line?",
)
def cosh_not_squared(z):
    return 1 / np.cosh(z)


@alternative(of=tanh_derivative)
def two_factors(z):
    a = np.tanh(z)
    return np.asfortranarray((1 - a) * (1 + a))


@alternative(of=tanh_derivative)
def one_over_cosh_squared(z):
    return 1 / np.cosh(z) ** 2


@alternative(of=tanh_derivative)
def from_the_sigmoid(z):
    a = sigmoid(2 * z)
    return 4 * a * (1 - a)
