"""Wrong and alternative implementations of the random shift of images."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.mistakes.regularization_dropout import GLOBAL, LOOK_RNG, OWN
from solutions.regularization import augment_shift

LOOK_SHIFT = (
    "Shift one image whose entries are all 1 and look at the side from which it has moved away."
)
LOOK_SHIFTS = (
    "Shift a hundred copies of an image that is 1 in its middle and 0 elsewhere, and list where the "
    "1 ends up: which places are missing, or too frequent?"
)
LOOK_CHANNELS = (
    "Shift three images of different brightness, with two equal channels each, and look at each."
)


def place(images, shifts):
    out = np.zeros_like(images)
    height, width = images.shape[2:]
    for i, (dy, dx) in enumerate(shifts):
        top, left = max(dy, 0), max(dx, 0)
        bottom, right = min(height, height + dy), min(width, width + dx)
        out[i, :, top:bottom, left:right] = images[
            i, :, top - dy : bottom - dy, left - dx : right - dx
        ]
    return out


@mistake(
    of=augment_shift,
    says="np.roll wraps around: what leaves on one side comes in on the other. A digit's foot would "
    "appear above its head. Fill with 0.",
    look=LOOK_SHIFT,
)
def wraps_around(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return np.stack([np.roll(image, tuple(shift), axis=(1, 2)) for image, shift in
                     zip(images, shifts, strict=True)])  # fmt: skip


@mistake(
    of=augment_shift,
    says="The edge is repeated into the place that the image has left. Fill it with 0, the paper.",
    look=LOOK_SHIFT,
)
def edge_repeated(images, max_shift, rng):
    m, (height, width) = max_shift, images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (m, m), (m, m)), mode="edge")
    out = np.empty_like(images)
    for i, (top, left) in enumerate(rng.integers(0, 2 * m + 1, size=(len(images), 2))):
        out[i] = padded[i, :, top : top + height, left : left + width]
    return out


@mistake(
    of=augment_shift,
    says="One shift is drawn for the whole batch. Draw one for each image.",
    look=LOOK_SHIFTS,
)
def one_shift_for_all(images, max_shift, rng):
    shift = rng.integers(-max_shift, max_shift + 1, size=2)
    return place(images, [shift] * len(images))


@mistake(
    of=augment_shift,
    says="max_shift itself is never drawn: rng.integers leaves out its upper end. Add 1 to it.",
    look=LOOK_SHIFTS,
)
def end_excluded(images, max_shift, rng):
    return place(images, rng.integers(-max_shift, max(max_shift, 1), size=(len(images), 2))
                 * bool(max_shift))  # fmt: skip


@mistake(
    of=augment_shift,
    says="Images only move down and to the right: negative shifts are missing.",
    look=LOOK_SHIFTS,
)
def other_direction_missing(images, max_shift, rng):
    return place(images, rng.integers(0, max_shift + 1, size=(len(images), 2)))


@mistake(
    of=augment_shift,
    says="Images only move sideways. Draw a second number for up and down.",
    look=LOOK_SHIFTS,
)
def only_horizontal(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return place(images, shifts * [0, 1])


@mistake(
    of=augment_shift,
    says="Images only move up and down. Draw a second number for left and right.",
    look=LOOK_SHIFTS,
)
def only_vertical(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return place(images, shifts * [1, 0])


@mistake(
    of=augment_shift,
    says="One number serves for both directions, so that images move along a diagonal only. Draw two "
    "for each image.",
    look=LOOK_SHIFTS,
)
def one_number_for_both(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 1))
    return place(images, np.repeat(shifts, 2, axis=1))


@mistake(
    of=augment_shift,
    says="Every image moves by max_shift exactly, one way or the other. All whole numbers from "
    "-max_shift to max_shift are equally likely.",
    look=LOOK_SHIFTS,
)
def farthest_only(images, max_shift, rng):
    return place(images, max_shift * rng.choice([-1, 1], size=(len(images), 2)))


@mistake(
    of=augment_shift,
    says="Small shifts come up more often than large ones. Draws from a normal distribution that are "
    "rounded, or numbers between the ends that are rounded, are not uniform; rng.integers is.",
    look=LOOK_SHIFTS,
)
def centered(images, max_shift, rng):
    shifts = np.rint(rng.uniform(-max_shift, max_shift, size=(len(images), 2)))
    return place(images, shifts.astype(int))


@mistake(
    of=augment_shift,
    says="The channels of an image are shifted apart. One shift is drawn for an image, and its "
    "channels move together.",
    look=LOOK_CHANNELS,
)
def channels_apart(images, max_shift, rng):
    n, channels, height, width = images.shape
    flattened = images.reshape(n * channels, 1, height, width)
    return augment_shift(flattened, max_shift, rng).reshape(images.shape)


@mistake(
    of=augment_shift,
    says="The images come back in another order. Their labels would no longer fit.",
    look=LOOK_CHANNELS,
)
def images_shuffled(images, max_shift, rng):
    return augment_shift(images, max_shift, rng)[rng.permutation(len(images))]


@mistake(
    of=augment_shift,
    says="The caller's images are overwritten. The next epoch would shift what is already shifted.",
)
def shifted_in_place(images, max_shift, rng):
    images[...] = augment_shift(images, max_shift, rng)
    return images


@mistake(of=augment_shift, says="The result is float64 whatever the images are. np.zeros makes float64 unless told otherwise; np.zeros_like keeps the dtype.")  # fmt: skip
def images_always_double(images, max_shift, rng):
    return augment_shift(images, max_shift, rng).astype(np.float64)


@mistake(
    of=augment_shift,
    says=GLOBAL,
    look=LOOK_RNG,
)
def global_generator(images, max_shift, rng):
    return augment_shift(images, max_shift, np.random.default_rng())


@mistake(
    of=augment_shift,
    says=OWN,
    look=LOOK_RNG,
)
def own_generator(images, max_shift, rng):
    return augment_shift(images, max_shift, np.random.default_rng(0))


@alternative(of=augment_shift)
def by_slices(images, max_shift, rng):
    shifts = [(rng.integers(-max_shift, max_shift, endpoint=True),
               rng.integers(-max_shift, max_shift, endpoint=True)) for _ in images]  # fmt: skip
    return place(images, shifts)


@alternative(of=augment_shift)
def by_index_arithmetic(images, max_shift, rng):
    n, _, height, width = images.shape
    vertical = rng.integers(-max_shift, max_shift + 1, size=n)
    horizontal = rng.integers(-max_shift, max_shift + 1, size=n)
    y = np.arange(height) - vertical[:, None]
    x = np.arange(width) - horizontal[:, None]
    inside = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    rows, columns = y.clip(0, height - 1)[:, :, None], x.clip(0, width - 1)[:, None, :]
    moved = np.moveaxis(images, 1, -1)[np.arange(n)[:, None, None], rows, columns]
    return np.moveaxis(np.where(inside[..., None], moved, 0).astype(images.dtype), -1, 1)


@alternative(of=augment_shift)
def rolled_and_blanked(images, max_shift, rng):
    out = images.copy()
    for i in range(len(images)):
        dy, dx = rng.choice(np.arange(-max_shift, max_shift + 1), size=2)
        out[i] = np.roll(out[i], (dy, dx), axis=(1, 2))
        if dy > 0:
            out[i, :, :dy] = 0
        elif dy < 0:
            out[i, :, dy:] = 0
        if dx > 0:
            out[i, :, :, :dx] = 0
        elif dx < 0:
            out[i, :, :, dx:] = 0
    return out
