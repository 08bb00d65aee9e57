"""Wrong and alternative implementations of the exercises of `forward`."""

from __future__ import annotations

import numpy as np

from solutions.forward import (
    find_the_leak,
    he_init,
    linear,
    log_softmax,
    minmax_scale,
    mlp_forward,
    one_hot,
    predict,
    softmax,
    standardize_apply,
    standardize_fit,
    xavier_init,
)
from solutions.mistakes import alternative, mistake

# linear


@mistake(of=linear, says="The bias is missing.")
def bias_forgotten(x, w, b):
    return x @ w


@mistake(
    of=linear,
    says="* multiplies entry by entry. Every unit needs a weighted sum of all inputs: that is the "
    "matrix product, @.",
)
def elementwise_product(x, w, b):
    return x * w + b


@mistake(
    of=linear,
    says="The weights are transposed. They have a row for each input and a column for each unit "
    "already. Only a square matrix lets this pass.",
)
def transposed_weights(x, w, b):
    return x @ w.T + b


@mistake(
    of=linear,
    says="The factors stand in the wrong order. With one sample a row, x comes first: (n, d_in) "
    "times (d_in, d_out). Many books write Wx, for one sample as a column.",
)
def weights_first(x, w, b):
    return w @ x + b


@mistake(
    of=linear,
    says="The bias is added to the weights, so that it is multiplied by the inputs. Add it to the "
    "products.",
)
def bias_inside(x, w, b):
    return x @ (w + b)


@mistake(
    of=linear,
    says="A ReLU is applied. A linear layer passes negative sums on as they are.",
)
def rectified(x, w, b):
    return np.maximum(x @ w + b, 0)


@mistake(
    of=linear,
    says="float32 comes in and float64 goes out: np.zeros makes float64 unless told otherwise. "
    "Give it dtype=x.dtype, or let x @ w make the array.",
)
def double_precision(x, w, b):
    z = np.zeros((len(x), w.shape[1]))
    for i in range(len(x)):
        z[i] = x[i] @ w + b
    return z


@mistake(
    of=linear,
    says="The bias is laid along the samples: each row gets one entry of it, where each column "
    "should.",
)
def bias_by_sample(x, w, b):
    return x @ w + b[:, None]


@alternative(of=linear)
def with_einsum(x, w, b):
    return np.einsum("ni,io->no", x, w) + b


@alternative(of=linear)
def sample_by_sample(x, w, b):
    return np.array([[row @ w[:, j] + b[j] for j in range(len(b))] for row in x])


@alternative(of=linear)
def transposed_view(x, w, b):
    return (w.T @ x.T + b[:, None]).T


@alternative(of=linear)
def bias_as_a_weight(x, w, b):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.vstack([w, b])


# mlp_forward


def _relu(z):
    return np.maximum(z, 0)


@mistake(
    of=mlp_forward,
    says="ReLU is applied to the last layer too. The logits of a class may be negative; cut off at "
    "0 they all look alike.",
)
def relu_at_the_end(x, parameters):
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="There is no ReLU between the layers: the whole chain is one linear layer, however deep.",
)
def without_relu(x, parameters):
    for w, b in parameters:
        x = x @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="ReLU stands before each layer instead of after it: it cuts the negative inputs off.",
)
def relu_before(x, parameters):
    for w, b in parameters:
        x = _relu(x) @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="Softmax is applied at the end. The function returns logits; the probabilities are "
    "another function's work.",
)
def probabilities_returned(x, parameters):
    return softmax(mlp_forward(x, parameters))


@mistake(
    of=mlp_forward,
    says="The network is taken to have exactly two layers. parameters may hold any number of pairs: "
    "use a loop.",
)
def two_layers_only(x, parameters):
    (w1, b1), (w2, b2) = parameters
    return _relu(x @ w1 + b1) @ w2 + b2


@mistake(
    of=mlp_forward,
    says="The biases are missing.",
)
def without_biases(x, parameters):
    return mlp_forward(x, [(w, np.zeros_like(b)) for w, b in parameters])


@mistake(
    of=mlp_forward,
    says="Every layer gets x, the input of the network. A layer's input is the output of the one "
    "before it.",
)
def input_again(x, parameters):
    a = x
    for w, b in parameters[:-1]:
        a = _relu(x @ w + b)
    w, b = parameters[-1]
    return a @ w + b


@mistake(
    of=mlp_forward,
    says="The last layer is left out: what is returned is the last hidden layer.",
)
def last_layer_left_out(x, parameters):
    for w, b in parameters[:-1]:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="The hidden layers use the sigmoid; this network's use ReLU.",
)
def sigmoid_hidden(x, parameters):
    for w, b in parameters[:-1]:
        x = 1 / (1 + np.exp(-(x @ w + b)))
    w, b = parameters[-1]
    return x @ w + b


@mistake(
    of=mlp_forward,
    says="pop takes the last pair out of the caller's list: at the next call the network is a layer "
    "shorter. Use parameters[-1] and parameters[:-1].",
)
def popped(x, parameters):
    w_last, b_last = parameters.pop()
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x @ w_last + b_last


@alternative(of=mlp_forward)
def by_recursion(x, parameters):
    (w, b), *rest = parameters
    z = linear(x, w, b)
    return by_recursion(_relu(z), rest) if rest else z


@alternative(of=mlp_forward)
def with_a_mask(x, parameters):
    for i, (w, b) in enumerate(parameters):
        x = x @ w + b
        if i < len(parameters) - 1:
            x = x * (x > 0)
    return x


@alternative(of=mlp_forward)
def one_sample_at_a_time(x, parameters):
    rows = []
    for row in x:
        for w, b in parameters[:-1]:
            row = _relu(w.T @ row + b)
        rows.append(parameters[-1][0].T @ row + parameters[-1][1])
    return np.stack(rows)


# standardize_fit


@mistake(
    of=standardize_fit,
    says="A constant feature has std 0 here, and whoever divides by it gets NaN. The contract asks "
    "for 1 in its place.",
)
def zero_for_constants(x):
    return x.mean(axis=0), x.std(axis=0)


@mistake(
    of=standardize_fit,
    says="The computed std of a constant feature need not be exactly 0: the mean of many 0.1 is not "
    "0.1 to the last bit, and std comes out near 1e-17. Compare the largest entry with the smallest.",
)
def only_exact_zeros_replaced(x):
    std = x.std(axis=0)
    std[std == 0] = 1
    return x.mean(axis=0), std


@mistake(
    of=standardize_fit,
    says="A small number stands in for the std of a constant feature. If that feature ever differs "
    "in a test sample, dividing by 1e-8 makes it a hundred million. The contract asks for 1.",
)
def small_number_for_constants(x):
    return x.mean(axis=0), np.maximum(x.std(axis=0), 1e-8)


@mistake(
    of=standardize_fit,
    says="A small number is added to every std. It does not make constant features harmless, it "
    "makes them explode, and it falsifies features in small units.",
)
def epsilon_added(x):
    return x.mean(axis=0), x.std(axis=0) + 1e-8


@mistake(
    of=standardize_fit,
    says="A fixed threshold decides what is constant. A feature measured in tiny units falls below it "
    "and is not scaled at all.",
)
def fixed_threshold(x):
    std = x.std(axis=0)
    return x.mean(axis=0), np.where(std < 1e-6, 1, std)


@mistake(
    of=standardize_fit,
    says="The variance is divided by n - 1. The contract asks for the spread of these samples "
    "themselves, divided by n.",
)
def divided_by_n_minus_one(x):
    mean, std = standardize_fit(x)
    with np.errstate(all="ignore"):
        return mean, np.where(x.max(0) == x.min(0), std, x.std(axis=0, ddof=1)).astype(x.dtype)


@mistake(
    of=standardize_fit,
    says="This is the variance. The standard deviation is its square root.",
)
def variance_returned(x):
    mean, std = standardize_fit(x)
    return mean, std**2


@mistake(
    of=standardize_fit,
    says="Mean and std are taken along the wrong axis: one for each sample. Scaling makes features "
    "comparable, so each feature needs its own: axis=0.",
)
def per_sample(x):
    return standardize_fit(x.T)


@mistake(
    of=standardize_fit,
    says="One mean and one std for the whole array: a feature in large units still drowns the others.",
)
def over_everything(x):
    return x.mean(), x.std()


@mistake(
    of=standardize_fit,
    says="The mean of the squares minus the square of the mean: two nearly equal large numbers where "
    "the feature lies far from 0, and their difference is mostly rounding. Subtract the mean first.",
)
def cancelled(x):
    mean = x.mean(axis=0)
    with np.errstate(invalid="ignore"):
        std = np.sqrt(np.abs((x * x).mean(axis=0) - mean * mean))
    return mean, np.where(x.max(axis=0) == x.min(axis=0), 1, std).astype(x.dtype)


@alternative(of=standardize_fit)
def by_hand(x):
    mean = np.sum(x, axis=0) / len(x)
    std = np.sqrt(np.sum((x - mean) ** 2, axis=0) / len(x))
    return mean, np.where(np.all(x == x[0], axis=0), 1, std).astype(x.dtype)


@alternative(of=standardize_fit)
def feature_by_feature(x):
    mean, std = np.empty_like(x[0]), np.ones_like(x[0])
    for j, column in enumerate(x.T):
        mean[j] = column.mean()
        if np.ptp(column) > 0:
            std[j] = np.linalg.norm(column - mean[j]) / np.sqrt(len(column))
    return [mean, std]


# standardize_apply


@mistake(
    of=standardize_apply,
    says="The samples are scaled by their own mean and std: mean and std are refitted. A test set "
    "must go through what the training set has fixed, or the model meets other units than those it "
    "was trained in.",
)
def refitted(x, mean, std):
    own_mean, own_std = standardize_fit(x)
    return (x - own_mean) / own_std


@mistake(
    of=standardize_apply,
    says="Each sample is scaled by its own mean and std. Scaling is by feature: mean and std have an "
    "entry for each column.",
)
def each_sample_by_itself(x, mean, std):
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


@mistake(
    of=standardize_apply,
    says="The mean is not subtracted.",
)
def not_centered(x, mean, std):
    return x / std


@mistake(
    of=standardize_apply,
    says="The mean is subtracted, but nothing is divided by std.",
)
def only_centered(x, mean, std):
    return x - mean


@mistake(
    of=standardize_apply,
    says="Python divides before it subtracts: x - mean / std needs parentheses.",
)
def without_parentheses(x, mean, std):
    return x - mean / std


@mistake(
    of=standardize_apply,
    says="The samples are divided before the mean is subtracted, so the mean is in the wrong units.",
)
def divided_first(x, mean, std):
    return x / std - mean


@mistake(
    of=standardize_apply,
    says="The samples are divided by the variance, the square of std.",
)
def divided_by_the_variance(x, mean, std):
    return (x - mean) / std**2


@mistake(
    of=standardize_apply,
    says="A small number is added to std. It is not needed, since no std is 0, and it makes the "
    "result a little wrong everywhere.",
)
def epsilon_in_the_denominator(x, mean, std):
    return (x - mean) / (std + 1e-5)


@mistake(
    of=standardize_apply,
    says="-= works in the caller's array: the caller's data are scaled, and scaled again at the next "
    "call. Write x = x - mean.",
)
def in_place(x, mean, std):
    x -= mean
    x /= std
    return x


@alternative(of=standardize_apply)
def by_a_factor(x, mean, std):
    return (x - mean) * (1 / std)


@alternative(of=standardize_apply)
def column_by_column(x, mean, std):
    scaled = np.empty(x.shape, dtype=x.dtype, order="F")
    for j in range(x.shape[1]):
        scaled[:, j] = (x[:, j] - mean[j]) / std[j]
    return scaled


# minmax_scale


def _line(x, smallest, width, low, high):
    width = np.where(width == 0, 1, width).astype(x.dtype)
    return low + (high - low) * (x - smallest) / width


@mistake(
    of=minmax_scale,
    says="The range is measured on the training and the test set together. That lets the test set "
    "shape what the model is trained on: a leak. Measure on train alone.",
)
def fitted_on_both(train, test, low, high):
    both = np.vstack([train, test])
    smallest, width = both.min(axis=0), np.ptp(both, axis=0)
    return _line(train, smallest, width, low, high), _line(test, smallest, width, low, high)


@mistake(
    of=minmax_scale,
    says="The test set is scaled by its own range. The same value then means one thing in training "
    "and another in testing. Use the range of train for both.",
)
def refitted_on_test(train, test, low, high):
    return tuple(_line(x, x.min(axis=0), np.ptp(x, axis=0), low, high) for x in (train, test))


@mistake(
    of=minmax_scale,
    says="Each sample is brought to the range by itself. Scaling is by feature: measure along axis 0.",
)
def scaled_by_sample(train, test, low, high):
    return tuple(
        _line(x, x.min(axis=1, keepdims=True), np.ptp(x, axis=1, keepdims=True), low, high)
        for x in (train, test)
    )  # fmt: skip


@mistake(
    of=minmax_scale,
    says="One range is used for all features: those in small units stay squeezed together. Each "
    "feature has its own range.",
)
def one_range_for_all(train, test, low, high):
    return tuple(_line(x, train.min(), np.ptp(train), low, high) for x in (train, test))


@mistake(
    of=minmax_scale,
    says="low and high are ignored: everything goes to 0 … 1.",
)
def always_zero_to_one(train, test, low, high):
    return minmax_scale(train, test, 0.0, 1.0)


@mistake(
    of=minmax_scale,
    says="0 … 1 is multiplied by high and shifted by low. To end at high it must be stretched by "
    "high - low.",
)
def stretched_by_high(train, test, low, high):
    return tuple(low + high * x for x in minmax_scale(train, test, 0.0, 1.0))


@mistake(
    of=minmax_scale,
    says="Test values outside the range are clipped. The contract lets them lie outside: what is "
    "unusual should look unusual.",
)
def clipped(train, test, low, high):
    a, b = minmax_scale(train, test, low, high)
    return a, np.clip(b, low, high)


@mistake(
    of=minmax_scale,
    says="The smallest value is not subtracted: this divides by the largest, which is right only for "
    "features that start at 0, as pixels do.",
)
def divided_by_the_largest(train, test, low, high):
    largest = np.where(train.max(axis=0) == 0, 1, train.max(axis=0)).astype(train.dtype)
    return low + (high - low) * train / largest, low + (high - low) * test / largest


@mistake(
    of=minmax_scale,
    says="The range of a constant feature is 0, and 0 / 0 is NaN. Put a 1 in its place.",
)
def divided_by_zero(train, test, low, high):
    smallest, width = train.min(axis=0), np.ptp(train, axis=0)
    return tuple(low + (high - low) * (x - smallest) / width for x in (train, test))


@mistake(
    of=minmax_scale,
    says="A small number is added to the range. Features do not reach high, and a constant feature "
    "that differs in the test set explodes.",
)
def epsilon_in_the_range(train, test, low, high):
    smallest, width = train.min(axis=0), np.ptp(train, axis=0) + 1e-8
    return tuple(low + (high - low) * (x - smallest) / width for x in (train, test))


@mistake(
    of=minmax_scale,
    says="This standardizes: mean 0 and standard deviation 1, where low to high was asked for.",
)
def standardized(train, test, low, high):
    fitted = standardize_fit(train)
    return standardize_apply(train, *fitted), standardize_apply(test, *fitted)


@alternative(of=minmax_scale)
def by_interpolation_weights(train, test, low, high):
    smallest, largest = train.min(axis=0), train.max(axis=0)
    largest = np.where(largest == smallest, smallest + 1, largest)
    share = [(x - smallest) / (largest - smallest) for x in (train, test)]
    return [low * (1 - t) + high * t for t in share]


@alternative(of=minmax_scale)
def loop_over_features(train, test, low, high):
    a, b = train.copy(order="F"), test.copy(order="F")
    for j in range(train.shape[1]):
        smallest, largest = min(train[:, j]), max(train[:, j])
        slope = (high - low) / ((largest - smallest) or 1)
        a[:, j] = (a[:, j] - smallest) * slope + low
        b[:, j] = (b[:, j] - smallest) * slope + low
    return a, b


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


# softmax


@mistake(
    of=softmax,
    says="exp overflows above 709: inf / inf is NaN. And far below 0 all exponentials vanish: 0 / 0. "
    "Subtract the largest logit of each row first; the probabilities do not change.",
)
def without_maximum(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The columns sum to 1: the softmax runs over the batch. The classes of one sample compete, "
    "and they stand in a row: axis=1.",
)
def over_the_batch(z):
    return softmax(z.T).T


@mistake(
    of=softmax,
    says="All entries of the batch sum to 1 together. Each row is a distribution of its own: sum "
    "along axis=1.",
)
def over_everything(z):  # noqa: F811
    e = np.exp(z - z.max())
    return e / e.sum()


@mistake(
    of=softmax,
    says="The largest logit of the whole batch is subtracted. A row that lies far below it loses all "
    "its exponentials: 0 / 0. Each row needs its own maximum.",
)
def one_maximum_for_all(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="Without keepdims the row sums lie along the columns: where there are as many samples as "
    "classes each column is divided by another row's sum, and elsewhere the shapes do not fit.",
)
def keepdims_forgotten(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@mistake(
    of=softmax,
    says="This is the sigmoid of each logit by itself. In a softmax the classes compete: the entries "
    "of a row sum to 1.",
)
def sigmoid_of_each(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


@mistake(
    of=softmax,
    says="The exponentials are missing: logits divided by their sum may be negative.",
)
def without_exponential(z):
    with np.errstate(all="ignore"):
        return z / z.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The mean of each row is subtracted instead of its maximum. A logit may lie a thousand "
    "above the mean, and its exponential overflows.",
)
def mean_subtracted(z):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="-= works in the caller's array: the caller's logits have changed. Write z = z - ….",
)
def logits_changed(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The logits are clipped so that exp does not overflow. Large ones become equal, and so do "
    "their probabilities. Subtract the row maximum instead.",
)
def clipped_logits(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@alternative(of=softmax)
def from_logarithms(z):
    return np.exp(log_softmax(z))


@alternative(of=softmax)
def row_after_row(z):
    rows = []
    for row in z:
        e = np.exp(row - max(row))
        rows.append(e / sum(e))
    return np.array(rows)


@alternative(of=softmax)
def transposed_inside(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


@alternative(of=softmax)
def one_over_a_sum(z):
    with np.errstate(over="ignore"):
        return (1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)).astype(z.dtype)


# log_softmax


@mistake(
    of=log_softmax,
    says="The logarithm of a softmax: a probability below 1e-324 has become 0, and its logarithm "
    "minus infinity. Write the logarithm of the quotient as a difference: no probability is needed.",
)
def log_of_softmax(z):
    with np.errstate(divide="ignore"):
        return np.log(softmax(z))


@mistake(
    of=log_softmax,
    says="A small number under the logarithm hides the problem: every improbable class gets the "
    "same log-probability, and its gradient is lost. Write the logarithm of the quotient as a "
    "difference.",
)
def log_of_softmax_plus_epsilon(z):
    return np.log(softmax(z) + 1e-12).astype(z.dtype)


@mistake(
    of=log_softmax,
    says="The exponentials overflow, or all vanish, before the logarithm can bring them back. "
    "Subtract the largest logit of each row first.",
)
def without_the_maximum(z):
    with np.errstate(all="ignore"):
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The maximum was subtracted inside the sum but not from z outside it, so every row is too "
    "large by its maximum.",
)
def maximum_not_restored(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return z - np.log(e.sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The classes of one sample stand in a row; this runs over the batch. The axis should be 1.",
)
def over_the_batch(z):  # noqa: F811
    return log_softmax(z.T).T


@mistake(
    of=log_softmax,
    says="The sum of the logits is taken where the logarithm of the sum of their exponentials is "
    "needed: log(a + b) is not log a + log b.",
)
def log_of_sum_as_sum(z):
    return z - z.sum(axis=1, keepdims=True)


@mistake(
    of=log_softmax,
    says="This is the softmax; the logarithm is missing.",
)
def logarithm_missing(z):
    return softmax(z)


@mistake(
    of=log_softmax,
    says="The sign is wrong: this is the negative log-probability, which a loss uses.",
)
def negative(z):
    return -log_softmax(z)


@mistake(
    of=log_softmax,
    says="The largest logit of the whole batch is subtracted. A row that lies far below it loses all "
    "its exponentials. Each row needs its own maximum.",
)
def one_maximum_for_all(z):  # noqa: F811
    shifted = z - z.max()
    with np.errstate(divide="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The logarithm has base 2. Natural logarithms are meant: np.log.",
)
def base_two(z):
    return (log_softmax(z) / np.log(2)).astype(z.dtype)


@alternative(of=log_softmax)
def with_plain_log(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@alternative(of=log_softmax)
def by_logaddexp(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.logaddexp.reduce(shifted, axis=1)[:, None]


@alternative(of=log_softmax)
def each_row_by_itself(z):
    out = np.empty(z.shape, dtype=z.dtype, order="F")
    for i, row in enumerate(z):
        out[i] = (row - row.max()) - np.log(np.exp(row - row.max()).sum())
    return out


# one_hot


@mistake(
    of=one_hot,
    says="The number of columns is taken from the labels. If the last class does not occur in this "
    "batch, its column is missing: use n_classes.",
)
def classes_from_the_labels(labels, n_classes):
    one_hot(labels, n_classes)
    return np.eye(labels.max() + 1)[labels]


@mistake(
    of=one_hot,
    says="Only the classes that occur get a column. Another batch would get other columns.",
)
def only_classes_that_occur(labels, n_classes):
    one_hot(labels, n_classes)
    return (labels[:, None] == np.unique(labels)).astype(float)


@mistake(
    of=one_hot,
    says="The ones are counted from 1. Class 0 belongs in column 0.",
)
def counted_from_one(labels, n_classes):
    one_hot(labels, n_classes)
    return np.eye(n_classes)[labels.astype(int) - 1]


@mistake(
    of=one_hot,
    says="The array is transposed: each label should have a row.",
)
def labels_in_columns(labels, n_classes):
    return one_hot(labels, n_classes).T


@mistake(
    of=one_hot,
    says="rows[:, labels] = 1 sets these columns in every row. Pair each row with its own label: "
    "rows[np.arange(n), labels] = 1.",
)
def columns_filled(labels, n_classes):
    rows = np.zeros_like(one_hot(labels, n_classes))
    rows[:, labels] = 1
    return rows


@mistake(
    of=one_hot,
    says="The result holds whole numbers. It will meet probabilities: make it float64.",
)
def whole_numbers(labels, n_classes):
    return one_hot(labels, n_classes).astype(int)


@mistake(
    of=one_hot,
    says="A comparison gives True and False. Turn them into numbers with astype(float).",
)
def booleans(labels, n_classes):
    return one_hot(labels, n_classes) == 1


@mistake(
    of=one_hot,
    says="A label of -1 becomes the last class, since NumPy counts negative indices from the end. "
    "Such labels come from missing data; the function should refuse them.",
)
def minus_one_accepted(labels, n_classes):
    return np.eye(n_classes)[labels]


@mistake(
    of=one_hot,
    says="A label that is no class gets a row of zeros, and no one notices. The function should "
    "refuse it.",
)
def rows_of_zeros(labels, n_classes):
    return (labels[:, None] == np.arange(n_classes)).astype(float)


@alternative(of=one_hot)
def by_index_pairs(labels, n_classes):
    if min(labels) < 0:
        raise ValueError(f"negative label {min(labels)}")
    rows = np.zeros((len(labels), n_classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


@alternative(of=one_hot)
def by_comparison(labels, n_classes):
    if not set(labels.tolist()) <= set(range(n_classes)):
        raise IndexError("a label that is no class")
    return (labels[:, None] == np.arange(n_classes)).astype(float)


@alternative(of=one_hot)
def label_by_label(labels, n_classes):
    rows = []
    for label in labels:
        if not 0 <= label < n_classes:
            raise ValueError(f"{label} is no class")
        rows.append([1.0 if k == label else 0.0 for k in range(n_classes)])
    return np.array(rows)


# predict


@mistake(
    of=predict,
    says="The largest entry is looked for in each column: for each class the sample that fits best. "
    "Each sample needs its class: axis=1.",
)
def best_sample_of_each_class(x, parameters):
    return mlp_forward(x, parameters).argmax(axis=0)


@mistake(
    of=predict,
    says="Without an axis, argmax finds one position in the whole array. Each sample needs its class.",
)
def one_for_all(x, parameters):
    return mlp_forward(x, parameters).argmax()


@mistake(
    of=predict,
    says="max gives the largest logit, argmax its position. The position is the class.",
)
def largest_logit(x, parameters):
    return mlp_forward(x, parameters).max(axis=1)


@mistake(
    of=predict,
    says="argmin picks the least probable class.",
)
def least_probable(x, parameters):
    return mlp_forward(x, parameters).argmin(axis=1)


@mistake(
    of=predict,
    says="The last layer goes through ReLU before argmax. Where all logits are negative they all "
    "become 0, and class 0 wins every time.",
)
def rectified_logits(x, parameters):
    return _relu(mlp_forward(x, parameters)).argmax(axis=1)


@mistake(
    of=predict,
    says="exp overflows for large logits, and NaN counts as the largest. The logits have the same "
    "order as the probabilities: no softmax is needed.",
)
def overflowing_softmax(x, parameters):
    with np.errstate(all="ignore"):
        e = np.exp(mlp_forward(x, parameters))
        return (e / e.sum(axis=1, keepdims=True)).argmax(axis=1)


@mistake(
    of=predict,
    says="The softmax runs over the batch before argmax, so what wins for one sample depends on the "
    "others.",
)
def batch_softmax(x, parameters):
    return softmax(mlp_forward(x, parameters).T).T.argmax(axis=1)


@mistake(
    of=predict,
    says="The result is one-hot. A class is a whole number: the position of the 1.",
)
def one_hot_rows(x, parameters):
    z = mlp_forward(x, parameters)
    return np.eye(z.shape[1])[z.argmax(axis=1)]


@mistake(
    of=predict,
    says="The classes are counted from 1. They should start at 0, as argmax does.",
)
def classes_from_one(x, parameters):
    return mlp_forward(x, parameters).argmax(axis=1) + 1


@alternative(of=predict)
def by_probabilities(x, parameters):
    return np.argmax(softmax(mlp_forward(x, parameters)), axis=-1)


@alternative(of=predict)
def each_sample_alone(x, parameters):
    return np.array([int(np.argmax(mlp_forward(row[None], parameters))) for row in x])


@alternative(of=predict)
def as_small_integers(x, parameters):
    z = mlp_forward(x, parameters)
    return (z == z.max(axis=1, keepdims=True)).argmax(axis=1).astype(np.uint8)


# find_the_leak


def _accuracy(model, x, y):
    return float(np.mean(model(x).argmax(axis=1) == y))


@mistake(
    of=find_the_leak,
    says="The pipeline with the highest score is accused. A high score is no proof: an honest model "
    "may be better, and a leak may help little.",
)
def highest_score(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    fitted = [pipeline(x_train, y_train, x_test, y_test) for pipeline in pipelines]
    which = int(np.argmax([score for score, _ in fitted]))
    score, model = fitted[which]
    return which, score - _accuracy(model, x_fresh, y_fresh)


@mistake(
    of=find_the_leak,
    says="The pipeline whose score falls most on fresh samples is accused. On thirty test samples an "
    "honest score falls or rises by a tenth by luck alone. Ask what the model depends on.",
)
def largest_gap(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    fitted = [pipeline(x_train, y_train, x_test, y_test) for pipeline in pipelines]
    gaps = [score - _accuracy(model, x_fresh, y_fresh) for score, model in fitted]
    return int(np.argmax(gaps)), max(gaps)


@mistake(
    of=find_the_leak,
    says="The model was fitted with the fresh samples as its test set, so the leak reached them "
    "too: they are no longer fresh. Measure the model that has seen (x_test, y_test).",
)
def fresh_no_longer(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    score, _ = pipelines[which](x_train, y_train, x_test, y_test)
    fresh_score, _ = pipelines[which](x_train, y_train, x_fresh, y_fresh)
    return which, score - fresh_score


@mistake(
    of=find_the_leak,
    says="Only the labels of the test set are changed between the two fits. Scaling leaks through "
    "the features alone; then no pipeline seems to leak. Change x_test too.",
)
def only_labels_changed(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, x_test, 1 - y_test)
        if not np.array_equal(model(x_fresh), other(x_fresh)):
            return which, score - _accuracy(model, x_fresh, y_fresh)
    return -1, 0.0


@mistake(
    of=find_the_leak,
    says="The scores on two test sets are compared. They differ for honest pipelines too, since the "
    "samples differ. Compare the two models on the same samples.",
)
def scores_compared(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        fresh_score, _ = pipeline(x_train, y_train, x_fresh, y_fresh)
        if score != fresh_score:
            return which, score - _accuracy(model, x_fresh, y_fresh)
    return -1, 0.0


@mistake(
    of=find_the_leak,
    says="The sign is reversed. A score that flatters is higher than the truth, so take the score "
    "minus the fresh accuracy.",
)
def truth_minus_score(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, flatters = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which, -flatters


@mistake(
    of=find_the_leak,
    says="The score is compared with the accuracy on the training set. How well a model does on new "
    "samples, only fresh samples can tell.",
)
def against_training_accuracy(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    score, model = pipelines[which](x_train, y_train, x_test, y_test)
    return which, score - _accuracy(model, x_train, y_train)


@mistake(
    of=find_the_leak,
    says="The score itself is returned. It flatters only by what it has too much: subtract the "
    "accuracy on the fresh samples.",
)
def score_returned(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which, pipelines[which](x_train, y_train, x_test, y_test)[0]


@mistake(
    of=find_the_leak,
    says="The pipelines are counted from 1; the first is number 0.",
)
def pipelines_from_one(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, flatters = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which + 1, flatters


@alternative(of=find_the_leak)
def by_inverted_pixels(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    moved = []
    for pipeline in pipelines:
        _, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, 1 - x_test, y_test[::-1])
        moved.append(np.abs(model(x_train) - other(x_train)).max())
    which = int(np.argmax(moved))
    score, model = pipelines[which](x_train, y_train, x_test, y_test)
    right = sum(int(np.argmax(model(x[None])) == y) for x, y in zip(x_fresh, y_fresh, strict=True))
    return which, score - right / len(y_fresh)


@alternative(of=find_the_leak)
def by_a_tiny_test_set(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, x_train[::-1], 1 - y_train)
        if not np.allclose(model(x_fresh), other(x_fresh)):
            return [which, np.float64(score) - (model(x_fresh).argmax(1) == y_fresh).mean()]
    return None
