"""Wrong and alternative implementations of the exercises of `structure`: a neuron, a layer.

Those of activations and of whole networks stand in structure_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import (  # noqa: F401
    alternative,
    mistake,
    structure_gelu,
    structure_networks,
    structure_relu,
    structure_sigmoid,
)
from solutions.structure import layer, neuron

# neuron


@mistake(
    of=neuron,
    says="The activation is missing: this is the weighted sum plus the bias, z, and the neuron's "
    "output is activation(z).",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def without_activation(x, w, b, activation):
    return x @ w + b


@mistake(
    of=neuron,
    says="The bias is missing: z is the weighted sum plus b.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def without_bias(x, w, b, activation):
    return activation(x @ w)


@mistake(
    of=neuron,
    says="The bias is added after the activation. It belongs inside: it moves the point where the "
    "activation begins to answer.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def bias_outside(x, w, b, activation):
    return activation(x @ w) + b


@mistake(
    of=neuron,
    says="x * w multiplies entry by entry and gives one number for each input. A neuron adds these "
    "products up: x @ w.",
    look="A neuron gives one number, however many inputs it has. Print the shape of each step.",
)
def products_not_summed(x, w, b, activation):
    return activation(x * w + b)


@mistake(
    of=neuron,
    says="b is subtracted. A threshold is subtracted; a bias is added.",
    look="What should b = 1 do to z, and what does it do in your code?",
)
def bias_as_threshold(x, w, b, activation):
    return activation(x @ w - b)


@mistake(
    of=neuron,
    says="The activation is applied to the inputs. A neuron applies it once, to the weighted sum "
    "plus the bias.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def inputs_activated(x, w, b, activation):
    return activation(x) @ w + b


@mistake(
    of=neuron,
    says="The activation is always tanh. Call the function that comes in as the argument "
    "activation.",
)
def own_activation(x, w, b, activation):
    return np.tanh(x @ w + b)


@alternative(of=neuron)
def with_a_loop(x, w, b, activation):
    z = b
    for i in range(len(x)):
        z = z + x[i] * w[i]
    return activation(z)


@alternative(of=neuron)
def bias_as_a_weight(x, w, b, activation):
    return activation(np.append(x, 1.0) @ np.append(w, b))


@alternative(of=neuron)
def sum_in_an_array_without_axes(x, w, b, activation):
    return np.array(activation(b + np.sum(w[::-1] * x[::-1])))


# layer


@mistake(
    of=layer,
    says="The bias is missing: z is x @ w + b.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def bias_forgotten(x, w, b, activation):
    return activation(x @ w)


@mistake(
    of=layer,
    says="The activation is missing: without it, a layer is a weighted sum, and two of them are "
    "no more than one.",
    look="Every argument should be used. Which of the four does your code never touch?",
)
def activation_forgotten(x, w, b, activation):
    return x @ w + b


@mistake(
    of=layer,
    says="The bias is added after the activation; it belongs inside.",
    look="In which order do the weighted sum, the bias and the activation come?",
)
def bias_after_the_activation(x, w, b, activation):
    return activation(x @ w) + b


@mistake(
    of=layer,
    says="x * w multiplies entry by entry, which works only where the shapes happen to fit. A layer "
    "needs the matrix product, x @ w.",
    look="Write the shape of each array beside it. Which product turns (n, d_in) and (d_in, d_out) "
    "into (n, d_out)?",
)
def star_for_at(x, w, b, activation):
    return activation(x * w + b)


@mistake(
    of=layer,
    says="w is transposed. Here its rows belong to the inputs and its columns to the neurons, so "
    "x @ w fits as it is; x @ w.T fits only where w is square.",
    look="Write the shape of each array beside it. Which axes does your product sum over?",
)
def weights_transposed(x, w, b, activation):
    return activation(x @ w.T + b)


@mistake(
    of=layer,
    says="The product is the wrong way round: samples are rows, so x stands on the left, x @ w.",
    look="Write the shape of each array beside it. Which axes does your product sum over?",
)
def weights_on_the_left(x, w, b, activation):
    return activation(w @ x + b)


@mistake(
    of=layer,
    says="b[:, None] gives each sample a bias of its own. A bias belongs to a neuron, a column: "
    "plain + b adds it to every row.",
    look="b has one entry for each neuron. Are the neurons the rows of x @ w, or its columns?",
)
def bias_for_each_sample(x, w, b, activation):
    return activation(x @ w + b[:, None])


@mistake(
    of=layer,
    says="np.zeros((n, d_out)) is always float64, so that float32 goes in and float64 comes out. "
    "The matrix product keeps the dtype, and needs no loop.",
)
def filled_in_float64(x, w, b, activation):
    out = np.zeros((x.shape[0], w.shape[1]))
    for i in range(x.shape[0]):
        out[i] = activation(x[i] @ w + b)
    return out


@alternative(of=layer)
def neuron_by_neuron(x, w, b, activation):
    rows = [[neuron(sample, w[:, j], b[j], activation) for j in range(len(b))] for sample in x]
    return np.array(rows, dtype=x.dtype)


@alternative(of=layer)
def with_einsum(x, w, b, activation):
    return activation(np.einsum("ni,io->no", x, w) + b[None, :])


@alternative(of=layer)
def columns_as_rows(x, w, b, activation):
    return activation((w.T @ x.T + b[:, None]).T)


@alternative(of=layer)
def bias_as_a_row_of_weights(x, w, b, activation):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return activation(np.hstack([x, ones]) @ np.vstack([w, b]))
