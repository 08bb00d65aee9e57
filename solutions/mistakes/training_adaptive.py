"""Wrong and alternative implementations of the steps that adapt to each parameter: RMSprop, Adam, AdamW."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.training import adam_step, adamw_step, rmsprop_step

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
