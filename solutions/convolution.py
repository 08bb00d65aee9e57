"""Convolution: sizes, padding, windows, pooling, each with its way back, and a small network."""

from __future__ import annotations

import numpy as np


def conv_output_size(size, kernel, stride, padding):
    """How many places a kernel has along one axis of an image.

    Parameters
    ----------
    size : int, at least 1      entries of the image along that axis
    kernel : int, at least 1    entries of the kernel along that axis
    stride : int, at least 1    entries from one place of the kernel to the
        next
    padding : int, at least 0   entries added at *each* end of the axis

    Returns
    -------
    int   the number of places where the whole kernel lies inside the padded
        axis, the first at its beginning

    Raises
    ------
    ValueError
        Where the kernel is longer than the padded axis.
    """
    ### BEGIN SOLUTION
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError(f"a kernel of {kernel} does not fit into {size} + 2 × {padding} entries")
    return room // stride + 1
    ### END SOLUTION


def pad2d(x, padding):
    """Surround every image with a border of zeros.

    Parameters
    ----------
    x : (n, channels, height, width) array
    padding : int, at least 0   width of the border, on each of the four sides

    Returns
    -------
    (n, channels, height + 2 padding, width + 2 padding) array, of the dtype of
        ``x``
    """
    ### BEGIN SOLUTION
    n, channels, height, width = x.shape
    padded = np.zeros((n, channels, height + 2 * padding, width + 2 * padding), dtype=x.dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    return padded
    ### END SOLUTION


def conv2d(x, w, b, stride, padding):
    """Slide kernels over images: the cross-correlation that deep learning calls convolution.

    Parameters
    ----------
    x : (n, c_in, height, width) array
    w : (c_out, c_in, kh, kw) array   one kernel for each pair of an output and
        an input channel
    b : (c_out,) array
    stride : int   entries from one place of the window to the next, down and
        to the right
    padding : int  width of the border of zeros around each image

    Returns
    -------
    (n, c_out, h_out, w_out) array; ``h_out`` and ``w_out`` are as in
        ``conv_output_size``. What lies behind the last place of the window is
        not used. float32 in, float32 out.
    """
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(pad2d(x, padding), w.shape[2:], axis=(2, 3))[
        :, :, ::stride, ::stride
    ]  # (n, c_in, h_out, w_out, kh, kw)
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))
    return np.moveaxis(out + b, 3, 1)
    ### END SOLUTION


def conv2d_backward(upstream, x, w, b, stride, padding):
    """Backpropagate through ``conv2d(x, w, b, stride, padding)``.

    Parameters
    ----------
    upstream : (n, c_out, h_out, w_out) array   dJ/d(output)
    x : (n, c_in, height, width) array
    w : (c_out, c_in, kh, kw) array
    b : (c_out,) array
    stride, padding : int

    Returns
    -------
    (dx, dw, db), shaped like ``x``, ``w``, ``b``; float32 in, float32 out.
    """
    ### BEGIN SOLUTION
    kh, kw = w.shape[2:]
    h_out, w_out = upstream.shape[2:]
    padded = pad2d(x, padding)
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i in range(kh):
        for j in range(kw):
            # what entry (i, j) of the kernel meets, in every window at once
            seen = np.s_[:, :, i : i + stride * h_out : stride, j : j + stride * w_out : stride]
            dw[:, :, i, j] = np.tensordot(upstream, padded[seen], axes=((0, 2, 3), (0, 2, 3)))
            passed = np.tensordot(upstream, w[:, :, i, j], axes=((1,), (0,)))
            dpadded[seen] += np.moveaxis(passed, 3, 1)
    height, width = x.shape[2:]
    dx = dpadded[:, :, padding : padding + height, padding : padding + width]
    return dx, dw, upstream.sum(axis=(0, 2, 3))
    ### END SOLUTION


def im2col(x, kh, kw, stride, padding):
    """Write every window of every image into a row of a matrix.

    Parameters
    ----------
    x : (n, channels, height, width) array
    kh, kw : int       height and width of the window
    stride, padding : int   as in ``conv2d``

    Returns
    -------
    (n · h_out · w_out, channels · kh · kw) array, of the dtype of ``x``. Rows:
        the windows of the first image from left to right, line by line from
        the top, then those of the next image. Within a row: the first
        channel's entries from left to right, line by line, then those of the
        next channel, as in ``w[k].ravel()`` for a kernel of ``conv2d``.
    """
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(pad2d(x, padding), (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(-1, x.shape[1] * kh * kw)
    ### END SOLUTION


def max_pool2d(x, size, stride):
    """Keep the largest entry of every window.

    Parameters
    ----------
    x : (n, channels, height, width) array
    size : int     height and width of the window
    stride : int   entries from one window to the next; windows may overlap, or
        leave gaps

    Returns
    -------
    (n, channels, h_out, w_out) array, of the dtype of ``x``; sizes as in
        ``conv_output_size``, without padding. Entries that no window reaches
        are not used.
    """
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5))
    ### END SOLUTION


def max_pool2d_backward(upstream, x, size, stride):
    """Backpropagate through ``max_pool2d(x, size, stride)``.

    Parameters
    ----------
    upstream : (n, channels, h_out, w_out) array   dJ/d(output)
    x : (n, channels, height, width) array
    size, stride : int

    Returns
    -------
    dx : shaped like ``x``. Where several entries of a window are the largest,
        any subgradient is right: what arrives at that window may go to one of
        them or be shared among them, but it may not become more. float32 in,
        float32 out.
    """
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    largest = windows.reshape(*upstream.shape, size * size).argmax(axis=4)
    n, channels, h_out, w_out = upstream.shape
    sample, channel, row, column = np.ogrid[:n, :channels, :h_out, :w_out]
    row, column = row * stride + largest // size, column * stride + largest % size
    dx = np.zeros_like(x)
    np.add.at(dx, (sample, channel, row, column), upstream)
    return dx
    ### END SOLUTION


def avg_pool2d_backward(upstream, x, size, stride):
    """Backpropagate through average pooling, which keeps the mean of every window.

    Parameters
    ----------
    upstream : (n, channels, h_out, w_out) array   dJ/d(output)
    x : (n, channels, height, width) array
    size : int     height and width of the window
    stride : int   entries from one window to the next; windows may overlap, or
        leave gaps

    Returns
    -------
    dx : shaped like ``x``; float32 in, float32 out.
    """
    ### BEGIN SOLUTION
    h_out, w_out = upstream.shape[2:]
    dx = np.zeros_like(x)
    for i in range(size):
        for j in range(size):
            dx[:, :, i : i + stride * h_out : stride, j : j + stride * w_out : stride] += upstream
    return dx / size**2
    ### END SOLUTION


def receptive_field(layers):
    """How many pixels of the input, along one axis, one unit of the last layer depends on.

    Parameters
    ----------
    layers : list of (kernel, stride) pairs of int, first layer first
        Convolutions and poolings alike, far from the edges of a large image.

    Returns
    -------
    int   the width, from the first to the last of these pixels; 1 where there
        are no layers
    """
    ### BEGIN SOLUTION
    field, step = 1, 1  # step: pixels between neighbors of the present layer
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
    ### END SOLUTION


def cnn_loss_and_grads(parameters, x, labels):
    """The loss of a small convolutional network, and its gradients.

    The layers, in this order: a convolution with stride 2; ReLU; max-pooling,
    2 × 2 with stride 2; a convolution with stride 1; ReLU; the mean of each
    channel over all its places; a linear layer that gives the logits. Each
    convolution is padded by half its kernel, ``kh // 2``. The loss is the mean
    cross-entropy.

    Parameters
    ----------
    parameters : list of three (w, b) pairs
        ``w1`` (c1, c_in, k, k) and ``w2`` (c2, c1, k, k) with square kernels
        of odd size, each of its own; ``w3`` (c2, classes); ``b1`` (c1,),
        ``b2`` (c2,), ``b3`` (classes,)
    x : (n, c_in, height, width) array
    labels : (n,) integer array   classes, 0 to classes − 1

    Returns
    -------
    (loss, gradients)
        loss : float
        gradients : list of three (dw, db) pairs, shaped like ``parameters``;
            float32 in, float32 out
    """
    ### BEGIN SOLUTION
    (w1, b1), (w2, b2), (w3, b3) = parameters
    half1, half2 = w1.shape[2] // 2, w2.shape[2] // 2
    z1 = conv2d(x, w1, b1, 2, half1)
    a1 = np.maximum(z1, 0)
    pooled = max_pool2d(a1, 2, 2)
    z2 = conv2d(pooled, w2, b2, 1, half2)
    features = np.maximum(z2, 0).mean(axis=(2, 3))
    logits = features @ w3 + b3

    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    own = np.arange(len(x)), labels
    loss = -float(log_probabilities[own].mean())

    dlogits = np.exp(log_probabilities)
    dlogits[own] -= 1
    dlogits /= len(x)
    dw3, db3 = features.T @ dlogits, dlogits.sum(axis=0)
    dfeatures = dlogits @ w3.T / z2[0, 0].size
    dz2 = dfeatures[:, :, None, None] * (z2 > 0)
    dpooled, dw2, db2 = conv2d_backward(dz2, pooled, w2, b2, 1, half2)
    dz1 = max_pool2d_backward(dpooled, a1, 2, 2) * (z1 > 0)
    _, dw1, db1 = conv2d_backward(dz1, x, w1, b1, 2, half1)
    return loss, [(dw1, db1), (dw2, db2), (dw3, db3)]
    ### END SOLUTION


def input_gradient(parameters, x, classes):
    """How the evidence for a class moves with every pixel: the gradient of a logit, a saliency map.

    The network is that of ``cnn_loss_and_grads``.

    Parameters
    ----------
    parameters : list of three (w, b) pairs, as in ``cnn_loss_and_grads``
    x : (n, c_in, height, width) array
    classes : (n,) integer array   which logit is asked about, for each image
        its own

    Returns
    -------
    dx : shaped like ``x``: for each image the gradient of its one logit (not
        of a loss, nor of a probability) with respect to its pixels; float32
        in, float32 out
    """
    ### BEGIN SOLUTION
    (w1, b1), (w2, b2), (w3, _) = parameters
    half1, half2 = w1.shape[2] // 2, w2.shape[2] // 2
    z1 = conv2d(x, w1, b1, 2, half1)
    a1 = np.maximum(z1, 0)
    pooled = max_pool2d(a1, 2, 2)
    z2 = conv2d(pooled, w2, b2, 1, half2)

    dfeatures = w3.T[classes] / z2[0, 0].size
    dz2 = dfeatures[:, :, None, None] * (z2 > 0)
    dpooled, _, _ = conv2d_backward(dz2, pooled, w2, b2, 1, half2)
    dz1 = max_pool2d_backward(dpooled, a1, 2, 2) * (z1 > 0)
    dx, _, _ = conv2d_backward(dz1, x, w1, b1, 2, half1)
    return dx
    ### END SOLUTION


def train_cnn(x_train, y_train, rng):
    """Train a network that tells photographs of surfaces apart.

    Parameters
    ----------
    x_train : (n, 1, 64, 64) float32 array   gray images, 0 black to 1 white
    y_train : (n,) integer array             what they show: 0, 1 or 2
    rng : numpy.random.Generator             for everything that is random

    Returns
    -------
    predict : function   takes ``x_new``, an (m, 1, 64, 64) array of other
        images, one or many, and returns their classes, an (m,) integer array.
        What it says of an image does not depend on which others it is asked
        about.
    """
    ### BEGIN SOLUTION
    mean, std = x_train.mean(), x_train.std()
    x = (x_train - mean) / std
    shapes = (8, 1, 5, 5), (16, 8, 3, 3), (16, 3)
    fans_in = 25, 72, 16
    parameters = [
        (
            (rng.normal(size=shape) * np.sqrt(2 / fan_in)).astype(np.float32),
            np.zeros(shape[0] if len(shape) == 4 else shape[1], dtype=np.float32),
        )
        for shape, fan_in in zip(shapes, fans_in, strict=True)
    ]
    arrays = [array for layer in parameters for array in layer]
    moments = [np.zeros_like(array) for array in arrays]
    squares = [np.zeros_like(array) for array in arrays]

    epochs, batch = 10, 20
    batches = len(x) // batch
    for step, rate in enumerate(np.linspace(0.02, 0, epochs * batches)):
        if step % batches == 0:
            order = rng.permutation(len(x))
        rows = order[step % batches * batch :][:batch]
        _, gradients = cnn_loss_and_grads(parameters, x[rows], y_train[rows])
        flat = [gradient for layer in gradients for gradient in layer]
        # Adam: the running means of the gradients and of their squares, corrected for their start
        fresh, fresh_square = 1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)
        for p, g, m, s in zip(arrays, flat, moments, squares, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            p -= rate * (m / fresh / (np.sqrt(s / fresh_square) + 1e-8))

    def predict(x_new):
        (w1, b1), (w2, b2), (w3, b3) = parameters
        a1 = np.maximum(conv2d((x_new - mean) / std, w1, b1, 2, 2), 0)
        a2 = np.maximum(conv2d(max_pool2d(a1, 2, 2), w2, b2, 1, 1), 0)
        return (a2.mean(axis=(2, 3)) @ w3 + b3).argmax(axis=1)

    return predict
    ### END SOLUTION
