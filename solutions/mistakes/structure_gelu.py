"""Wrong and alternative implementations of the GELU and its derivative."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import gelu, gelu_derivative, sigmoid

# gelu


@mistake(
    of=gelu,
    says="This is the approximation of GELU by tanh, which is a little off everywhere. The exact "
    "form uses the error function, math.erf.",
    look="Your numbers are close, but no rounding explains the difference. Is the formula exact, or "
    "an approximation?",
)
def approximated_by_tanh(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi).astype(z.dtype) * (z + 0.044715 * z**3)))


@mistake(
    of=gelu,
    says="z · σ(1.702 z) is an approximation of GELU. The exact form uses the error function, "
    "math.erf.",
    look="Your numbers are close, but no rounding explains the difference. Is the formula exact, or "
    "an approximation?",
)
def approximated_by_the_sigmoid(z):
    return z * sigmoid(1.702 * z)


@mistake(
    of=gelu,
    says="z · σ(z) is SiLU, also called swish. GELU has the normal distribution's probability in "
    "the place of the sigmoid.",
    look="Which function multiplies z in the table of activations?",
)
def silu_instead(z):
    return z * sigmoid(z)


@mistake(
    of=gelu,
    says="This is the probability Φ(z) alone. GELU multiplies it by z.",
    look="For large z, GELU is nearly z. What is yours?",
)
def probability_alone(z):
    from math import erf

    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2)))).astype(z.dtype)


@mistake(
    of=gelu,
    says="The √2 is missing: Φ(z) has erf of z/√2, because the error function belongs to a bell "
    "curve of another width.",
    look="Compare with a table: a normal number is below 1 with probability 0.841. What is the "
    "probability in your code for z = 1?",
)
def root_of_two_missing(z):
    from math import erf

    return (0.5 * z * (1 + np.vectorize(erf)(z))).astype(z.dtype)


@mistake(
    of=gelu,
    says="The 1 + is missing: erf runs from -1 to 1, a probability from 0 to 1.",
    look="Which values does your probability take? Try z = -3, 0 and 3.",
)
def one_plus_missing(z):
    from math import erf

    return (0.5 * z * np.vectorize(erf)(z / np.sqrt(2))).astype(z.dtype)


@mistake(
    of=gelu,
    says="The factor 1/2 is missing: 1 + erf runs from 0 to 2, a probability from 0 to 1.",
    look="For large z, GELU is nearly z. What is yours?",
)
def half_missing(z):
    from math import erf

    return (z * (1 + np.vectorize(erf)(z / np.sqrt(2)))).astype(z.dtype)


@mistake(
    of=gelu,
    says="This multiplies z by the density, the bell curve φ(z). GELU needs the probability Φ(z), "
    "the area under the bell curve to the left of z.",
    look="For large z, GELU is nearly z. What is yours?",
)
def density_for_probability(z):
    return (z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)).astype(z.dtype)


@mistake(
    of=gelu,
    says="np.vectorize(erf) returns float64 whatever it is given, so that float32 goes in and "
    "float64 comes out. Bring the result back to z's dtype.",
)
def float64_from_vectorize(z):
    from math import erf

    return z * 0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2)))


@alternative(of=gelu)
def by_the_complement(z):
    from math import erfc, sqrt

    flat = [v * 0.5 * erfc(-v / sqrt(2)) for v in z.ravel().tolist()]
    return np.array(flat, dtype=z.dtype).reshape(z.shape)


@alternative(of=gelu)
def by_the_normal_distribution(z):
    from statistics import NormalDist

    out = np.empty_like(z)
    for index in np.ndindex(z.shape):
        out[index] = z[index] * NormalDist().cdf(float(z[index]))
    return np.asfortranarray(out)


@alternative(of=gelu)
def half_of_z_plus_the_rest(z):
    from math import erf

    part = np.array([erf(v / 2**0.5) for v in z.ravel()], dtype=z.dtype).reshape(z.shape)
    return z / 2 + z * part / 2


# gelu_derivative


@mistake(
    of=gelu_derivative,
    says="The second term of the product rule is missing: Φ(z) depends on z too, and its "
    "derivative is the bell curve.",
    look="GELU is z times another function of z. How many terms has the derivative of a product?",
)
def second_term_missing(z):
    from math import erf

    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2)))).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="The factor z of the second term is missing: the product rule gives Φ(z) + z · φ(z).",
    look="Your code is right at z = 1 and far away from 0, and nowhere else. Which factor is 1 at "
    "z = 1?",
)
def factor_z_missing(z):
    from math import erf

    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) + density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="The bell curve is not normalized: the density is exp(-z²/2) divided by √(2π).",
    look="The area under a density is 1. What is the height of yours at z = 0, and what should it "
    "be?",
)
def density_not_normalized(z):
    from math import erf

    density = np.exp(-(z**2) / 2)
    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) + z * density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="The bell curve has exp(-z²) where it should have exp(-z²/2): the standard normal "
    "density.",
    look="Differentiate the error function step by step. What becomes of the √2 inside, when it is "
    "squared?",
)
def half_in_the_exponent_missing(z):
    from math import erf

    density = np.exp(-(z**2)) / np.sqrt(2 * np.pi)
    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) + z * density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="The second term has the wrong sign. Φ(z) grows with z, so its derivative, the bell curve, "
    "is positive.",
    look="At z = 1.5, GELU is a little steeper than ReLU, whose slope is 1. Is yours?",
)
def second_term_subtracted(z):
    from math import erf

    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) - z * density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="The bell curve is differentiated as well. The derivative of Φ is φ itself; the product "
    "rule needs no derivative of φ.",
    look="Write down u, v, u′ and v′ of the product u · v = z · Φ(z). Which of them is your second "
    "term made of?",
)
def density_derived_too(z):
    from math import erf

    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return (0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) - z**2 * density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="gelu(z) / z divides zero by zero where z is exactly 0, which is NaN. Compute the "
    "probability by itself.",
)
def probability_by_division(z):
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return (gelu(z) / z + z * density).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="This is the derivative of z · σ(1.702 z), an approximation of GELU. The exact form uses "
    "the error function.",
    look="Your numbers are close, but no rounding explains the difference. Is the function that you "
    "differentiate exact?",
)
def derivative_of_the_approximation(z):
    a = sigmoid(1.702 * z)
    return a + 1.702 * z * a * (1 - a)


@mistake(
    of=gelu_derivative,
    says="This is the derivative of GELU's approximation by tanh. The exact form uses the error "
    "function.",
    look="Your numbers are close, but no rounding explains the difference. Is the function that you "
    "differentiate exact?",
)
def derivative_of_the_tanh_form(z):
    c = np.sqrt(2 / np.pi)
    a = np.tanh(c * (z + 0.044715 * z**3))
    return (0.5 * (1 + a) + 0.5 * z * (1 - a**2) * c * (1 + 3 * 0.044715 * z**2)).astype(z.dtype)


@mistake(
    of=gelu_derivative,
    says="np.vectorize(erf) returns float64 whatever it is given, so that float32 goes in and "
    "float64 comes out. Bring the result back to z's dtype.",
)
def slope_in_float64(z):
    from math import erf

    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return 0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2))) + z * density


@alternative(of=gelu_derivative)
def by_a_loop_and_the_complement(z):
    from math import erfc, exp, pi, sqrt

    out = np.empty_like(z)
    for index in np.ndindex(z.shape):
        v = float(z[index])
        out[index] = 0.5 * erfc(-v / sqrt(2)) + v * exp(-v * v / 2) / sqrt(2 * pi)
    return out


@alternative(of=gelu_derivative)
def by_pdf_and_cdf(z):
    from statistics import NormalDist

    normal = NormalDist()
    flat = [normal.cdf(v) + v * normal.pdf(v) for v in z.ravel().tolist()]
    return np.asfortranarray(np.array(flat, dtype=z.dtype).reshape(z.shape))
