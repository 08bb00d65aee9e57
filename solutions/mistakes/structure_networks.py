"""Wrong and alternative implementations of what asks about whole networks: shapes, parameters, XOR."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import count_parameters, layer_shapes, xor_weights

# layer_shapes


@mistake(
    of=layer_shapes,
    says="The shape of w is reversed. Here w is (inputs, neurons), so that x @ w fits.",
    look="For the digit classifier, x is (n, 784). Which shape of w makes x @ w fit?",
)
def neurons_before_inputs(sizes):
    from itertools import pairwise

    return [((d_out, d_in), (d_out,)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="(d_out) is a number in parentheses. A tuple of one entry needs its comma: (d_out,).",
    look="What is type((3)) in Python, and what is type((3,))?",
)
def comma_missing(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (d_out)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="There is a bias for each neuron of the layer, not for each input: b has as many entries "
    "as w has columns.",
    look="b is added to x @ w, which has one column for each neuron. How long must it be?",
)
def bias_for_each_input(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (d_in,)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="b is (1, d_out) here. The course's biases have one axis, (d_out,).",
    look="How many axes has b in the docstring of layer?",
)
def bias_as_a_row(sizes):
    from itertools import pairwise

    return [((d_in, d_out), (1, d_out)) for d_in, d_out in pairwise(sizes)]


@mistake(
    of=layer_shapes,
    says="The last layer is missing: the loop stops one pair too early. There is one layer fewer "
    "than there are sizes, not two.",
    look="Try sizes = [2, 1]. How many layers has it, and how many pairs do you return?",
)
def last_layer_missing(sizes):
    return [((sizes[i], sizes[i + 1]), (sizes[i + 1],)) for i in range(len(sizes) - 2)]


@mistake(
    of=layer_shapes,
    says="The inputs are no layer: they have no weights. A layer stands between two neighboring "
    "sizes, so the first pair is (sizes[0], sizes[1]).",
    look="Try sizes = [2, 1]. How many layers has it, and how many pairs do you return?",
)
def inputs_as_a_layer(sizes):
    before = [sizes[0], *sizes[:-1]]
    return [((d_in, d_out), (d_out,)) for d_in, d_out in zip(before, sizes, strict=True)]


@mistake(
    of=layer_shapes,
    says="The shapes stand in one flat list. Each layer is a pair: (shape of w, shape of b).",
    look="How long should the list be for [784, 16, 10], and how long is yours?",
)
def pairs_missing(sizes):
    from itertools import pairwise

    flat = []
    for d_in, d_out in pairwise(sizes):
        flat += [(d_in, d_out), (d_out,)]
    return flat


@mistake(
    of=layer_shapes,
    says="sizes.pop empties the caller's list. Read the list without changing it.",
    look="Which line makes sizes shorter, and who else still needs that list?",
)
def sizes_used_up(sizes):
    shapes = []
    d_in = sizes.pop(0)
    while sizes:
        d_out = sizes.pop(0)
        shapes.append(((d_in, d_out), (d_out,)))
        d_in = d_out
    return shapes


@alternative(of=layer_shapes)
def by_index(sizes):
    shapes = []
    for i in range(1, len(sizes)):
        shapes.append(((sizes[i - 1], sizes[i]), (sizes[i],)))
    return shapes


@alternative(of=layer_shapes)
def from_real_arrays(sizes):
    from itertools import pairwise

    return tuple(
        (np.empty((d_in, d_out)).shape, np.empty(d_out).shape) for d_in, d_out in pairwise(sizes)
    )


@alternative(of=layer_shapes)
def as_lists_of_numpy_integers(sizes):
    from itertools import pairwise

    counts = np.array(sizes)
    return [[[d_in, d_out], [d_out]] for d_in, d_out in pairwise(counts)]


# count_parameters


@mistake(
    of=count_parameters,
    says="The biases are missing: each layer has one for each of its neurons, besides its weights.",
    look="For [2, 2, 1] count by hand: there are six weights, and nine parameters.",
)
def biases_not_counted(sizes):
    from itertools import pairwise

    return sum(d_in * d_out for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="This counts the units. Parameters sit on the connections: a weight for each pair of an "
    "input and a neuron, and a bias for each neuron.",
    look="For [2, 2, 1] count by hand: there are nine parameters.",
)
def units_counted(sizes):
    return sum(sizes)


@mistake(
    of=count_parameters,
    says="The inputs are given biases. They are data: no weight leads to them, and no bias belongs "
    "to them.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def inputs_given_biases(sizes):
    from itertools import pairwise

    return sum(d_in * d_out for d_in, d_out in pairwise(sizes)) + sum(sizes)


@mistake(
    of=count_parameters,
    says="The biases are counted at the wrong end: a layer has one for each of its neurons, not for "
    "each of its inputs.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def biases_at_the_wrong_end(sizes):
    from itertools import pairwise

    return sum(d_in * d_out + d_in for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="There is one bias for each neuron, not one for each layer.",
    look="For a single layer with 3 inputs and 2 neurons there are 2 biases. How many do you count?",
)
def one_bias_a_layer(sizes):
    from itertools import pairwise

    return sum(d_in * d_out + 1 for d_in, d_out in pairwise(sizes))


@mistake(
    of=count_parameters,
    says="The last layer is missing: the loop stops one pair too early.",
    look="Try sizes = [2, 1]: two weights and one bias. What do you get?",
)
def last_layer_not_counted(sizes):
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 2))


@mistake(
    of=count_parameters,
    says="All sizes are multiplied with one another. Only neighboring layers are connected: "
    "multiply neighbors, then add.",
    look="A single layer is counted right, more layers are not. Which layers are connected with "
    "which?",
)
def all_sizes_multiplied(sizes):
    product = 1
    for size in sizes:
        product *= size
    return product + sum(sizes[1:])


@mistake(
    of=count_parameters,
    says="The inputs are connected with every later layer here. A layer sees only the one before "
    "it: its inputs are the neighboring size, not sizes[0].",
    look="Networks with one layer are right. What changes from the first layer to the second?",
)
def inputs_feed_every_layer(sizes):
    return sum(sizes[0] * d_out + d_out for d_out in sizes[1:])


@alternative(of=count_parameters)
def one_more_input_that_is_always_one(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += (sizes[i] + 1) * sizes[i + 1]
    return total


@alternative(of=count_parameters)
def as_products_of_shapes(sizes):
    return sum(int(np.prod(shape)) for pair in layer_shapes(sizes) for shape in pair)


@alternative(of=count_parameters)
def as_a_dot_product(sizes):
    counts = np.array(sizes)
    return counts[:-1] @ counts[1:] + counts[1:].sum()


# xor_weights


@mistake(
    of=xor_weights,
    says="This is OR: the output is large at (1, 1) too. A hidden neuron that switches on only there "
    "can take it back, if its output weight is negative enough.",
    look="Three of the four outputs are right. What do the two hidden neurons give at (1, 1)?",
)
def computes_or():
    w1, b1 = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[1.0], [1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="This is AND. The neuron that switches on at (1, 1) is there, but nothing answers to a "
    "single 1.",
    look="The output is large where both inputs are 1, and only there. Where should it be large?",
)
def computes_and():
    w1, b1 = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([-1.0, 0.0])
    w2, b2 = np.array([[1.0], [0.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="This is the opposite of XOR: it is large where the inputs are equal. The output layer "
    "alone can turn it round: change the signs of w2, and b2.",
    look="All four outputs are on the wrong side. Which is the smallest change that exchanges the "
    "sides?",
)
def computes_xnor():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[-1.0], [2.0]]), np.array([1.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="No ReLU bends here: on the four inputs no hidden neuron goes from negative to positive, "
    "so that there the whole network is one linear function, which cannot compute XOR. Choose a bias "
    "that makes a neuron switch on between the inputs.",
    look="Compute the four values of z for each hidden neuron. Which are negative, which positive?",
)
def never_bends():
    w1, b1 = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.0])
    w2, b2 = np.array([[1.0], [1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="These weights compute XOR if the hidden neurons give 0 or 1, as a step or a steep sigmoid "
    "does. A ReLU is not 1 when it is on: it gives z, which grows.",
    look="Compute the outputs of the hidden neurons at (0, 1) and at (1, 1), with ReLU. Are they "
    "0 and 1?",
)
def made_for_a_step():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5])
    w2, b2 = np.array([[1.0], [-2.0]]), np.array([-0.5])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="The network tells the two kinds apart, but its outputs are not at least 0.75 and at most "
    "0.25. Scale w2 and move b2: the output layer alone can mend it.",
    look="The order of the four outputs is right. What do a factor on w2 and a change of b2 do to "
    "them?",
)
def margin_missed():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[0.5], [-1.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="w2 is (1, 2), with the neurons in rows. Here w is (inputs, neurons): two inputs and one "
    "neuron make (2, 1). (Have a look at w1 too: it is square, so its shape cannot tell.)",
    look="The hidden layer gives (n, 2). Which shape of w2 makes the product with it (n, 1)?",
)
def neurons_in_rows():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[1.0, -2.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="w2 is a vector. As the weights of a layer it needs two axes, (inputs, neurons), also for "
    "a single neuron: np.array([[…], […]]).",
    look="Ask your layer_shapes for [2, 2, 1].",
)
def output_weights_flat():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([1.0, -2.0]), np.array([0.0])
    return [(w1, b1), (w2, b2)]


@mistake(
    of=xor_weights,
    says="The four arrays stand in one flat list. Each layer is a pair: [(w1, b1), (w2, b2)].",
    look="How long should the list be, for a network of two layers?",
)
def pairs_flattened():
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[1.0], [-2.0]]), np.array([0.0])
    return [w1, b1, w2, b2]


@alternative(of=xor_weights)
def one_neuron_for_each_answer():
    """Each hidden neuron answers to one of (0, 1) and (1, 0)."""
    w1, b1 = np.array([[1, -1], [-1, 1]]), np.array([0, 0])
    return [(w1, b1), (np.array([[1], [1]]), np.array([0]))]


@alternative(of=xor_weights)
def from_above():
    """Both kinks are taken away from a constant: one at (0, 0), one at (1, 1)."""
    w1 = np.asfortranarray([[-3.0, 2.0], [-3.0, 2.0]])
    b1 = np.array([3.0, -2.0])
    return ((w1, b1), (np.array([[-0.5, -0.5]]).T, np.array([1.25])))


@alternative(of=xor_weights)
def found_by_scaling():
    w1, b1 = np.array([[4.0, 0.5], [4.0, 0.5]]), np.array([0.0, -0.5])
    return [(w1, b1), (np.array([[25.0], [-400.0]]), np.zeros(1))]
