"""The references of `convolution` against independent truths: torch, plain loops, counted pixels, slopes."""

import inspect

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.checking import judge
from autograder.exercises import convolution as asked_here
from autograder.exercises import find
from autograder.exercises.convolution_networks import evidence_cases, loss_cases
from autograder.exercises.convolution_pooling import (
    average_cases,
    pool_cases,
    shares,
    tie_cases,
)
from autograder.exercises.convolution_textures import FULL, NOTHING, images, place_cases
from autograder.keys import Key
from autograder.record import record
from solutions.convolution import (
    avg_pool2d_backward,
    cnn_loss_and_grads,
    conv2d,
    conv2d_backward,
    conv_output_size,
    im2col,
    input_gradient,
    max_pool2d,
    max_pool2d_backward,
    pad2d,
    receptive_field,
    train_cnn,
)
from solutions.convolution_forward import avg_pool2d, cnn_evidence, cnn_loss

RANDOM_SHAPES = 200


def questions(cases, seeds=3):
    return [q for seed in range(seeds) for q in cases(np.random.default_rng(seed))]


def close(got, expected, atol=1e-10):
    assert got.shape == tuple(expected.shape)
    np.testing.assert_allclose(got, np.asarray(expected), rtol=1e-10, atol=atol)


def layers(seed=0):
    """Random convolutions of every kind: sizes, channels, strides, borders."""
    rng = np.random.default_rng(seed)
    for _ in range(RANDOM_SHAPES):
        n, c_in, c_out, stride = (int(v) for v in rng.integers(1, 5, size=4))
        kh, kw = (int(v) for v in rng.integers(1, 6, size=2))
        padding = int(rng.integers(0, 4))
        height = int(rng.integers(max(1, kh - 2 * padding), 12))
        width = int(rng.integers(max(1, kw - 2 * padding), 12))
        x = rng.normal(size=(n, c_in, height, width))
        yield (
            rng,
            x,
            rng.normal(size=(c_out, c_in, kh, kw)),
            rng.normal(size=c_out),
            stride,
            padding,
        )


def pools(seed=1):
    """Random poolings, of arrays with and without ties."""
    rng = np.random.default_rng(seed)
    for number in range(RANDOM_SHAPES):
        n, channels, stride = (int(v) for v in rng.integers(1, 4, size=3))
        size = int(rng.integers(1, 5))
        height, width = (int(v) for v in rng.integers(size, 12, size=2))
        x = rng.normal(size=(n, channels, height, width))
        yield rng, np.maximum(x, 0) if number % 4 == 0 else x, size, stride


def test_a_convolution_and_its_way_back_are_those_of_torch_on_200_random_shapes():
    torch = pytest.importorskip("torch")
    for rng, x, w, b, stride, padding in layers():
        tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
        out = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding)
        close(conv2d(x, w, b, stride, padding), out.detach())
        upstream = rng.normal(size=out.shape)
        out.backward(torch.tensor(upstream))
        for got, tensor in zip(
            conv2d_backward(upstream, x, w, b, stride, padding), tensors, strict=True
        ):
            close(got, tensor.grad)


def test_im2col_makes_torchs_convolution_a_product_on_200_random_shapes():
    torch = pytest.importorskip("torch")
    for _, x, w, _, stride, padding in layers(2):
        kh, kw = w.shape[2:]
        unfolded = torch.nn.functional.unfold(torch.tensor(x), (kh, kw), 1, padding, stride)
        close(im2col(x, kh, kw, stride, padding), unfolded.transpose(1, 2).flatten(0, 1))


def test_pooling_and_its_way_back_are_those_of_torch_on_200_random_shapes():
    torch = pytest.importorskip("torch")
    for rng, x, size, stride in pools():
        tensor = torch.tensor(x, requires_grad=True)
        out = torch.nn.functional.max_pool2d(tensor, size, stride)
        close(max_pool2d(x, size, stride), out.detach())
        upstream = rng.normal(size=out.shape)
        out.backward(torch.tensor(upstream))  # torch, too, gives a tie to the first of its largest
        close(max_pool2d_backward(upstream, x, size, stride), tensor.grad)


def test_average_pooling_goes_back_as_in_torch_on_200_random_shapes():
    torch = pytest.importorskip("torch")
    for rng, x, size, stride in pools(3):
        tensor = torch.tensor(x, requires_grad=True)
        out = torch.nn.functional.avg_pool2d(tensor, size, stride)
        close(avg_pool2d(x, size, stride), out.detach())
        upstream = rng.normal(size=out.shape)
        out.backward(torch.tensor(upstream))
        close(avg_pool2d_backward(upstream, x, size, stride), tensor.grad)


def test_sizes_are_counted_places():
    for size in range(1, 9):
        for kernel in range(1, 9):
            for stride in range(1, 5):
                for padding in range(3):
                    places = [
                        begin
                        for begin in range(0, size + 2 * padding, stride)
                        if begin + kernel <= size + 2 * padding
                    ]
                    if places:
                        assert conv_output_size(size, kernel, stride, padding) == len(places)
                    else:
                        with pytest.raises(ValueError, match="does not fit"):
                            conv_output_size(size, kernel, stride, padding)


def test_a_border_of_zeros_is_that_of_numpy():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    for padding in range(4):
        wide = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        np.testing.assert_array_equal(pad2d(x, padding), np.pad(x, wide))


def test_a_receptive_field_is_the_pixels_that_reach_a_unit():
    rng = np.random.default_rng(5)
    for _ in range(100):
        stack = [(int(k), int(s)) for k, s in rng.integers(1, 4, size=(rng.integers(1, 5), 2))]
        first = last = 0  # of the units that the first unit of the last layer depends on
        for kernel, stride in reversed(stack):
            first, last = first * stride, last * stride + kernel - 1
        assert receptive_field(stack) == last - first + 1


@pytest.mark.parametrize("asked", questions(asked_here.backward_cases, 1), ids=lambda q: q.about)
def test_the_way_back_through_a_convolution_is_the_measured_slope(asked):
    upstream, x, w, b, stride, padding = asked.arguments.values()
    claim = conv2d_backward(upstream, x, w, b, stride, padding)
    assert check_gradient(
        lambda x, w, b: conv2d(x, w, b, stride, padding), claim, x, w, b, upstream=upstream
    )


@pytest.mark.parametrize("asked", questions(tie_cases, 1), ids=lambda q: q.about)
def test_a_tie_hands_on_what_it_was_given_and_only_to_its_largest(asked):
    upstream, x, size, stride = asked.arguments.values()
    dx = max_pool2d_backward(upstream, x, size, stride)

    def again(upstream):
        return max_pool2d_backward(upstream, x, size, stride)

    assert shares(dx, asked, again) is None
    assert dx.sum() == pytest.approx(upstream.sum())


@pytest.mark.parametrize("asked", questions(average_cases, 1), ids=lambda q: q.about)
def test_the_way_back_through_a_mean_is_the_measured_slope(asked):
    upstream, x, size, stride = asked.arguments.values()
    dx = avg_pool2d_backward(upstream, x, size, stride)
    assert check_gradient(lambda x: avg_pool2d(x, size, stride), (dx,), x, upstream=upstream)


def torch_network(torch, parameters, x):
    """Logits by torch, with the parameters and images as leaves."""
    leaves = [[torch.tensor(p, requires_grad=True) for p in layer] for layer in parameters]
    image = torch.tensor(x, requires_grad=True)
    (w1, b1), (w2, b2), (w3, b3) = leaves
    f = torch.nn.functional
    z = f.relu(f.conv2d(image, w1, b1, stride=2, padding=w1.shape[2] // 2))
    z = f.relu(f.conv2d(f.max_pool2d(z, 2), w2, b2, padding=w2.shape[2] // 2))
    return z.mean(dim=(2, 3)) @ w3 + b3, leaves, image


@pytest.mark.parametrize("asked", questions(loss_cases), ids=lambda q: q.about)
def test_the_networks_loss_and_gradients_are_those_of_torch(asked):
    torch = pytest.importorskip("torch")
    parameters, x, labels = asked.arguments.values()
    loss, gradients = cnn_loss_and_grads(parameters, x, labels)
    logits, leaves, _ = torch_network(torch, parameters, x)
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    expected.backward()
    assert type(loss) is float
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert loss == pytest.approx(cnn_loss(parameters, x, labels), rel=1e-12)
    for got, wanted in zip(gradients, leaves, strict=True):
        for gradient, tensor in zip(got, wanted, strict=True):
            close(gradient, tensor.grad)


@pytest.mark.parametrize("asked", questions(evidence_cases), ids=lambda q: q.about)
def test_the_gradient_of_the_image_is_that_of_torch(asked):
    torch = pytest.importorskip("torch")
    parameters, x, classes = asked.arguments.values()
    logits, _, image = torch_network(torch, parameters, x)
    chosen = logits[torch.arange(len(x)), torch.tensor(classes)].sum()
    chosen.backward()
    close(input_gradient(parameters, x, classes), image.grad)
    assert cnn_evidence(parameters, x, classes) == pytest.approx(chosen.item())


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((2, 2, 6, 5), (3, 2, 3, 2)))
    b = np.ones(3, dtype=np.float32)
    out = conv2d(x, w, b, 2, 1)
    pooled = max_pool2d(x, 2, 1)
    back = conv2d_backward(out, x, w, b, 2, 1)
    results = [
        out, *back, pad2d(x, 1), im2col(x, 2, 2, 1, 0), pooled,
        max_pool2d_backward(pooled, x, 2, 1), avg_pool2d_backward(pooled, x, 2, 1),
    ]  # fmt: skip
    assert {array.dtype for array in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("conv2d", asked_here.conv_cases),
        ("conv2d_backward", asked_here.backward_cases),
        ("im2col", asked_here.column_cases),
        ("pad2d", asked_here.pad_cases),
        ("max_pool2d", pool_cases),
        ("max_pool2d_backward", tie_cases),
        ("avg_pool2d_backward", average_cases),
        ("cnn_loss_and_grads", loss_cases),
        ("input_gradient", evidence_cases),
    ],
)
def test_no_reference_changes_its_arguments(name, cases):
    exercise = find(f"convolution.{name}")
    for asked in questions(cases, 1):
        answer = ask(globals()[name], exercise.drive, asked.arguments)
        assert not answer.problem
        assert not answer.changed


def verdict_on(name, student, seed=0):
    exercise = find(f"convolution.{name}")
    key = record(exercise, seed)
    return judge(exercise, key, lambda asked: ask(student, exercise.drive, asked.arguments))


def test_a_right_convolution_is_told_how_long_it_took_beside_one_product():
    verdict = verdict_on("conv2d", conv2d)
    assert verdict.right
    assert " ms. The multiplications alone, as one product of matrices, take " in verdict.remark


def test_a_convolution_that_treats_places_differently_breaks_equivariance():
    def uneven(x, w, b, stride, padding):
        out = conv2d(x, w, b, stride, padding)
        return out * np.linspace(1, 2, out.shape[2])[:, None]

    says = [f.says for f in verdict_on("conv2d", uneven).findings if f.check == "equivariance"]
    assert says
    assert "does not move along" in says[0]


# the texture photographs


@pytest.fixture(scope="module")
def place():
    return next(place_cases(np.random.default_rng(0)))


def test_a_question_holds_places_and_no_pixel(place):
    assert all(np.size(value) < 2000 for value in place.arguments.values())


def test_student_code_is_given_no_held_out_class(place):
    given, classes = images(place)
    assert set(given) == {"x_train", "y_train", "rng", "x_new"}
    assert np.bincount(given["y_train"]).tolist() == [100] * 3
    assert np.bincount(classes).tolist() == [60] * 3
    assert given["x_new"].dtype == np.float32


def test_training_and_held_out_images_share_no_pixel(place):
    from course.data.textures import BORDER

    assert (place.arguments["train"][2] + 64 <= BORDER).all()
    assert (place.arguments["held_out"][2] >= BORDER).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_linear_model_earns_nothing(seed):
    from sklearn.linear_model import RidgeClassifier

    given, classes = images(next(place_cases(np.random.default_rng(seed))))
    flat = [given[name].reshape(len(given[name]), -1) for name in ("x_train", "x_new")]
    linear = RidgeClassifier(alpha=100.0).fit(flat[0], given["y_train"])
    assert linear.score(flat[1], classes) < NOTHING


def test_the_reference_passes_and_is_told_its_score(place):
    exercise = find("convolution.train_cnn")
    key = Key(exercise.name, True, ((place,),), ((None,),), (), ())
    verdict = judge(exercise, key, lambda asked: ask(train_cnn, exercise.drive, asked.arguments))
    assert verdict.points == 3
    assert verdict.remark.startswith("Accuracy on the held-out images: ")
    assert float(verdict.remark.split(": ")[1][:5]) > FULL + 0.03


def test_the_solution_has_no_seed_of_its_own():
    assert "default_rng" not in inspect.getsource(train_cnn)
