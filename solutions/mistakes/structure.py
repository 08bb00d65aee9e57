"""Wrong and alternative implementations of the exercises of `structure`."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import (
    count_parameters,
    gelu,
    gelu_derivative,
    layer,
    layer_shapes,
    leaky_relu_derivative,
    neuron,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    tanh_derivative,
    xor_weights,
)

# neuron ------------------------------------------------------------------------------------------


@mistake(
    of=neuron,
    says="The activation is missing: this is the weighted sum plus the bias, z, and the neuron's "
    "output is activation(z).",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def without_activation(x, w, b, activation):
    return x @ w + b


@mistake(
    of=neuron,
    says="The bias is missing: z is the weighted sum plus b.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def without_bias(x, w, b, activation):
    return activation(x @ w)


@mistake(
    of=neuron,
    says="The bias is added after the activation. It belongs inside: it moves the point where the "
    "activation begins to answer.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def bias_outside(x, w, b, activation):
    return activation(x @ w) + b


@mistake(
    of=neuron,
    says="x * w multiplies entry by entry and gives one number for each input. A neuron adds these "
    "products up: x @ w.",
    look="A neuron gives one number, however many inputs it has. Print the shape of each step.",
)
def products_not_summed(x, w, b, activation):
    return activation(x * w + b)


@mistake(
    of=neuron,
    says="b is subtracted. A threshold is subtracted; a bias is added.",
    look="What should b = 1 do to z, and what does it do in your code?",
)
def bias_as_threshold(x, w, b, activation):
    return activation(x @ w - b)


@mistake(
    of=neuron,
    says="The activation is applied to the inputs. A neuron applies it once, to the weighted sum "
    "plus the bias.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def inputs_activated(x, w, b, activation):
    return activation(x) @ w + b


@mistake(
    of=neuron,
    says="The activation is always tanh. Call the function that comes in as the argument "
    "activation.",
)
def own_activation(x, w, b, activation):
    return np.tanh(x @ w + b)


@alternative(of=neuron)
def with_a_loop(x, w, b, activation):
    z = b
    for i in range(len(x)):
        z = z + x[i] * w[i]
    return activation(z)


@alternative(of=neuron)
def bias_as_a_weight(x, w, b, activation):
    return activation(np.append(x, 1.0) @ np.append(w, b))


@alternative(of=neuron)
def sum_in_an_array_without_axes(x, w, b, activation):
    return np.array(activation(b + np.sum(w[::-1] * x[::-1])))


# sigmoid -----------------------------------------------------------------------------------------


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


# sigmoid_derivative ------------------------------------------------------------------------------


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


# tanh_derivative ---------------------------------------------------------------------------------


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


# relu --------------------------------------------------------------------------------------------


@mistake(
    of=relu,
    says="z[z < 0] = 0 writes into the caller's array. Make a new one: np.maximum does, and so does "
    "z.copy().",
    look="Which line writes into an array, and to whom does that array belong?",
)
def negatives_overwritten(z):
    z[z < 0] = 0
    return z


@mistake(
    of=relu,
    says="Python's max(0, z), and if z > 0 as well, want one answer, yes or no. An array of many "
    "numbers has many. np.maximum compares entry by entry.",
)
def max_of_python(z):
    return max(0, z)


@mistake(
    of=relu,
    says="np.max(z, 0) is the largest entry along axis 0: its second argument is an axis. "
    "np.maximum(z, 0) compares each entry with 0.",
    look="The shape of what comes back differs from that of z. Which line changes it?",
)
def largest_along_an_axis(z):
    return np.max(z, 0)


@mistake(
    of=relu,
    says="z > 0 says where a neuron is active. ReLU returns z itself there, not True.",
    look="What should come back for 2.5, and what does?",
)
def truth_values(z):
    return z > 0


@mistake(
    of=relu,
    says="This is the absolute value: a negative number comes back positive. ReLU makes it 0.",
)
def absolute_value(z):
    return np.abs(z)


@mistake(
    of=relu,
    says="This keeps the negative entries. ReLU keeps the positive ones: the larger of z and 0, not "
    "the smaller.",
    look="What should come back for 2.5 and for -2.5? What does?",
)
def smaller_of_the_two(z):
    return np.minimum(z, 0)


@mistake(
    of=relu,
    says="The output is cut off at 1. ReLU has no upper limit.",
    look="Small entries are right, large ones are not. What should come back for 2.5?",
)
def capped_at_one(z):
    return np.clip(z, 0, 1)


@mistake(
    of=relu,
    says="A list of Python numbers becomes a float64 array, so that float32 goes in and float64 "
    "comes out. Say np.array(…, dtype=z.dtype), or compare the whole array at once.",
)
def list_of_python_numbers(z):
    return np.array([max(0.0, float(v)) for v in z.ravel()]).reshape(z.shape)


@alternative(of=relu)
def times_the_mask(z):
    return z * (z > 0)


@alternative(of=relu)
def mean_of_z_and_its_size(z):
    return np.asfortranarray((z + np.abs(z)) / 2)


@alternative(of=relu)
def copied_then_overwritten(z):
    out = z.copy()
    out[out < 0] = 0
    return out


@alternative(of=relu)
def chosen_by_where(z):
    return np.where(z > 0, z, 0)


@alternative(of=relu)
def a_loop_that_keeps_the_dtype(z):
    flat = np.zeros(z.size, dtype=z.dtype)
    for i, v in enumerate(z.ravel()):
        if v > 0:
            flat[i] = v
    return flat.reshape(z.shape)


# relu_derivative ---------------------------------------------------------------------------------


@mistake(
    of=relu_derivative,
    says="z > 0 gives True and False, which cannot be multiplied and added like numbers "
    "everywhere (-mask and mask - mask fail). Turn them into numbers of z's dtype.",
)
def truth_values_as_slope(z):
    return z > 0


@mistake(
    of=relu_derivative,
    says="np.where(z > 0, 1, 0) chooses between whole numbers, so that the result has an integer "
    "dtype. Give it z's dtype.",
)
def whole_numbers(z):
    return np.where(z > 0, 1, 0)


@mistake(
    of=relu_derivative,
    says="astype(float) always makes float64, so that float32 goes in and float64 comes out. "
    "astype(z.dtype) keeps the dtype.",
)
def always_float64(z):
    return (z > 0).astype(float)


@mistake(
    of=relu_derivative,
    says="This is ReLU itself. Its slope where z is positive is 1, not z.",
)
def relu_itself(z):
    return np.maximum(z, 0)


@mistake(
    of=relu_derivative,
    says="This is the sign of z, the slope of |z|. ReLU is flat on the left: its slope there is 0.",
)
def slope_of_the_absolute_value(z):
    return np.sign(z)


@mistake(
    of=relu_derivative,
    says="The sides are exchanged: the slope is 1 where z is positive and 0 where it is negative.",
    look="Draw ReLU. On which side of 0 does it rise?",
)
def sides_exchanged(z):
    return (z < 0).astype(z.dtype)


@mistake(
    of=relu_derivative,
    says="The masks write into the caller's array. Make a new one, with np.zeros_like(z) or "
    "z.copy().",
    look="Which line writes into an array, and to whom does that array belong?",
)
def masks_on_the_argument(z):
    z[z <= 0] = 0
    z[z > 0] = 1
    return z


@mistake(
    of=relu_derivative,
    says="relu(z) / z divides zero by zero where z is exactly 0, which is NaN. At the kink any "
    "number from 0 to 1 will do, but it must be a number.",
)
def zero_over_zero(z):
    return np.maximum(z, 0) / z


@alternative(of=relu_derivative)
def one_at_the_kink(z):
    return (z >= 0).astype(z.dtype)


@alternative(of=relu_derivative)
def half_at_the_kink(z):
    return np.heaviside(z, np.asarray(0.5, dtype=z.dtype))


@alternative(of=relu_derivative)
def masks_on_a_copy(z):
    out = z.copy()
    out[z <= 0] = 0
    out[z > 0] = 1
    return np.asfortranarray(out)


@alternative(of=relu_derivative)
def a_loop_over_a_view(z):
    out = np.zeros_like(z)
    flat = out.reshape(-1)
    for i, v in enumerate(z.reshape(-1)):
        flat[i] = 1 if v > 0 else 0
    return out[...]


# leaky_relu_derivative ---------------------------------------------------------------------------


@mistake(
    of=leaky_relu_derivative,
    says="The sides are exchanged: the leak, slope, is on the left of 0; on the right the slope "
    "is 1.",
    look="Draw the leaky ReLU. On which side of 0 is it the plain line z?",
)
def leak_on_the_wrong_side(z, slope=0.01):
    return np.where(z > 0, slope, 1).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="This is the derivative of the plain ReLU. The leaky one still rises on the left, with "
    "slope.",
)
def without_the_leak(z, slope=0.01):
    return (z > 0).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="This is the leaky ReLU itself. Its derivative is how steep it is: 1 or slope, without z.",
    look="How steep is the straight line slope · z? Does that depend on z?",
)
def leaky_relu_itself(z, slope=0.01):
    return np.where(z > 0, z, slope * z).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="On the left this is slope · z, the function. The derivative of slope · z is slope.",
)
def left_piece_not_derived(z, slope=0.01):
    return np.where(z > 0, 1, slope * z).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="The leak is always 0.01: the argument slope is ignored. 0.01 is only its default.",
    look="One case is right, those with a slope of their own are wrong. Where does your code use "
    "slope?",
)
def slope_fixed(z, slope=0.01):
    return np.where(z > 0, 1, 0.01).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="The leak has the wrong sign. The leaky ReLU rises on the left too, a little: -3 is below "
    "-2, and so are their outputs.",
)
def leak_falls(z, slope=0.01):
    return np.where(z > 0, 1, -slope).astype(z.dtype)


@mistake(
    of=leaky_relu_derivative,
    says="The second assignment undoes the first: slope is positive, so that the entries just set "
    "to it are greater than 0 and become 1. Decide by z, not by the array that is being filled.",
)
def second_step_undoes_the_first(z, slope=0.01):
    out = z.copy()
    out[out <= 0] = slope
    out[out > 0] = 1
    return out


@mistake(
    of=leaky_relu_derivative,
    says="np.where between 1 and a Python float gives float64, so that float32 goes in and float64 "
    "comes out. Bring the result to z's dtype.",
)
def float64_from_where(z, slope=0.01):
    return np.where(z > 0, 1, slope)


@alternative(of=leaky_relu_derivative)
def slope_at_the_kink_or_one(z, slope=0.01):
    return np.where(z < 0, slope, 1.0).astype(z.dtype)


@alternative(of=leaky_relu_derivative)
def filled_by_masks(z, slope=0.01):
    out = np.ones_like(z)
    out[z <= 0] = slope
    return np.asfortranarray(out)


@alternative(of=leaky_relu_derivative)
def leak_plus_the_rest(z, slope=0.01):
    return (slope + (1 - slope) * np.heaviside(z, 0.5)).astype(z.dtype)


# gelu --------------------------------------------------------------------------------------------


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


# gelu_derivative ---------------------------------------------------------------------------------


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


# layer -------------------------------------------------------------------------------------------


@mistake(
    of=layer,
    says="The bias is missing: z is x @ w + b.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def bias_forgotten(x, w, b, activation):
    return activation(x @ w)


@mistake(
    of=layer,
    says="The activation is missing: without it, a layer is a weighted sum, and two of them are "
    "no more than one.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def activation_forgotten(x, w, b, activation):
    return x @ w + b


@mistake(
    of=layer,
    says="The bias is added after the activation; it belongs inside.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def bias_after_the_activation(x, w, b, activation):
    return activation(x @ w) + b


@mistake(
    of=layer,
    says="x * w multiplies entry by entry, which works only where the shapes happen to fit. A layer "
    "needs the matrix product, x @ w.",
    look="Write the shape of each array beside it. Which product turns (n, d_in) and (d_in, d_out) "
    "into (n, d_out)?",
)
def star_for_at(x, w, b, activation):
    return activation(x * w + b)


@mistake(
    of=layer,
    says="w is transposed. Here its rows belong to the inputs and its columns to the neurons, so "
    "x @ w fits as it is; x @ w.T fits only where w is square.",
    look="Write the shape of each array beside it. Which axes does your product sum over?",
)
def weights_transposed(x, w, b, activation):
    return activation(x @ w.T + b)


@mistake(
    of=layer,
    says="The product is the wrong way round: samples are rows, so x stands on the left, x @ w.",
    look="Write the shape of each array beside it. Which axes does your product sum over?",
)
def weights_on_the_left(x, w, b, activation):
    return activation(w @ x + b)


@mistake(
    of=layer,
    says="b[:, None] gives each sample a bias of its own. A bias belongs to a neuron, a column: "
    "plain + b adds it to every row.",
    look="b has one entry for each neuron. Are the neurons the rows of x @ w, or its columns?",
)
def bias_for_each_sample(x, w, b, activation):
    return activation(x @ w + b[:, None])


@mistake(
    of=layer,
    says="np.zeros((n, d_out)) is always float64, so that float32 goes in and float64 comes out. "
    "The matrix product keeps the dtype, and needs no loop.",
)
def filled_in_float64(x, w, b, activation):
    out = np.zeros((x.shape[0], w.shape[1]))
    for i in range(x.shape[0]):
        out[i] = activation(x[i] @ w + b)
    return out


@alternative(of=layer)
def neuron_by_neuron(x, w, b, activation):
    rows = [[neuron(sample, w[:, j], b[j], activation) for j in range(len(b))] for sample in x]
    return np.array(rows, dtype=x.dtype)


@alternative(of=layer)
def with_einsum(x, w, b, activation):
    return activation(np.einsum("ni,io->no", x, w) + b[None, :])


@alternative(of=layer)
def columns_as_rows(x, w, b, activation):
    return activation((w.T @ x.T + b[:, None]).T)


@alternative(of=layer)
def bias_as_a_row_of_weights(x, w, b, activation):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return activation(np.hstack([x, ones]) @ np.vstack([w, b]))


# layer_shapes ------------------------------------------------------------------------------------


@mistake(
    of=layer_shapes,
    says="The shape of w is reversed. Here w is (inputs, neurons), so that x @ w fits.",
    look="For the digit classifier, x is (n, 784). Which shape of w makes x @ w fit?",
)
def neurons_before_inputs(sizes):
    from itertools import pairwise

    return [((d_out, d_in), (d_out,)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="(d_out) is a number in parentheses. A tuple of one entry needs its comma: (d_out,).",
    look="What is type((3)) in Python, and what is type((3,))?",
)
def comma_missing(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (d_out)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="There is a bias for each neuron of the layer, not for each input: b has as many entries "
    "as w has columns.",
    look="b is added to x @ w, which has one column for each neuron. How long must it be?",
)
def bias_for_each_input(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (d_in,)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="b is (1, d_out) here. The course's biases have one axis, (d_out,).",
    look="How many axes has b in the docstring of layer?",
)
def bias_as_a_row(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (1, d_out)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="The last layer is missing: the loop stops one pair too early. There is one layer fewer "
    "than there are sizes, not two.",
    look="Try sizes = [2, 1]. How many layers has it, and how many pairs do you return?",
)
def last_layer_missing(sizes):
    return [((sizes[i], sizes[i + 1]), (sizes[i + 1],)) for i in range(len(sizes) - 2)]


@mistake(
    of=layer_shapes,
    says="The inputs are no layer: they have no weights. A layer stands between two neighboring "
    "sizes, so the first pair is (sizes[0], sizes[1]).",
    look="Try sizes = [2, 1]. How many layers has it, and how many pairs do you return?",
)
def inputs_as_a_layer(sizes):
    before = [sizes[0], *sizes[:-1]]
    return [((d_in, d_out), (d_out,)) for d_in, d_out in zip(before, sizes, strict=True)]


@mistake(
    of=layer_shapes,
    says="The shapes stand in one flat list. Each layer is a pair: (shape of w, shape of b).",
    look="How long should the list be for [784, 16, 10], and how long is yours?",
)
def pairs_missing(sizes):
    from itertools import pairwise

    flat = []
    for d_in, d_out in pairwise(sizes):
        flat += [(d_in, d_out), (d_out,)]
    return flat


@mistake(
    of=layer_shapes,
    says="sizes.pop empties the caller's list. Read the list without changing it.",
    look="Which line makes sizes shorter, and who else still needs that list?",
)
def sizes_used_up(sizes):
    shapes = []
    d_in = sizes.pop(0)
    while sizes:
        d_out = sizes.pop(0)
        shapes.append(((d_in, d_out), (d_out,)))
        d_in = d_out
    return shapes


@alternative(of=layer_shapes)
def by_index(sizes):
    shapes = []
    for i in range(1, len(sizes)):
        shapes.append(((sizes[i - 1], sizes[i]), (sizes[i],)))
    return shapes


@alternative(of=layer_shapes)
def from_real_arrays(sizes):
    from itertools import pairwise

    return tuple(
        (np.empty((d_in, d_out)).shape, np.empty(d_out).shape) for d_in, d_out in pairwise(sizes)
    )


@alternative(of=layer_shapes)
def as_lists_of_numpy_integers(sizes):
    from itertools import pairwise

    counts = np.array(sizes)
    return [[[d_in, d_out], [d_out]] for d_in, d_out in pairwise(counts)]


# count_parameters --------------------------------------------------------------------------------


@mistake(
    of=count_parameters,
    says="The biases are missing: each layer has one for each of its neurons, besides its weights.",
    look="For [2, 2, 1] count by hand: there are six weights, and nine parameters.",
)
def biases_not_counted(sizes):
    from itertools import pairwise

    return sum(d_in * d_out for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="This counts the units. Parameters sit on the connections: a weight for each pair of an "
    "input and a neuron, and a bias for each neuron.",
    look="For [2, 2, 1] count by hand: there are nine parameters.",
)
def units_counted(sizes):
    return sum(sizes)


@mistake(
    of=count_parameters,
    says="The inputs are given biases. They are data: no weight leads to them, and no bias belongs "
    "to them.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def inputs_given_biases(sizes):
    from itertools import pairwise

    return sum(d_in * d_out for d_in, d_out in pairwise(sizes)) + sum(sizes)


@mistake(
    of=count_parameters,
    says="The biases are counted at the wrong end: a layer has one for each of its neurons, not for "
    "each of its inputs.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def biases_at_the_wrong_end(sizes):
    from itertools import pairwise

    return sum(d_in * d_out + d_in for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="There is one bias for each neuron, not one for each layer.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def one_bias_a_layer(sizes):
    from itertools import pairwise

    return sum(d_in * d_out + 1 for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="The last layer is missing: the loop stops one pair too early.",
    look="Try sizes = [2, 1]: two weights and one bias. What do you get?",
)
def last_layer_not_counted(sizes):
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 2))


@mistake(
    of=count_parameters,
    says="All sizes are multiplied with one another. Only neighboring layers are connected: "
    "multiply neighbors, then add.",
    look="A single layer is counted right, more layers are not. Which layers are connected with "
    "which?",
)
def all_sizes_multiplied(sizes):
    product = 1
    for size in sizes:
        product *= size
    return product + sum(sizes[1:])


@mistake(
    of=count_parameters,
    says="The inputs are connected with every later layer here. A layer sees only the one before "
    "it: its inputs are the neighboring size, not sizes[0].",
    look="Networks with one layer are right. What changes from the first layer to the second?",
)
def inputs_feed_every_layer(sizes):
    return sum(sizes[0] * d_out + d_out for d_out in sizes[1:])


@alternative(of=count_parameters)
def one_more_input_that_is_always_one(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += (sizes[i] + 1) * sizes[i + 1]
    return total


@alternative(of=count_parameters)
def as_products_of_shapes(sizes):
    return sum(int(np.prod(shape)) for pair in layer_shapes(sizes) for shape in pair)


@alternative(of=count_parameters)
def as_a_dot_product(sizes):
    counts = np.array(sizes)
    return counts[:-1] @ counts[1:] + counts[1:].sum()


# xor_weights -------------------------------------------------------------------------------------


@mistake(
    of=xor_weights,
    says="This is OR: the output is large at (1, 1) too. A hidden neuron that switches on only there "
    "can take it back, if its output weight is negative enough.",
    look="Three of the four outputs are right. What do the two hidden neurons give at (1, 1)?",
)
def computes_or():
    w1, b1 = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[1.0], [1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="This is AND. The neuron that switches on at (1, 1) is there, but nothing answers to a "
    "single 1.",
    look="The output is large where both inputs are 1, and only there. Where should it be large?",
)
def computes_and():
    w1, b1 = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([-1.0, 0.0])
    w2, b2 = np.array([[1.0], [0.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="This is the opposite of XOR: it is large where the inputs are equal. The output layer "
    "alone can turn it round: change the signs of w2, and b2.",
    look="All four outputs are on the wrong side. Which is the smallest change that exchanges the "
    "sides?",
)
def computes_xnor():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[-1.0], [2.0]]), np.array([1.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="No ReLU bends here: on the four inputs no hidden neuron goes from negative to positive, "
    "so that there the whole network is one linear function, which cannot compute XOR. Choose a bias "
    "that makes a neuron switch on between the inputs.",
    look="Compute the four values of z for each hidden neuron. Which are negative, which positive?",
)
def never_bends():
    w1, b1 = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[1.0], [1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="These weights compute XOR if the hidden neurons give 0 or 1, as a step or a steep sigmoid "
    "does. A ReLU is not 1 when it is on: it gives z, which grows.",
    look="Compute the outputs of the hidden neurons at (0, 1) and at (1, 1), with ReLU. Are they "
    "0 and 1?",
)
def made_for_a_step():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5])
    w2, b2 = np.array([[1.0], [-2.0]]), np.array([-0.5])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="The network tells the two kinds apart, but its outputs are not at least 0.75 and at most "
    "0.25. Scale w2 and move b2: the output layer alone can mend it.",
    look="The order of the four outputs is right. What do a factor on w2 and a change of b2 do to "
    "them?",
)
def margin_missed():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[0.5], [-1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="w2 is (1, 2), with the neurons in rows. Here w is (inputs, neurons): two inputs and one "
    "neuron make (2, 1). (Have a look at w1 too: it is square, so its shape cannot tell.)",
    look="The hidden layer gives (n, 2). Which shape of w2 makes the product with it (n, 1)?",
)
def neurons_in_rows():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[1.0, -2.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="w2 is a vector. As the weights of a layer it needs two axes, (inputs, neurons), also for "
    "a single neuron: np.array([[…], […]]).",
    look="Ask your layer_shapes for [2, 2, 1].",
)
def output_weights_flat():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([1.0, -2.0]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="The four arrays stand in one flat list. Each layer is a pair: [(w1, b1), (w2, b2)].",
    look="How long should the list be, for a network of two layers?",
)
def pairs_flattened():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[1.0], [-2.0]]), np.array([0.0])
    return [w1, b1, w2, b2]


@alternative(of=xor_weights)
def one_neuron_for_each_answer():
    """Each hidden neuron answers to one of (0, 1) and (1, 0)."""
    w1, b1 = np.array([[1, -1], [-1, 1]]), np.array([0, 0])
    return [(w1, b1), (np.array([[1], [1]]), np.array([0]))]


@alternative(of=xor_weights)
def from_above():
    """Both kinks are taken away from a constant: one at (0, 0), one at (1, 1)."""
    w1 = np.asfortranarray([[-3.0, 2.0], [-3.0, 2.0]])
    b1 = np.array([3.0, -2.0])
    return ((w1, b1), (np.array([[-0.5, -0.5]]).T, np.array([1.25])))


@alternative(of=xor_weights)
def found_by_scaling():
    w1, b1 = np.array([[4.0, 0.5], [4.0, 0.5]]), np.array([0.0, -0.5])
    return [(w1, b1), (np.array([[25.0], [-400.0]]), np.zeros(1))]
