"""What `training.minibatches` is asked: two epochs, whose order is left to chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.ask import name_type
from autograder.checks import Broken, Property
from autograder.compare import describe
from autograder.data import DataError, Seed
from autograder.exercise import Exercise, Question, question

Cases = Iterator[Question]
Epoch = list[tuple[np.ndarray, np.ndarray]]


def two_epochs(student: Any, arguments: dict[str, Any]) -> Any:
    """The batches of two epochs, drawn with the same generator."""
    return [_batches(student(*arguments.values())) for _ in range(2)]


def _batches(returned: Any) -> list[Any]:
    try:
        batches = list(returned)
    except TypeError:
        says = f"{name_type(returned)}, but should return a list of (x_batch, labels_batch) pairs"
        raise DataError("None; is there a return?" if returned is None else says) from None
    for batch in batches:
        if type(batch) not in (tuple, list) or len(batch) != 2:
            raise DataError(
                f"{describe(batch)} for a batch; it should be a pair (x_batch, labels_batch)"
            )
    return [tuple(batch) for batch in batches]


MOST_ROWS = 100  # in an epoch, for each sample


def training_set(rng: np.random.Generator, n: int, *shape: int) -> dict[str, np.ndarray]:
    """Samples that are all different, with labels that repeat."""
    return {"x": rng.normal(size=(n, *shape)), "labels": rng.permutation(np.arange(n) % 4)}


def drawn(rng: np.random.Generator) -> Seed:
    return Seed(int(rng.integers(2**31)))


def coverage_cases(rng: np.random.Generator) -> Cases:
    for about, n, size, shape in (
        ("23 samples in batches of 4", 23, 4, (3,)),
        ("24 samples in batches of 6: no short batch", 24, 6, (2,)),
        ("7 samples in batches of 10: one short batch", 7, 10, (2,)),
        ("5 samples one by one", 5, 1, (2,)),
        ("10 samples of more than one axis", 10, 3, (2, 3)),
    ):
        data = training_set(rng, n, *shape)
        yield question(about, **data, batch_size=size, rng=drawn(rng))


def order_cases(rng: np.random.Generator) -> Cases:
    about = "the order, in two epochs of 23 samples"
    yield question(about, **training_set(rng, 23, 3), batch_size=4, rng=drawn(rng))


def rows_of(epoch: Epoch, x: np.ndarray) -> list[int]:
    """Which sample each row of the batches is; -1 for one that is none.

    An epoch of far more rows than there are samples has none that it is worth looking at.
    """
    if sum(len(x_batch) for x_batch, _ in epoch) > MOST_ROWS * len(x):
        return [-1]
    place = {row.tobytes(): i for i, row in enumerate(x)}
    return [
        place.get(np.ascontiguousarray(row, dtype=x.dtype).tobytes(), -1)
        for x_batch, _ in epoch
        for row in x_batch
    ]


def every_sample_once(value: Any, asked: Question, again: Any) -> Broken | None:
    """One epoch is a partition of the training set, with labels."""
    x, labels, size = (asked.arguments[name] for name in ("x", "labels", "batch_size"))
    for epoch in value:
        if broken := _not_a_partition(epoch, x, labels, size):
            return broken
    return None


def _not_a_partition(epoch: Epoch, x: np.ndarray, labels: np.ndarray, size: int) -> Broken | None:
    rows = rows_of(epoch, x)
    n = len(x)
    sizes = [len(x_batch) for x_batch, _ in epoch]
    evidence = f"{n} samples, batch_size {size}: the batches hold {sizes}."
    if any(len(x_batch) != len(y_batch) for x_batch, y_batch in epoch):
        return Broken("A batch has not as many labels as samples.", evidence)
    if -1 in rows:
        return Broken("A batch holds a row that is no sample of x.", evidence)
    if len(set(rows)) < len(rows):
        dropped = set(rows) == set(range(n))
        return Broken(
            "Some samples are in more than one batch of an epoch.",
            evidence,
            "last_batch_padded" if dropped and n % size else "drawn_with_replacement",
        )
    if len(rows) < n:
        short = n % size and len(rows) == n - n % size
        return Broken(
            "Some samples are in no batch of an epoch.",
            evidence,
            "last_batch_dropped" if short else "",
        )
    if sizes != [size] * (n // size) + [n % size] * (n % size > 0):
        return Broken("The batches have not the sizes that were asked for.", evidence)
    given = np.concatenate([y_batch for _, y_batch in epoch])
    if not np.array_equal(given, labels[rows]):
        left = np.array_equal(given, labels)
        return Broken(
            "Samples and labels do not belong together any more.",
            mistake="labels_left_behind" if left else "shuffled_apart",
        )
    if any(x_batch.dtype != x.dtype or x_batch.shape[1:] != x.shape[1:] for x_batch, _ in epoch):
        return Broken("The batches have not the dtype and the shape of the samples.")
    return None


def order_is_random(value: Any, asked: Question, again: Any) -> Broken | None:
    """A new order each epoch, which the generator decides, sample by sample."""
    x, size = asked.arguments["x"], asked.arguments["batch_size"]
    first, second = (rows_of(epoch, x) for epoch in value)
    if first == list(range(len(x))):
        return Broken("The samples come in the order of x.", mistake="not_shuffled")
    same_seed = [rows_of(epoch, x) for epoch in again()]
    if same_seed != [first, second]:
        return Broken(
            "A generator with the same seed gives other batches the second time.",
            mistake="another_source_of_randomness",
        )
    seed = asked.arguments["rng"].number
    other_seed = rows_of(again(rng=Seed(seed + 1))[0], x)
    if other_seed == first:
        return Broken("Two generators with different seeds give the same batches.",
                      mistake="seed_of_its_own")  # fmt: skip
    if first == second:
        return Broken("The second epoch has the same order as the first.",
                      mistake="same_order_every_epoch")  # fmt: skip
    batches = [sorted(first[i : i + size]) for i in range(0, len(first), size)]
    if all(batch == list(range(batch[0], batch[0] + len(batch))) for batch in batches):
        return Broken(
            "The batches come in random order, but each holds samples that are neighbors in x.",
            mistake="only_batches_shuffled",
        )
    return None


BATCHES = Exercise(
    "training.minibatches",
    points=2,
    core=True,
    checks=(
        Property("every sample once", coverage_cases, every_sample_once, share=0.6),
        Property("a new order each epoch", order_cases, order_is_random, share=0.4),
    ),
    result="the batches",
    drive=two_epochs,
    asked_as="minibatches(x, labels, batch_size, rng), twice with the same rng",
    hints=(
        "Shuffle once, and cut afterwards. What can you shuffle that serves x and labels alike?",
        "Not the arrays themselves but the numbers of their rows: rng.permutation of the number of "
        "samples gives them in random order. Index both arrays with the same numbers.",
        "Go through that order in steps of batch_size. A slice that reaches beyond the end is no "
        "error in Python: it is short, as the last batch should be.",
    ),
)
