"""What `check_gradient` promises: right, wrong or cannot tell, and never "right" on poor evidence."""

import itertools

import numpy as np
import pytest

from autograder.gradients import check_gradient

RNG = np.random.default_rng(7)
X = RNG.standard_normal((5, 4))
W = RNG.standard_normal((4, 3))
B = RNG.standard_normal(3)
Z = RNG.standard_normal(7)


def layer(x, w, b):
    return np.tanh(x @ w + b)


def layer_backward(upstream, x, w, b):
    dz = upstream * (1 - np.tanh(x @ w + b) ** 2)
    return dz @ w.T, x.T @ dz, dz.sum(axis=0)


def changed(backward, position, change):
    """The backward function with one of its gradients changed."""

    def wrong(*args):
        found = list(backward(*args))
        found[position] = change(found[position])
        return tuple(found)

    return wrong


def verdict(*args, **options):
    return check_gradient(*args, **options).verdict


# The three verdicts ----------------------------------------------------------------------------------


def test_a_right_gradient_is_right():
    report = check_gradient(layer, layer_backward, X, W, B)
    assert report.verdict == "right"
    assert bool(report)
    assert all(block.resolution <= 1e-8 for block in report.blocks)


def test_a_right_gradient_costs_at_most_15_evaluations_an_argument():
    assert check_gradient(layer, layer_backward, X, W, B).evaluations <= 15 * 3


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize(
    "change",
    [lambda g: g * (1 + 1e-5), lambda g: -g, lambda g: g / 5, lambda g: g * 0, lambda g: g + 1e-4],
    ids=["scaled", "sign", "averaged", "zero", "shifted"],
)
def test_a_wrong_gradient_is_wrong(position, change):
    report = check_gradient(layer, changed(layer_backward, position, change), X, W, B)
    assert report.verdict == "wrong"
    assert not report
    assert [block.verdict for block in report.blocks].index("wrong") == position


def test_a_transposed_gradient_of_a_square_matrix_is_wrong():
    square = RNG.standard_normal((4, 4))
    backward = changed(layer_backward, 1, np.transpose)
    assert verdict(layer, backward, X, square, RNG.standard_normal(4)) == "wrong"


def test_two_swapped_entries_are_wrong():
    def swap(g):
        g = g.copy()
        g[[0, 1]] = g[[1, 0]]
        return g

    seen = [verdict(layer, changed(layer_backward, 2, swap), X, W, B, seed=s) for s in range(20)]
    assert set(seen) == {"wrong"}


def test_the_worst_entry_is_blamed_with_both_numbers():
    def off(g):
        g = g.copy()
        g[2, 1] *= 1.01
        return g

    report = check_gradient(layer, changed(layer_backward, 1, off), X, W, B)
    (entry,) = report.block("w").worst
    assert entry.index == (2, 1)
    assert entry.claimed == pytest.approx(1.01 * entry.low, rel=1e-9)
    assert "[2, 1]" in str(report)


def test_one_of_2410_entries_is_found_within_1000_evaluations():
    w = RNG.standard_normal((241, 10))
    x = RNG.standard_normal((6, 241)) / 15

    def f(w):
        return np.tanh(x @ w).sum()

    def wrong(w):
        g = x.T @ (1 - np.tanh(x @ w) ** 2)
        g[137, 4] *= 1.01
        return g

    report = check_gradient(f, wrong, w)
    assert report.blocks[0].worst[0].index == (137, 4)
    assert report.evaluations <= 1000


def test_the_report_is_readable():
    text = str(check_gradient(layer, layer_backward, X, W, B))
    assert text.startswith("The gradient is right.")
    assert "w: right to within" in text


def test_every_argument_has_its_estimate_beside_the_claim():
    for block in check_gradient(layer, layer_backward, X, W, B).blocks:
        assert block.line.claimed == pytest.approx(block.line.low, rel=1e-8, abs=1e-9)
        assert block.claimed is not None


def test_a_seed_repeats_a_check():
    one, two = (str(check_gradient(layer, layer_backward, X, W, B, seed=3)) for _ in range(2))
    assert one == two


# How a gradient may be given -------------------------------------------------------------------------


def test_a_scalar_function_needs_no_upstream():
    assert verdict(lambda w: (w**2).sum(), lambda w: 2 * w, W) == "right"


def test_a_function_of_one_number():
    assert verdict(lambda x: x**3, lambda x: 3 * x**2, 2.0) == "right"


def test_the_arrays_themselves():
    assert verdict(lambda w, b: (w @ b).sum(), (np.tile(B, (4, 1)), W.sum(0)), W, B) == "right"
    assert verdict(lambda w: (w**2).sum(), 2 * W, W) == "right"
    assert verdict(lambda w: (w**2).sum(), [2 * W], W) == "right"


def test_arrays_for_an_array_output_need_the_upstream_they_belong_to():
    upstream = RNG.standard_normal((5, 3))
    arrays = layer_backward(upstream, X, W, B)
    assert verdict(layer, arrays, X, W, B, upstream=upstream) == "right"
    assert verdict(layer, arrays, X, W, B, upstream=2 * upstream) == "wrong"
    with pytest.raises(ValueError, match="upstream"):
        check_gradient(layer, arrays, X, W, B)


def test_upstream_must_be_shaped_like_the_output():
    with pytest.raises(ValueError, match=r"\(5, 3\)"):
        check_gradient(layer, layer_backward, X, W, B, upstream=np.ones(3))


def test_several_outputs_take_a_tuple_upstream():
    def f(x, y):
        return x * y, np.sin(x)

    def backward(upstream, x, y):
        first, second = upstream
        return first * y + second * np.cos(x), first * x

    assert verdict(f, backward, Z, 2 + Z) == "right"
    assert verdict(f, lambda u, x, y: (u[0] * y, u[0] * x), Z, 2 + Z) == "wrong"


def test_a_list_of_pairs_takes_gradients_in_the_same_structure():
    params = [(W, B), (RNG.standard_normal((3, 2)), RNG.standard_normal(2))]

    def loss(params):
        (w1, b1), (w2, b2) = params
        return (np.tanh(X @ w1 + b1) @ w2 + b2).sum()

    def grads(params, factor=1.0):
        (w1, b1), (w2, _) = params
        a = np.tanh(X @ w1 + b1)
        up = np.ones((5, 2))
        dw1, db1 = layer_backward(up @ w2.T, X, w1, b1)[1:]
        return [(dw1, db1 * factor), (a.T @ up, up.sum(0))]

    assert verdict(loss, grads, params) == "right"
    report = check_gradient(loss, lambda params: grads(params, 1.001), params)
    assert report.verdict == "wrong"
    assert report.block("params[0][1]").verdict == "wrong"


def test_one_gradient_for_each_argument_with_none_where_there_is_none():
    def f(table, index):
        return table[index] ** 2

    def backward(upstream, table, index):
        g = np.zeros_like(table)
        np.add.at(g, index, 2 * upstream * table[index])
        return g, None

    index = np.array([0, 2, 2, 1])
    assert verdict(f, backward, W, index) == "right"
    assert verdict(f, lambda *a: backward(*a)[0], W, index) == "right"


def test_wrt_says_what_is_differentiated():
    def f(params, x):
        return ((x @ params) ** 2).sum()

    def backward(params, x):
        return 2 * x.T @ (x @ params)

    assert verdict(f, backward, W, X, wrt=[0]) == "right"


def test_a_plain_number_beside_an_array_is_a_hyper_parameter():
    assert verdict(lambda w, s: 0.5 * s * (w**2).sum(), lambda w, s: s * w, W, 0.1) == "right"


# What it must cope with ------------------------------------------------------------------------------


def test_a_gradient_of_the_wrong_shape_is_wrong_and_says_so():
    report = check_gradient(layer, changed(layer_backward, 1, np.transpose), X, W, B)
    assert report.verdict == "wrong"
    assert "(3, 4)" in str(report)
    assert "(4, 3)" in str(report)


def test_a_gradient_of_the_wrong_structure_is_wrong_and_says_so():
    report = check_gradient(layer, lambda *a: layer_backward(*a)[:2], X, W, B)
    assert report.verdict == "wrong"
    assert "2 gradients were given for 3" in str(report)


@pytest.mark.parametrize("dtype", [complex, object, "U8"])
def test_a_gradient_of_the_wrong_dtype_is_wrong_and_says_so(dtype):
    report = check_gradient(lambda w: (w**2).sum(), (2 * W).astype(dtype), W)
    assert report.verdict == "wrong"
    assert "dtype" in str(report)


def test_a_gradient_that_is_not_finite_is_wrong():
    report = check_gradient(lambda w: (w**2).sum(), 2 * W + np.nan, W)
    assert report.verdict == "wrong"
    assert "not finite" in str(report)


def test_a_function_that_changes_its_input_is_reported():
    def f(x):
        x *= 2
        return (x**2).sum()

    report = check_gradient(f, lambda x: 8 * x, Z)
    assert report.verdict == "right"
    assert "in place" in str(report)


def test_the_arguments_of_the_caller_are_never_changed():
    def f(x):
        x *= 2
        return (x**2).sum()

    before = Z.copy()
    check_gradient(f, lambda x: 8 * x, Z)
    assert np.array_equal(Z, before)


def test_a_gradient_that_changes_its_arguments_is_reported():
    def g(x):
        x *= 2
        return x

    assert "gradient changes its arguments" in str(check_gradient(lambda x: (x**2).sum(), g, Z))


def test_a_random_function_cannot_be_checked():
    rng = np.random.default_rng(0)
    report = check_gradient(lambda x: (x * rng.random(7)).sum(), lambda x: x * 0 + 0.5, Z)
    assert report.verdict == "cannot tell"
    assert "random" in str(report)


def test_a_generator_among_the_arguments_is_frozen():
    def f(x, rng):
        return x * (rng.random(x.shape) < 0.7)

    def backward(upstream, x, rng):
        return upstream * (rng.random(x.shape) < 0.7)

    assert verdict(f, backward, Z, np.random.default_rng(5)) == "right"


def test_a_gradient_that_accumulates_between_calls_is_wrong():
    total = np.zeros(7)

    def g(x):
        nonlocal total
        total = total + 2 * x
        return total

    report = check_gradient(lambda x: (x**2).sum(), g, Z)
    assert report.verdict == "wrong"
    assert "two calls" in str(report)


def test_nan_on_one_side_leaves_the_other():
    def f(x):
        return (np.sqrt(x) ** 4).sum()

    edge = np.array([0.0, 1.0, 0.0, 2.0])
    assert verdict(f, lambda x: 2 * x, edge) == "right"
    assert verdict(f, lambda x: 2 * x + 0.1, edge) == "wrong"


def test_a_function_that_is_not_finite_here_cannot_be_checked():
    assert (
        verdict(lambda x: np.log(x).sum(), lambda x: 1 / x, np.array([0.0, 1.0])) == "cannot tell"
    )


def test_a_piecewise_constant_function_has_gradient_zero():
    def accuracy(x):
        return np.mean(np.sign(x) == 1)

    assert verdict(accuracy, lambda x: 0 * x, Z) == "right"
    assert verdict(accuracy, lambda x: 0 * x + 0.1, Z) == "wrong"


def test_an_argument_that_f_ignores_has_gradient_zero():
    def f(x, y):
        return (x**2).sum()

    assert verdict(f, lambda x, y: (2 * x, 0 * y), Z, Z) == "right"
    assert verdict(f, lambda x, y: (2 * x, y), Z, Z) == "wrong"


def test_zero_size_and_zero_dimensional_arrays():
    assert verdict(lambda x: (x**2).sum(), lambda x: 2 * x, np.zeros((0, 3))) == "right"
    assert verdict(lambda x: x**2, lambda x: 2 * x, np.array(1.5)) == "right"
    assert verdict(lambda x: x**2, lambda x: 2.1 * x, np.array(1.5)) == "wrong"


def test_arrays_without_dimensions_stay_arrays():
    def f(x, y):
        assert isinstance(x, np.ndarray)
        return x * y, np.asarray(x + y)

    def backward(upstream, x, y):
        assert all(isinstance(a, np.ndarray) for a in (*upstream, x, y))
        return upstream[0] * y + upstream[1], upstream[0] * x + upstream[1]

    assert verdict(f, backward, np.array(1.5), np.array(0.3)) == "right"


def test_arrays_that_are_not_contiguous():
    a = RNG.standard_normal((6, 8))[::2, ::-2].T
    f, g = (lambda a: (a**3).sum()), (lambda a: 3 * a**2)
    assert verdict(f, g, a) == "right"
    assert verdict(f, lambda a: np.asfortranarray(g(a)), a) == "right"


def test_masks_of_minus_infinity_are_held_fixed():
    mask = np.where(np.arange(7) < 5, 0.0, -np.inf)

    def f(z, mask):
        e = np.exp(z + mask)
        return e / e.sum()

    def backward(upstream, z, mask):
        p = f(z, mask)
        return p * (upstream - (upstream * p).sum()), None

    assert verdict(f, backward, Z, mask) == "right"


def test_float32_arguments_are_checked_in_float64():
    small = X.astype(np.float32)
    assert verdict(lambda x: (x**2).sum(), lambda x: 2 * x, small) == "right"
    assert verdict(lambda x: (x**2).sum(), lambda x: 2.001 * x, small) == "wrong"


def test_a_float32_gradient_is_right_only_as_far_as_float32_goes():
    report = check_gradient(lambda x: (x**3).sum(), lambda x: (3 * x**2).astype(np.float32), X)
    assert report.verdict == "right"
    assert "float32" in str(report)
    assert report.blocks[0].resolution >= 1e-6


@pytest.mark.parametrize("where", ["argument", "output"])
def test_complex_numbers_are_refused(where):
    x = X.astype(complex) if where == "argument" else X
    with pytest.raises(TypeError, match="complex"):
        check_gradient(lambda x: (x * (1 + 1j)).sum(), lambda x: x, x)


def test_integer_arguments_alone_leave_nothing_to_check():
    assert verdict(lambda i: i.sum(), lambda i: i, np.arange(3)) == "cannot tell"


def test_an_error_in_f_itself_is_not_hidden():
    def f(x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        check_gradient(f, lambda x: x, Z)


# Kinks -----------------------------------------------------------------------------------------------


def relu(z):
    return np.maximum(z, 0)


@pytest.mark.parametrize("at_zero", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("as_arrays", [False, True])
def test_every_subgradient_of_relu_at_0_is_right(at_zero, as_arrays):
    z = np.array([0.0, 1.0, -1.0, 2.5])
    weights = np.array([1.0, -2.0, 3.0, 0.5])

    def g(z):
        return weights * np.where(z == 0, at_zero, z > 0)

    report = check_gradient(lambda z: weights @ relu(z), g(z) if as_arrays else g, z)
    assert report.verdict == "right"


@pytest.mark.parametrize("at_zero", [-0.5, 1.5, 7.0])
@pytest.mark.parametrize("as_arrays", [False, True])
def test_what_is_no_subgradient_at_a_kink_is_wrong(at_zero, as_arrays):
    z = np.array([0.0, 1.0, -1.0, 2.5])

    def g(z):
        return np.where(z == 0, at_zero, z > 0)

    report = check_gradient(lambda z: relu(z).sum(), g(z) if as_arrays else g, z)
    assert report.verdict == "wrong"
    assert report.blocks[0].worst[0].index == (0,)


def test_a_kink_does_not_hide_an_error_elsewhere():
    z = np.array([0.0, 1.0, -1.0, 2.5])

    def g(z):
        out = (z > 0) * 1.0
        out[3] *= 1.001
        return out

    for gradient in (g, g(z)):
        report = check_gradient(
            lambda z: 50 * relu(z[0]) + relu(z[1:]).sum(), lambda_or(gradient), z
        )
        assert report.verdict == "wrong"


def lambda_or(gradient):
    """The gradient of ``50 relu(z0) + ...`` from that of ``relu``."""
    scale = np.array([50.0, 1.0, 1.0, 1.0])
    return (lambda z: scale * gradient(z)) if callable(gradient) else scale * gradient


def test_several_kinks_at_one_point_are_checked_nearby():
    w = np.array([[1.0, -1.0, 2.0], [2.0, 1.0, -1.0]])
    a = np.array([1.0, -2.0, 1.5])

    def g(x, factor=1.0):
        return factor * ((x @ w > 0) * a) @ w.T

    x = np.zeros(2)
    assert verdict(lambda x: relu(x @ w) @ a, g, x) == "right"
    assert verdict(lambda x: relu(x @ w) @ a, lambda x: g(x, 1.01), x) == "wrong"


def test_a_tie_may_be_shared_but_not_doubled():
    def pool(x):
        return x.reshape(4, 2).max(axis=1)

    def backward(share):
        def g(upstream, x):
            rows = x.reshape(4, 2)
            top = rows == rows.max(axis=1, keepdims=True)
            return (share(top) * upstream[:, None]).reshape(-1)

        return g

    ties = np.ones(8)
    shared = backward(lambda top: top / top.sum(axis=1, keepdims=True))
    first = backward(lambda top: np.eye(2)[top.argmax(axis=1)])
    doubled = backward(lambda top: top)
    assert verdict(pool, shared, ties) == "right"
    assert verdict(pool, first, ties) == "right"
    assert verdict(pool, doubled, ties) != "right"


# Each failure of the prototype -----------------------------------------------------------------------


def softmax_loss(z):
    """A cross-entropy that saturates: rounding near 1 hides what is left of it."""
    p = np.exp(z) / np.exp(z).sum()
    return -np.log(p[0])


def softmax_loss_grad(z):
    p = np.exp(z) / np.exp(z).sum()
    p[0] -= 1
    return p


@pytest.mark.parametrize("margin", [5, 15, 20, 25, 28, 31, 34, 38, 60])
def test_a_saturated_loss_is_never_misjudged(margin):
    z = np.array([margin, 0.3, -0.5])
    for seed in range(5):
        assert verdict(softmax_loss, softmax_loss_grad, z, seed=seed) != "wrong"
        for factor in (1.01, -1.0, 0.5):
            wrong = verdict(
                softmax_loss, lambda z, c=factor: c * softmax_loss_grad(z), z, seed=seed
            )
            assert wrong != "right"


@pytest.mark.parametrize("size", [1e4, 1e8, 1e12, 1e16])
def test_a_tiny_gradient_under_a_large_value_is_never_misjudged(size):
    def f(x):
        return size + np.sin(x).sum()

    assert verdict(f, np.cos, Z) != "wrong"
    assert verdict(f, lambda x: 1.01 * np.cos(x), Z) != "right"
    assert verdict(f, lambda x: 0 * x, Z) != "right"


def test_a_function_computed_in_float32_inside_is_resolved_to_what_float32_allows():
    def f(x):
        return np.tanh(x.astype(np.float32)).sum()

    def g(x):
        return 1 - np.tanh(x) ** 2

    for seed in range(5):
        assert verdict(f, g, X, seed=seed) == "cannot tell"
        assert "float32" in str(check_gradient(f, g, X, seed=seed))
        assert verdict(f, g, X, tolerance=1e-2, seed=seed) == "right"
        assert verdict(f, lambda x: 1.1 * g(x), X, tolerance=1e-2, seed=seed) == "wrong"


def test_float32_hidden_behind_a_float64_output_is_noticed():
    def f(x):
        return float((x.astype(np.float32) ** 2).sum())

    for seed in range(5):
        assert verdict(f, lambda x: 2 * x, X, seed=seed) != "wrong"
        assert verdict(f, lambda x: 2.2 * x, X, seed=seed) != "right"


def test_the_square_root_of_abs_has_no_gradient_at_0():
    for x in (np.zeros(1), np.array([0.0, 1.0]), np.zeros(3)):
        assert verdict(lambda x: np.sqrt(np.abs(x)).sum(), lambda x: 0 * x, x) == "cannot tell"


@pytest.mark.parametrize(
    "f",
    [lambda x: np.sign(x).sum(), lambda x: (x == 0).sum() * 1.0, lambda x: (x > 0).sum() + x.sum()],
    ids=["sign", "a point apart", "a step on a slope"],
)
def test_a_discontinuity_is_not_right(f):
    for claimed, seed in itertools.product((0.0, 1.0), range(3)):
        assert verdict(f, lambda x, c=claimed: c + 0 * x, np.zeros(2), seed=seed) != "right"


def test_truncation_that_crosses_the_claim_by_chance_is_not_right():
    # At any one step the central difference of this wave meets some wrong claim exactly.
    wave = 300.0

    def f(x):
        return np.sin(wave * x).sum()

    x = np.array([0.37])
    for k in range(4, 12):
        h = 2.0**-k
        crossing = (f(x + h) - f(x - h)) / (2 * h)
        assert verdict(f, np.array([crossing]), x) != "right"
    assert verdict(f, lambda x: wave * np.cos(wave * x), x) == "right"


def test_a_function_that_is_zero_everywhere_has_the_gradient_zero():
    def f(x, weight):
        return (weight * np.tanh(x)).sum()

    assert verdict(lambda x: f(x, 0.0), lambda x: 0 * x, Z) == "right"
    assert verdict(lambda x: f(x, 0.0), lambda x: 0 * x + 1e-9, Z) == "wrong"
    assert verdict(lambda x: (1e20 + x.sum()) - 1e20, lambda x: 0 * x, Z) != "right"


def test_a_zero_claim_is_not_right_because_rounding_swallowed_the_step():
    for f in (lambda x: 1e8 + 1e-9 * np.tanh(x).sum(), lambda x: 1e8 + 1e-9 * x.sum()):
        assert verdict(f, lambda x: 0 * x, Z) != "right"


def test_an_exception_outside_the_domain_is_not_an_answer():
    def f(x):
        if (np.abs(x) > 1).any():
            raise ValueError("outside")
        return np.arcsin(x).sum()

    def g(x):
        return 1 / np.sqrt(1 - x**2)

    inside = np.array([0.5, -0.9, 0.999])
    assert verdict(f, g, inside) == "right"
    assert verdict(f, lambda x: 1.01 * g(x), inside) == "wrong"


def test_an_exception_at_every_perturbed_point_is_reported():
    def f(x):
        if not np.array_equal(x, Z):
            raise ValueError("only here")
        return 1.0

    report = check_gradient(f, lambda x: 0 * x, Z)
    assert report.verdict == "cannot tell"
    assert "only here" in str(report)


def test_functions_on_which_a_complex_step_is_silently_wrong():
    assert verdict(lambda x: np.abs(x).sum(), np.sign, Z) == "right"
    assert verdict(np.linalg.norm, lambda x: x / np.linalg.norm(x), Z) == "right"
    assert verdict(np.var, lambda x: 2 * (x - x.mean()) / x.size, Z) == "right"


def test_a_gradient_that_underflows_cannot_be_checked():
    x = np.array([700.0, 800.0])
    assert verdict(lambda x: np.exp(-x).sum() + 1.0, lambda x: -np.exp(-x), x) == "cannot tell"


def test_a_missing_l2_term_is_wrong():
    def loss(x, w):
        return np.mean(np.tanh(x @ w) ** 2) + 0.5e-4 * (w**2).sum()

    def g(x, w, strength):
        a = np.tanh(x @ w)
        dz = 2 * a * (1 - a**2) / a.size
        return dz @ w.T, x.T @ dz + strength * w

    assert verdict(loss, lambda x, w: g(x, w, 1e-4), X, W) == "right"
    assert verdict(loss, lambda x, w: g(x, w, 0.0), X, W) == "wrong"


@pytest.mark.parametrize("scale", [1e-150, 1e-8, 1e8, 1e100])
def test_units_do_not_matter(scale):
    def f(x):
        return scale * np.tanh(x / scale).sum()

    def g(x, factor=1.0):
        return factor * (1 - np.tanh(x / scale) ** 2)

    assert verdict(f, g, scale * Z) == "right"
    assert verdict(f, lambda x: g(x, 1 + 1e-5), scale * Z) == "wrong"


def test_a_report_fits_a_page_without_scrolling():
    report = check_gradient(lambda x: 1e12 + np.sin(x).sum(), np.cos, RNG.standard_normal(3))
    assert "rounding in f" in str(report)
    assert max(map(len, str(report).splitlines())) <= 80
