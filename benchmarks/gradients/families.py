"""The families of functions in the corpus.

A family draws a function and its arguments from a generator. Functions are written with the operations
of `tape`, which gives their gradients. `draw` decides the scale and the kinks: plain numbers, small
integers (ties and zeros: kinks on purpose), arrays of zeros, large, small or mixed scales.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.gradients import tape as t

FAMILIES: dict[str, Callable[[Draw], tuple[Callable[..., Any], tuple[Any, ...]]]] = {}
PROFILES = {
    "plain": 0.3,
    "integers": 0.3,
    "zeros": 0.16,
    "large": 0.08,
    "small": 0.08,
    "mixed": 0.08,
}


@dataclass
class Draw:
    """Draws arguments, all in one profile."""

    rng: np.random.Generator
    profile: str

    def __call__(self, *shape: int, around: float = 0.0, spread: float = 1.0) -> np.ndarray:
        x = self.rng.standard_normal(shape)
        if self.profile in ("integers", "zeros"):  # sums come out exact, and land on kinks
            x = np.round(1.5 * x)
            around, spread = np.round(around), 2.0 ** np.round(np.log2(spread))
        if self.profile == "zeros" and self.rng.random() < 0.35:
            x = np.zeros(shape)
        elif self.profile == "large":
            x = x * 10 ** self.rng.uniform(0.3, 1.3)
        elif self.profile == "small":
            x = x * 10 ** -self.rng.uniform(0.3, 2.5)
        elif self.profile == "mixed":
            x = x * 10 ** self.rng.uniform(-2, 1, shape)
        return around + spread * x

    def positive(self, *shape: int) -> np.ndarray:
        return 0.1 + np.abs(self(*shape))

    def weights(self, rows: int, columns: int) -> np.ndarray:
        return self(rows, columns, spread=rows**-0.5)

    def size(self, low: int = 2, high: int = 6) -> int:
        return int(self.rng.integers(low, high + 1))

    def classes(self, n: int, count: int) -> np.ndarray:
        return self.rng.integers(0, count, n)


def family(build):
    FAMILIES[build.__name__] = build
    return build


def gelu(x):
    return x * t.normal_cdf(x)


def mlp(draw: Draw, activation, depth: int = 2):
    n, widths = draw.size(), [draw.size(2, 7) for _ in range(depth + 1)]
    params = []
    for rows, columns in itertools.pairwise(widths):
        params += [draw.weights(rows, columns), draw(columns)]

    def f(x, *params):
        for k in range(0, len(params), 2):
            x = x @ params[k] + params[k + 1]
            if k + 2 < len(params):
                x = activation(x)
        return x

    return f, (draw(n, widths[0]), *params)


@family
def linear(draw):
    n, i, o = draw.size(), draw.size(), draw.size()
    return lambda x, w, b: x @ w + b, (draw(n, i), draw.weights(i, o), draw(o))


@family
def relu_net(draw):
    return mlp(draw, t.relu)


@family
def tanh_net(draw):
    return mlp(draw, t.tanh)


@family
def gelu_net(draw):
    return mlp(draw, gelu)


@family
def sigmoid_net(draw):
    return mlp(draw, t.sigmoid)


@family
def softplus_net(draw):
    return mlp(draw, t.softplus)


@family
def leaky_relu_net(draw):
    return mlp(draw, t.leaky_relu)


@family
def swish_net(draw):
    return mlp(draw, lambda x: x * t.sigmoid(x))


@family
def hard_tanh_net(draw):
    return mlp(draw, lambda x: t.clip(x, -1.0, 1.0))


@family
def softsign_net(draw):
    return mlp(draw, lambda x: x / (1 + t.absolute(x)))


@family
def sine_net(draw):
    return mlp(draw, t.sin)


@family
def deep_relu_net(draw):
    return mlp(draw, t.relu, depth=5)


@family
def deep_tanh_net(draw):
    return mlp(draw, t.tanh, depth=5)


@family
def maxout(draw):
    n, i, o, k = draw.size(), draw.size(), draw.size(), 3
    w = draw.weights(i, o * k)
    return lambda x, w, b: t.max_(t.reshape(x @ w + b, (n, o, k)), 2), (draw(n, i), w, draw(o * k))


@family
def relu_net_structured(draw):
    n, i, h, o = draw.size(), draw.size(), draw.size(), draw.size()

    def f(params):
        (w1, b1), (w2, b2) = params
        return t.relu(x @ w1 + b1) @ w2 + b2

    x = draw(n, i)
    return f, ([(draw.weights(i, h), draw(h)), (draw.weights(h, o), draw(o))],)


def windows(x, kernel, stride):
    """(n, c, h, w) -> (n, out_h, out_w, c, kernel, kernel)"""
    _, c, h, w = x.shape
    rows, columns = (h - kernel) // stride + 1, (w - kernel) // stride + 1
    i = stride * np.arange(rows)[:, None, None, None, None] + np.arange(kernel)[:, None]
    j = stride * np.arange(columns)[None, :, None, None, None] + np.arange(kernel)
    channel = np.arange(c)[:, None, None]
    return x[:, channel, i, j]


def conv2d(x, w, b, stride=1, padding=0):
    if padding:
        x = t.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out, c, k, _ = w.shape
    patches = windows(x, k, stride)
    n, rows, columns = patches.shape[:3]
    flat = t.reshape(patches, (n, rows, columns, c * k * k))
    z = flat @ t.transpose(t.reshape(w, (out, c * k * k)), (1, 0)) + b
    return t.transpose(z, (0, 3, 1, 2))


def pool_windows(x, k, stride):
    patches = windows(x, k, stride)
    n, rows, columns, c = patches.shape[:4]
    return t.reshape(patches, (n, rows, columns, c, k * k))


def images(draw, size=5):
    return draw(2, 2, size, size), draw(3, 2, 3, 3, spread=0.25), draw(3)


@family
def conv(draw):
    return conv2d, images(draw)


@family
def conv_stride_padding(draw):
    return lambda x, w, b: conv2d(x, w, b, stride=2, padding=1), images(draw)


@family
def conv_relu_max_pool(draw):
    return lambda x, w, b: t.max_(pool_windows(t.relu(conv2d(x, w, b, 1, 1)), 2, 2), 4), images(
        draw
    )


@family
def max_pool(draw):
    return lambda x: t.max_(pool_windows(x, 2, 2), 4), (draw(2, 2, 4, 6),)


@family
def max_pool_overlapping(draw):
    return lambda x: t.max_(pool_windows(x, 3, 2), 4), (draw(2, 1, 7, 5),)


@family
def average_pool(draw):
    return lambda x: t.mean(pool_windows(x, 2, 2), 4), (draw(2, 2, 4, 6),)


@family
def small_cnn(draw):
    y = draw.classes(2, 3)

    def f(x, w, b, v):
        a = t.max_(pool_windows(t.relu(conv2d(x, w, b)), 2, 2), 4)
        return cross_entropy_of(t.reshape(a, (2, 12)) @ v, y)

    x, w, b = images(draw, 6)
    return f, (x, w, b, draw.weights(12, 3))


def normalize(x, axis, eps=1e-5):
    centered = x - t.mean(x, axis, True)
    return centered / t.sqrt(t.mean(centered * centered, axis, True) + eps)


@family
def batch_norm(draw):
    n, d = draw.size(3, 8), draw.size()
    f = lambda x, gamma, beta: gamma * normalize(x, 0) + beta  # noqa: E731
    return f, (draw(n, d), draw(d, around=1.0), draw(d))


@family
def layer_norm(draw):
    n, d = draw.size(), draw.size(3, 8)
    f = lambda x, gamma, beta: gamma * normalize(x, -1) + beta  # noqa: E731
    return f, (draw(n, d), draw(d, around=1.0), draw(d))


@family
def rms_norm(draw):
    n, d = draw.size(), draw.size(3, 8)
    return lambda x, g: g * x / t.sqrt(t.mean(x * x, -1, True) + 1e-5), (draw(n, d), draw(d))


@family
def group_norm(draw):
    n, c = draw.size(), 6

    def f(x, gamma):
        return t.reshape(normalize(t.reshape(x, (n, 2, 3)), -1), (n, c)) * gamma

    return f, (draw(n, c), draw(c, around=1.0))


@family
def relu_batch_norm_net(draw):
    n, i, h = draw.size(4, 8), draw.size(), draw.size()

    def f(x, w, b, gamma, beta, v):
        return t.relu(gamma * normalize(x @ w + b, 0) + beta) @ v

    weights = draw.weights(i, h), draw(h), draw(h, around=1.0), draw(h), draw.weights(h, 2)
    return f, (draw(n, i), *weights)


@family
def softmax(draw):
    return t.softmax, (draw(draw.size(), draw.size()),)


@family
def log_softmax(draw):
    n, c = draw.size(), draw.size()
    return lambda z: z - t.reshape(t.logsumexp(z), (n, 1)), (draw(n, c),)


@family
def log_sum_exp(draw):
    return t.logsumexp, (draw(draw.size(), draw.size()),)


def attention_of(q, k, v, mask=None):
    axes = (*range(k.ndim - 2), k.ndim - 1, k.ndim - 2)
    scores = q @ t.transpose(k, axes) * k.shape[-1] ** -0.5
    return t.softmax(scores if mask is None else t.where(mask, scores, -1e9)) @ v


@family
def attention(draw):
    n, s, d = draw.size(1, 2), draw.size(3, 5), draw.size()
    return attention_of, (draw(n, s, d), draw(n, s, d), draw(n, s, d))


@family
def causal_attention(draw):
    s, d = draw.size(3, 5), draw.size()
    mask = np.tril(np.ones((s, s), bool))
    return lambda q, k, v: attention_of(q, k, v, mask), (draw(s, d), draw(s, d), draw(s, d))


def heads_of(x, heads):
    n, s, d = x.shape
    return t.transpose(t.reshape(x, (n, s, heads, d // heads)), (0, 2, 1, 3))


def multi_head(x, wq, wk, wv, wo, heads=2):
    q, k, v = (heads_of(x @ w, heads) for w in (wq, wk, wv))
    mixed = t.transpose(attention_of(q, k, v), (0, 2, 1, 3))
    return t.reshape(mixed, x.shape) @ wo


@family
def multi_head_attention(draw):
    d = 4
    return multi_head, (draw(2, 3, d), *(draw.weights(d, d) for _ in range(4)))


@family
def transformer_block(draw):
    d, h = 4, 6

    def f(x, wq, wk, wv, wo, w1, b1, w2):
        x = x + multi_head(normalize(x, -1), wq, wk, wv, wo)
        return x + gelu(normalize(x, -1) @ w1 + b1) @ w2

    square = [draw.weights(d, d) for _ in range(4)]
    return f, (draw(2, 3, d), *square, draw.weights(d, h), draw(h), draw.weights(h, d))


@family
def rnn(draw):
    n, steps, i, h = draw.size(1, 3), draw.size(2, 6), draw.size(), draw.size()

    def f(x, state, w, u, b):
        states = []
        for k in range(steps):
            state = t.tanh(x[:, k] @ w + state @ u + b)
            states.append(state)
        return t.stack(states, 1)

    weights = draw.weights(i, h), draw.weights(h, h), draw(h)
    return f, (draw(n, steps, i), draw(n, h), *weights)


@family
def relu_rnn(draw):
    n, steps, i, h = draw.size(1, 3), draw.size(2, 4), draw.size(), draw.size()

    def f(x, w, u):
        state = np.zeros((n, h))
        for k in range(steps):
            state = t.relu(x[:, k] @ w + state @ u)
        return state

    return f, (draw(n, steps, i), draw.weights(i, h), draw.weights(h, h))


@family
def lstm(draw):
    n, i, h = draw.size(1, 3), draw.size(), draw.size(2, 4)

    def f(x, state, cell, w, u, b):
        z = x @ w + state @ u + b
        gate = [z[:, k * h : (k + 1) * h] for k in range(4)]
        cell = t.sigmoid(gate[1]) * cell + t.sigmoid(gate[0]) * t.tanh(gate[2])
        return t.sigmoid(gate[3]) * t.tanh(cell), cell

    weights = draw.weights(i, 4 * h), draw.weights(h, 4 * h), draw(4 * h)
    return f, (draw(n, i), draw(n, h), draw(n, h), *weights)


@family
def gru(draw):
    n, i, h = draw.size(1, 3), draw.size(), draw.size(2, 4)

    def f(x, state, w, u, b):
        a, c = x @ w + b, state @ u
        r = t.sigmoid(a[:, :h] + c[:, :h])
        z = t.sigmoid(a[:, h : 2 * h] + c[:, h : 2 * h])
        new = t.tanh(a[:, 2 * h :] + r * c[:, 2 * h :])
        return (1 - z) * new + z * state

    weights = draw.weights(i, 3 * h), draw.weights(h, 3 * h), draw(3 * h)
    return f, (draw(n, i), draw(n, h), *weights)


@family
def mse(draw):
    shape = draw.size(), draw.size()
    target = draw(*shape)
    return lambda p: t.mean((p - target) ** 2), (draw(*shape),)


@family
def mae(draw):
    shape = draw.size(), draw.size()
    target = draw(*shape)
    return lambda p: t.mean(t.absolute(p - target)), (draw(*shape),)


@family
def huber(draw):
    shape = draw.size(), draw.size()
    target = draw(*shape)

    def f(p):
        size = t.absolute(p - target)
        inner = t.clip(size, 0.0, 1.0)
        return t.mean(inner * inner * 0.5 + size - inner)

    return f, (draw(*shape),)


def cross_entropy_of(logits, y):
    return t.mean(t.logsumexp(logits) - logits[np.arange(len(y)), y])


@family
def cross_entropy(draw):
    n, c = draw.size(), draw.size()
    y = draw.classes(n, c)
    return lambda z: cross_entropy_of(z, y), (draw(n, c),)


@family
def label_smoothing(draw):
    n, c = draw.size(), draw.size()
    target = 0.9 * np.eye(c)[draw.classes(n, c)] + 0.1 / c
    return lambda z: t.mean(t.logsumexp(z) - t.sum_(z * target, 1)), (draw(n, c),)


@family
def bce_with_logits(draw):
    n = draw.size(3, 12)
    y = draw.rng.random(n).round()
    return lambda z: t.mean(t.softplus(z) - z * y), (draw(n),)


@family
def focal_loss(draw):
    n = draw.size(3, 12)
    y = draw.rng.random(n) < 0.5

    def f(z):
        miss = t.softplus(t.where(y, -z, z))
        return t.mean(t.sigmoid(t.where(y, -z, z)) ** 2.0 * miss)

    return f, (draw(n),)


@family
def hinge(draw):
    n, c = draw.size(), draw.size()
    y = draw.classes(n, c)
    rows = np.arange(n)

    def f(z):
        margins = t.relu(1 + z - t.reshape(z[rows, y], (n, 1)))
        return t.sum_(margins) * (1 / n) - 1.0

    return f, (draw(n, c),)


@family
def triplet(draw):
    n, d = draw.size(), draw.size()

    def f(a, p, q):
        near, far = t.sum_((a - p) ** 2, 1), t.sum_((a - q) ** 2, 1)
        return t.mean(t.relu(near - far + 1.0))

    return f, (draw(n, d), draw(n, d), draw(n, d))


@family
def kl_divergence(draw):
    n, c = draw.size(), draw.size()

    def f(z, w):
        p = t.softmax(z)
        log_p = z - t.reshape(t.logsumexp(z), (n, 1))
        log_q = w - t.reshape(t.logsumexp(w), (n, 1))
        return t.sum_(p * (log_p - log_q)) * (1 / n)

    return f, (draw(n, c), draw(n, c))


@family
def gaussian_likelihood(draw):
    n = draw.size(3, 10)
    y = draw(n)
    f = lambda m, s: t.mean(0.5 * (m - y) ** 2 / t.softplus(s) + 0.5 * t.log(t.softplus(s)))  # noqa: E731
    return f, (draw(n), t.clip(draw(n), -5.0, 5.0))


@family
def cosine_similarity(draw):
    n, d = draw.size(), draw.size()

    def f(x, y):
        length = t.sqrt(t.sum_(x * x, 1) * t.sum_(y * y, 1) + 1e-3)
        return t.sum_(x * y, 1) / length

    return f, (draw(n, d), draw(n, d))


def with_l2(draw, activation):
    n, i, h, o = draw.size(), draw.size(), draw.size(), draw.size()
    y = draw.classes(n, o)

    def f(x, w, b, v, strength):
        loss = cross_entropy_of(activation(x @ w + b) @ v, y)
        return loss + 0.5 * strength * (t.sum_(w * w) + t.sum_(v * v))

    return f, (draw(n, i), draw.weights(i, h), draw(h), draw.weights(h, o), 1e-4)


@family
def relu_classifier_l2(draw):
    return with_l2(draw, t.relu)


@family
def tanh_classifier_l2(draw):
    return with_l2(draw, t.tanh)


@family
def ridge_regression(draw):
    n, d = draw.size(3, 8), draw.size()
    y = draw(n)
    f = lambda x, w, strength: t.mean((x @ w - y) ** 2) + 0.5 * strength * t.sum_(w * w)  # noqa: E731
    return f, (draw(n, d), draw(d), 1e-4)


@family
def lasso(draw):
    n, d = draw.size(3, 8), draw.size()
    y = draw(n)
    return lambda x, w: t.mean((x @ w - y) ** 2) + 0.1 * t.sum_(t.absolute(w)), (
        draw(n, d),
        draw(d),
    )


@family
def embedding(draw):
    rows, d = draw.size(3, 6), draw.size()
    index = draw.rng.integers(0, rows, draw.size(4, 9))
    return lambda table, w: t.tanh(table[index] @ w), (draw(rows, d), draw.weights(d, 3))


@family
def matrix_factorization(draw):
    users, items, d = draw.size(), draw.size(), draw.size()
    u, i = draw.rng.integers(0, users, 10), draw.rng.integers(0, items, 10)
    rating = draw.rng.integers(1, 6, 10)
    f = lambda p, q: t.mean((t.sum_(p[u] * q[i], 1) - rating) ** 2)  # noqa: E731
    return f, (draw(users, d), draw(items, d))


@family
def residual_block(draw):
    n, d, h = draw.size(), draw.size(), draw.size()
    f = lambda x, w, v: x + t.relu(x @ w) @ v  # noqa: E731
    return f, (draw(n, d), draw.weights(d, h), draw.weights(h, d))


@family
def dropout(draw):
    n, i, h = draw.size(), draw.size(), draw.size()
    kept = (draw.rng.random((n, h)) < 0.7) / 0.7
    return lambda x, w: t.tanh(x @ w) * kept, (draw(n, i), draw.weights(i, h))


@family
def euclidean_norm(draw):
    n, d = draw.size(), draw.size()
    return lambda x: t.sqrt(t.sum_(x * x, 1) + 1e-6), (draw(n, d),)


@family
def max_of_rows(draw):
    return lambda x, y: t.max_(x * y, 1), (draw(draw.size(), 5), draw(5))


@family
def elementwise_maximum(draw):
    shape = draw.size(), draw.size()
    return t.maximum, (draw(*shape), draw(*shape))


@family
def absolute_chain(draw):
    d = draw.size(3, 8)
    return lambda x, y: t.absolute(t.absolute(x) - t.absolute(y)), (draw(d), draw(d))


@family
def quadratic_form(draw):
    d = draw.size()
    return lambda x, a: t.sum_(x * (a @ x)), (draw(d), draw(d, d))


@family
def rosenbrock(draw):
    f = lambda x: t.sum_(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)  # noqa: E731
    return f, (draw(draw.size(2, 9)),)


@family
def gaussian_kernel(draw):
    n, m, d = draw.size(), draw.size(), 2

    def f(x, y):
        apart = t.reshape(x, (n, 1, d)) - t.reshape(y, (1, m, d))
        return t.exp(-0.5 * t.sum_(apart * apart, 2))

    return f, (draw(n, d), draw(m, d))


@family
def polynomial(draw):
    n = draw.size(3, 8)
    return lambda c, x: c[0] + x * (c[1] + x * (c[2] + x * c[3])), (draw(4), draw(n))


@family
def bilinear(draw):
    n, i, j = draw.size(), draw.size(), draw.size()
    return lambda x, w, y: t.sum_((x @ w) * y, 1), (draw(n, i), draw.weights(i, j), draw(n, j))


@family
def product_and_ratio(draw):
    n = draw.size(3, 8)
    return lambda x, y: (x * y, x / (2 + t.tanh(y))), (draw(n), draw(n))


@family
def mean_and_variance(draw):
    n, d = draw.size(3, 8), draw.size()

    def f(x):
        centered = x - t.mean(x, 0, True)
        return t.mean(x, 0), t.mean(centered * centered, 0)

    return f, (draw(n, d),)


@family
def log_barrier(draw):
    n, d = draw.size(3, 6), draw.size()
    return lambda x: t.sum_(t.log(x)) * 1.0, (draw.positive(n, d),)


@family
def geometric_chain(draw):
    d = draw.size(3, 8)
    return lambda x: t.arctan(t.sin(x) + t.cos(2.0 * x) * t.exp(-x * x)), (draw(d),)


@family
def saturated_cross_entropy(draw):
    n, c = draw.size(), draw.size()
    y = draw.classes(n, c)
    push = 8.0 * np.eye(c)[y]
    return lambda z: cross_entropy_of(z + push, y), (draw(n, c),)


@family
def policy_gradient(draw):
    n, i, c = draw.size(), draw.size(), draw.size()
    action, reward = draw.classes(n, c), draw(n)

    def f(x, w):
        z = x @ w
        return -t.mean(reward * (z[np.arange(n), action] - t.logsumexp(z)))

    return f, (draw(n, i), draw.weights(i, c))
