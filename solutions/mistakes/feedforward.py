"""Wrong and alternative implementations of the encoding of categories.

Those of the other exercises of `feedforward` stand in feedforward_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.feedforward import encode_categories
from solutions.mistakes import (  # noqa: F401
    alternative,
    feedforward_networks,
    feedforward_score,
    feedforward_target,
    feedforward_training,
    mistake,
)


def one_hot_of(names, values):
    return np.array([[float(value == name) for name in names] for value in values]).reshape(
        len(values), len(names)
    )


@mistake(
    of=encode_categories,
    says="The columns come from the words to encode, not from the training samples. A network that was "
    "trained with other columns cannot read this table: only `training` decides which there are.",
)
def columns_of_the_values(training, values):
    names = sorted(set(values))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The columns come from both lists. An unseen word gets a column of its own, which no training "
    "sample ever fills and which changes the width of the table: only `training` decides.",
)
def columns_of_both(training, values):
    names = sorted(set(training) | set(values))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="Each category became a number, its place in the list. A network takes places for sizes: the "
    "third neighborhood is not three times the first. Give each category a column.",
)
def places(training, values):
    names = sorted(set(training))
    return names, np.array([float(names.index(v)) if v in names else -1.0 for v in values])


@mistake(
    of=encode_categories,
    says="An unseen word is counted as the first category. A lookup with a default of 0 does that, and "
    "argmax of a row without a hit. Its row should hold zeros only.",
)
def unseen_is_the_first(training, values):
    names = sorted(set(training))
    where = {name: i for i, name in enumerate(names)}
    return names, np.eye(len(names))[[where.get(value, 0) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word is counted as the last category: its place was set to -1, and index -1 counts "
    "from the end. Its row should hold zeros only.",
)
def unseen_is_the_last(training, values):
    names = sorted(set(training))
    where = {name: i for i, name in enumerate(names)}
    return names, np.eye(len(names))[[where.get(value, -1) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word takes the place where it would be sorted in, and so the column of a stranger. "
    "np.searchsorted does not say whether the word is there. Its row should hold zeros only.",
)
def unseen_is_a_neighbor(training, values):
    names = sorted(set(training))
    places = np.searchsorted(np.array(names), np.array(values)).clip(max=len(names) - 1)
    return names, np.eye(len(names))[places]


@mistake(
    of=encode_categories,
    says="An unseen word stops the program. A house in a street that the training data do not have "
    "must get a price, too: its row holds zeros only.",
    look="The case that stops holds a word of values that training does not have.",
)
def unseen_raises(training, values):
    names = sorted(set(training))
    return names, np.eye(len(names))[[names.index(value) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word is dropped, and its row with it: the rows no longer belong to the houses they "
    "came from. Keep one row for each value.",
)
def unseen_is_dropped(training, values):
    names = sorted(set(training))
    return names, one_hot_of(names, [value for value in values if value in names])


@mistake(
    of=encode_categories,
    says="The columns stand in the order in which the words first occur. Shuffle the training samples, "
    "and the columns change places; the contract asks for sorted names.",
)
def in_order_of_occurrence(training, values):
    names = list(dict.fromkeys(training))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="There is a column for each training sample, not for each category: the words that repeat "
    "were not reduced to one.",
)
def names_repeat(training, values):
    names = sorted(training)
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The training samples are encoded, not the values: the second argument is not used.",
)
def training_encoded(training, values):
    names = sorted(set(training))
    return names, one_hot_of(names, training)


@mistake(
    of=encode_categories,
    says="The first category has no column. Statistics drops one, so that the columns do not add up to "
    "the bias; here an unseen word would then look like the dropped one.",
)
def first_column_dropped(training, values):
    names = sorted(set(training))[1:]
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The table holds True and False. A network multiplies it with weights: return float64.",
)
def booleans(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.astype(bool)


@mistake(
    of=encode_categories,
    says="The table holds integers. Standardizing or stacking it later may cut off what follows the "
    "point: return float64.",
)
def integers(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.astype(np.int64)


@mistake(
    of=encode_categories,
    says="Samples stand in columns. Rows are samples, as everywhere in this course: transpose the table.",
)
def samples_in_columns(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.T


@mistake(
    of=encode_categories,
    says="Each word is compared in lower case, so that two categories that differ in a capital alike "
    "share their column's ones. Compare the words as they are.",
)
def capitals_ignored(training, values):
    names = sorted(set(training))
    lower = [name.lower() for name in names]
    return names, one_hot_of(lower, [value.lower() for value in values])


@mistake(
    of=encode_categories,
    says="`name in value` asks whether one text occurs inside the other. Compare whole words, with ==.",
)
def part_of_the_word(training, values):
    names = sorted(set(training))
    return names, np.array([[float(n in v) for n in names] for v in values])


@alternative(of=encode_categories)
def by_comparing_arrays(training, values):
    names = np.unique(np.array(training))
    return list(names), (np.array(values)[:, None] == names).astype(np.float64)


@alternative(of=encode_categories)
def by_setting_ones(training, values):
    names = list(dict.fromkeys(training))
    names.sort()
    encoded = np.zeros((len(values), len(names)), order="F")
    for row, value in enumerate(values):
        if value in names:
            encoded[row, names.index(value)] = 1
    return [names, encoded]


@alternative(of=encode_categories)
def with_a_column_for_the_unseen_cut_off(training, values):
    names = tuple(sorted({*training}))
    where = dict(zip(names, range(len(names)), strict=True))
    wide = np.eye(len(names) + 1)[[where.get(value, len(names)) for value in values]]
    return names, wide[:, :-1]
