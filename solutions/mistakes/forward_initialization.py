"""Wrong and alternative implementations of drawing the initial weights."""

from __future__ import annotations

import numpy as np

from solutions.forward import he_init, xavier_init
from solutions.mistakes import alternative, mistake

# initialization


def _zeros(d_in, d_out, rng):
    return np.zeros((d_in, d_out))


def _too_small(d_in, d_out, rng):
    return 0.01 * rng.normal(size=(d_in, d_out))


def _unscaled(d_in, d_out, rng):
    return rng.normal(size=(d_in, d_out))


def _repeated(reference, axis):
    def repeat(d_in, d_out, rng):
        w = reference(d_in, d_out, rng)
        return np.broadcast_to(w.take([0], axis), w.shape) * np.ones(w.shape)

    return repeat


COMMON = "The spread must follow from the size of the layer, so that the signal keeps its strength."
ZEROS = (
    "All weights are 0: all units of a layer compute the same, get the same gradient and stay "
    "identical for ever. Random weights break the symmetry."
)
TOO_SMALL = f"The weights have the fixed standard deviation 0.01. {COMMON} This one dies out."
UNSCALED = f"The weights have standard deviation 1, whatever the layer. {COMMON} This one explodes."
GLOBAL = (
    "The numbers come from NumPy's global generator (np.random.randn and its kin) or from one made "
    "without a seed. Draw with the methods of rng, or nobody can repeat the run."
)
OWN = (
    "The function makes a generator of its own with a fixed seed: every layer starts with the same "
    "numbers, and the caller's rng is ignored."
)
LOPSIDED = (
    "The weights are drawn around a mean that is not 0: rng.random and rng.uniform without limits "
    "give numbers from 0 to 1. Then all units lean the same way."
)
COLUMNS = (
    "All units got the same weights: one column is drawn and repeated. They will stay identical, as "
    "with zeros. Draw (d_in, d_out) numbers."
)
ROWS = "All inputs got the same weights: one row is drawn and repeated. Draw (d_in, d_out) numbers."
TRANSPOSED = "The array is transposed: it needs a row for each of the d_in inputs."
UNIFORM = (
    "The variance is right, but the weights are drawn from a uniform distribution. That is a good "
    "initialization too; the contract asks for the normal one."
)
LIMIT = (
    "A uniform distribution from -std to std has only a third of the variance std². The limits "
    "would have to be ±√3 std; and the contract asks for the normal distribution."
)
ROOT = (
    "The variance is given where the standard deviation belongs: the square root is forgotten, and "
    "the weights are far too small."
)
LOOK_SIZES = (
    "Print w.std() for a layer with 100 inputs and for one with 400: by the rule, the second should "
    "be smaller."
)
LOOK_ROOT = "Print w.std() and compare it with the standard deviation and the variance of the rule."


def _global(variance):
    def draw(d_in, d_out, rng):
        return np.random.randn(d_in, d_out) * np.sqrt(variance(d_in, d_out))

    return draw


def _init_mistakes(of, variance):
    """The mistakes that both rules invite, for the rule whose variance this is."""

    def register(name, says, function, look=""):
        def wrong(d_in, d_out, rng):
            return function(d_in, d_out, rng)

        wrong.__name__ = wrong.__qualname__ = name
        mistake(of=of, says=says, look=look)(wrong)

    def std(d_in, d_out):
        return np.sqrt(variance(d_in, d_out))

    register("zeros", ZEROS, _zeros)
    register("too_small", TOO_SMALL, _too_small, LOOK_SIZES)
    register("unscaled", UNSCALED, _unscaled, LOOK_SIZES)
    register("root_forgotten", ROOT,
             lambda d_in, d_out, rng: rng.normal(0, variance(d_in, d_out), (d_in, d_out)), LOOK_ROOT)  # fmt: skip
    register("std_as_uniform_limit", LIMIT,
             lambda d_in, d_out, rng: rng.uniform(-1, 1, (d_in, d_out)) * std(d_in, d_out))  # fmt: skip
    register("uniform", UNIFORM, lambda d_in, d_out, rng: rng.uniform(-1, 1, (d_in, d_out))
             * np.sqrt(3) * std(d_in, d_out))  # fmt: skip
    register("lopsided", LOPSIDED,
             lambda d_in, d_out, rng: rng.random((d_in, d_out)) * std(d_in, d_out))  # fmt: skip
    register("repeated_columns", COLUMNS, _repeated(of, 1))
    register("repeated_rows", ROWS, _repeated(of, 0))
    register("transposed", TRANSPOSED, lambda d_in, d_out, rng: of(d_in, d_out, rng).T)
    register("global_generator", GLOBAL, _global(variance))
    register("own_generator", OWN,
             lambda d_in, d_out, rng: of(d_in, d_out, np.random.default_rng(0)))  # fmt: skip


_init_mistakes(xavier_init, lambda d_in, d_out: 2 / (d_in + d_out))
_init_mistakes(he_init, lambda d_in, d_out: 2 / d_in)


@mistake(
    of=xavier_init,
    says="This is He's rule, which looks at fan-in alone. Xavier's weighs fan-in and fan-out.",
)
def he_instead(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(2 / d_in), (d_in, d_out))


@mistake(
    of=xavier_init,
    says="The variance is 1 / fan-in, which keeps the forward signal alone. Xavier's rule weighs "
    "fan-in and fan-out.",
)
def fan_in_only(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(1 / d_in), (d_in, d_out))


@mistake(
    of=xavier_init,
    says="The 2 is missing: the variance is 1 over the average of fan-in and fan-out, not over "
    "their sum.",
)
def two_forgotten(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(1 / (d_in + d_out)), (d_in, d_out))


@mistake(
    of=xavier_init,
    says="√(6 / (fan-in + fan-out)) is the limit of Xavier's uniform form. As the standard deviation "
    "of a normal distribution it is √3 times too large.",
)
def uniform_limit_as_std(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(6 / (d_in + d_out)), (d_in, d_out))


@alternative(of=xavier_init)
def scaled_afterwards(d_in, d_out, rng):
    return rng.standard_normal((d_in, d_out)) / np.sqrt((d_in + d_out) / 2)


@alternative(of=xavier_init)
def row_by_row(d_in, d_out, rng):
    return np.array(
        [rng.normal(scale=(2 / (d_in + d_out)) ** 0.5, size=d_out) for _ in range(d_in)]
    )


@mistake(
    of=he_init,
    says="The variance is 2 / fan-out. For the forward pass it is fan-in that counts: a unit sums "
    "d_in products. Fan-in is the number of rows of w.",
)
def fan_out(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(2 / d_out), (d_in, d_out))


@mistake(
    of=he_init,
    says="This is Xavier's rule, which weighs fan-in and fan-out. He's looks at fan-in alone.",
)
def xavier_instead(d_in, d_out, rng):
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), (d_in, d_out))


@mistake(
    of=he_init,
    says="The variance is 1 / fan-in. ReLU halves the mean square of the signal; He's rule makes up "
    "for it with a factor of 2.",
    look="The variance of your weights is half of what it should be.",
)
def two_forgotten(d_in, d_out, rng):  # noqa: F811
    return rng.normal(0, np.sqrt(1 / d_in), (d_in, d_out))


@alternative(of=he_init)
def with_standard_normal(d_in, d_out, rng):
    return rng.standard_normal((d_in, d_out)) * (2 / d_in) ** 0.5


@alternative(of=he_init)
def drawn_transposed(d_in, d_out, rng):
    return rng.normal(scale=np.sqrt(2.0 / d_in), size=(d_out, d_in)).T


@alternative(of=he_init)
def drawn_as_a_list(d_in, d_out, rng):
    return np.sqrt(2 / d_in) * rng.standard_normal(d_in * d_out).reshape(d_in, d_out)
