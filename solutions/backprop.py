"""Backpropagation: checking gradients, layers backwards, whole networks, a class that differentiates."""

from __future__ import annotations

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Measure the gradient of a function by central differences, one entry of ``x`` at a time.

    Parameters
    ----------
    f : function of one array shaped like ``x``, returns a number
    x : float array of any shape   it is left as it is
    step : float   how far an entry moves to either side

    Returns
    -------
    float64 array of the shape of ``x``. Also for a float32 ``x``: the steps
    are taken in float64, because float32 has too few digits for a difference
    of nearby values.
    """
    ### BEGIN SOLUTION
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + step
        ahead = f(x)
        x[i] = kept - step
        behind = f(x)
        x[i] = kept
        gradient[i] = (ahead - behind) / (2 * step)
    return gradient
    ### END SOLUTION


def gradient_check(f, x, gradient):
    """Say whether a gradient, however it was computed, is the gradient of ``f`` at ``x``.

    An entry is right if it differs from the derivative by at most one part in
    ten thousand of the largest entry of the gradient; the wrong ones that you
    will be shown differ by ten times as much, or more. At a kink of ``f``,
    every number between the slopes on its two sides is right.

    Parameters
    ----------
    f : function of one array shaped like ``x``, returns a number, in float64
        for a float64 array
    x : float array of any shape, float64 or float32   it is left as it is
    gradient : array   the claim; it may have another shape than ``x``, and may
        hold NaN

    Returns
    -------
    bool   True where every entry is right. A claim of another shape, or with
        NaN or infinity in it, is wrong.
    """
    ### BEGIN SOLUTION
    x = np.array(x, dtype=np.float64)
    claim = np.asarray(gradient, dtype=np.float64)
    if claim.shape != x.shape or not np.isfinite(claim).all():
        return False
    value = f(x)
    central = numerical_gradient(f, x)
    allowed = 1e-4 * np.abs(central).max(initial=0) + 1e-8 * abs(value)
    for i in np.ndindex(x.shape):
        if abs(claim[i] - central[i]) <= allowed:
            continue
        slopes = []
        for step in (1e-7, -1e-7):  # shorter, and on one side: only a kink keeps the sides apart
            moved = x.copy()
            moved[i] += step
            slopes.append((f(moved) - value) / step)
        if not min(slopes) - allowed <= claim[i] <= max(slopes) + allowed:
            return False
    return True
    ### END SOLUTION


def chain_by_hand(x, w, b):
    """The gradients of a small graph, from its output back to its inputs.

    The graph computes, with numbers, ``u = w * x``, then ``v = u + b``, then
    ``a = v ** 2``, and last ``j = a * x``. Note that ``x`` is used twice.

    Parameters
    ----------
    x, w, b : float

    Returns
    -------
    (da, dv, du, dw, db, dx) : six floats, the derivative of ``j`` with respect
        to each, that is, how fast ``j`` changes if that number alone is
        changed and everything after it follows
    """
    ### BEGIN SOLUTION
    v = w * x + b
    a = v**2
    da = x
    dv = da * 2 * v
    du = dv
    db = dv
    dw = du * x
    dx = du * w + a
    return da, dv, du, dw, db, dx
    ### END SOLUTION


def linear_backward(upstream, x, w, b):
    """Backpropagate through the linear layer ``z = x @ w + b``.

    Parameters
    ----------
    upstream : (n, d_out) array   dJ/dz
    x : (n, d_in) array           one sample a row
    w : (d_in, d_out) array
    b : (d_out,) array

    Returns
    -------
    (dx, dw, db)   shaped like ``x``, ``w``, ``b``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    return upstream @ w.T, x.T @ upstream, upstream.sum(axis=0)
    ### END SOLUTION


def relu_backward(upstream, z):
    """Backpropagate through ``a = max(z, 0)``, entry by entry.

    Parameters
    ----------
    upstream : array   dJ/da
    z : array of the shape of ``upstream``   the inputs of the ReLU, not its
        outputs

    Returns
    -------
    array of the shape and dtype of ``z``   dJ/dz. Where an entry of ``z`` is
        exactly 0, any number between the slopes on its two sides may stand for
        the derivative of the ReLU.
    """
    ### BEGIN SOLUTION
    return np.where(z > 0, upstream, 0)
    ### END SOLUTION


def sigmoid_backward(upstream, z):
    """Backpropagate through ``a = σ(z)``, entry by entry, without overflow for any finite input.

    Parameters
    ----------
    upstream : array   dJ/da
    z : array of the shape of ``upstream``   the inputs of the sigmoid, not its
        outputs

    Returns
    -------
    array of the shape and dtype of ``z``   dJ/dz
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return upstream * small / (1 + small) ** 2
    ### END SOLUTION


def softmax_backward(upstream, z):
    """Backpropagate through the softmax of each row of ``z``.

    Parameters
    ----------
    upstream : (n, d) array   dJ/dp, where row i of p is the softmax of row i
        of ``z``
    z : (n, d) array          one sample a row; logits up to ±1000 occur

    Returns
    -------
    (n, d) array of the dtype of ``z``   dJ/dz
    """
    ### BEGIN SOLUTION
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))
    ### END SOLUTION


def linear_with_cache(x, w, b):
    """The linear layer ``z = x @ w + b`` as a record on a tape: the output, and the way back.

    Parameters
    ----------
    x : (n, d_in) array   one sample a row
    w : (d_in, d_out) array
    b : (d_out,) array

    Returns
    -------
    (out, cache, backward)
        out : (n, d_out) array
        cache : tuple of arrays   what the way back needs, and no more numbers
            than ``x``, ``w`` and ``b`` hold together
        backward : function   ``backward(upstream, cache)`` takes dJ/d(out),
            shaped like ``out``, and a cache, and returns (dx, dw, db). It uses
            nothing but its two arguments, so that it works with the cache of
            any call.
    """
    ### BEGIN SOLUTION

    def backward(upstream, cache):
        x, w = cache
        return upstream @ w.T, x.T @ upstream, upstream.sum(axis=0)

    return x @ w + b, (x, w), backward
    ### END SOLUTION


def broadcast_backward(upstream, a, b):
    """Backpropagate through ``a + b``, where NumPy broadcasts either operand, or both.

    Parameters
    ----------
    upstream : array of the shape of ``a + b``   dJ/d(a + b)
    a, b : arrays of shapes that broadcast; one of no axes, shape (), is an
        array too

    Returns
    -------
    (da, db)   shaped like ``a`` and ``b``
    """
    ### BEGIN SOLUTION
    gradients = []
    for operand in (a, b):
        gradient = upstream.sum(axis=tuple(range(upstream.ndim - operand.ndim)))
        repeated = [i for i, length in enumerate(operand.shape) if length != gradient.shape[i]]
        gradients.append(gradient.sum(axis=tuple(repeated), keepdims=True))
    return tuple(gradients)
    ### END SOLUTION


def embedding_backward(upstream, table, indices):
    """Backpropagate through ``out = table[indices]``: rows of a table looked up by their numbers.

    Parameters
    ----------
    upstream : (…, d) array        dJ/d(out)
    table : (rows, d) array
    indices : (…) array of int     of any shape; a row may be looked up often,
        or never

    Returns
    -------
    (rows, d) array of the dtype of ``table``   dJ/d(table)
    """
    ### BEGIN SOLUTION
    gradient = np.zeros_like(table)
    np.add.at(gradient, indices, upstream)
    return gradient
    ### END SOLUTION


def two_layer_loss_and_grads(w1, b1, w2, b2, x, labels):
    """The loss of a network with one hidden layer of tanh units, and its gradients.

    The logits are linear in the hidden layer's outputs; the loss is the
    cross-entropy of their softmax, averaged over the samples.

    Parameters
    ----------
    w1 : (d_in, hidden) array
    b1 : (hidden,) array
    w2 : (hidden, classes) array
    b2 : (classes,) array
    x : (n, d_in) array       one sample a row
    labels : (n,) array of int   the right class of each sample, 0 to classes -
        1

    Returns
    -------
    (loss, (dw1, db1, dw2, db2))
        loss : float
        dw1, db1, dw2, db2 : arrays shaped like ``w1``, ``b1``, ``w2``, ``b2``
    """
    ### BEGIN SOLUTION
    a = np.tanh(x @ w1 + b1)
    logits = a @ w2 + b2
    rows = np.arange(len(x))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    da, dw2, db2 = linear_backward(dlogits / len(x), a, w2, b2)
    _, dw1, db1 = linear_backward(da * (1 - a**2), x, w1, b1)
    return -float(log_p[rows, labels].mean()), (dw1, db1, dw2, db2)
    ### END SOLUTION


def mlp_loss_and_grads(parameters, x, labels):
    """The loss of a fully connected classifier of any depth, and the gradients of its parameters.

    Every layer is linear; ReLU stands between one layer and the next, not
    after the last. The loss is the cross-entropy of the softmax of the last
    layer's outputs, averaged over the samples.

    The gradients come from one backward pass. Differences of the loss are not
    accepted: a network of real size, which is checked too, would take them
    minutes.

    Parameters
    ----------
    parameters : list of (w, b) pairs, first layer first, at least one
        pair; ``w`` is (units before, units of the layer), ``b`` is (units of
        the layer,).
    x : (n, d_in) array          one sample a row
    labels : (n,) array of int   the right class of each sample

    Returns
    -------
    (loss, gradients)
        loss : float
        gradients : list of (dw, db) pairs, first layer first, shaped like
            ``parameters``
    """
    ### BEGIN SOLUTION
    inputs, z = [], x
    for layer, (w, b) in enumerate(parameters):
        inputs.append(np.maximum(z, 0) if layer else x)
        z = inputs[-1] @ w + b
    rows = np.arange(len(x))
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    upstream = np.exp(log_p)
    upstream[rows, labels] -= 1
    upstream = upstream / len(x)
    gradients = []
    for a, (w, b) in zip(reversed(inputs), reversed(parameters), strict=True):
        da, dw, db = linear_backward(upstream, a, w, b)
        gradients.append((dw, db))
        upstream = relu_backward(da, a)
    return -float(log_p[rows, labels].mean()), gradients[::-1]
    ### END SOLUTION


class Value:
    """A number that remembers how it was computed, so that gradients can flow back through it.

    A `Value` is made from a number, ``Value(2.0)``, or by computing with
    values. Numbers may stand in place of values on either side of an operator.

    Attributes
    ----------
    data : float     the number
    grad : float     dJ/d(this value); 0.0 until something adds to it
    parents : tuple of Value   the values that it was computed from; empty for
        one made from a number
    _backward : function without arguments   hands the gradient on: to the
        ``grad`` of each parent, it adds its share of this value's ``grad`` as
        it is when `_backward` is called. For a value made from a number it
        does nothing.
    """

    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self._backward = lambda: None

    def __add__(self, other):
        """``self + other``, a new Value; `other` is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else type(self)(other)
        out = type(self)(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def __mul__(self, other):
        """``self * other``, a new Value; `other` is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def __radd__(self, other):
        """``other + self``, where `other` is a number."""
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __rmul__(self, other):
        """``other * self``, where `other` is a number."""
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __neg__(self):
        """``-self``"""
        ### BEGIN SOLUTION
        return self * -1
        ### END SOLUTION

    def __sub__(self, other):
        """``self - other``; `other` is a Value or a number."""
        ### BEGIN SOLUTION
        return self + -other
        ### END SOLUTION

    def __rsub__(self, other):
        """``other - self``, where `other` is a number."""
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __pow__(self, exponent):
        """``self ** exponent``, where `exponent` is a number."""
        ### BEGIN SOLUTION
        out = type(self)(self.data**exponent, (self,))

        def push():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def __truediv__(self, other):
        """``self / other``; `other` is a Value or a number."""
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    def __rtruediv__(self, other):
        """``other / self``, where `other` is a number."""
        ### BEGIN SOLUTION
        return self**-1 * other
        ### END SOLUTION

    def relu(self):
        """max(self, 0)"""
        ### BEGIN SOLUTION
        out = type(self)(max(self.data, 0.0), (self,))

        def push():
            self.grad += (self.data > 0) * out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def tanh(self):
        """The hyperbolic tangent."""
        ### BEGIN SOLUTION
        out = type(self)(np.tanh(self.data), (self,))

        def push():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def exp(self):
        """e to the power of self"""
        ### BEGIN SOLUTION
        out = type(self)(np.exp(self.data), (self,))

        def push():
            self.grad += out.data * out.grad

        out._backward = push
        return out
        ### END SOLUTION

    def log(self):
        """The natural logarithm, for a positive number."""
        ### BEGIN SOLUTION
        out = type(self)(np.log(self.data), (self,))

        def push():
            self.grad += out.grad / self.data

        out._backward = push
        return out
        ### END SOLUTION

    def backward(self):
        """Add d(self)/d(node) to the ``grad`` of every node that this value was computed from, and 1
        to its own.

        A node hands its gradient on once, when all of it has arrived. What was
        in a ``grad`` before stays and is added to: the gradients of several
        calls add up, as in PyTorch, until somebody sets them to 0. Graphs may
        be deeper than Python's limit of recursion: thousands of nodes in a
        chain are usual.
        """
        ### BEGIN SOLUTION
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents]
        before = [node.grad for node in order]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in zip(order, before, strict=True):
            node.grad += grad
        ### END SOLUTION


def expose_bug():
    """Write the case that tells broken backward passes from the right one.

    The forward pass looks up rows of a table, and sends them through a linear
    layer and a ReLU: ``a = relu(table[indices] @ w + b)``. Somebody wrote
    several backward passes for it, each of which takes (upstream, table,
    indices, w, b) and returns (dtable, dw, db). One is right. Each of the
    others has one bug, and gives the right gradients for many inputs. Your
    case is put to all of them; a broken one is exposed if its gradients are
    not right for your case.

    Returns
    -------
    (upstream, table, indices, w, b) : one case, with float64 arrays of at most
        60 entries each
        upstream : (n, d_out) array   dJ/da
        table : (rows, d_in) array
        indices : (n,) array of int   from 0 to rows - 1
        w : (d_in, d_out) array
        b : (d_out,) array
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(7)
    indices = np.array([3, 0, 3, 2, 0])
    table, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    return 2 * rng.normal(size=(5, 3)), table, indices, w, b
    ### END SOLUTION


def train_step(parameters, x, labels, learning_rate):
    """One step of gradient descent for the classifier of `mlp_loss_and_grads`.

    Parameters
    ----------
    parameters : list of (w, b) pairs, first layer first   they are left as
        they are
    x : (n, d_in) array
    labels : (n,) array of int
    learning_rate : float

    Returns
    -------
    (parameters, loss)
        parameters : new list of (w, b) pairs, after the step
        loss : float   before the step
    """
    ### BEGIN SOLUTION
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    stepped = [
        (w - learning_rate * dw, b - learning_rate * db)
        for (w, b), (dw, db) in zip(parameters, gradients, strict=True)
    ]
    return stepped, loss
    ### END SOLUTION
