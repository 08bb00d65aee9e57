"""The formulas of what layers cost are those of the layers: counted, and seen by the allocator."""

import numpy as np
import pytest

from book.layer_costs import (
    ATTENTION,
    CONVOLUTION,
    DENSE,
    HEADS,
    LAYERS,
    RECURRENCE,
    calls,
    count_products,
    measure,
    peak_bytes,
)

# Products of arrays entry by entry, which the formulas leave out: (forward, backward).
ENTRY_BY_ENTRY = {
    "dense": lambda n, time, d: (0, 0),
    "convolution": lambda n, time, d: (0, 0),
    "recurrence": lambda n, time, d: (0, n * time * d),  # by the slope of tanh
    "attention": lambda n, time, d: (0, 2 * n * HEADS * time**2),  # the softmax's way back
}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("size", [(1, 3, 4), (2, 5, 4), (3, 4, 8)])
def test_the_layer_multiplies_as_often_as_its_formula_says(layer, size):
    forward, backward = ENTRY_BY_ENTRY[layer.name](*size)
    assert count_products(layer, *size) == (
        layer.forward_products(*size) + forward,
        layer.backward_products(*size) + backward,
    )


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (DENSE, (2, 16, 64)),
        (CONVOLUTION, (2, 1024, 64)),
        (RECURRENCE, (8, 256, 64)),
        (ATTENTION, (2, 256, 64)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_as_much_memory_is_alive_as_the_formula_says(layer, size):
    for way, formula in enumerate((layer.forward_memory, layer.backward_memory)):
        peak = peak_bytes(lambda: calls(layer, *size)[way])  # noqa: B023
        # Left out: biases, masks, and the hundred bytes that each of many small arrays has beside it.
        np.testing.assert_allclose(peak, 4 * formula(*size), rtol=0.07)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_layers_answer_in_float32_with_vectors_of_the_same_width(layer):
    out = calls(layer, 2, 8, 4)[0]()
    out = out[0] if isinstance(out, tuple) else out
    assert out.dtype == np.float32
    assert out.size == 2 * 4 * (6 if layer is CONVOLUTION else 8)


def test_a_measurement_has_a_time_and_a_peak_for_every_length_both_ways():
    for costs in measure(ATTENTION, 1, [4, 8], 8, repeats=3):
        assert [cost.time for cost in costs] == [4, 8]
        assert all(cost.seconds > 0 for cost in costs)
        assert costs[1].bytes > costs[0].bytes > 0
