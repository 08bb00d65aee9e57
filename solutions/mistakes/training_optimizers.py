"""Wrong and alternative implementations of the steps of gradient descent and of momentum."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.training import momentum_step, nesterov_step, sgd_step

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
