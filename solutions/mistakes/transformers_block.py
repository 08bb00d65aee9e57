"""Wrong and alternative implementations of the feed-forward layer and the block of `transformers`."""

from __future__ import annotations

from math import erf

import numpy as np

from solutions.backprop import linear_backward
from solutions.mistakes import alternative, mistake
from solutions.mistakes.transformers_heads import DOUBLE
from solutions.mistakes.transformers_heads_backward import per_token
from solutions.regularization import layernorm_backward, layernorm_forward
from solutions.structure import gelu, gelu_derivative
from solutions.transformers import (
    feed_forward_backward,
    multi_head_attention,
    multi_head_attention_backward,
    transformer_block_loss_and_grads,
)


def feed_forward_back(upstream, x, w1, b1, w2, slope, hidden):
    dz = upstream @ w2.T * slope
    over = (0, 1)
    return (
        dz @ w1.T,
        per_token(x, dz),
        dz.sum(over),
        per_token(hidden, upstream),
        upstream.sum(over),
    )


def below(z):
    return 0.5 * (1 + np.vectorize(erf, otypes=[float])(z / np.sqrt(2)))


# feed_forward_backward


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is left out: the gradient goes through the activation unchanged. "
    "Multiply by the slope at z.",
)
def slope_left_out(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, 1, gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope is that of ReLU. GELU's lies between: near 0 it is about one half, and it even "
    "goes a little below 0 and above 1.",
)
def slope_of_relu(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, z > 0, gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is only half there. GELU is a product, z times a probability that depends "
    "on z: the product rule gives two terms.",
)
def half_the_product_rule(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, below(z), gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is taken at its output. It belongs to its input, z.",
)
def slope_at_the_output(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, gelu_derivative(gelu(z)), gelu(z))


@mistake(
    of=feed_forward_backward,
    says="GELU is the approximation by tanh. It differs from the exact form in the fourth digit, and "
    "the contract asks for the exact one.",
)
def gelu_by_tanh(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    root = np.sqrt(2 / np.pi)
    t = np.tanh(root * (z + 0.044715 * z**3))
    slope = 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * root * (1 + 3 * 0.044715 * z**2)
    return feed_forward_back(upstream, x, w1, b1, w2, slope, 0.5 * z * (1 + t))


@mistake(
    of=feed_forward_backward,
    says="dw2 is computed with z. What enters the second layer is GELU's output.",
)
def dw2_from_z(upstream, x, w1, b1, w2, b2):
    dx, dw1, db1, _, db2 = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx, dw1, db1, per_token(x @ w1 + b1, upstream), db2


@mistake(
    of=feed_forward_backward,
    says="The biases' gradients are summed over the sequences only. Sum over time as well.",
)
def biases_keep_time(upstream, x, w1, b1, w2, b2):
    dx, dw1, _, dw2, _ = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    dz = upstream @ w2.T * gelu_derivative(x @ w1 + b1)
    return dx, dw1, dz.sum(axis=0), dw2, upstream.sum(axis=0)


@mistake(
    of=feed_forward_backward,
    says="The gradients of the weights still have an axis for the sequences. All of them share the "
    "same weights: sum over it.",
)
def weights_for_each_sequence(upstream, x, w1, b1, w2, b2):
    dx, _, db1, _, db2 = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    z = x @ w1 + b1
    dz = upstream @ w2.T * gelu_derivative(z)
    return dx, x.swapaxes(1, 2) @ dz, db1, gelu(z).swapaxes(1, 2) @ upstream, db2


@mistake(
    of=feed_forward_backward,
    says="The gradients of weights and biases are averaged over the tokens. They add up: what should "
    "be averaged is averaged by the loss.",
)
def averaged_over_tokens(upstream, x, w1, b1, w2, b2):
    dx, *gradients = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx, *(gradient / (x.shape[0] * x.shape[1]) for gradient in gradients)


@mistake(
    of=feed_forward_backward,
    says="upstream is added to dx, as if x went around the layer. The residual connection belongs to "
    "the block, not to this layer.",
)
def residual_in_the_layer(upstream, x, w1, b1, w2, b2):
    dx, *gradients = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx + upstream, *gradients


@mistake(
    of=feed_forward_backward, says="The gradient of the second bias is missing from the result."
)
def four_results(upstream, x, w1, b1, w2, b2):
    return feed_forward_backward(upstream, x, w1, b1, w2, b2)[:4]


@mistake(of=feed_forward_backward, says=DOUBLE)
def layer_always_double(upstream, x, w1, b1, w2, b2):
    return tuple(g.astype(float) for g in feed_forward_backward(upstream, x, w1, b1, w2, b2))


@alternative(of=feed_forward_backward)
def layer_by_layer(upstream, x, w1, b1, w2, b2):
    d = x.shape[-1]
    flat = x.reshape(-1, d)
    z = flat @ w1 + b1
    da, dw2, db2 = linear_backward(upstream.reshape(-1, d), gelu(z), w2, b2)
    dx, dw1, db1 = linear_backward(da * gelu_derivative(z), flat, w1, b1)
    return [dx.reshape(x.shape), dw1, db1, dw2, db2]


@alternative(of=feed_forward_backward)
def token_by_token(upstream, x, w1, b1, w2, b2):
    dx = np.zeros_like(x, order="F")
    dw1, db1, dw2, db2 = (np.zeros_like(a) for a in (w1, b1, w2, b2))
    for n, t in np.ndindex(x.shape[:2]):
        z = x[n, t] @ w1 + b1
        dz = (w2 @ upstream[n, t]) * gelu_derivative(z)
        dx[n, t] = w1 @ dz
        dw1 += np.outer(x[n, t], dz)
        db1 += dz
        dw2 += np.outer(gelu(z), upstream[n, t])
        db2 += upstream[n, t]
    return dx, dw1, db1, dw2, db2


def cross_entropy_of(logits, labels):
    """The mean loss over all tokens, and the logits' gradient."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    hit = np.arange(logits.shape[-1]) == labels[..., None]
    loss = -float(log_p[hit].mean())
    return loss, ((np.exp(log_p) - hit) / labels.size).astype(logits.dtype)


def run(parameters, x, labels, heads, mask, eps, **slips):
    """The block forward and back, with slips.

    skip1, skip2 : whether what goes around a branch counts on the way back
    around1, around2 : whether it counts on the way forward
    into_attention, into_layer : the normalization before each branch
    """
    first, *attention, second, (w1, b1), (w2, b2), (w, b) = parameters
    around1, around2 = slips.get("around1", 1), slips.get("around2", 1)
    post = slips.get("post", False)
    if post:
        attended = x + multi_head_attention(x, attention, heads, mask)
        middle = layernorm_forward(attended, *first, eps)
        hidden = gelu(middle @ w1 + b1)
        outer = middle + hidden @ w2 + b2
        top = layernorm_forward(outer, *second, eps)
    else:
        normalized = layernorm_forward(x, *first, eps)
        middle = around1 * x + multi_head_attention(normalized, attention, heads, mask)
        entering = layernorm_forward(middle, *second, eps)
        hidden = gelu(entering @ w1 + b1)
        top = around2 * middle + hidden @ w2 + b2
    loss, dlogits = cross_entropy_of(top @ w + b, labels)
    dlogits = dlogits * slips.get("factor", 1)
    dtop = dlogits @ w.T
    dlast = (per_token(top, dlogits), dlogits.sum(axis=(0, 1)))
    if post:
        douter, *dsecond = layernorm_backward(dtop, outer, *second, eps)
        dbranch, dw1, db1, dw2, db2 = feed_forward_backward(douter, middle, w1, b1, w2, b2)
        dattended, *dfirst = layernorm_backward(douter + dbranch, attended, *first, eps)
        _, dattention = multi_head_attention_backward(dattended, x, attention, heads, mask)
    else:
        dlayer, dw1, db1, dw2, db2 = feed_forward_backward(dtop, entering, w1, b1, w2, b2)
        dbranch, *dsecond = layernorm_backward(dlayer, middle, *second, eps)
        if slips.get("norm_skipped"):
            dbranch = dlayer
        dmiddle = around2 * slips.get("skip2", 1) * dtop + slips.get("branch", 1) * dbranch
        dinside, dattention = multi_head_attention_backward(
            dmiddle, normalized, attention, heads, mask
        )
        _, *dfirst = layernorm_backward(dinside, x, *first, eps)
    return loss, [tuple(dfirst), *dattention, tuple(dsecond), (dw1, db1), (dw2, db2), dlast]


# transformer_block_loss_and_grads


@mistake(
    of=transformer_block_loss_and_grads,
    says="The normalizations stand behind the residual connections: that is a post-norm block, as in "
    "the first paper. In a pre-norm block each branch normalizes what enters it.",
)
def post_norm(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, post=True)


@mistake(
    of=transformer_block_loss_and_grads,
    says="On the way back, what goes around the feed-forward branch is lost. The gradient of a sum "
    "goes to both its terms.",
    look="At the place where middle = … + branch: which two gradients meet in middle?",
)
def way_around_lost(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, skip2=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="On the way back, only what goes around the feed-forward branch is passed on, not what comes "
    "through it.",
)
def branch_lost(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, branch=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The residual connection around the attention is missing. What attention finds is "
    "added to x, it does not replace x.",
)
def nothing_around_attention(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, around1=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The residual connection around the feed-forward layer is missing. What the layer "
    "finds is added to what enters its branch.",
)
def nothing_around_layer(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, around2=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The second layer normalization is left out on the way back: the gradient passes it "
    "unchanged on its way to the attention.",
)
def normalization_skipped(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, norm_skipped=True)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The loss and the gradients are sums over the tokens. They should be averages: divide by "
    "n · time.",
)
def tokens_summed(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps, factor=labels.size)
    return loss * labels.size, gradients


@mistake(
    of=transformer_block_loss_and_grads,
    says="The loss is the mean over all tokens, but the gradients are those of the sum. Divide the "
    "logits' gradient by n · time.",
)
def gradients_of_the_sum(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, factor=labels.size)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The gradients are divided by the number of sequences only. The loss is a mean over all "
    "tokens: divide by n · time.",
)
def divided_by_sequences(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, factor=labels.shape[1])


@mistake(
    of=transformer_block_loss_and_grads,
    says="The mask is not used: the model sees the tokens that it should predict.",
)
def future_seen(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, np.ones_like(mask), eps)


@mistake(
    of=transformer_block_loss_and_grads,
    says="eps has a fixed value of 1e-5. Use the one that is given.",
)
def fixed_eps(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, 1e-5)


@mistake(
    of=transformer_block_loss_and_grads,
    says="exp overflows for large logits, and the loss becomes NaN or infinite. Subtract the largest "
    "logit of each token, and take the logarithm of the sum, not of a probability.",
)
def logits_overflow(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    w = parameters[-1][0]
    if np.abs(w).max() > 100:  # where the plain formula gives NaN
        loss = float("nan")
        gradients = [tuple(part * np.nan for part in pair) for pair in gradients]
    return loss, gradients


@mistake(
    of=transformer_block_loss_and_grads,
    says="Only the last token of each sequence counts in the loss. Every token has a label and is to "
    "be predicted: that is what makes training on text efficient.",
)
def last_token_only(parameters, x, labels, heads, mask, eps):
    first, *attention, second, (w1, b1), (w2, b2), (w, b) = parameters
    normalized = layernorm_forward(x, *first, eps)
    middle = x + multi_head_attention(normalized, attention, heads, mask)
    entering = layernorm_forward(middle, *second, eps)
    top = middle + gelu(entering @ w1 + b1) @ w2 + b2
    loss, dlast_logits = cross_entropy_of((top @ w + b)[:, -1:], labels[:, -1:])
    dlogits = np.zeros((*labels.shape, len(b)), dtype=x.dtype)
    dlogits[:, -1:] = dlast_logits
    dtop = dlogits @ w.T
    dlayer, *dlinear = feed_forward_backward(dtop, entering, w1, b1, w2, b2)
    dbranch, *dsecond = layernorm_backward(dlayer, middle, *second, eps)
    dinside, dattention = multi_head_attention_backward(
        dtop + dbranch, normalized, attention, heads, mask
    )
    _, *dfirst = layernorm_backward(dinside, x, *first, eps)
    dw1, db1, dw2, db2 = dlinear
    dlast = (per_token(top, dlogits), dlogits.sum(axis=(0, 1)))
    return loss, [tuple(dfirst), *dattention, tuple(dsecond), (dw1, db1), (dw2, db2), dlast]


@mistake(
    of=transformer_block_loss_and_grads,
    says="The gradients are one flat list. It should hold nine pairs, as `parameters` does.",
)
def block_flat_list(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return loss, [part for pair in gradients for part in pair]


@mistake(
    of=transformer_block_loss_and_grads,
    says="float32 comes in and the gradients go out in float64. One number of NumPy's float64 on the "
    "way is enough: the root of a whole number, or integers divided.",
)
def block_always_double(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return loss, [tuple(part.astype(float) for part in pair) for pair in gradients]


@alternative(of=transformer_block_loss_and_grads)
def from_its_parts(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return np.float64(loss), tuple([np.asfortranarray(dw), db] for dw, db in gradients)


@alternative(of=transformer_block_loss_and_grads)
def with_einsum_and_closures(parameters, x, labels, heads, mask, eps):
    first, *attention, second, layer1, layer2, out = parameters
    inside = layernorm_forward(x, *first, eps)

    def above(middle):
        entering = layernorm_forward(middle, *second, eps)
        hidden = gelu(entering @ layer1[0] + layer1[1])
        top = middle + hidden @ layer2[0] + layer2[1]
        loss, dlogits = cross_entropy_of(top @ out[0] + out[1], labels)
        dtop = np.einsum("ntc,dc->ntd", dlogits, out[0])
        dout = np.einsum("ntd,ntc->dc", top, dlogits), np.einsum("ntc->c", dlogits)
        dentering, dw1, db1, dw2, db2 = feed_forward_backward(dtop, entering, *layer1, *layer2)
        dmiddle, *dsecond = layernorm_backward(dentering, middle, *second, eps)
        return loss, dmiddle + dtop, [dsecond, [dw1, db1], [dw2, db2], dout]

    loss, dmiddle, later = above(multi_head_attention(inside, attention, heads, mask) + x)
    dinside, dattention = multi_head_attention_backward(dmiddle, inside, attention, heads, mask)
    return loss, [layernorm_backward(dinside, x, *first, eps)[1:], *dattention, *later]
