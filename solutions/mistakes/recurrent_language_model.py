"""Wrong and alternative implementations of the loss and gradients of a language model of characters."""

from __future__ import annotations

import numpy as np

from solutions.backprop import embedding_backward, linear_backward
from solutions.loss import cross_entropy, cross_entropy_grad
from solutions.mistakes import alternative, mistake
from solutions.recurrent import char_lm_loss_and_grads, rnn_backward, rnn_forward


def _language(parameters, inputs, targets, h0, **slips):
    """The right computation, with some of its steps replaced."""
    embedding, w_x, w_h, b, w_out, b_out = parameters
    x = embedding[slips.get("read", inputs)]
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    flat = states.reshape(-1, states.shape[2])
    labels = targets.reshape(-1)
    logits = flat @ w_out + b_out
    factor = slips.get("factor", 1.0)
    dlogits = factor * cross_entropy_grad(logits, labels)
    dflat, dw_out, db_out = linear_backward(dlogits, flat, w_out, b_out)
    dstates = slips.get("dstates", lambda d: d)(dflat.reshape(states.shape))
    dlast = slips.get("dlast", lambda d: np.zeros_like(last))(dstates)
    dx, _, dw_x, dw_h, db = rnn_backward((dstates, dlast), x, h0, w_x, w_h, b)
    dembedding = slips.get("scatter", embedding_backward)(dx, embedding, inputs)
    return cross_entropy(logits, labels), (dembedding, dw_x, dw_h, db, dw_out, db_out)


@mistake(
    of=char_lm_loss_and_grads,
    says="The loss is summed over the characters, and its gradients with it. Take the mean over all "
    "characters of all sequences.",
)
def language_summed(parameters, inputs, targets, h0):
    loss, gradients = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    return loss * inputs.size, tuple(inputs.size * g for g in gradients)


@mistake(
    of=char_lm_loss_and_grads,
    says="The loss is summed over time and averaged over the sequences, and so are the gradients. "
    "Average over all characters.",
)
def language_summed_over_time(parameters, inputs, targets, h0):
    loss, gradients = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    time = inputs.shape[1]
    return loss * time, tuple(time * g for g in gradients)


@mistake(
    of=char_lm_loss_and_grads,
    says="The loss is a mean over all characters, but the gradients are divided by the number of "
    "sequences only. Divide by n * time.",
)
def gradients_divided_by_sequences(parameters, inputs, targets, h0):
    return _language(parameters, inputs, targets, h0, factor=inputs.shape[1])


@mistake(
    of=char_lm_loss_and_grads,
    says="In dembedding a row that is read several times keeps only the last gradient. Add all of them "
    "up: np.add.at, or your embedding_backward.",
)
def repeated_characters_overwritten(parameters, inputs, targets, h0):
    def scatter(dx, embedding, indices):
        gradient = np.zeros_like(embedding)
        gradient[indices] += dx
        return gradient

    return _language(parameters, inputs, targets, h0, scatter=scatter)


@mistake(
    of=char_lm_loss_and_grads,
    says="Only the last character of each sequence sends a gradient back into the recurrence. Every "
    "step has a prediction, and so a gradient.",
)
def only_the_last_step(parameters, inputs, targets, h0):
    def last_alone(d):
        kept = np.zeros_like(d)
        kept[:, -1] = d[:, -1]
        return kept

    return _language(parameters, inputs, targets, h0, dstates=last_alone)


@mistake(
    of=char_lm_loss_and_grads,
    says="The last step's gradient arrives twice: in dstates, and again as dlast. The last state has "
    "no other use here, so dlast is zeros.",
)
def last_step_twice(parameters, inputs, targets, h0):
    return _language(parameters, inputs, targets, h0, dlast=lambda d: d[:, -1])


@mistake(
    of=char_lm_loss_and_grads,
    says="The gradients of the states are put back into (n, time, hidden) in the wrong order: sequences "
    "and steps are mixed. Undo the very reshape that you did.",
)
def sequences_and_steps_mixed(parameters, inputs, targets, h0):
    def mixed(d):
        n, time, hidden = d.shape
        return d.reshape(time, n, hidden).swapaxes(0, 1)

    return _language(parameters, inputs, targets, h0, dstates=mixed)


@mistake(
    of=char_lm_loss_and_grads,
    says="h0 is ignored, and the sequences begin with zeros.",
)
def language_begins_with_zeros(parameters, inputs, targets, h0):
    return char_lm_loss_and_grads(parameters, inputs, targets, np.zeros_like(h0))


@mistake(
    of=char_lm_loss_and_grads,
    says="The model reads the targets. It may see only what came before: inputs.",
)
def reads_the_targets(parameters, inputs, targets, h0):
    return char_lm_loss_and_grads(parameters, targets, targets, h0)


@mistake(
    of=char_lm_loss_and_grads,
    says="The loss is in bits and the gradients are those of the loss in nats. Return nats here.",
)
def loss_in_bits(parameters, inputs, targets, h0):
    loss, gradients = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    return loss / np.log(2), gradients


@mistake(
    of=char_lm_loss_and_grads,
    says="The gradient of h0 comes back too, among those of the parameters. h0 is given; return six "
    "arrays.",
)
def initial_state_among_them(parameters, inputs, targets, h0):
    loss, gradients = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    return loss, (*gradients, np.zeros_like(h0))


@mistake(
    of=char_lm_loss_and_grads,
    says="The gradient is cut after one step back in time: dw_h and what lies below it do not feel "
    "what a state does later. Let rnn_backward walk through the whole sequence.",
)
def truncated_after_one_step(parameters, inputs, targets, h0):
    embedding, w_x, w_h, b, w_out, b_out = parameters
    loss, (*_, dw_out, db_out) = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    x = embedding[inputs]
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    flat = states.reshape(-1, states.shape[2])
    dlogits = cross_entropy_grad(flat @ w_out + b_out, targets.reshape(-1))
    before = np.concatenate([h0[:, None], states[:, :-1]], axis=1).reshape(flat.shape)
    dz = (dlogits @ w_out.T) * (1 - flat**2)
    dx = (dz @ w_x.T).reshape(x.shape)
    below = x.reshape(-1, x.shape[2]).T @ dz, before.T @ dz, dz.sum(axis=0)
    return loss, (embedding_backward(dx, embedding, inputs), *below, dw_out, db_out)


@alternative(of=char_lm_loss_and_grads)
def with_one_hot_rows(parameters, inputs, targets, h0):
    embedding, w_x, w_h, b, w_out, b_out = parameters
    hot = np.eye(len(embedding))[inputs]
    x = hot @ embedding
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    logits = states @ w_out + b_out
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    wanted = np.eye(len(b_out))[targets]
    dlogits = (np.exp(log_p) - wanted) / inputs.size
    dw_out = np.einsum("nth,ntc->hc", states, dlogits)
    dx, _, dw_x, dw_h, db = rnn_backward(
        (dlogits @ w_out.T, np.zeros_like(last)), x, h0, w_x, w_h, b
    )
    dembedding = np.einsum("ntc,ntd->cd", hot, dx)
    loss = -float((log_p * wanted).sum() / inputs.size)
    return loss, [dembedding, dw_x, dw_h, db, dw_out, dlogits.sum(axis=(0, 1))]


@alternative(of=char_lm_loss_and_grads)
def sequence_after_sequence(parameters, inputs, targets, h0):
    parts = [
        char_lm_loss_and_grads(parameters, inputs[i : i + 1], targets[i : i + 1], h0[i : i + 1])
        for i in range(len(inputs))
    ]
    loss = np.mean([each for each, _ in parts])
    return loss, tuple(np.mean(group, axis=0) for group in zip(*(g for _, g in parts), strict=True))
