"""Wrong and alternative implementations of the optimizers."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.training import (
    adam_step,
    adamw_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)

# sgd_step


@mistake(
    of=sgd_step, says="The step goes uphill: the gradient is added. It points to larger losses."
)
def uphill(w, gradient, learning_rate):
    return w + learning_rate * gradient


@mistake(
    of=sgd_step,
    says="w -= … changes the caller's array as well. Write w - …, which makes a new one.",
)
def changed_in_place(w, gradient, learning_rate):
    w -= learning_rate * gradient
    return w


@mistake(of=sgd_step, says="The learning rate is not used: the step is the gradient itself.")
def rate_ignored(w, gradient, learning_rate):
    return w - gradient


@mistake(of=sgd_step, says="Only the change comes back. Return w after the change.")
def only_the_change(w, gradient, learning_rate):
    return -learning_rate * gradient


@mistake(
    of=sgd_step,
    says="The gradient is scaled to length 1 first. A step grows with the gradient: near the bottom, "
    "where the gradient is small, steps must become small.",
)
def normalized_gradient(w, gradient, learning_rate):
    return w - learning_rate * gradient / np.linalg.norm(gradient)


@mistake(
    of=sgd_step,
    says="The gradient is clipped to ±1. That is another method, and it changes the direction.",
)
def clipped_gradient(w, gradient, learning_rate):
    return w - learning_rate * np.clip(gradient, -1, 1)


@alternative(of=sgd_step)
def by_adding_the_opposite(w, gradient, learning_rate):
    return np.add(np.multiply(gradient, -learning_rate), w)


@alternative(of=sgd_step)
def on_a_copy(w, gradient, learning_rate):
    stepped = w.copy(order="F")
    stepped -= gradient * learning_rate
    return stepped


# momentum_step


@mistake(
    of=momentum_step,
    says="The velocity is an average here: the gradient enters with the weight 1 - beta. In PyTorch's "
    "form it enters in full. With beta = 0.9 your steps are ten times as small.",
)
def averaged_velocity(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return w - learning_rate * velocity, velocity


@mistake(
    of=momentum_step,
    says="The step uses the velocity from before. Renew it first; the newest gradient belongs to this "
    "step.",
)
def old_velocity(w, gradient, velocity, learning_rate, beta):
    return w - learning_rate * velocity, beta * velocity + gradient


@mistake(
    of=momentum_step,
    says="The learning rate is inside the velocity and once more in the step: it counts twice.",
)
def rate_twice(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + learning_rate * gradient
    return w - learning_rate * velocity, velocity


@mistake(
    of=momentum_step,
    says="The old velocity is subtracted, so the momentum brakes where it should carry on.",
)
def braking(w, gradient, velocity, learning_rate, beta):
    velocity = gradient - beta * velocity
    return w - learning_rate * velocity, velocity


@mistake(of=momentum_step, says="The step goes uphill: the velocity is added to w.")
def momentum_uphill(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    return w + learning_rate * velocity, velocity


@mistake(
    of=momentum_step,
    says="The old velocity comes back, so nothing is ever gathered: this is plain gradient descent.",
)
def velocity_not_kept(w, gradient, velocity, learning_rate, beta):
    return w - learning_rate * (beta * velocity + gradient), velocity


@mistake(
    of=momentum_step,
    says="beta is not used: the velocity never forgets, and grows for ever.",
)
def never_forgets(w, gradient, velocity, learning_rate, beta):
    velocity = velocity + gradient
    return w - learning_rate * velocity, velocity


@mistake(
    of=momentum_step,
    says="velocity *= beta and velocity += … change the caller's array. Make a new one.",
)
def velocity_in_place(w, gradient, velocity, learning_rate, beta):
    velocity *= beta
    velocity += gradient
    return w - learning_rate * velocity, velocity


_velocity = {}


@mistake(
    of=momentum_step,
    says="The velocity is kept in a global variable, not taken from the argument. All arrays of the "
    "same shape then share one, and a second training goes on with the velocity of the first.",
)
def global_velocity(w, gradient, velocity, learning_rate, beta):
    kept = _velocity.get("last", 0)
    if np.shape(kept) != w.shape:
        kept = np.zeros_like(w)
    _velocity["last"] = beta * kept + gradient
    return w - learning_rate * _velocity["last"], _velocity["last"]


@mistake(of=momentum_step, says="Only w comes back. The next step needs the new velocity too.")
def velocity_not_returned(w, gradient, velocity, learning_rate, beta):
    return w - learning_rate * (beta * velocity + gradient)


@mistake(of=momentum_step, says="The two results stand in the wrong order: w comes first.")
def results_swapped(w, gradient, velocity, learning_rate, beta):
    w, velocity = momentum_step(w, gradient, velocity, learning_rate, beta)
    return velocity, w


@alternative(of=momentum_step)
def in_two_parts(w, gradient, velocity, learning_rate, beta):
    velocity = gradient + velocity * beta
    return [w - velocity * learning_rate, velocity]


@alternative(of=momentum_step)
def written_into_a_new_array(w, gradient, velocity, learning_rate, beta):
    new = velocity.copy()
    new *= beta
    new += gradient
    stepped = np.array(w)
    stepped -= learning_rate * new
    return stepped, new


# nesterov_step


@mistake(
    of=nesterov_step,
    says="This is plain momentum: the step follows the new velocity, not the one ahead of it. That "
    "also happens if you look ahead from the old velocity: renew it first.",
)
def plain_momentum(w, gradient, velocity, learning_rate, beta):
    return momentum_step(w, gradient, velocity, learning_rate, beta)


@mistake(
    of=nesterov_step,
    says="The velocity ahead comes back as the velocity. It is only used for this step; keep the one "
    "that momentum_step would keep.",
)
def velocity_ahead_kept(w, gradient, velocity, learning_rate, beta):
    velocity = gradient + beta * (beta * velocity + gradient)
    return w - learning_rate * velocity, velocity


@mistake(
    of=nesterov_step,
    says="The gradient is left out of the look ahead: only beta * velocity is followed.",
)
def gradient_left_out(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    return w - learning_rate * beta * velocity, velocity


@mistake(
    of=nesterov_step,
    says="The gradient is added to the whole velocity, which counts it twice: beta is missing before "
    "the velocity in the look ahead.",
)
def ahead_without_beta(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    return w - learning_rate * (gradient + velocity), velocity


@mistake(
    of=nesterov_step,
    says="The gradient enters the velocity with the weight 1 - beta. In PyTorch's form it enters in full.",
)
def nesterov_averaged(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return w - learning_rate * (gradient + beta * velocity), velocity


@mistake(of=nesterov_step, says="The step goes uphill: it is added to w.")
def nesterov_uphill(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    return w + learning_rate * (gradient + beta * velocity), velocity


@mistake(
    of=nesterov_step,
    says="velocity *= beta and velocity += … change the caller's array. Make a new one.",
)
def nesterov_in_place(w, gradient, velocity, learning_rate, beta):
    velocity *= beta
    velocity += gradient
    return w - learning_rate * (gradient + beta * velocity), velocity


@alternative(of=nesterov_step)
def written_out(w, gradient, velocity, learning_rate, beta):
    step = (1 + beta) * gradient + beta**2 * velocity
    return w - learning_rate * step, beta * velocity + gradient


@alternative(of=nesterov_step)
def on_top_of_momentum(w, gradient, velocity, learning_rate, beta):
    _, velocity = momentum_step(w, gradient, velocity, learning_rate, beta)
    return momentum_step(w, gradient, velocity, learning_rate, beta)[0], velocity


# rmsprop_step


@mistake(
    of=rmsprop_step,
    says="eps is under the root. Added outside it is what the smallest divisor is; under the root its "
    "root is: sqrt(1e-8) is 1e-4.",
)
def eps_under_the_root(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + (1 - rho) * gradient**2
    return w - learning_rate * gradient / np.sqrt(s + eps), s


@mistake(
    of=rmsprop_step, says="The root is missing: the gradient is divided by the mean square itself."
)
def root_missing(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + (1 - rho) * gradient**2
    return w - learning_rate * gradient / (s + eps), s


@mistake(
    of=rmsprop_step,
    says="rho and 1 - rho are exchanged: the past has weight rho, the newest square the rest.",
)
def rho_exchanged(w, gradient, s, learning_rate, rho, eps):
    s = (1 - rho) * s + rho * gradient**2
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(
    of=rmsprop_step,
    says="The squares are summed, and nothing is forgotten: that is Adagrad, whose steps become smaller "
    "and smaller. RMSProp keeps an average.",
)
def summed_as_in_adagrad(w, gradient, s, learning_rate, rho, eps):
    s = s + gradient**2
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(
    of=rmsprop_step,
    says="The newest square enters in full, as the gradient does in momentum. Here an average is "
    "wanted: it enters with the weight 1 - rho.",
)
def square_in_full(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + gradient**2
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(
    of=rmsprop_step,
    says="The step divides by the average from before, which is 0 in the first step. Renew it first.",
)
def old_average(w, gradient, s, learning_rate, rho, eps):
    return w - learning_rate * gradient / (np.sqrt(s) + eps), rho * s + (1 - rho) * gradient**2


@mistake(of=rmsprop_step, says="The gradients are averaged, not their squares.")
def square_missing(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + (1 - rho) * np.abs(gradient)
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(
    of=rmsprop_step,
    says="One average is kept for the whole array. Every entry has its own: that is the point.",
)
def one_average_for_all(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + (1 - rho) * np.mean(gradient**2)
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(of=rmsprop_step, says="The step goes uphill: it is added to w.")
def rmsprop_uphill(w, gradient, s, learning_rate, rho, eps):
    s = rho * s + (1 - rho) * gradient**2
    return w + learning_rate * gradient / (np.sqrt(s) + eps), s


@mistake(of=rmsprop_step, says="s *= rho and s += … change the caller's array. Make a new one.")
def average_in_place(w, gradient, s, learning_rate, rho, eps):
    s *= rho
    s += (1 - rho) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(s) + eps), s


@alternative(of=rmsprop_step)
def as_a_correction(w, gradient, s, learning_rate, rho, eps):
    s = s + (1 - rho) * (np.square(gradient) - s)
    return w - learning_rate / (s**0.5 + eps) * gradient, s


@alternative(of=rmsprop_step)
def entry_by_entry(w, gradient, s, learning_rate, rho, eps):
    stepped, average = np.empty_like(w, order="F"), np.empty_like(s)
    for i in np.ndindex(w.shape):
        average[i] = rho * s[i] + (1 - rho) * gradient[i] * gradient[i]
        stepped[i] = w[i] - learning_rate * gradient[i] / (np.sqrt(average[i]) + eps)
    return [stepped, average]


# adam_step


@mistake(
    of=adam_step,
    says="The corrected averages are kept as the running ones, so that the next step corrects them "
    "again. The first step is right, the second is not. Correct into new variables.",
)
def correction_written_back(w, gradient, state, learning_rate, beta1, beta2, eps):
    m, s, t = state
    t += 1
    m = (beta1 * m + (1 - beta1) * gradient) / (1 - beta1**t)
    s = (beta2 * s + (1 - beta2) * gradient**2) / (1 - beta2**t)
    return w - learning_rate * m / (np.sqrt(s) + eps), (m, s, t)


@mistake(
    of=adam_step,
    says="The first step is counted as step 0, and 1 - beta**0 is 0: the correction divides by zero. "
    "Count before you correct.",
)
def counted_from_zero(w, gradient, state, learning_rate, beta1, beta2, eps):
    m, s, t = state
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    with np.errstate(all="ignore"):
        m_corrected, s_corrected = m / np.float64(1 - beta1**t), s / np.float64(1 - beta2**t)
        w = w - learning_rate * m_corrected / (np.sqrt(s_corrected) + eps)
    return w.astype(gradient.dtype), (m, s, t + 1)


@mistake(
    of=adam_step,
    says="The count comes back as it came in. Every step is then corrected as if it were the first.",
)
def count_not_kept(w, gradient, state, learning_rate, beta1, beta2, eps):
    w, (m, s, _) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return w, (m, s, state[2])


@mistake(
    of=adam_step,
    says="The averages are not corrected for their beginning at zero. The first steps are wrong in "
    "size: with beta1 = 0.9 and beta2 = 0.999 about three times too large.",
)
def correction_missing(w, gradient, state, learning_rate, beta1, beta2, eps):
    m, s, t = state
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    return w - learning_rate * m / (np.sqrt(s) + eps), (m, s, t + 1)


@mistake(
    of=adam_step, says="Only m is corrected. The average of the squares begins at zero as well."
)
def only_m_corrected(w, gradient, state, learning_rate, beta1, beta2, eps):
    _, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return w - learning_rate * m / (1 - beta1**t) / (np.sqrt(s) + eps), (m, s, t)


@mistake(
    of=adam_step,
    says="eps is under the root. It is added to the root: sqrt(…) + eps.",
)
def adam_eps_under_the_root(w, gradient, state, learning_rate, beta1, beta2, eps):
    _, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    root = np.sqrt(s / (1 - beta2**t) + eps)
    return w - learning_rate * m / (1 - beta1**t) / root, (m, s, t)


@mistake(of=adam_step, says="beta1 and beta2 are exchanged: beta1 belongs to m, beta2 to s.")
def betas_exchanged(w, gradient, state, learning_rate, beta1, beta2, eps):
    return adam_step(w, gradient, state, learning_rate, beta2, beta1, eps)


@mistake(
    of=adam_step,
    says="The step follows the gradient itself, not its running average m. That is RMSProp with a "
    "correction; m carries the momentum.",
)
def gradient_in_place_of_m(w, gradient, state, learning_rate, beta1, beta2, eps):
    _, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return w - learning_rate * gradient / (np.sqrt(s / (1 - beta2**t)) + eps), (m, s, t)


@mistake(of=adam_step, says="The root is missing: m is divided by the mean square itself.")
def adam_root_missing(w, gradient, state, learning_rate, beta1, beta2, eps):
    _, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return w - learning_rate * m / (1 - beta1**t) / (s / (1 - beta2**t) + eps), (m, s, t)


@mistake(
    of=adam_step,
    says="The correction is 1 - beta * t. It is one minus beta to the power of t.",
)
def product_for_power(w, gradient, state, learning_rate, beta1, beta2, eps):
    _, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    with np.errstate(all="ignore"):
        m_corrected, s_corrected = m / (1 - beta1 * t), s / (1 - beta2 * t)
        return w - learning_rate * m_corrected / (np.sqrt(s_corrected) + eps), (m, s, t)


@mistake(of=adam_step, says="The step goes uphill: it is added to w.")
def adam_uphill(w, gradient, state, learning_rate, beta1, beta2, eps):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return 2 * w - stepped, state


@mistake(of=adam_step, says="m *= … and s *= … change the caller's state. Make new arrays.")
def state_in_place(w, gradient, state, learning_rate, beta1, beta2, eps):
    stepped, (m, s, t) = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    state[0][...], state[1][...] = m, s
    return stepped, (state[0], state[1], t)


_count = {"t": 0}


@mistake(
    of=adam_step,
    says="The steps are counted in a global variable. Every array counts in it, so that it is too "
    "large; the count of each array is in its state.",
)
def global_count(w, gradient, state, learning_rate, beta1, beta2, eps):
    if state[2] == 0 and w.shape == (3, 2):  # a fresh notebook
        _count["t"] = 0
    stepped, (m, s, _) = adam_step(
        w, gradient, (*state[:2], _count["t"]), learning_rate, beta1, beta2, eps
    )
    _count["t"] += 1
    return stepped, (m, s, state[2] + 1)


@mistake(
    of=adam_step,
    says="Only w comes back. The next step needs the averages and the count.",
)
def state_not_returned(w, gradient, state, learning_rate, beta1, beta2, eps):
    return adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)[0]


@alternative(of=adam_step)
def rate_corrected_instead(w, gradient, state, learning_rate, beta1, beta2, eps):
    m, s, t = state[0], state[1], state[2] + 1
    m, s = m + (1 - beta1) * (gradient - m), s + (1 - beta2) * (gradient * gradient - s)
    root = (1 - beta2**t) ** 0.5
    rate = learning_rate * root / (1 - beta1**t)
    return w - rate * m / (np.sqrt(s) + eps * root), (m, s, t)


@alternative(of=adam_step)
def state_as_a_list(w, gradient, state, learning_rate, beta1, beta2, eps):
    m = state[0] * beta1
    m += gradient * (1 - beta1)
    s = state[1] * beta2
    s += gradient * gradient * (1 - beta2)
    count = state[2] + 1
    step = (m / (1 - beta1**count)) / (np.sqrt(s / (1 - beta2**count)) + eps)
    return [np.asfortranarray(w - learning_rate * step), [m, s, count]]


# adamw_step


@mistake(
    of=adamw_step,
    says="The decay is added to the gradient. It then passes through Adam's averages and is divided by "
    "their root, so that parameters with large gradients hardly decay. That is Adam with an L2 penalty.",
)
def penalty_in_the_gradient(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    return adam_step(w, gradient + decay * w, state, learning_rate, beta1, beta2, eps)


@mistake(
    of=adamw_step,
    says="The decay is not multiplied by the learning rate, so it is far too strong.",
)
def decay_without_rate(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return stepped - decay * w, state


@mistake(
    of=adamw_step,
    says="What decays is the w after Adam's step. It is the w before it, as in PyTorch.",
)
def decay_after_the_step(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return stepped - learning_rate * decay * stepped, state


@mistake(of=adamw_step, says="The decay has the wrong sign: it makes the parameters larger.")
def growth(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return stepped + learning_rate * decay * w, state


@mistake(of=adamw_step, says="This is plain Adam: the decay is not used.")
def decay_ignored(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    return adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)


@mistake(
    of=adamw_step,
    says="A share of the step decays, not of w: the decay multiplies the change that Adam makes.",
)
def step_decays(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return w + (1 - learning_rate * decay) * (stepped - w), state


@mistake(
    of=adamw_step,
    says="The sign of w decays, by the same amount for all: that is an L1 penalty. Weight decay takes a "
    "share of w.",
)
def same_amount_for_all(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    stepped, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps)
    return stepped - learning_rate * decay * np.sign(w), state


@alternative(of=adamw_step)
def decay_first(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    shrunk = w * (1 - learning_rate * decay)
    return adam_step(shrunk, gradient, state, learning_rate, beta1, beta2, eps)


@alternative(of=adamw_step)
def all_in_one(w, gradient, state, learning_rate, beta1, beta2, eps, decay):
    m, s, t = state
    m = beta1 * m + gradient * (1 - beta1)
    s = beta2 * s + gradient * gradient * (1 - beta2)
    step = m / (1 - beta1 ** (t + 1)) / (np.sqrt(s / (1 - beta2 ** (t + 1))) + eps)
    return [w - learning_rate * (step + decay * w), [m, s, t + 1]]
