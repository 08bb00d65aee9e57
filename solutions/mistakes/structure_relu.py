"""Wrong and alternative implementations of the ReLU, its derivative, and that of the leaky ReLU."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import leaky_relu_derivative, relu, relu_derivative

# relu


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


# relu_derivative


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


# leaky_relu_derivative


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
