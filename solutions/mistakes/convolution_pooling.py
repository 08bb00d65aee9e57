"""Wrong and alternative implementations of pooling."""

from __future__ import annotations

import numpy as np

from solutions.convolution import avg_pool2d_backward, max_pool2d, max_pool2d_backward
from solutions.mistakes import alternative, mistake

LOOK_POOL = "Pool np.arange(25.0).reshape(1, 1, 5, 5) with size 3 and stride 2, and by hand."
LOOK_BACK = (
    "Take an image of 1 × 1 × 3 × 3 with its largest entry in the middle, size 2, stride 1 and an "
    "upstream gradient of ones. What is dx in the middle?"
)


def places(upstream, size, stride):
    """The slice of each window with what arrives there."""
    for r, c in np.ndindex(upstream.shape[2:]):
        row, column = r * stride, c * stride
        yield np.s_[:, :, row : row + size, column : column + size], upstream[:, :, r, c]


# max_pool2d


@mistake(of=max_pool2d, says="This is the mean of each window, not its largest entry.")
def the_mean(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].mean(axis=(4, 5))


@mistake(
    of=max_pool2d,
    says="The windows move by their size: the stride is ignored. The two need not be equal.",
    look=LOOK_POOL,
)
def moves_by_size(x, size, stride):
    return max_pool2d(x, size, size)


@mistake(
    of=max_pool2d,
    says="The windows are as large as the stride: the size is ignored. The two need not be equal.",
    look=LOOK_POOL,
)
def as_large_as_the_stride(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (stride, stride), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    h, w = max_pool2d(x, size, stride).shape[2:]
    return windows[:, :, :h, :w].max(axis=(4, 5))


@mistake(
    of=max_pool2d,
    says="The largest entry is looked for from 0 on, so that a window of negative entries gives 0. "
    "Start from minus infinity, or from the window's first entry.",
    look="Pool an image whose entries are all negative.",
)
def at_least_zero(x, size, stride):
    return np.maximum(max_pool2d(x, size, stride), 0)


@mistake(
    of=max_pool2d,
    says="The maximum is taken over the channels too. Each channel is pooled by itself.",
)
def across_channels(x, size, stride):
    pooled = max_pool2d(x, size, stride)
    return np.broadcast_to(pooled.max(axis=1, keepdims=True), pooled.shape)


@mistake(
    of=max_pool2d,
    says="A last, smaller window is added at the edge. Only whole windows count.",
    look=LOOK_POOL,
)
def past_the_edge(x, size, stride):
    extra = [(-(x.shape[a] - size)) % stride for a in (2, 3)]
    wide = ((0, 0), (0, 0), (0, extra[0]), (0, extra[1]))
    return max_pool2d(np.pad(x, wide, constant_values=-np.inf), size, stride)


@mistake(of=max_pool2d, says="float32 comes out as float64. Give np.zeros the dtype of x.")
def in_float64(x, size, stride):
    return max_pool2d(x.astype(np.float64), size, stride)


@alternative(of=max_pool2d)
def with_two_loops(x, size, stride):
    h, w = ((x.shape[a] - size) // stride + 1 for a in (2, 3))
    out = np.full((*x.shape[:2], h, w), -np.inf, dtype=x.dtype)
    for r in range(h):
        for c in range(w):
            window = x[:, :, r * stride : r * stride + size, c * stride : c * stride + size]
            out[:, :, r, c] = window.max(axis=(2, 3))
    return out


@alternative(of=max_pool2d)
def rows_then_columns(x, size, stride):
    h, w = ((x.shape[a] - size) // stride + 1 for a in (2, 3))
    rows = [x[:, :, i : i + stride * (h - 1) + 1 : stride] for i in range(size)]
    tall = np.maximum.reduce(rows)
    columns = [tall[..., j : j + stride * (w - 1) + 1 : stride] for j in range(size)]
    return np.asfortranarray(np.maximum.reduce(columns))


# max_pool2d_backward


@mistake(
    of=max_pool2d_backward,
    says="Where several entries of a window are equal, each gets all of what arrives, so that more "
    "goes back than came. Give it to one of them (argmax), or divide it among them.",
    look="Take a window of four equal entries. How much arrives there, and how much do you hand on?",
)
def all_to_every_tie(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, stride):
        window = x[place]
        dx[place] += (window == window.max(axis=(2, 3), keepdims=True)) * arrived[:, :, None, None]
    return dx


@mistake(
    of=max_pool2d_backward,
    says="dx is assigned with = where windows overlap. An entry that is the largest of several windows "
    "collects from all of them: add.",
    look=LOOK_BACK,
)
def overwritten(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, stride):
        flat = x[place].reshape(*arrived.shape, -1).argmax(axis=-1)
        row, column = flat // size, flat % size
        n, c = np.ogrid[: len(x), : x.shape[1]]
        dx[place][n, c, row, column] = arrived
    return dx


@mistake(
    of=max_pool2d_backward,
    says="What arrives is spread over the whole window. That is average pooling; here only the "
    "largest entry moves the output.",
    look=LOOK_BACK,
)
def spread_evenly(upstream, x, size, stride):
    return avg_pool2d_backward(upstream, x, size, stride)


@mistake(
    of=max_pool2d_backward,
    says="Every entry of the window gets all of what arrives, also those that are not the largest.",
    look=LOOK_BACK,
)
def to_the_whole_window(upstream, x, size, stride):
    return avg_pool2d_backward(upstream, x, size, stride) * x.dtype.type(size**2)


@mistake(
    of=max_pool2d_backward,
    says="The upstream gradient is ignored: dx says which entries are the largest, not how much they "
    "matter.",
)
def upstream_ignored(upstream, x, size, stride):
    return max_pool2d_backward(np.ones_like(upstream), x, size, stride)


@mistake(
    of=max_pool2d_backward,
    says="The windows begin at row * size. They begin at row * stride, as in the forward pass.",
    look=LOOK_BACK,
)
def begins_at_size(upstream, x, size, stride):
    dx = np.zeros_like(x)
    flat = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    flat = flat[:, :, ::stride, ::stride].reshape(*upstream.shape, -1).argmax(axis=-1)
    for n, c, r, k in np.ndindex(upstream.shape):
        row = min(r * size + flat[n, c, r, k] // size, x.shape[2] - 1)
        column = min(k * size + flat[n, c, r, k] % size, x.shape[3] - 1)
        dx[n, c, row, column] += upstream[n, c, r, k]
    return dx


@mistake(
    of=max_pool2d_backward,
    says="argmax runs over the whole of every channel: only one entry of it gets a gradient. Each "
    "window has its own largest entry.",
    look=LOOK_BACK,
)
def one_for_the_channel(upstream, x, size, stride):
    dx = np.zeros_like(x)
    flat = x.reshape(*x.shape[:2], -1).argmax(axis=2)
    n, c = np.ogrid[: len(x), : x.shape[1]]
    dx.reshape(*x.shape[:2], -1)[n, c, flat] = upstream.sum(axis=(2, 3))
    return dx


@mistake(of=max_pool2d_backward, says="float32 comes out as float64. Start from np.zeros_like(x).")
def back_in_float64(upstream, x, size, stride):
    return max_pool2d_backward(upstream.astype(np.float64), x.astype(np.float64), size, stride)


@alternative(of=max_pool2d_backward)
def shared_among_ties(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, stride):
        window = x[place]
        largest = window == window.max(axis=(2, 3), keepdims=True)
        dx[place] += largest * (arrived / largest.sum(axis=(2, 3)))[:, :, None, None]
    return dx.astype(x.dtype)


@alternative(of=max_pool2d_backward)
def to_the_last_of_a_tie(upstream, x, size, stride):
    dx = np.zeros(x.shape, dtype=x.dtype, order="F")
    for n, c, r, k in np.ndindex(upstream.shape):
        row, column = r * stride, k * stride
        window = x[n, c, row : row + size, column : column + size]
        i, j = np.argwhere(window == window.max())[-1]
        dx[n, c, row + i, column + j] += upstream[n, c, r, k]
    return dx


@alternative(of=max_pool2d_backward)
def to_the_first_by_loops(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for n, c, r, k in np.ndindex(upstream.shape):
        window = x[n, c, r * stride :, k * stride :][:size, :size]
        i, j = divmod(int(window.argmax()), window.shape[1])
        dx[n, c, r * stride + i, k * stride + j] += upstream[n, c, r, k]
    return dx


# avg_pool2d_backward


@mistake(
    of=avg_pool2d_backward,
    says="What arrives is not divided: that would be the gradient of a sum over each window.",
)
def not_divided(upstream, x, size, stride):
    return avg_pool2d_backward(upstream, x, size, stride) * x.dtype.type(size**2)


@mistake(
    of=avg_pool2d_backward,
    says="The division is by size. A window has size * size entries.",
)
def divided_by_size(upstream, x, size, stride):
    return avg_pool2d_backward(upstream, x, size, stride) * x.dtype.type(size)


@mistake(
    of=avg_pool2d_backward,
    says="dx is assigned with = where windows overlap. An entry of several windows collects from all "
    "of them: add.",
    look="Which entries of a 3 × 3 image are in more than one window, for size 2 and stride 1?",
)
def average_overwritten(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, stride):
        dx[place] = arrived[:, :, None, None] / size**2
    return dx


@mistake(
    of=avg_pool2d_backward,
    says="Only the largest entry of each window gets a gradient. That is max pooling; every entry "
    "moves the mean.",
)
def to_the_largest(upstream, x, size, stride):
    return max_pool2d_backward(upstream, x, size, stride)


@mistake(
    of=avg_pool2d_backward,
    says="The windows begin at row * size. They begin at row * stride, as in the forward pass.",
)
def average_begins_at_size(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, size):
        dx[place] += arrived[:, :, None, None] / size**2
    return dx


@mistake(
    of=avg_pool2d_backward,
    says="Entries in several windows get the mean of what those send, where the sum belongs: the parts "
    "of a gradient add up.",
)
def averaged_over_windows(upstream, x, size, stride):
    count = avg_pool2d_backward(np.ones_like(upstream), x, size, stride) * size**2
    return avg_pool2d_backward(upstream, x, size, stride) / np.maximum(count, 1).astype(x.dtype)


@mistake(
    of=avg_pool2d_backward,
    says="float32 comes out as float64. Start from np.zeros_like(x).",
)
def average_in_float64(upstream, x, size, stride):
    return avg_pool2d_backward(upstream.astype(np.float64), x.astype(np.float64), size, stride)


@alternative(of=avg_pool2d_backward)
def window_by_window(upstream, x, size, stride):
    dx = np.zeros_like(x)
    for place, arrived in places(upstream, size, stride):
        dx[place] += arrived[:, :, None, None] / size / size
    return dx


@alternative(of=avg_pool2d_backward)
def with_a_matrix_for_each_axis(upstream, x, size, stride):
    def matrix(length, count):
        begins = np.arange(count)[:, None] * stride
        entry = np.arange(length)
        return ((entry >= begins) & (entry < begins + size)).astype(x.dtype) / size

    rows = matrix(x.shape[2], upstream.shape[2])
    columns = matrix(x.shape[3], upstream.shape[3])
    return np.asfortranarray(rows.T @ upstream @ columns)
