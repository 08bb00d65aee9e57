"""Wrong and alternative implementations of what stands before and after the blocks: positions, patches, means."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.transformers import mean_pool_embeddings, patchify, positional_encoding


def waves(time, frequencies):
    angle = np.arange(time)[:, None] * frequencies
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(time, -1)


# positional_encoding


@mistake(
    of=positional_encoding,
    says="All sines stand in front and all cosines behind. They should alternate: sine in the even, "
    "cosine in the odd features. (Some libraries do it your way; weights do not fit both.)",
)
def sines_then_cosines(time, features):
    encoding = positional_encoding(time, features)
    return np.concatenate([encoding[:, 0::2], encoding[:, 1::2]], axis=1)


@mistake(
    of=positional_encoding,
    says="Sine and cosine are exchanged: the even features, 0 among them, hold the sine.",
)
def cosine_first(time, features):
    return positional_encoding(time, features).reshape(time, -1, 2)[..., ::-1].reshape(time, -1)


@mistake(
    of=positional_encoding,
    says="The first position is counted as 1. It is 0: its sines are 0, its cosines 1.",
)
def first_position_one(time, features):
    return positional_encoding(time + 1, features)[1:]


@mistake(
    of=positional_encoding,
    says="The frequencies fall half as fast as they should: the exponent of pair i is -2i / features, "
    "not -i / features.",
)
def falling_half_as_fast(time, features):
    return waves(time, 10000.0 ** (-np.arange(features // 2) / features))


@mistake(
    of=positional_encoding,
    says="The frequencies fall twice as fast as they should. With a step of 2 in the features, the "
    "factor 2 is in the exponent already.",
)
def falling_twice_as_fast(time, features):
    return waves(time, 10000.0 ** (-2 * np.arange(0, features, 2) / features))


@mistake(
    of=positional_encoding,
    says="Every feature has a frequency of its own. A sine and the cosine beside it share one.",
)
def a_frequency_for_each(time, features):
    angle = np.arange(time)[:, None] * 10000.0 ** (-np.arange(features) / features)
    return np.where(np.arange(features) % 2 == 0, np.sin(angle), np.cos(angle))


@mistake(
    of=positional_encoding,
    says="The frequencies grow from pair to pair: the sign of the exponent is wrong.",
)
def frequencies_grow(time, features):
    return waves(time, 10000.0 ** (np.arange(0, features, 2) / features))


@mistake(
    of=positional_encoding,
    says="The last pair has a frequency of exactly 1 / 10000. It would be reached one pair later: the "
    "step from pair to pair divides by features / 2, not by features / 2 - 1.",
)
def reaching_the_end(time, features):
    pairs = features // 2
    return waves(time, 10000.0 ** (-np.arange(pairs) / max(pairs - 1, 1)))


@mistake(
    of=positional_encoding,
    says="The table lies on its side: positions are rows, features columns.",
)
def positions_as_columns(time, features):
    return positional_encoding(time, features).T


@mistake(
    of=positional_encoding,
    says="The angles are multiplied by 2π. The first pair turns by one radian from position to "
    "position, not by a whole turn.",
)
def whole_turns(time, features):
    return waves(time, 2 * np.pi * 10000.0 ** (-np.arange(0, features, 2) / features))


@alternative(of=positional_encoding)
def by_exp_and_log(time, features):
    return waves(time, np.exp(np.arange(0, features, 2) * (-np.log(10000.0) / features)))


@alternative(of=positional_encoding)
def entry_by_entry(time, features):
    encoding = np.zeros((time, features), order="F")
    for position in range(time):
        for pair in range(features // 2):
            angle = position / 10000 ** (2 * pair / features)
            encoding[position, 2 * pair] = np.sin(angle)
            encoding[position, 2 * pair + 1] = np.cos(angle)
    return encoding


def divides_both(images, size):
    height, width = images.shape[2:]
    if height % size or width % size:
        raise ValueError(f"{height} × {width} pixels, patches of {size}")
    return height // size, width // size


# patchify


@mistake(
    of=patchify,
    says="A reshape alone cuts the image into strips of neighboring pixels, not into squares. Give "
    "the rows and columns of patches axes of their own first.",
)
def cut_by_reshape(images, size):
    divides_both(images, size)
    n, channels = images.shape[:2]
    return images.reshape(n, -1, channels * size * size)


@mistake(
    of=patchify,
    says="The patches come column by column. They should come row by row, as one reads.",
)
def column_by_column(images, size):
    rows, columns = divides_both(images, size)
    n = len(images)
    patches = patchify(images, size).reshape(n, rows, columns, -1)
    return patches.swapaxes(1, 2).reshape(n, rows * columns, -1)


@mistake(
    of=patchify,
    says="Within a patch the channels of a pixel stand together. They should come one after the "
    "other: first the whole patch in the first channel.",
)
def channels_last(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size).reshape(n, -1, channels, size, size)
    return patches.transpose(0, 1, 3, 4, 2).reshape(n, patches.shape[1], -1)


@mistake(
    of=patchify,
    says="Within a patch the pixels come column by column. They should come row by row.",
)
def patches_turned(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size).reshape(n, -1, channels, size, size)
    return patches.swapaxes(3, 4).reshape(n, patches.shape[1], -1)


@mistake(
    of=patchify,
    says="Each channel makes patches of its own. A patch holds all channels of its pixels.",
)
def channels_apart(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size)
    patches = patches.reshape(n, patches.shape[1], channels, size * size)
    return patches.swapaxes(1, 2).reshape(n, -1, size * size)


@mistake(
    of=patchify,
    says="The patches keep their square form. Each should be one flat vector: (n, patches, "
    "channels · size · size).",
)
def not_flat(images, size):
    n, channels = images.shape[:2]
    return patchify(images, size).reshape(n, -1, channels, size, size)


@mistake(
    of=patchify,
    says="What does not fill a whole patch at the edge is dropped without a word. Raise ValueError.",
)
def edge_dropped(images, size):
    height, width = images.shape[2:]
    return patchify(images[:, :, : height - height % size, : width - width % size], size)


@mistake(
    of=patchify,
    says="The patches overlap: the window moves on by one pixel. It should move on by its own size.",
)
def overlapping(images, size):
    divides_both(images, size)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))
    n, channels = images.shape[:2]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, -1, channels * size * size)


@alternative(of=patchify)
def by_two_loops(images, size):
    rows, columns = divides_both(images, size)
    n = len(images)
    found = []
    for i in range(rows):
        for j in range(columns):
            patch = images[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size]
            found.append(patch.reshape(n, -1))
    return np.stack(found, axis=1)


@alternative(of=patchify)
def by_windows(images, size):
    divides_both(images, size)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))
    windows = windows[:, :, ::size, ::size]
    n, channels, rows, columns = windows.shape[:4]
    return np.moveaxis(windows, 1, 3).reshape(n, rows * columns, channels * size**2)


# mean_pool_embeddings


@mistake(
    of=mean_pool_embeddings,
    says="Padding is averaged in with the rest: the same sentence gets another vector when it is "
    "padded more.",
    look="Pad a sentence with one more token. Its vector should stay.",
)
def padding_counts(embeddings, mask):
    return embeddings.mean(axis=1)


@mistake(
    of=mean_pool_embeddings,
    says="The sum leaves the padding out, but it is divided by the length with padding. Divide by the "
    "number of real tokens.",
)
def divided_by_padded_length(embeddings, mask):
    return (embeddings * mask[:, :, None]).sum(axis=1) / embeddings.shape[1]


@mistake(
    of=mean_pool_embeddings,
    says="The padding is in the sum, and only the divisor leaves it out.",
)
def padding_in_the_sum(embeddings, mask):
    return embeddings.sum(axis=1) / mask.sum(axis=1, keepdims=True).astype(embeddings.dtype)


@mistake(
    of=mean_pool_embeddings,
    says="The mask is the wrong way round: this is the mean of the padding.",
)
def mean_of_padding(embeddings, mask):
    total = (embeddings * ~mask[:, :, None]).sum(axis=1)
    return total / np.maximum((~mask).sum(axis=1, keepdims=True), 1).astype(embeddings.dtype)


@mistake(
    of=mean_pool_embeddings,
    says="One divisor stands for all sentences. Each has its own number of tokens.",
)
def one_count_for_all(embeddings, mask):
    total = (embeddings * mask[:, :, None]).sum(axis=1)
    return total * len(mask) / float(mask.sum())


@mistake(
    of=mean_pool_embeddings,
    says="The first token stands for the sentence. That is how BERT's classifier does it; a mean uses "
    "all of them.",
)
def first_token(embeddings, mask):
    return embeddings[:, 0].copy()


@mistake(
    of=mean_pool_embeddings,
    says="The tokens are summed and not divided: long sentences get long vectors.",
)
def sum_of_tokens(embeddings, mask):
    return (embeddings * mask[:, :, None]).sum(axis=1)


@mistake(
    of=mean_pool_embeddings,
    says="The vectors are brought to length 1. That is often the next step, before they are compared; "
    "here the plain mean is asked for.",
)
def brought_to_length_one(embeddings, mask):
    pooled = mean_pool_embeddings(embeddings, mask)
    return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


@mistake(
    of=mean_pool_embeddings,
    says="float32 comes in and float64 goes out: counts of True are integers of 64 bits, and float32 "
    "divided by those is float64. Turn the counts into the dtype of the embeddings.",
)
def counts_of_64_bits(embeddings, mask):
    return mean_pool_embeddings(embeddings, mask).astype(float)


@alternative(of=mean_pool_embeddings)
def sentence_by_sentence(embeddings, mask):
    pairs = zip(embeddings, mask, strict=True)
    return np.array([tokens[real].mean(axis=0) for tokens, real in pairs])


@alternative(of=mean_pool_embeddings)
def as_weighted_sum(embeddings, mask):
    weights = mask / mask.sum(axis=1, keepdims=True)
    return np.asfortranarray(np.einsum("nt,ntd->nd", weights.astype(embeddings.dtype), embeddings))
