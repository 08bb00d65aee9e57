"""Wrong and alternative implementations of the backward pass of a convolution."""

from __future__ import annotations

import numpy as np

from solutions.convolution import conv2d, conv2d_backward, im2col, pad2d
from solutions.mistakes import alternative, mistake

LOOK_BACK = (
    "Take one image of 1 × 1 × 3 × 3, a kernel of 2 × 2 and an upstream gradient with a single 1. "
    "Which entries of dx and dw should not be 0?"
)
LOOK_STRIDE = (
    "Take one image of 1 × 1 × 5 × 5, a kernel of 3 × 3, stride 2, and an upstream gradient with a single "
    "1 in its last row. Which rows of the image did that window lie on?"
)


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
