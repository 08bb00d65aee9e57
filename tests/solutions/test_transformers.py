"""The references of `transformers` against independent truths: torch, exact sums, measured slopes."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.checking import judge
from autograder.exercises import registry
from autograder.record import record, solution
from solutions import transformers_forward as forward
from solutions.transformers import (
    attention_backward,
    causal_mask,
    feed_forward_backward,
    mean_pool_embeddings,
    multi_head_attention,
    multi_head_attention_backward,
    padding_mask,
    patchify,
    positional_encoding,
    scaled_dot_product_attention,
    split_heads,
    transformer_block_loss_and_grads,
)

NAMES = [e.name for e in registry().values() if e.chapter == "transformers"]
SHAPES = 200
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def tensors(*arrays):
    import torch

    return [torch.from_numpy(np.ascontiguousarray(a)).requires_grad_() for a in arrays]


def random_mask(rng, time_q, time_k):
    """Every query may attend to at least one key."""
    mask = rng.random((time_q, time_k)) < 0.6
    mask[np.arange(time_q), rng.integers(time_k, size=time_q)] = True
    return mask


def random_attention(rng):
    n, heads, time_q, time_k, d_k, d_v = rng.integers(1, 6, size=6)
    front = [(n, heads), (n,), ()][rng.integers(3)]
    shapes = (time_q, d_v), (time_q, d_k), (time_k, d_k), (time_k, d_v)
    arrays = [rng.normal(size=(*front, *shape)) for shape in shapes]
    return *arrays, random_mask(rng, time_q, time_k)


def random_block(rng):
    """A block of any size, a batch for it, and how many heads."""
    n, time, width, heads, hidden, classes = rng.integers(1, 5, size=6)
    classes += 1
    d = int(width * heads)

    def linear(d_in, d_out):
        return rng.normal(size=(d_in, d_out)) / np.sqrt(d_in), rng.normal(size=d_out)

    parameters = [
        linear(d, d), *(linear(d, d) for _ in range(4)), linear(d, d), linear(d, hidden),
        linear(hidden, d), linear(d, classes),
    ]  # fmt: skip
    for i in (0, 5):
        parameters[i] = rng.uniform(0.5, 2, size=d), rng.normal(size=d)
    x, labels = 2 * rng.normal(size=(n, time, d)), rng.integers(classes, size=(n, time))
    return parameters, x, labels, int(heads), random_mask(rng, time, time)


def torch_heads(x, pairs, heads, mask):
    """PyTorch's own multi-head attention, given the course's parameters."""
    import torch

    w_in = torch.cat([w.T for w, _ in pairs[:3]])
    b_in = torch.cat([b for _, b in pairs[:3]])
    d = x.shape[-1]
    out, _ = torch.nn.functional.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3, d, heads, w_in, b_in, None, None, False, 0.0, pairs[3][0].T,
        pairs[3][1], attn_mask=~torch.from_numpy(mask), need_weights=False,
    )  # fmt: skip
    return out.transpose(0, 1)


def torch_block_loss(pairs, x, labels, heads, mask, eps):
    import torch

    functional = torch.nn.functional
    first, *attending, second, (w1, b1), (w2, b2), (w, b) = pairs
    d = x.shape[-1:]
    middle = x + torch_heads(functional.layer_norm(x, d, *first, eps=eps), attending, heads, mask)
    entering = functional.layer_norm(middle, d, *second, eps=eps)
    top = middle + functional.gelu(entering @ w1 + b1) @ w2 + b2
    logits = top @ w + b
    return functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(labels).flatten())


def as_pairs(parameters):
    return [tuple(tensors(*pair)) for pair in parameters]


def gradients_of(pairs):
    return [tuple(tensor.grad.numpy() for tensor in pair) for pair in pairs]


def assert_pairs_agree(mine, theirs):
    for pair, other in zip(mine, theirs, strict=True):
        for array, right in zip(pair, other, strict=True):
            np.testing.assert_allclose(array, right, **CLOSE)


def test_attention_agrees_with_torch_forward_and_backward_on_200_random_shapes():
    import torch

    rng = np.random.default_rng(0)
    for _ in range(SHAPES):
        upstream, queries, keys, values, mask = random_attention(rng)
        q, k, v = tensors(queries, keys, values)
        theirs = torch.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=torch.from_numpy(mask)
        )
        theirs.backward(torch.from_numpy(upstream))
        out, weights = scaled_dot_product_attention(queries, keys, values, mask)
        np.testing.assert_allclose(out, theirs.detach().numpy(), **CLOSE)
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
        assert not weights[np.broadcast_to(~mask, weights.shape)].any()
        mine = attention_backward(upstream, queries, keys, values, mask)
        for array, tensor in zip(mine, (q, k, v), strict=True):
            np.testing.assert_allclose(array, tensor.grad.numpy(), **CLOSE)


def test_several_heads_agree_with_torch_forward_and_backward_on_200_random_shapes():
    import torch

    rng = np.random.default_rng(1)
    for _ in range(SHAPES):
        parameters, x, _, heads, mask = random_block(rng)
        parameters, upstream = parameters[1:5], rng.normal(size=x.shape)
        pairs, (tx,) = as_pairs(parameters), tensors(x)
        theirs = torch_heads(tx, pairs, heads, mask)
        theirs.backward(torch.from_numpy(upstream))
        mine = multi_head_attention(x, parameters, heads, mask)
        np.testing.assert_allclose(mine, theirs.detach().numpy(), **CLOSE)
        dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
        np.testing.assert_allclose(dx, tx.grad.numpy(), **CLOSE)
        assert_pairs_agree(gradients, gradients_of(pairs))


def test_the_feed_forward_layer_agrees_with_torch_on_200_random_shapes():
    import torch

    rng = np.random.default_rng(2)
    for _ in range(SHAPES):
        n, time, d, hidden = rng.integers(1, 7, size=4)
        shapes = (n, time, d), (d, hidden), (hidden,), (hidden, d), (d,)
        arrays = [rng.normal(size=shape) for shape in shapes]
        upstream = rng.normal(size=(n, time, d))
        x, w1, b1, w2, b2 = given = tensors(*arrays)
        out = torch.nn.functional.gelu(x @ w1 + b1) @ w2 + b2
        out.backward(torch.from_numpy(upstream))
        np.testing.assert_allclose(forward.feed_forward(*arrays), out.detach().numpy(), **CLOSE)
        for mine, tensor in zip(feed_forward_backward(upstream, *arrays), given, strict=True):
            np.testing.assert_allclose(mine, tensor.grad.numpy(), **CLOSE)


def test_the_block_agrees_with_torch_on_200_random_shapes():
    rng = np.random.default_rng(3)
    for _ in range(SHAPES):
        parameters, x, labels, heads, mask = random_block(rng)
        pairs, (tx,) = as_pairs(parameters), tensors(x)
        loss = torch_block_loss(pairs, tx, labels, heads, mask, 0.01)
        loss.backward()
        mine, gradients = transformer_block_loss_and_grads(parameters, x, labels, heads, mask, 0.01)
        assert mine == pytest.approx(loss.item(), rel=1e-10)
        assert_pairs_agree(gradients, gradients_of(pairs))


def torch_attention_backward(upstream, queries, keys, values, mask):
    import torch

    given = tensors(queries, keys, values)
    torch.nn.functional.scaled_dot_product_attention(
        *given, attn_mask=torch.from_numpy(mask)
    ).backward(torch.from_numpy(upstream))
    return tuple(tensor.grad.numpy() for tensor in given)


def torch_heads_backward(upstream, x, parameters, heads, mask):
    import torch

    pairs, (tx,) = as_pairs(parameters), tensors(x)
    whole = np.broadcast_to(mask, (len(x), heads, x.shape[1], x.shape[1]))
    whole = whole.reshape(-1, *whole.shape[2:]).copy()
    torch_heads(tx, pairs, heads, whole).backward(torch.from_numpy(upstream))
    return tx.grad.numpy(), gradients_of(pairs)


def torch_block(parameters, x, labels, heads, mask, eps):
    pairs, (tx,) = as_pairs(parameters), tensors(x)
    whole = np.broadcast_to(mask, (len(x), heads, x.shape[1], x.shape[1]))
    whole = whole.reshape(-1, *whole.shape[2:]).copy()
    loss = torch_block_loss(pairs, tx, labels, heads, whole, eps)
    loss.backward()
    return loss.item(), gradients_of(pairs)


@pytest.mark.parametrize(
    ("name", "by_torch"),
    [
        ("attention_backward", torch_attention_backward),
        ("multi_head_attention_backward", torch_heads_backward),
        ("transformer_block_loss_and_grads", torch_block),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_torch_computes_by_itself_passes_the_checks(name, by_torch, seed):
    """Gradients that are zero but for rounding are right in anybody's rounding."""
    exercise = registry()[f"transformers.{name}"]
    key = record(exercise, seed)
    verdict = judge(exercise, key, lambda q: ask(by_torch, exercise.drive, q.arguments))
    assert verdict.right, verdict.findings


def test_attention_by_hand_in_decimals():
    """Two keys, one query, 40 digits."""
    q, k, v = [[1.0, -2.0]], [[0.5, 0.25], [2.0, -0.5]], [[3.0], [-1.0]]
    with localcontext() as context:
        context.prec = 40
        scores = [
            sum(Decimal(a) * Decimal(b) for a, b in zip(q[0], key, strict=True)) / Decimal(2).sqrt()
            for key in k
        ]
        e = [score.exp() for score in scores]
        weights = [part / sum(e) for part in e]
        out = weights[0] * 3 - weights[1]
    mine, mine_weights = scaled_dot_product_attention(
        np.array(q), np.array(k), np.array(v), np.ones((1, 2), dtype=bool)
    )
    np.testing.assert_allclose(mine_weights[0], [float(w) for w in weights], rtol=1e-15)
    assert mine[0, 0] == pytest.approx(float(out), rel=1e-15)


def test_scores_of_any_size_give_finite_weights():
    rng = np.random.default_rng(4)
    for scale in (1e-3, 1e3, 1e100):
        queries, keys = scale * rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4))
        _, weights = scaled_dot_product_attention(
            queries, keys, rng.normal(size=(2, 5, 1)), random_mask(rng, 3, 5)
        )
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)


def test_a_token_of_the_future_changes_nothing_before_it():
    rng = np.random.default_rng(5)
    parameters, *_ = random_block(rng)
    d = len(parameters[1][1])
    heads = 1
    x = rng.normal(size=(2, 6, d))
    mask = causal_mask(6) & padding_mask(np.array([6, 5]), 6)
    before = multi_head_attention(x, parameters[1:5], heads, mask)
    for k in range(1, 6):
        changed = x.copy()
        changed[:, k] += 1
        after = multi_head_attention(changed, parameters[1:5], heads, mask)
        np.testing.assert_array_equal(after[:, :k], before[:, :k])


def test_the_gradient_of_the_keys_bias_is_zero():
    """It moves all scores of a query alike, and a softmax does not see that."""
    rng = np.random.default_rng(6)
    parameters, x, _, heads, mask = random_block(rng)
    upstream = rng.normal(size=x.shape)
    _, gradients = multi_head_attention_backward(upstream, x, parameters[1:5], heads, mask)
    np.testing.assert_allclose(gradients[1][1], 0, atol=1e-13)


def test_every_backward_pass_is_the_measured_slope_of_its_forward_pass():
    rng = np.random.default_rng(7)
    upstream, *given, mask = random_attention(rng)
    report = check_gradient(
        lambda q, k, v: forward.attention(q, k, v, mask),
        attention_backward(upstream, *given, mask), *given, upstream=upstream,
    )  # fmt: skip
    assert report.verdict == "right", report
    parameters, x, labels, heads, mask = random_block(rng)
    loss, gradients = transformer_block_loss_and_grads(parameters, x, labels, heads, mask, 0.1)
    assert loss == pytest.approx(forward.block_loss(parameters, x, labels, heads, mask, 0.1))
    report = check_gradient(
        lambda p: forward.block_loss(p, x, labels, heads, mask, 0.1), (gradients,), parameters
    )
    assert report.verdict == "right", report


def test_masks_written_out():
    np.testing.assert_array_equal(
        causal_mask(3), [[True, False, False], [True, True, False], [True, True, True]]
    )
    mask = padding_mask(np.array([2, 3]), 3)
    assert mask.shape == (2, 1, 1, 3)
    np.testing.assert_array_equal(mask[:, 0, 0], [[True, True, False], [True, True, True]])


def test_heads_are_neighboring_features_of_the_same_token():
    x = np.arange(24.0).reshape(1, 2, 12)
    out = split_heads(x, 3)
    assert out.shape == (1, 3, 2, 4)
    np.testing.assert_array_equal(out[0, 1, 0], [4, 5, 6, 7])
    np.testing.assert_array_equal(out[0, 2, 1], [20, 21, 22, 23])
    with pytest.raises(ValueError, match="12 features"):
        split_heads(x, 5)


def test_positions_turn_like_the_hands_of_clocks():
    encoding = positional_encoding(50, 8)
    pairs = encoding[:, 0::2] + 1j * encoding[:, 1::2]
    np.testing.assert_allclose(np.abs(pairs), 1, rtol=1e-14)
    steps = pairs[1:] / pairs[:-1]  # sin + i cos turns backwards, by its frequency
    np.testing.assert_allclose(
        -np.angle(steps), np.tile(10000.0 ** -np.arange(0, 1, 0.25), (49, 1))
    )


def test_patches_agree_with_torch():
    import torch

    images = np.random.default_rng(8).normal(size=(2, 3, 6, 9))
    theirs = torch.nn.functional.unfold(torch.from_numpy(images), 3, stride=3)
    np.testing.assert_array_equal(patchify(images, 3), theirs.numpy().swapaxes(1, 2))
    with pytest.raises(ValueError, match="6 × 9"):
        patchify(images, 2)


def test_padding_does_not_move_the_mean():
    rng = np.random.default_rng(9)
    embeddings = rng.normal(size=(2, 5, 3))
    mask = np.arange(5) < np.array([[3], [5]])
    pooled = mean_pool_embeddings(embeddings, mask)
    np.testing.assert_allclose(pooled[0], embeddings[0, :3].mean(axis=0), rtol=1e-14)
    longer = np.concatenate([embeddings, np.full((2, 4, 3), 1e6)], axis=1)
    more = np.concatenate([mask, np.zeros((2, 4), dtype=bool)], axis=1)
    np.testing.assert_allclose(mean_pool_embeddings(longer, more), pooled, rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_changed_printed_or_warned_about(name):
    exercise = registry()[name]
    for check in exercise.checks:
        for asked in check.questions(np.random.default_rng(10)):
            answer = ask(solution(name), exercise.drive, asked.arguments)
            assert not answer.problem, answer.traceback
            assert not answer.changed
            assert not answer.printed
            assert not answer.warnings, (asked.about, answer.warnings)


def arrays_in(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in arrays_in(item)]
    return []


NO_FLOATS_IN = ("causal_mask", "padding_mask", "positional_encoding")


@pytest.mark.parametrize("name", [n for n in NAMES if n.partition(".")[2] not in NO_FLOATS_IN])
def test_float32_comes_in_and_goes_out(name):
    exercise = registry()[name]
    singles = [
        asked
        for check in exercise.checks
        for asked in check.questions(np.random.default_rng(11))
        if "float32" in asked.about
    ]
    assert singles
    for asked in singles:
        answer = ask(solution(name), exercise.drive, asked.arguments)
        found = arrays_in(answer.value)
        assert found
        assert all(array.dtype == np.float32 for array in found)
