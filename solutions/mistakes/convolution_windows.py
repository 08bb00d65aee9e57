"""Wrong and alternative ways to lay out windows, and to say how far they see."""

from __future__ import annotations

import math

import numpy as np

from solutions.convolution import im2col, pad2d, receptive_field
from solutions.mistakes import alternative, mistake

LOOK_COLUMNS = (
    "Print im2col of np.arange(18.0).reshape(1, 2, 3, 3) for windows of 2 × 2, and do it by hand."
)


# im2col


def windows_of(x, kh, kw, stride, padding):
    """(n, c, h_out, w_out, kh, kw)."""
    view = np.lib.stride_tricks.sliding_window_view(pad2d(x, padding), (kh, kw), axis=(2, 3))
    return view[:, :, ::stride, ::stride]


@mistake(
    of=im2col,
    says="Reshaped without moving the axes: rows mix windows, because channels still stand before the "
    "places. Transpose first, so that image, row and column of the window come first.",
    look=LOOK_COLUMNS,
)
def not_transposed(x, kh, kw, stride, padding):
    return windows_of(x, kh, kw, stride, padding).reshape(-1, x.shape[1] * kh * kw)


@mistake(
    of=im2col,
    says="Within a row the channel changes fastest. It should change slowest, as in w[k].ravel(): all "
    "of the first channel's entries, then the next one's.",
    look=LOOK_COLUMNS,
)
def channel_fastest(x, kh, kw, stride, padding):
    windows = windows_of(x, kh, kw, stride, padding).transpose(0, 2, 3, 4, 5, 1)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake(
    of=im2col,
    says="The rows are sorted by the place first and by the image last. All windows of the first "
    "image come first.",
    look=LOOK_COLUMNS,
)
def image_fastest(x, kh, kw, stride, padding):
    windows = windows_of(x, kh, kw, stride, padding).transpose(2, 3, 0, 1, 4, 5)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake(
    of=im2col,
    says="The windows stand in the columns. Some libraries do it so, and the name comes from there; "
    "here each window is a row.",
)
def windows_in_columns(x, kh, kw, stride, padding):
    return im2col(x, kh, kw, stride, padding).T


@mistake(
    of=im2col,
    says="The places run down the columns of the image first. From left to right comes first, then "
    "line by line.",
    look=LOOK_COLUMNS,
)
def columns_first(x, kh, kw, stride, padding):
    windows = windows_of(x, kh, kw, stride, padding).transpose(0, 3, 2, 1, 4, 5)
    return windows.reshape(-1, x.shape[1] * kh * kw)


@mistake(of=im2col, says="The stride is ignored: every window is there, not only every stride-th.")
def every_window(x, kh, kw, stride, padding):
    return im2col(x, kh, kw, 1, padding)


@mistake(of=im2col, says="The padding is ignored: the windows at the border are missing.")
def without_border(x, kh, kw, stride, padding):
    return im2col(x, kh, kw, stride, 0)


@mistake(
    of=im2col,
    says="Height and width of the window are swapped: kh counts rows, kw columns.",
    look=LOOK_COLUMNS,
)
def window_turned(x, kh, kw, stride, padding):
    return im2col(x, kw, kh, stride, padding)


@mistake(of=im2col, says="float32 comes out as float64. Give np.zeros the dtype of x.")
def columns_in_float64(x, kh, kw, stride, padding):
    return im2col(x.astype(np.float64), kh, kw, stride, padding)


@alternative(of=im2col)
def row_by_row(x, kh, kw, stride, padding):
    padded = pad2d(x, padding)
    rows = []
    for image in padded:
        for r in range(0, image.shape[1] - kh + 1, stride):
            for c in range(0, image.shape[2] - kw + 1, stride):
                rows.append(image[:, r : r + kh, c : c + kw].ravel())
    return np.array(rows)


@alternative(of=im2col)
def by_indices(x, kh, kw, stride, padding):
    padded = pad2d(x, padding)
    c, height, width = padded.shape[1:]
    top, left = np.arange(0, height - kh + 1, stride), np.arange(0, width - kw + 1, stride)
    rows = top[:, None, None, None] + np.arange(kh)[:, None]
    columns = left[:, None, None] + np.arange(kw)
    windows = padded[:, :, rows, columns]
    return np.moveaxis(windows, 1, 3).reshape(-1, c * kh * kw)


# receptive_field


@mistake(
    of=receptive_field,
    says="The strides are left out. Behind a stride of 2 neighboring units are two pixels apart, so "
    "every later kernel reaches twice as far.",
)
def strides_left_out(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


@mistake(
    of=receptive_field,
    says="A layer's own stride already widens its own kernel. The kernel reads units of the layer "
    "below: multiply by its stride only after that.",
)
def own_stride_too_early(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field


@mistake(
    of=receptive_field,
    says="Each kernel adds its whole length. Overlapping windows share: a kernel adds its length less "
    "one, times the distance between the units.",
)
def whole_kernels(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += kernel * step
        step *= stride
    return field


@mistake(
    of=receptive_field,
    says="Each layer multiplies by its own stride alone. The distances multiply along the way: keep "
    "the product of all strides so far.",
)
def last_stride_only(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step = stride
    return field


@mistake(
    of=receptive_field,
    says="The kernels are multiplied. Two kernels of 3 see 5 pixels, not 9: their windows overlap.",
)
def multiplied(layers):
    return math.prod(kernel for kernel, _ in layers)


@alternative(of=receptive_field)
def from_the_top_down(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


@alternative(of=receptive_field)
def by_recursion(layers):
    if not layers:
        return 1
    *below, (kernel, _) = layers
    return by_recursion(below) + (kernel - 1) * math.prod(stride for _, stride in below)
