"""Wrong and alternative implementations of the exercises of `convolution`.

Those of the backward pass, of windows, of pooling and of networks stand in convolution_*.py.
"""

from __future__ import annotations

import math

import numpy as np

from solutions.convolution import conv2d, conv_output_size, im2col, pad2d
from solutions.mistakes import (  # noqa: F401
    alternative,
    convolution_backward,
    convolution_networks,
    convolution_pooling,
    convolution_windows,
    mistake,
)

LOOK_SIZE = "Draw 7 boxes and a kernel of 3. Count the places for stride 1, 2 and 3, and compare."
LOOK_PAD = "Pad np.ones((1, 1, 2, 2)) by 1 and print it, and then by 0."
LOOK_CONV = (
    "Take one image of 1 × 3 × 4 that is np.arange(12.0) in its rows, a kernel of 1 × 1 × 2 × 2 with a "
    "single 1 in it, and move the 1 around. What should come out?"
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
