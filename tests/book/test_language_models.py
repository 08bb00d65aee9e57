"""The GPT of the chapter on transformers and the LSTM beside it: gradients, masks, memory, training."""

import numpy as np
import pytest

from autograder import check_gradient
from book import gpt, gpt_layers, lstm
from book.language_models import Training, bits_per_character, cross_entropy, windows
from solutions.recurrent import lstm_step
from solutions.regularization import layernorm_backward, layernorm_forward
from solutions.training import adamw_step
from solutions.transformers import attention_backward, causal_mask, scaled_dot_product_attention

CLASSES, HEADS = 7, 2


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def model(rng):
    """Two blocks in float64, no array zero or one."""
    drawn = gpt.start(CLASSES, width=8, layers=2, rng=rng)
    return {name: w + 0.2 * rng.normal(size=w.shape) for name, w in drawn.items()}


def text(rng, n=3, time=6):
    return rng.integers(CLASSES, size=(2, n, time))


# Gradients -----------------------------------------------------------------------------------


def test_every_gradient_is_the_slope_of_the_loss(model, rng):
    codes, targets = text(rng)
    _, gradients = gpt.loss_and_gradients(model, codes, targets, HEADS)
    assert gradients.keys() == model.keys()
    for name, w in model.items():
        report = check_gradient(
            lambda w, name=name: gpt.loss_and_gradients({**model, name: w}, codes, targets, HEADS)[
                0
            ],
            gradients[name],
            w,
        )
        assert report.verdict == "right", f"{name}: {report}"


def test_every_gradient_of_the_lstm_is_the_slope_of_the_loss(rng):
    drawn = lstm.start(CLASSES, hidden=5, rng=rng)
    model = {name: w + 0.2 * rng.normal(size=w.shape) for name, w in drawn.items()}
    codes, targets = text(rng)
    _, gradients = lstm.loss_and_gradients(model, codes, targets)
    assert gradients.keys() == model.keys()
    for name, w in model.items():
        report = check_gradient(
            lambda w, name=name: lstm.loss_and_gradients({**model, name: w}, codes, targets)[0],
            gradients[name],
            w,
        )
        assert report.verdict == "right", f"{name}: {report}"


def torch_loss(torch, p, codes, targets):
    """The same model written with PyTorch's functions."""
    functional = torch.nn.functional
    n, time = codes.shape
    width = p["characters"].shape[1]
    back = (torch.arange(time)[:, None] - torch.arange(time)).double()
    bias = torch.stack(
        [torch.where(back < 0, -torch.inf, -slope * back) for slope in gpt_layers.slopes(HEADS)]
    )
    x = p["characters"][codes]
    for k in range(2):
        a = functional.layer_norm(x, (width,), p[f"{k}.norm1.gamma"], p[f"{k}.norm1.beta"])
        parts = (a @ p[f"{k}.attend.w"] + p[f"{k}.attend.b"]).chunk(3, dim=-1)
        parts = [part.reshape(n, time, HEADS, -1).transpose(1, 2) for part in parts]
        looked = functional.scaled_dot_product_attention(*parts, attn_mask=bias)
        x = x + looked.transpose(1, 2).reshape(n, time, width) @ p[f"{k}.mix.w"]
        x = x + p[f"{k}.mix.b"]
        u = functional.layer_norm(x, (width,), p[f"{k}.norm2.gamma"], p[f"{k}.norm2.beta"])
        hidden = functional.gelu(u @ p[f"{k}.up.w"] + p[f"{k}.up.b"], approximate="tanh")
        x = x + hidden @ p[f"{k}.down.w"] + p[f"{k}.down.b"]
    top = functional.layer_norm(x, (width,), p["norm.gamma"], p["norm.beta"])
    logits = top @ p["out.w"] + p["out.b"]
    return functional.cross_entropy(logits.reshape(n * time, -1), targets.reshape(-1))


def test_loss_and_gradients_are_those_of_pytorch(model, rng):
    torch = pytest.importorskip("torch")
    codes, targets = text(rng)
    loss, gradients = gpt.loss_and_gradients(model, codes, targets, HEADS)
    theirs = {name: torch.tensor(w, requires_grad=True) for name, w in model.items()}
    expected = torch_loss(torch, theirs, torch.tensor(codes), torch.tensor(targets))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for name, w in theirs.items():
        np.testing.assert_allclose(gradients[name], w.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_float32_stays_float32(model, rng):
    single = {name: w.astype(np.float32) for name, w in model.items()}
    _, gradients = gpt.loss_and_gradients(single, *text(rng), HEADS)
    assert {g.dtype for g in gradients.values()} == {np.dtype(np.float32)}


# The layers are those of the exercises -------------------------------------------------------


def test_without_slopes_attention_is_that_of_the_exercises(rng, monkeypatch):
    monkeypatch.setattr(gpt_layers, "slopes", lambda heads: np.zeros(heads))
    upstream, queries, keys, values = rng.normal(size=(4, 2, 3, 5, 4))
    out, weights = gpt_layers.attend(queries, keys, values)
    expected = scaled_dot_product_attention(queries, keys, values, causal_mask(5))
    for mine, theirs in zip((out, weights), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    gradients = gpt_layers.attend_backward(upstream, queries, keys, values, out, weights)
    expected = attention_backward(upstream, queries, keys, values, causal_mask(5))
    for mine, theirs in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def test_the_lstms_cell_is_that_of_the_exercises(rng):
    drawn = lstm.start(CLASSES, hidden=5, rng=rng)
    model = {name: w + 0.2 * rng.normal(size=w.shape) for name, w in drawn.items()}
    codes = text(rng)[0]
    h = c = np.zeros((3, 5))
    for t in range(codes.shape[1]):
        h, c = lstm_step(np.eye(CLASSES)[codes[:, t]], h, c, model["w_x"], model["w_h"], model["b"])
    logits, _ = lstm.read(model, codes)
    np.testing.assert_allclose(logits[:, -1], h @ model["out.w"] + model["out.b"], rtol=1e-10)


def test_layer_normalization_is_that_of_the_exercises(rng):
    upstream, x = rng.normal(size=(2, 5, 4))
    gamma, beta = rng.normal(size=(2, 4))
    out, kept = gpt_layers.layer_norm(x, gamma, beta)
    np.testing.assert_allclose(out, layernorm_forward(x, gamma, beta, gpt_layers.EPS))
    expected = layernorm_backward(upstream, x, gamma, beta, gpt_layers.EPS)
    for mine, theirs in zip(gpt_layers.layer_norm_backward(upstream, kept), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def test_a_step_is_that_of_the_exercises_for_a_matrix(rng):
    """Here without clipping: the gradient is short."""
    w, g = rng.normal(size=(3, 4)), 0.1 * rng.normal(size=(3, 4))
    training = Training.of({"w": w.copy()})
    state = (np.zeros_like(w), np.zeros_like(w), 0)
    for _ in range(3):
        training.update({"w": g}, rate=0.01)
        w, state = adamw_step(w, g, state, 0.01, 0.9, 0.99, 1e-8, 0.1)
    np.testing.assert_allclose(training.p["w"], w, rtol=1e-6)


# Looking back --------------------------------------------------------------------------------


def test_a_changed_character_changes_nothing_before_it(model, rng):
    codes = text(rng)[0]
    changed = codes.copy()
    changed[:, 4] = (changed[:, 4] + 1) % CLASSES
    moved = np.abs(gpt.read(model, codes, HEADS)[0] - gpt.read(model, changed, HEADS)[0])
    assert moved[:, :4].max() == 0
    assert moved[:, 4:].min(axis=(0, 2)).max() > 0


def test_attention_falls_with_distance_where_all_characters_are_the_same(model):
    weights = gpt.read(model, np.zeros((1, 6), dtype=int), HEADS)[1]["weights"][0]
    assert (np.diff(weights[0, :, -1]) > 0).all()


def test_reading_in_two_parts_is_reading_at_once(model, rng):
    codes = text(rng)[0]
    whole, _ = gpt.read(model, codes, HEADS)
    first, kept = gpt.read(model, codes[:, :2], HEADS)
    second, _ = gpt.read(model, codes[:, 2:], HEADS, past=kept["keys and values"])
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)


def test_what_is_written_at_temperature_zero_is_what_is_likeliest(model, rng):
    begin = text(rng)[0, 0]
    written = gpt.write(model, begin, HEADS, 5, 1e-6, rng)
    whole = np.concatenate([begin, written])
    logits, _ = gpt.read(model, whole[None, :-1], HEADS)
    assert written.tolist() == logits[0, len(begin) - 1 :].argmax(axis=-1).tolist()


def test_bits_are_counted_once_for_every_character_and_are_the_losss(model, rng):
    codes = rng.integers(CLASSES, size=41)
    bits = bits_per_character(lambda x: gpt.read(model, x, HEADS)[0], codes, context=8)
    assert bits.shape == (9, 4)  # windows begin at 0, 4, …, 32
    at = 12
    logits, _ = gpt.read(model, codes[None, at : at + 8], HEADS)
    losses, _ = cross_entropy(logits, codes[None, at + 1 : at + 9])
    np.testing.assert_allclose(bits[3], losses[0, 4:] / np.log(2))
    np.testing.assert_array_equal(
        bits_per_character(lambda x: gpt.read(model, x, HEADS)[0], codes, context=8, every=3),
        bits[::3],
    )


# Training ------------------------------------------------------------------------------------


def test_a_model_learns_a_text_by_heart(rng):
    codes = np.tile([0, 1, 2, 3, 3, 1, 4, 5, 6], 20)
    training = Training.of(gpt.start(CLASSES, width=16, layers=1, rng=rng))
    for _ in range(60):
        x, y = windows(codes, 4, 12, rng)
        loss, gradients = gpt.loss_and_gradients(training.p, x, y, HEADS)
        training.update(gradients, rate=0.02)
    assert loss < 0.3 < np.log(CLASSES)


def test_a_model_without_blocks_is_refused(rng):
    with pytest.raises(ValueError, match="at least one block; layers is 0"):
        gpt.start(CLASSES, width=8, layers=0, rng=rng)
