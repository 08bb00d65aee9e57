"""Wrong and alternative implementations of the exercises of `convolution`.

Those of pooling and of networks stand in convolution_pooling.py and convolution_networks.py.
"""

from __future__ import annotations

import math

import numpy as np

from solutions.convolution import (
    conv2d,
    conv2d_backward,
    conv_output_size,
    im2col,
    pad2d,
    receptive_field,
)
from solutions.mistakes import (  # noqa: F401
    alternative,
    convolution_networks,
    convolution_pooling,
    mistake,
)

LOOK_SIZE = "Draw 7 boxes and a kernel of 3. Count the places for stride 1, 2 and 3, and compare."
LOOK_PAD = "Pad np.ones((1, 1, 2, 2)) by 1 and print it, and then by 0."
LOOK_CONV = (
    "Take one image of 1 × 3 × 4 that is np.arange(12.0) in its rows, a kernel of 1 × 1 × 2 × 2 with a "
    "single 1 in it, and move the 1 around. What should come out?"
)
LOOK_BACK = (
    "Take one image of 1 × 1 × 3 × 3, a kernel of 2 × 2 and an upstream gradient with a single 1. "
    "Which entries of dx and dw should not be 0?"
)
LOOK_STRIDE = (
    "Take one image of 1 × 1 × 5 × 5, a kernel of 3 × 3, stride 2, and an upstream gradient with a single "
    "1 in its last row. Which rows of the image did that window lie on?"
)
LOOK_COLUMNS = (
    "Print im2col of np.arange(18.0).reshape(1, 2, 3, 3) for windows of 2 × 2, and do it by hand."
)


# conv_output_size


def room(size, kernel, stride, padding):
    """The entries by which the kernel can move; ValueError where it does not fit."""
    conv_output_size(size, kernel, stride, padding)
    return size + 2 * padding - kernel


@mistake(
    of=conv_output_size,
    says="The padding is counted once. It is added at each end of the axis, so it counts twice.",
    look=LOOK_SIZE,
)
def padding_once(size, kernel, stride, padding):
    if size + padding < kernel:
        raise ValueError("the kernel does not fit")
    return (size + padding - kernel) // stride + 1


@mistake(
    of=conv_output_size,
    says="The last 1 is missing: you count the steps. Places are one more, since the kernel has a "
    "place before the first step.",
    look=LOOK_SIZE,
)
def steps_counted(size, kernel, stride, padding):
    return room(size, kernel, stride, padding) // stride


@mistake(
    of=conv_output_size,
    says="You round up. The last place would reach beyond the end of the padded axis; what does not "
    "hold a whole kernel is left out.",
    look=LOOK_SIZE,
)
def rounded_up(size, kernel, stride, padding):
    return math.ceil(room(size, kernel, stride, padding) / stride) + 1


@mistake(
    of=conv_output_size,
    says="You round to the nearest whole number. A step that does not fit whole is not made: round "
    "down, with //.",
    look=LOOK_SIZE,
)
def rounded(size, kernel, stride, padding):
    return round(room(size, kernel, stride, padding) / stride) + 1


@mistake(
    of=conv_output_size,
    says="The division with / gives a float, and with it sizes that are not whole. Use //.",
    look=LOOK_SIZE,
)
def a_float(size, kernel, stride, padding):
    return room(size, kernel, stride, padding) / stride + 1


@mistake(
    of=conv_output_size,
    says="The size is divided by the stride, without looking at the kernel. That is right only where "
    "the padding makes up for the kernel.",
    look=LOOK_SIZE,
)
def kernel_left_out(size, kernel, stride, padding):
    conv_output_size(size, kernel, stride, padding)
    return (size + 2 * padding) // stride


@mistake(
    of=conv_output_size,
    says="A kernel that does not fit gives 0 or less instead of ValueError. A layer without output "
    "should stop where it is built, not three layers later.",
)
def not_refused(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


@alternative(of=conv_output_size)
def counted(size, kernel, stride, padding):
    places = len(range(0, size + 2 * padding - kernel + 1, stride))
    if places == 0:
        raise ValueError("the kernel does not fit")
    return places


@alternative(of=conv_output_size)
def a_numpy_integer(size, kernel, stride, padding):
    if kernel > size + 2 * padding:
        raise ValueError("the kernel does not fit")
    return np.int64(np.floor((size + 2 * padding - kernel) / stride) + 1)


# pad2d


@mistake(
    of=pad2d,
    says="All four axes are padded. np.pad with one number treats every axis alike; samples and "
    "channels need a pair of zeros: ((0, 0), (0, 0), (padding, padding), (padding, padding)).",
    look=LOOK_PAD,
)
def every_axis(x, padding):
    return np.pad(x, padding)


@mistake(
    of=pad2d,
    says="The zeros all stand below and to the right of the image. The border goes around it.",
    look=LOOK_PAD,
)
def one_side(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))


@mistake(
    of=pad2d,
    says="The border repeats the image's edge. The contract asks for zeros.",
    look=LOOK_PAD,
)
def edge_repeated(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")


@mistake(
    of=pad2d,
    says="The slice padding:-padding is empty where padding is 0, since -0 is 0. Write the end as "
    "padding + height.",
    look=LOOK_PAD,
)
def minus_zero(x, padding):
    n, c, h, w = x.shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
    padded[:, :, padding:-padding, padding:-padding] = x
    return padded


@mistake(
    of=pad2d,
    says="np.zeros makes float64 unless it is told otherwise. Give it the dtype of x.",
)
def widened(x, padding):
    return pad2d(x.astype(np.float64), padding)


@mistake(
    of=pad2d,
    says="Height and width are swapped in the shape of the result.",
    look=LOOK_PAD,
)
def sides_swapped(x, padding):
    return np.swapaxes(pad2d(x, padding), 2, 3)


@alternative(of=pad2d)
def with_np_pad(x, padding):
    return np.pad(x, [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2])


@alternative(of=pad2d)
def in_fortran_order(x, padding):
    return np.asfortranarray(pad2d(x, padding))


@alternative(of=pad2d)
def put_together(x, padding):
    n, c, h, _ = x.shape
    side = np.zeros((n, c, h, padding), dtype=x.dtype)
    middle = np.concatenate([side, x, side], axis=3)
    bar = np.zeros((n, c, padding, middle.shape[3]), dtype=x.dtype)
    return np.concatenate([bar, middle, bar], axis=2)


# conv2d


@mistake(
    of=conv2d,
    says="The kernel is flipped. Mathematics calls that a convolution; here, as in PyTorch, the kernel "
    "lies on the image as it is written down.",
    look=LOOK_CONV,
)
def flipped(x, w, b, stride, padding):
    return conv2d(x, w[:, :, ::-1, ::-1], b, stride, padding)


@mistake(
    of=conv2d,
    says="The number of windows is right, but they move by one entry: the window of row r begins at r "
    "instead of r * stride.",
    look="Print where the window of each output row begins, for stride 2.",
)
def stride_left_out_of_the_start(x, w, b, stride, padding):
    h = conv_output_size(x.shape[2], w.shape[2], stride, padding)
    width = conv_output_size(x.shape[3], w.shape[3], stride, padding)
    return conv2d(x, w, b, 1, padding)[:, :, :h, :width].copy()


@mistake(
    of=conv2d,
    says="The channels are not added up: only the first channel of the image is looked at. An output "
    "entry is a sum over channels, rows and columns of its window.",
    look=LOOK_CONV,
)
def first_channel_only(x, w, b, stride, padding):
    return conv2d(x[:, :1], w[:, :1], b, stride, padding)


@mistake(
    of=conv2d,
    says="The bias is missing.",
)
def bias_forgotten(x, w, b, stride, padding):
    return conv2d(x, w, 0 * b, stride, padding)


@mistake(
    of=conv2d,
    says="The bias is added once for every input channel. It belongs to the output channel: add it "
    "after the sum.",
)
def bias_for_every_channel(x, w, b, stride, padding):
    return conv2d(x, w, x.shape[1] * b, stride, padding)


@mistake(
    of=conv2d,
    says="The padding is ignored: the windows lie within the image, and the output is too small.",
)
def padding_ignored(x, w, b, stride, padding):
    return conv2d(x, w, b, stride, 0)


@mistake(
    of=conv2d,
    says="The image is padded, but the output's size is that without padding: the last rows and "
    "columns are missing.",
)
def size_without_padding(x, w, b, stride, padding):
    h = conv_output_size(x.shape[2], w.shape[2], stride, 0)
    width = conv_output_size(x.shape[3], w.shape[3], stride, 0)
    return conv2d(x, w, b, stride, padding)[:, :, :h, :width].copy()


@mistake(
    of=conv2d,
    says="Rows and columns are swapped, in the kernel or in the places: height is axis 2, width is "
    "axis 3, in images and in kernels. With square ones you would not notice.",
    look=LOOK_CONV,
)
def kernel_transposed(x, w, b, stride, padding):
    return conv2d(x, w.transpose(0, 1, 3, 2), b, stride, padding)


@mistake(
    of=conv2d,
    says="A last window is added that reaches beyond the padded image. Places are rounded down: what "
    "does not hold a whole kernel is left out.",
    look=LOOK_SIZE,
)
def past_the_edge(x, w, b, stride, padding):
    extra = [(-(x.shape[a] + 2 * padding - w.shape[a])) % stride for a in (2, 3)]
    padded = np.pad(pad2d(x, padding), ((0, 0), (0, 0), (0, extra[0]), (0, extra[1])))
    return conv2d(padded, w, b, stride, 0)


@mistake(
    of=conv2d,
    says="The output is made with np.zeros in float64, so float32 comes out as float64: twice the "
    "memory and half the speed in all layers behind. Give np.zeros the dtype of x.",
)
def in_float64(x, w, b, stride, padding):
    return conv2d(*(a.astype(np.float64) for a in (x, w, b)), stride, padding)


@mistake(
    of=conv2d,
    says="The axes of the result are (n, height, width, channels). Here channels come second: "
    "np.moveaxis(out, 3, 1).",
)
def channels_last(x, w, b, stride, padding):
    return np.moveaxis(conv2d(x, w, b, stride, padding), 1, 3)


@alternative(of=conv2d)
def with_four_loops(x, w, b, stride, padding):
    kh, kw = w.shape[2:]
    h = conv_output_size(x.shape[2], kh, stride, padding)
    width = conv_output_size(x.shape[3], kw, stride, padding)
    padded = pad2d(x, padding)
    out = np.zeros((len(x), len(w), h, width), dtype=x.dtype)
    for n in range(len(x)):
        for k in range(len(w)):
            for r in range(h):
                for c in range(width):
                    row, column = r * stride, c * stride
                    window = padded[n, :, row : row + kh, column : column + kw]
                    out[n, k, r, c] = (window * w[k]).sum() + b[k]
    return out


@alternative(of=conv2d)
def by_kernel_entries(x, w, b, stride, padding):
    kh, kw = w.shape[2:]
    padded = pad2d(x, padding)
    h, width = ((padded.shape[a] - w.shape[a]) // stride + 1 for a in (2, 3))
    out = b[:, None, None]
    for i in range(kh):
        for j in range(kw):
            part = padded[:, :, i : i + stride * h : stride, j : j + stride * width : stride]
            out = out + np.einsum("nchw,kc->nkhw", part, w[:, :, i, j])
    return out


@alternative(of=conv2d)
def with_im2col(x, w, b, stride, padding):
    h = conv_output_size(x.shape[2], w.shape[2], stride, padding)
    columns = im2col(x, w.shape[2], w.shape[3], stride, padding)
    out = columns @ w.reshape(len(w), -1).T + b
    return out.reshape(len(x), h, -1, len(w)).transpose(0, 3, 1, 2)


# conv2d_backward


@mistake(
    of=conv2d_backward,
    says="dx still has the border: it is the gradient of the padded image. Cut padding entries off at "
    "each side.",
)
def border_kept(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    dx, _, _ = conv2d_backward(upstream, pad2d(x, padding), w, b, stride, 0)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="The border is cut off at the wrong end of dx: the image stands from padding to padding + "
    "size in the padded one, not at its beginning.",
    look=LOOK_BACK,
)
def cut_at_the_end(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    dpadded, _, _ = conv2d_backward(upstream, pad2d(x, padding), w, b, stride, 0)
    return dpadded[:, :, : x.shape[2], : x.shape[3]], dw, db


@mistake(
    of=conv2d_backward,
    says="The slice padding:-padding is empty where padding is 0, since -0 is 0. Write the end as "
    "padding + height.",
)
def cut_to_nothing(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    dpadded, _, _ = conv2d_backward(upstream, pad2d(x, padding), w, b, stride, 0)
    return dpadded[:, :, padding:-padding, padding:-padding], dw, db


def all_windows(upstream, x, w, stride, padding, put):
    """dx, where `put(place, value)` writes what a window sends back."""
    dpadded = pad2d(np.zeros_like(x), padding)
    kh, kw = w.shape[2:]
    for r, c in np.ndindex(upstream.shape[2:]):
        sent = np.einsum("nk,kcij->ncij", upstream[:, :, r, c], w)
        row, column = r * stride, c * stride
        put(dpadded[:, :, row : row + kh, column : column + kw], sent)
    return dpadded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]


@mistake(
    of=conv2d_backward,
    says="dx is assigned with = where windows overlap, so the last window overwrites the others. Add "
    "with +=: a pixel is used by several windows.",
    look="Take one image of 1 × 1 × 3 × 3, a kernel of ones, 2 × 2, and an upstream gradient of ones. The "
    "pixel in the middle is in four windows. What should it get, and what does it get?",
)
def overwritten(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)

    def put(place, value):
        place[...] = value

    return all_windows(upstream, x, w, stride, padding, put), dw, db


@mistake(
    of=conv2d_backward,
    says="The kernel is flipped in dx, though you send gradients out from the windows. It needs to be "
    "flipped only where you slide it over the upstream gradient.",
    look=LOOK_BACK,
)
def flipped_in_dx(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    dx, _, _ = conv2d_backward(upstream, x, w[:, :, ::-1, ::-1], b, stride, padding)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="The stride is forgotten in dx: what the window of row r sends back belongs at r * stride, "
    "not at r.",
    look=LOOK_STRIDE,
)
def dx_without_stride(upstream, x, w, b, stride, padding):
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    dx, _, _ = conv2d_backward(upstream, x, w, b, 1, padding)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="The stride is forgotten in dw: upstream is laid on the padded image without gaps. Its row r "
    "belongs to the window that begins at r * stride.",
    look=LOOK_STRIDE,
)
def dw_without_stride(upstream, x, w, b, stride, padding):
    dx, _, db = conv2d_backward(upstream, x, w, b, stride, padding)
    _, dw, _ = conv2d_backward(upstream, x, w, b, 1, padding)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="dw is computed from the image without its border. The forward pass read the padded one.",
)
def dw_of_the_bare_image(upstream, x, w, b, stride, padding):
    dx, _, db = conv2d_backward(upstream, x, w, b, stride, padding)
    below = pad2d(x, padding)
    bare = np.zeros_like(below)
    bare[:, :, : x.shape[2], : x.shape[3]] = x
    _, dw, _ = conv2d_backward(upstream, bare, w, b, stride, 0)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="dw is averaged over the images. The loss already holds the 1/n; add the images' parts up.",
)
def dw_averaged(upstream, x, w, b, stride, padding):
    dx, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    return dx, dw / len(x), db


@mistake(
    of=conv2d_backward,
    says="dw is that of the last image alone: it is assigned in the loop over the images where it "
    "should be added up.",
)
def dw_of_the_last_image(upstream, x, w, b, stride, padding):
    dx, _, db = conv2d_backward(upstream, x, w, b, stride, padding)
    _, dw, _ = conv2d_backward(upstream[-1:], x[-1:], w, b, stride, padding)
    return dx, dw, db


@mistake(
    of=conv2d_backward,
    says="dw is flipped: the kernel's first entry met the first entry of each window.",
    look=LOOK_BACK,
)
def dw_flipped(upstream, x, w, b, stride, padding):
    dx, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    return dx, dw[:, :, ::-1, ::-1], db


@mistake(
    of=conv2d_backward,
    says="db is summed over the images only. The same bias is added at every place: sum over rows and "
    "columns too.",
)
def db_at_every_place(upstream, x, w, b, stride, padding):
    dx, dw, _ = conv2d_backward(upstream, x, w, b, stride, padding)
    return dx, dw, upstream.sum(axis=0)


@mistake(
    of=conv2d_backward,
    says="db is a mean over images and places. Every one of them moves the loss by itself: sum.",
)
def db_averaged(upstream, x, w, b, stride, padding):
    dx, dw, _ = conv2d_backward(upstream, x, w, b, stride, padding)
    return dx, dw, upstream.mean(axis=(0, 2, 3))


@mistake(
    of=conv2d_backward,
    says="The gradients are collected in arrays of np.zeros, which are float64. Give np.zeros the "
    "dtype of x.",
)
def gradients_in_float64(upstream, x, w, b, stride, padding):
    wide = (a.astype(np.float64) for a in (upstream, x, w, b))
    return conv2d_backward(*wide, stride, padding)


@alternative(of=conv2d_backward)
def window_by_window(upstream, x, w, b, stride, padding):
    kh, kw = w.shape[2:]
    padded = pad2d(x, padding)
    dw = np.zeros(w.shape, dtype=w.dtype, order="F")

    def put(place, value):
        place += value

    for r, c in np.ndindex(upstream.shape[2:]):
        row, column = r * stride, c * stride
        window = padded[:, :, row : row + kh, column : column + kw]
        dw += np.einsum("nk,ncij->kcij", upstream[:, :, r, c], window)
    dx = all_windows(upstream, x, w, stride, padding, put)
    return dx, dw, upstream.sum(axis=(2, 3)).sum(axis=0)


@alternative(of=conv2d_backward)
def by_the_matrix_of_windows(upstream, x, w, b, stride, padding):
    kh, kw = w.shape[2:]
    columns = im2col(x, kh, kw, stride, padding)
    rows = upstream.transpose(0, 2, 3, 1).reshape(-1, len(w))
    dw = (rows.T @ columns).reshape(w.shape)
    number = np.arange(pad2d(x, padding).size, dtype=np.float64)
    number = number.reshape(pad2d(x, padding).shape)
    where = im2col(number, kh, kw, stride, 0).astype(int)
    dpadded = np.zeros(number.size, dtype=x.dtype)
    np.add.at(dpadded, where, rows @ w.reshape(len(w), -1))
    dpadded = dpadded.reshape(number.shape)
    h, width = x.shape[2:]
    dx = dpadded[:, :, padding:, padding:][:, :, :h, :width]
    return [dx, dw, rows.sum(axis=0)]


@alternative(of=conv2d_backward)
def flipped_over_upstream(upstream, x, w, b, stride, padding):
    """dx as a convolution of the upstream gradient, spread out by the stride, with flipped kernels."""
    _, dw, db = conv2d_backward(upstream, x, w, b, stride, padding)
    n, k, h, width = upstream.shape
    kh, kw = w.shape[2:]
    height, breadth = x.shape[2] + 2 * padding, x.shape[3] + 2 * padding
    apart = np.zeros((n, k, height + kh - 1, breadth + kw - 1), dtype=x.dtype)
    apart[:, :, kh - 1 :: stride, kw - 1 :: stride][:, :, :h, :width] = upstream
    turned = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    dx = conv2d(apart, turned, np.zeros(x.shape[1], dtype=x.dtype), 1, 0)
    return dx[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]], dw, db


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
