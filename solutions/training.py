"""Training: optimizers, batches, schedules, what to measure, and when to stop."""

from __future__ import annotations

import numpy as np


def gradient_descent(gradient, start, learning_rate, steps):
    """Walk downhill on a function that is known only by its gradient.

    Parameters
    ----------
    gradient : function   ``gradient(w)`` takes an array shaped like ``start``
        and returns one of that shape. It leaves ``w`` as it is.
    start : array of any shape   where the walk begins; it is left as it is
    learning_rate : float
    steps : int, 0 or more

    Returns
    -------
    (steps + 1, *start.shape) array of the dtype of ``start``   the whole path:
        the start, then the point after each step
    """
    ### BEGIN SOLUTION
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)
    ### END SOLUTION


def minibatches(x, labels, batch_size, rng):
    """Cut a training set into the batches of one epoch, in a new random order.

    Every sample is in exactly one batch, together with its own label. The
    batches hold ``batch_size`` samples each; only the last one may be shorter,
    and it is not dropped. Which samples share a batch is left to chance, and
    differs from epoch to epoch.

    Parameters
    ----------
    x : (n, …) array    one sample a row
    labels : (n,) array
    batch_size : int, at least 1   it may be larger than n
    rng : numpy.random.Generator   the only source of randomness: one with the
        same seed gives the same batches, and the next call with the same
        ``rng`` gives other ones

    Returns
    -------
    list of (x_batch, labels_batch) pairs   or a generator of them
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(x))
    firsts = range(0, len(x), batch_size)
    return [(x[order[i : i + batch_size]], labels[order[i : i + batch_size]]) for i in firsts]
    ### END SOLUTION


def sgd_step(w, gradient, learning_rate):
    """One step of gradient descent for one array of parameters.

    With the gradient of a mini-batch it is a step of stochastic gradient
    descent.

    Parameters
    ----------
    w : array of any shape   it is left as it is
    gradient : array of that shape
    learning_rate : float

    Returns
    -------
    array shaped like ``w``, of its dtype   after the step
    """
    ### BEGIN SOLUTION
    return w - learning_rate * gradient
    ### END SOLUTION


def momentum_step(w, gradient, velocity, learning_rate, beta):
    """One step of gradient descent with momentum, in PyTorch's form, for one array of parameters.

    The velocity is a sum of all gradients so far, in which every step
    multiplies what was there before by ``beta``. The newest gradient enters it
    in full, so it is a sum and no average. The learning rate is no part of it;
    it scales the step that the velocity of this very moment makes.

    Parameters
    ----------
    w : array of any shape   it is left as it is, like the other arrays
    gradient : array of that shape
    velocity : array of that shape   from the step before; zeros at the
        beginning
    learning_rate : float
    beta : float from 0 to 1   how much of the velocity stays

    Returns
    -------
    (w, velocity)   after the step, shaped like ``w``, of its dtype
    """
    ### BEGIN SOLUTION
    velocity = beta * velocity + gradient
    return w - learning_rate * velocity, velocity
    ### END SOLUTION


def nesterov_step(w, gradient, velocity, learning_rate, beta):
    """One step with Nesterov's momentum, in PyTorch's form, for one array of parameters.

    The velocity grows as in `momentum_step`. The step then looks one step
    ahead: it goes where the *next* velocity would lead if the same gradient
    came once more.

    Parameters
    ----------
    w : array of any shape   it is left as it is, like the other arrays
    gradient : array of that shape
    velocity : array of that shape   from the step before; zeros at the
        beginning
    learning_rate : float
    beta : float from 0 to 1   how much of the velocity stays

    Returns
    -------
    (w, velocity)   after the step, shaped like ``w``, of its dtype; the
        velocity is the one that `momentum_step` would return, not the one
        ahead
    """
    ### BEGIN SOLUTION
    velocity = beta * velocity + gradient
    return w - learning_rate * (gradient + beta * velocity), velocity
    ### END SOLUTION


def rmsprop_step(w, gradient, s, learning_rate, rho, eps):
    """One step of RMSProp for one array of parameters.

    Every parameter has a learning rate of its own: the common one, divided by
    the root mean square of the gradients that this parameter has had of late.
    ``eps`` is added to that root, not to what stands under it.

    Parameters
    ----------
    w : array of any shape   it is left as it is, like the other arrays
    gradient : array of that shape
    s : array of that shape   the running average of the squared gradients,
        from the step before; zeros at the beginning
    learning_rate : float
    rho : float from 0 to 1   the weight of the past in the average; the newest
        has the rest
    eps : float   keeps the divisor away from zero

    Returns
    -------
    (w, s)   after the step, shaped like ``w``, of its dtype; the step uses the
        new average
    """
    ### BEGIN SOLUTION
    s = rho * s + (1 - rho) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s
    ### END SOLUTION


def adam_step(w, gradient, state, learning_rate, beta1, beta2, eps):
    """One step of Adam (Kingma and Ba 2015) for one array of parameters.

    Adam keeps two running averages, of the gradients and of their squares.
    Both begin at zero and are therefore too small in the first steps; each is
    corrected by what is missing for its age before it is used. ``eps`` is
    added to the root of the corrected average of squares.

    Parameters
    ----------
    w : array of any shape   it is left as it is, like the other arrays
    gradient : array of that shape
    state : (m, s, t)   from the step before; zeros, zeros and 0 at the
        beginning
        m : array shaped like ``w``   the running average of the gradients, not
            corrected
        s : array shaped like ``w``   the running average of their squares, not
            corrected
        t : int                       how many steps were taken so far
    learning_rate : float
    beta1, beta2 : floats from 0 to 1   the weight of the past in ``m`` and in
        ``s``
    eps : float

    Returns
    -------
    (w, state)   after the step: ``w`` of the same shape and dtype, ``state``
        again (m, s, t)
    """
    ### BEGIN SOLUTION
    m, s, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_corrected = m / (1 - beta1**t)
    s_corrected = s / (1 - beta2**t)
    return w - learning_rate * m_corrected / (np.sqrt(s_corrected) + eps), (m, s, t)
    ### END SOLUTION


def adamw_step(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    """One step of AdamW (Loshchilov and Hutter 2019) for one array of parameters.

    Adam, and beside it weight decay: in every step each parameter also loses
    the share ``learning_rate * decay`` of the value that it had before the
    step. The decay never passes through the two averages.

    Parameters
    ----------
    w, gradient, state, learning_rate, beta1, beta2, eps : as in `adam_step`
    decay : float   the strength of the weight decay

    Returns
    -------
    (w, state)   after the step, as in `adam_step`
    """
    ### BEGIN SOLUTION
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return stepped - learning_rate * decay * w, state
    ### END SOLUTION


def cosine_schedule(step, total_steps, warmup_steps, peak, floor):
    """The learning rate of a step: a straight rise to ``peak``, then half a cosine down to ``floor``.

    The rise takes the first ``warmup_steps`` steps, all increases being equal:
    step 0 has a rate above zero already, and the last step of the rise,
    ``warmup_steps - 1``, has ``peak``. The fall begins from ``peak`` at step
    ``warmup_steps``, so that ``peak`` occurs twice, and is at ``floor`` at
    step ``total_steps``. It is level at both of its ends. After that the rate
    stays at ``floor``.

    Parameters
    ----------
    step : int, from 0
    total_steps : int, larger than ``warmup_steps``
    warmup_steps : int, 0 or more   0 means no rise at all
    peak, floor : floats

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return float(floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2)
    ### END SOLUTION


def accuracy(predicted, labels):
    """The share of samples whose predicted class is the right one.

    Parameters
    ----------
    predicted : (n,) array of int   the predicted classes, n at least 1
    labels : (n,) array of int      the right ones

    Returns
    -------
    float   from 0 to 1

    Raises
    ------
    ValueError
        The shapes differ.
    """
    ### BEGIN SOLUTION
    if predicted.shape != labels.shape:
        raise ValueError(f"predicted has shape {predicted.shape}, but labels {labels.shape}")
    return float(np.mean(predicted == labels))
    ### END SOLUTION


def confusion_matrix(predicted, labels, n_classes):
    """Count how often each class is taken for each other one.

    Parameters
    ----------
    predicted : (n,) array of int   the predicted classes, 0 to n_classes - 1
    labels : (n,) array of int      the right ones
    n_classes : int                 how many there are, whether or not all of
        them occur

    Returns
    -------
    (n_classes, n_classes) array of int   a row for each right class, a column
        for each predicted one
    """
    ### BEGIN SOLUTION
    counts = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    return counts
    ### END SOLUTION


def early_stopping(validation_losses, patience):
    """Say which epoch's parameters to keep, if training stops as soon as it stops getting better.

    The losses come one by one. An epoch is better if its loss is below the
    lowest one before it. When ``patience`` epochs in a row were not better,
    training stops, and what would have come later is never seen.

    Parameters
    ----------
    validation_losses : (epochs,) array of float   one for each epoch, the
        first epoch is number 0; at least one. A loss may be NaN, which is
        never better than anything; the first one is a number.
    patience : int, at least 1

    Returns
    -------
    int   the best epoch among those that were seen; of equally good ones the
        first
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if loss < validation_losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best
    ### END SOLUTION


def overfit_one_batch(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    """See whether a network can learn one small batch by heart: the first test of any training code.

    Plain gradient descent, always on the whole batch, until the loss is at
    most ``target`` or ``max_steps`` steps were taken.

    Parameters
    ----------
    loss_and_grads : function   ``loss_and_grads(parameters, x, labels)``
        returns the loss, a float, and the gradients, in the structure of
        ``parameters``. It may have a bug.
    parameters : list of (w, b) pairs, first layer first   they are left as
        they are
    x : (n, d_in) array
    labels : (n,) array of int
    learning_rate : float
    max_steps : int, 0 or more
    target : float

    Returns
    -------
    (losses, learned)
        losses : (steps + 1,) array of float   the loss before the first step
            and after each one
        learned : bool   whether the last of them is at most ``target``; NaN is
            not
    """
    ### BEGIN SOLUTION
    losses = []
    while True:
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses.append(loss)
        if loss <= target or len(losses) > max_steps:
            return np.array(losses), loss <= target
        parameters = [
            (sgd_step(w, dw, learning_rate), sgd_step(b, db, learning_rate))
            for (w, b), (dw, db) in zip(parameters, gradients, strict=True)
        ]
    ### END SOLUTION


def diagnose_runs(runs):
    """Name the fault of each training run from its curves.

    Each run trained a classifier of ten digits by plain stochastic gradient
    descent. At most one thing was wrong with it:

    ``"healthy"``             nothing
    ``"rate too high"``       the learning rate was many times too high
    ``"rate too low"``        the learning rate was many times too low
    ``"overfitting"``         there were far too few samples for so many epochs
    ``"labels shuffled"``     x was shuffled before the training, and its labels were not
    ``"not shuffled"``        the samples came sorted by their class, epoch after epoch
    ``"dead units"``          every unit of the hidden layer put out 0, whatever the digit
    ``"scaled differently"``  the pixels went to 1 in the training set, to 255 in the validation set

    Parameters
    ----------
    runs : list of dictionaries, one for each run, with the arrays
        ``"batch_loss"`` (epochs * batches,)   the loss of each batch in the
            order of the steps, just before that step; every epoch has the same
            number of batches
        ``"train_loss"`` (epochs + 1,)   of the whole training set, before the
            first epoch and after each one
        ``"validation_loss"``, ``"validation_accuracy"`` (epochs + 1,)
            likewise, of the validation set

    Returns
    -------
    list of str   for each run one of the eight names
    """
    ### BEGIN SOLUTION

    def diagnose(run):
        train, validation = run["train_loss"], run["validation_loss"]
        batches = run["batch_loss"].reshape(len(train) - 1, -1)
        if validation[0] > 5:  # nothing was trained yet, so only the data can differ
            return "scaled differently"
        if not batches.max() < 6:  # far above log 10: the steps lead away
            return "rate too high"
        if train[0] - train[-1] < 0.03:
            return "dead units"
        if validation[-1] > validation[0]:
            return "labels shuffled"
        if batches[1:].mean() < train[1:].mean() - 0.1:  # easy one by one, for it is what came last
            return "not shuffled"
        if train[-1] > 1.2:
            return "rate too low"
        return "overfitting" if train[-1] < 0.05 else "healthy"

    return [diagnose(run) for run in runs]
    ### END SOLUTION


def train_classifier(loss_and_grads, x, labels, rng):
    """Train a network with one hidden layer to read digits, well enough for digits it has never seen.

    The check calls it three times, each time with 4,000 other digits out of
    5,000. The order of the pixels is scrambled, the same way for every digit,
    and the ten classes are renamed; a fully connected network does not mind.
    The network that you return is judged on the 1,000 digits that were left
    out. The check scores the mean of the three accuracies: 0.92 and more earn
    all points, 0.86 and less none, and in between they grow in proportion.

    Parameters
    ----------
    loss_and_grads : function   ``loss_and_grads(parameters, x, labels)``
        returns the loss, a float, and the gradients, in the structure of
        ``parameters``
    x : (n, 784) float64 array   ink from 0 to 1, one digit a row
    labels : (n,) array of int   0 to 9
    rng : numpy.random.Generator   the only source of randomness

    Returns
    -------
    [(w1, b1), (w2, b2)]   the trained parameters, for ReLU between the two
        layers and none after the second

    Each call may take 20 seconds.
    """
    ### BEGIN SOLUTION
    hidden, epochs, batch_size = 128, 8, 32
    flat = [
        rng.normal(0, np.sqrt(2 / x.shape[1]), size=(x.shape[1], hidden)),
        np.zeros(hidden),
        rng.normal(0, np.sqrt(1 / hidden), size=(hidden, 10)),
        np.zeros(10),
    ]
    states = [(np.zeros_like(w), np.zeros_like(w), 0) for w in flat]
    total = epochs * -(-len(x) // batch_size)
    step = 0
    for _ in range(epochs):
        for x_batch, labels_batch in minibatches(x, labels, batch_size, rng):
            _, pairs = loss_and_grads([tuple(flat[:2]), tuple(flat[2:])], x_batch, labels_batch)
            rate = cosine_schedule(step, total, 50, 0.003, 0.0)
            for i, gradient in enumerate([g for pair in pairs for g in pair]):
                flat[i], states[i] = adam_step(flat[i], gradient, states[i], rate, 0.9, 0.999, 1e-8)
            step += 1
    return [tuple(flat[:2]), tuple(flat[2:])]
    ### END SOLUTION
