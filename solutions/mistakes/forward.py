"""Wrong and alternative implementations of the linear layer and the forward pass.

Those of classes, scaling, initialization and softmax stand in forward_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.forward import linear, mlp_forward, softmax
from solutions.mistakes import (  # noqa: F401
    alternative,
    forward_classes,
    forward_initialization,
    forward_scaling,
    forward_softmax,
    mistake,
)

# linear


@mistake(of=linear, says="The bias is missing.")
def bias_forgotten(x, w, b):
    return x @ w


@mistake(
    of=linear,
    says="* multiplies entry by entry. Every unit needs a weighted sum of all inputs: that is the "
    "matrix product, @.",
)
def elementwise_product(x, w, b):
    return x * w + b


@mistake(
    of=linear,
    says="The weights are transposed. They have a row for each input and a column for each unit "
    "already. Only a square matrix lets this pass.",
)
def transposed_weights(x, w, b):
    return x @ w.T + b


@mistake(
    of=linear,
    says="The factors stand in the wrong order. With one sample a row, x comes first: (n, d_in) "
    "times (d_in, d_out). Many books write Wx, for one sample as a column.",
)
def weights_first(x, w, b):
    return w @ x + b


@mistake(
    of=linear,
    says="The bias is added to the weights, so that it is multiplied by the inputs. Add it to the "
    "products.",
)
def bias_inside(x, w, b):
    return x @ (w + b)


@mistake(
    of=linear,
    says="A ReLU is applied. A linear layer passes negative sums on as they are.",
)
def rectified(x, w, b):
    return np.maximum(x @ w + b, 0)


@mistake(
    of=linear,
    says="float32 comes in and float64 goes out: np.zeros makes float64 unless told otherwise. "
    "Give it dtype=x.dtype, or let x @ w make the array.",
)
def double_precision(x, w, b):
    z = np.zeros((len(x), w.shape[1]))
    for i in range(len(x)):
        z[i] = x[i] @ w + b
    return z


@mistake(
    of=linear,
    says="The bias is laid along the samples: each row gets one entry of it, where each column "
    "should.",
)
def bias_by_sample(x, w, b):
    return x @ w + b[:, None]


@alternative(of=linear)
def with_einsum(x, w, b):
    return np.einsum("ni,io->no", x, w) + b


@alternative(of=linear)
def sample_by_sample(x, w, b):
    return np.array([[row @ w[:, j] + b[j] for j in range(len(b))] for row in x])


@alternative(of=linear)
def transposed_view(x, w, b):
    return (w.T @ x.T + b[:, None]).T


@alternative(of=linear)
def bias_as_a_weight(x, w, b):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.vstack([w, b])


def _relu(z):
    return np.maximum(z, 0)


# mlp_forward


@mistake(
    of=mlp_forward,
    says="ReLU is applied to the last layer too. The logits of a class may be negative; cut off at "
    "0 they all look alike.",
)
def relu_at_the_end(x, parameters):
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="There is no ReLU between the layers: the whole chain is one linear layer, however deep.",
)
def without_relu(x, parameters):
    for w, b in parameters:
        x = x @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="ReLU stands before each layer instead of after it: it cuts the negative inputs off.",
)
def relu_before(x, parameters):
    for w, b in parameters:
        x = _relu(x) @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="Softmax is applied at the end. The function returns logits; the probabilities are "
    "another function's work.",
)
def probabilities_returned(x, parameters):
    return softmax(mlp_forward(x, parameters))


@mistake(
    of=mlp_forward,
    says="The network is taken to have exactly two layers. parameters may hold any number of pairs: "
    "use a loop.",
)
def two_layers_only(x, parameters):
    (w1, b1), (w2, b2) = parameters
    return _relu(x @ w1 + b1) @ w2 + b2


@mistake(
    of=mlp_forward,
    says="The biases are missing.",
)
def without_biases(x, parameters):
    return mlp_forward(x, [(w, np.zeros_like(b)) for w, b in parameters])


@mistake(
    of=mlp_forward,
    says="Every layer gets x, the input of the network. A layer's input is the output of the one "
    "before it.",
)
def input_again(x, parameters):
    a = x
    for w, b in parameters[:-1]:
        a = _relu(x @ w + b)
    w, b = parameters[-1]
    return a @ w + b


@mistake(
    of=mlp_forward,
    says="The last layer is left out: what is returned is the last hidden layer.",
)
def last_layer_left_out(x, parameters):
    for w, b in parameters[:-1]:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="The hidden layers use the sigmoid; this network's use ReLU.",
)
def sigmoid_hidden(x, parameters):
    for w, b in parameters[:-1]:
        x = 1 / (1 + np.exp(-(x @ w + b)))
    w, b = parameters[-1]
    return x @ w + b


@mistake(
    of=mlp_forward,
    says="pop takes the last pair out of the caller's list: at the next call the network is a layer "
    "shorter. Use parameters[-1] and parameters[:-1].",
)
def popped(x, parameters):
    w_last, b_last = parameters.pop()
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x @ w_last + b_last


@alternative(of=mlp_forward)
def by_recursion(x, parameters):
    (w, b), *rest = parameters
    z = linear(x, w, b)
    return by_recursion(_relu(z), rest) if rest else z


@alternative(of=mlp_forward)
def with_a_mask(x, parameters):
    for i, (w, b) in enumerate(parameters):
        x = x @ w + b
        if i < len(parameters) - 1:
            x = x * (x > 0)
    return x


@alternative(of=mlp_forward)
def one_sample_at_a_time(x, parameters):
    rows = []
    for row in x:
        for w, b in parameters[:-1]:
            row = _relu(w.T @ row + b)
        rows.append(parameters[-1][0].T @ row + parameters[-1][1])
    return np.stack(rows)
