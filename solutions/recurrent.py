"""Recurrent networks: cells with a memory, backpropagation through time, characters and forecasts."""

from __future__ import annotations

import numpy as np


def rnn_step(x, h, w_x, w_h, b):
    """One time step of the vanilla recurrent cell, with tanh.

    Parameters
    ----------
    x : (n, d_in) array        what comes in now, one sample a row
    h : (n, hidden) array      the state before the step
    w_x : (d_in, hidden) array
    w_h : (hidden, hidden) array
    b : (hidden,) array

    Returns
    -------
    (n, hidden) array   the state after the step; float32 in, float32
        out
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ w_x + h @ w_h + b)
    ### END SOLUTION


def rnn_step_backward(upstream, x, h, w_x, w_h, b):
    """Backpropagate through one step of `rnn_step`.

    Parameters
    ----------
    upstream : (n, hidden) array   dJ/d(state after the step)
    x : (n, d_in) array
    h : (n, hidden) array          the state before the step
    w_x : (d_in, hidden) array
    w_h : (hidden, hidden) array
    b : (hidden,) array

    Returns
    -------
    (dx, dh, dw_x, dw_h, db)   shaped like ``x``, ``h``, ``w_x``,
        ``w_h``, ``b``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    dz = upstream * (1 - rnn_step(x, h, w_x, w_h, b) ** 2)
    return dz @ w_x.T, dz @ w_h.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)
    ### END SOLUTION


def rnn_forward(x, h0, w_x, w_h, b):
    """Run the vanilla cell over whole sequences.

    Parameters
    ----------
    x : (n, time, d_in) array   n sequences of at least one step
    h0 : (n, hidden) array      the state before the first step
    w_x : (d_in, hidden) array
    w_h : (hidden, hidden) array
    b : (hidden,) array

    Returns
    -------
    (states, last)
        states : (n, time, hidden) array   the state after each step
        last : (n, hidden) array   the state after the last step, to go
            on from
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_x, w_h, b)
        states.append(h)
    return np.stack(states, axis=1), h
    ### END SOLUTION


def rnn_backward(upstream, x, h0, w_x, w_h, b):
    """Backpropagate through time: through every step of `rnn_forward`.

    Parameters
    ----------
    upstream : pair (dstates, dlast)
        dstates : (n, time, hidden) array   dJ/d(states), a gradient
            that arrives at every step
        dlast : (n, hidden) array   dJ/d(last); it comes on top of what
            arrives at the last step by ``dstates``
    x : (n, time, d_in) array
    h0 : (n, hidden) array   not zero in general
    w_x : (d_in, hidden) array
    w_h : (hidden, hidden) array
    b : (hidden,) array

    Returns
    -------
    (dx, dh0, dw_x, dw_h, db)   shaped like ``x``, ``h0``, ``w_x``,
        ``w_h``, ``b``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    dstates, dh = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    dx = np.zeros_like(x)
    dw_x, dw_h, db = np.zeros_like(w_x), np.zeros_like(w_h), np.zeros_like(b)
    for t in reversed(range(x.shape[1])):
        before = states[:, t - 1] if t else h0
        arrives = dstates[:, t] + dh
        dx[:, t], dh, dw_x_t, dw_h_t, db_t = rnn_step_backward(
            arrives, x[:, t], before, w_x, w_h, b
        )
        dw_x, dw_h, db = dw_x + dw_x_t, dw_h + dw_h_t, db + db_t
    return dx, dh, dw_x, dw_h, db
    ### END SOLUTION


def lstm_step(x, h, c, w_x, w_h, b):
    """One time step of the LSTM cell, without peepholes.

    The columns of ``w_x`` and ``w_h`` and the entries of ``b`` are four
    blocks of the same width, in this order: input gate i, forget gate
    f, candidate g, output gate o.

    Parameters
    ----------
    x : (n, d_in) array
    h : (n, hidden) array      the hidden state before the step
    c : (n, hidden) array      the cell state before the step
    w_x : (d_in, 4 * hidden) array
    w_h : (hidden, 4 * hidden) array
    b : (4 * hidden,) array

    Returns
    -------
    (h, c)   both states after the step, (n, hidden) arrays; float32 in,
        float32 out. Weighted sums up to ±1000 give finite results.
    """
    ### BEGIN SOLUTION
    z = x @ w_x + h @ w_h + b
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c
    ### END SOLUTION


def lstm_step_backward(upstream, x, h, c, w_x, w_h, b):
    """Backpropagate through one step of `lstm_step`.

    Parameters
    ----------
    upstream : pair (dh, dc) of (n, hidden) arrays   dJ/d(h) and
        dJ/d(c), each with respect to what the step returned
    x : (n, d_in) array
    h : (n, hidden) array      the hidden state before the step
    c : (n, hidden) array      the cell state before the step
    w_x : (d_in, 4 * hidden) array   blocks i, f, g, o
    w_h : (hidden, 4 * hidden) array
    b : (4 * hidden,) array

    Returns
    -------
    (dx, dh, dc, dw_x, dw_h, db)   shaped like ``x``, ``h``, ``c``,
        ``w_x``, ``w_h``, ``b``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    dh_after, dc_after = upstream
    z = x @ w_x + h @ w_h + b
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    squashed = np.tanh(f * c + i * g)
    dc_new = dc_after + dh_after * o * (1 - squashed**2)
    di = dc_new * g * i * (1 - i)
    df = dc_new * c * f * (1 - f)
    dg = dc_new * i * (1 - g**2)
    do = dh_after * squashed * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    return dz @ w_x.T, dz @ w_h.T, dc_new * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)
    ### END SOLUTION


def gru_step(x, h, w_x, w_h, b_x, b_h):
    """One time step of the GRU cell, in the form that PyTorch computes.

    The columns of ``w_x`` and ``w_h`` and the entries of ``b_x`` and
    ``b_h`` are three blocks of the same width, in this order: reset
    gate r, update gate z, candidate n. The reset gate is applied after
    the matrix product: to what ``w_h`` and ``b_h`` together contribute
    to the candidate. Where the update gate is 1 the old state stays.

    Parameters
    ----------
    x : (n, d_in) array
    h : (n, hidden) array      the state before the step
    w_x : (d_in, 3 * hidden) array
    w_h : (hidden, 3 * hidden) array
    b_x : (3 * hidden,) array   added to ``x @ w_x``
    b_h : (3 * hidden,) array   added to ``h @ w_h``

    Returns
    -------
    (n, hidden) array   the state after the step; float32 in, float32
        out. Weighted sums up to ±1000 give finite results.
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = np.split(x @ w_x + b_x, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ w_h + b_h, 3, axis=1)
    r, z = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (r_x + r_h, z_x + z_h))
    n = np.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h
    ### END SOLUTION


def gru_step_backward(upstream, x, h, w_x, w_h, b_x, b_h):
    """Backpropagate through one step of `gru_step`.

    Parameters
    ----------
    upstream : (n, hidden) array   dJ/d(state after the step)
    x : (n, d_in) array
    h : (n, hidden) array      the state before the step
    w_x : (d_in, 3 * hidden) array   blocks r, z, n
    w_h : (hidden, 3 * hidden) array
    b_x : (3 * hidden,) array
    b_h : (3 * hidden,) array

    Returns
    -------
    (dx, dh, dw_x, dw_h, db_x, db_h)   shaped like ``x``, ``h``,
        ``w_x``, ``w_h``, ``b_x``, ``b_h``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = np.split(x @ w_x + b_x, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ w_h + b_h, 3, axis=1)
    r, z = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (r_x + r_h, z_x + z_h))
    n = np.tanh(n_x + r * n_h)
    dn = upstream * (1 - z) * (1 - n**2)
    dz = upstream * (h - n) * z * (1 - z)
    dr = dn * n_h * r * (1 - r)
    d_x = np.concatenate([dr, dz, dn], axis=1)
    d_h = np.concatenate([dr, dz, dn * r], axis=1)
    dh = d_h @ w_h.T + upstream * z
    return d_x @ w_x.T, dh, x.T @ d_x, h.T @ d_h, d_x.sum(axis=0), d_h.sum(axis=0)
    ### END SOLUTION


def sample_with_temperature(logits, temperature, rng):
    """Draw a class from the softmax of ``logits / temperature``.

    Parameters
    ----------
    logits : (classes,) float array   any finite numbers; ±1000 occurs
    temperature : float > 0   1 leaves the probabilities as they are; as
        it goes to 0, the largest logit is always drawn. 0.001 occurs.
    rng : numpy.random.Generator   the only source of randomness

    Returns
    -------
    int   the number of the class, from 0 to classes - 1
    """
    ### BEGIN SOLUTION
    z = np.asarray(logits, dtype=np.float64) / temperature
    p = np.exp(z - z.max())
    return int(rng.choice(len(p), p=p / p.sum()))
    ### END SOLUTION


def bits_per_character(logits, targets):
    """How many bits a model needs for a character, on average.

    The cost of one character is the negative logarithm, to base 2, of
    the probability that the softmax of its logits gave it.

    Parameters
    ----------
    logits : (…, classes) float array   any finite numbers; ±1000 occurs
    targets : (…) array of int   the characters that came, 0 to
        classes - 1, of as many axes as ``logits`` has before its last

    Returns
    -------
    float   the mean over all characters
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_p, targets[..., None], axis=-1)
    return -float(chosen.mean()) / np.log(2)
    ### END SOLUTION


def char_lm_loss_and_grads(parameters, inputs, targets, h0):
    """The loss of a recurrent model of characters, and its gradients.

    Each character is looked up in the embedding, the vanilla cell runs
    over the sequence, and a linear layer makes logits of every state.
    The loss is the cross-entropy, in nats, averaged over all characters
    of all sequences. The state ``h0`` is given; nothing flows back to
    what came before it.

    Parameters
    ----------
    parameters : tuple (embedding, w_x, w_h, b, w_out, b_out)
        embedding : (classes, d) array
        w_x : (d, hidden) array
        w_h : (hidden, hidden) array
        b : (hidden,) array
        w_out : (hidden, classes) array
        b_out : (classes,) array
    inputs : (n, time) array of int    the characters that are read
    targets : (n, time) array of int   the character that follows each
    h0 : (n, hidden) array   the state before the first character

    Returns
    -------
    (loss, gradients)
        loss : float
        gradients : tuple of six arrays, shaped like ``parameters``
    """
    ### BEGIN SOLUTION
    embedding, w_x, w_h, b, w_out, b_out = parameters
    x = embedding[inputs]
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    flat, labels = states.reshape(-1, states.shape[2]), targets.reshape(-1)
    logits = flat @ w_out + b_out
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    dlogits = dlogits / len(labels)
    dstates = (dlogits @ w_out.T).reshape(states.shape)
    upstream = dstates, np.zeros_like(last)
    dx, _, dw_x, dw_h, db = rnn_backward(upstream, x, h0, w_x, w_h, b)
    dembedding = np.zeros_like(embedding)
    np.add.at(dembedding, inputs, dx)
    loss = -float(log_p[rows, labels].mean())
    return loss, (dembedding, dw_x, dw_h, db, flat.T @ dlogits, dlogits.sum(axis=0))
    ### END SOLUTION


def persistence_baseline(series, horizon):
    """Forecast that nothing changes, and say how far off that is.

    Parameters
    ----------
    series : (time,) float array   measurements at equal distances
    horizon : int, 1 <= horizon < time   how many steps ahead

    Returns
    -------
    (forecast, rmse)
        forecast : (time - horizon,) array   entry k is the forecast of
            ``series[horizon + k]``: the newest value that was known
            ``horizon`` steps earlier
        rmse : float   the root of the mean squared error of these
            forecasts
    """
    ### BEGIN SOLUTION
    forecast = series[:-horizon]
    return forecast, float(np.sqrt(np.mean((series[horizon:] - forecast) ** 2)))
    ### END SOLUTION
