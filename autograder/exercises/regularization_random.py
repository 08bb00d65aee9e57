"""How dropout and random shifts are judged: by what every right draw has in common.

Nothing is compared with the reference's own draws, so any way of drawing is accepted. A property
refuses a right function with a probability of at most about 10⁻⁸ (autograder/chance.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.chance import share_range
from autograder.checks import Again, Broken
from autograder.compare import describe
from autograder.data import Seed
from autograder.exercise import Question, question

Cases = Iterator[Question]
Array = np.ndarray
SEEDS_MORE = 6  # further generators whose draws are compared
SHIFTS_MORE = 19  # and for shifts, counted
ELSEWHERE = (
    "Called twice with generators of the same state, your function draws different numbers: they "
    "come from somewhere else than rng."
)
NOT_USED = (
    "Called with generators of different states, your function draws the same numbers: it does not "
    "use rng."
)


def seed(rng: np.random.Generator) -> Seed:
    """A generator for the student's function."""
    return Seed(int(rng.integers(2**31 - 100)))


def after(asked: Question, number: int) -> Seed:
    """Another generator than the question's."""
    return Seed(asked.arguments["rng"].number + number)


# dropout


def training_cases(rng: np.random.Generator) -> Cases:
    x = rng.uniform(0.5, 2, size=(40, 50)) * rng.choice([-1.0, 1.0], size=(40, 50))
    x[rng.random(x.shape) < 0.2] = 0
    p = 0.25 + 0.1 * float(rng.random())
    yield question(
        "training, 2,000 entries, some of them 0", x=x, p=p, rng=seed(rng), training=True
    )


def scaling_cases(rng: np.random.Generator) -> Cases:
    x, p = rng.uniform(0.5, 2, size=(8, 25)), 0.15 + 0.1 * float(rng.random())
    yield question("training: what is kept", x=x, p=p, rng=seed(rng), training=True)


def single_cases(rng: np.random.Generator) -> Cases:
    x = rng.uniform(0.5, 2, size=(3, 20, 10)).astype(np.float32)
    yield question("training, float32, three axes", x=x, p=0.5, rng=seed(rng), training=True)


def settled_cases(rng: np.random.Generator) -> Cases:
    x = rng.normal(size=(3, 4))
    yield question("after training", x=x, p=0.4, rng=seed(rng), training=False)
    yield question(
        "after training, float32",
        x=rng.normal(size=5).astype(np.float32), p=0.75, rng=seed(rng), training=False,
    )  # fmt: skip
    x = rng.normal(size=(2, 3))
    yield question("training with p = 0", x=x, p=0.0, rng=seed(rng), training=True)


def source_cases(rng: np.random.Generator) -> Cases:
    x = rng.uniform(0.5, 2, size=(6, 8))
    yield question("where the numbers come from", x=x, p=0.5, rng=seed(rng), training=True)


def has_no_form(value: Any, x: Array) -> Broken | None:
    if type(value) not in (tuple, list) or len(value) != 2:
        return Broken(f"The result should be a pair (out, mask), but is {describe(value)}.")
    for name, part, dtype in (("out", value[0], x.dtype), ("mask", value[1], np.dtype(bool))):
        if type(part) is not np.ndarray:
            return Broken(f"{name} should be an array, but is {describe(part)}.")
        if part.shape != x.shape:
            wanted = f"but should have shape {x.shape}, like x"
            return Broken(f"{name} has shape {part.shape}, {wanted}.")
        if part.dtype != dtype:
            slip = "mask_of_numbers" if name == "mask" else "always_double"
            wanted = f"but should have dtype {dtype}"
            return Broken(f"{name} has dtype {part.dtype}, {wanted}.", mistake=slip)
    if not np.isfinite(value[0]).all():
        return Broken("out holds values that are not finite.")
    return None


def drops(value: Any, asked: Question, again: Again) -> Broken | None:
    """Entries are dropped with probability p, each by itself, and the mask says which."""
    x, p = asked.arguments["x"], asked.arguments["p"]
    if broken := has_no_form(value, x):
        return broken
    out, mask = value
    return (
        agrees_with_mask(out, mask, x)
        or share_is_right(mask, p)
        or each_by_itself(mask, again, asked)
    )


def scales(value: Any, asked: Question, again: Again) -> Broken | None:
    """What is kept is scaled so that the expected value is x."""
    x, p = asked.arguments["x"], asked.arguments["p"]
    if broken := has_no_form(value, x):
        return broken
    out, mask = value
    return agrees_with_mask(out, mask, x) or scaled(out, mask, x, p)


def agrees_with_mask(out: Array, mask: Array, x: Array) -> Broken | None:
    """The mask says which entries are gone, whatever they were."""
    if mask.all():
        if (out == 0).sum() > (x == 0).sum():
            return Broken("out has dropped entries, but mask is True everywhere.")
        return Broken("Nothing is dropped in training.", mistake="never_drops")
    seen = x != 0
    gone = out == 0
    if np.array_equal(gone[seen], mask[seen]):
        says = "mask is True where entries are dropped, and False where they are kept."
        return Broken(says, mistake="mask_inverted")
    if np.any(~gone & ~mask):
        return Broken("out is not 0 in all the places where mask is False.", mistake="two_draws")
    if not seen.all() and not mask[~seen].any():
        says = "mask is False wherever x itself is 0: being 0 is not the same as being dropped."
        return Broken(says, mistake="mask_read_off_out")
    if np.any(gone[seen] & mask[seen]):
        return Broken("out is 0 in places where mask is True and x is not 0.", mistake="two_draws")
    return None


def share_is_right(mask: Array, p: float) -> Broken | None:
    """The share of what is dropped is p, within what chance allows."""
    dropped = 1 - float(mask.mean())
    low, high = share_range(mask.size, p)
    if low <= dropped <= high:
        return None
    other_low, other_high = share_range(mask.size, 1 - p)
    swapped = other_low <= dropped <= other_high
    size = "many" if dropped > p else "few"
    return Broken(
        f"Too {size} entries are dropped, by more than chance allows.",
        f"{dropped:.4f} of them are; p is {p:.4f} (chance allows {low:.4f} to {high:.4f}).",
        "keep_for_drop" if swapped else "",
    )


def each_by_itself(mask: Array, again: Again, asked: Question) -> Broken | None:
    """No entry follows from another one."""
    if np.array_equal(mask, np.broadcast_to(mask[:1], mask.shape)):
        says = "The same columns are dropped in every row: the samples share one draw."
        return Broken(says, mistake="columns_dropped")
    if np.array_equal(mask, np.broadcast_to(mask[:, :1], mask.shape)):
        return Broken(
            "Whole rows are dropped: all features share one draw.", mistake="rows_dropped"
        )
    masks = [mask] + [again(rng=after(asked, k + 1))[1] for k in range(SEEDS_MORE)]
    if len({int(np.sum(each)) for each in masks}) > 1:
        return None
    if all(np.array_equal(each, mask) for each in masks):
        return Broken(NOT_USED, mistake="own_generator")
    says = (
        "Every draw drops exactly the same number of entries. Independent draws drop p of them on "
        "average only."
    )
    return Broken(says, mistake="exact_number")


def scaled(out: Array, mask: Array, x: Array, p: float) -> Broken | None:
    """What is kept is scaled so that the expectation is x."""
    at = mask & (x != 0)
    ratio = (out[at] / x[at]).astype(np.float64)
    if not np.allclose(ratio, ratio[0], rtol=1e-5):
        return Broken("The kept entries are not all scaled by the same factor.")
    found, wanted = float(ratio.mean()), 1 / (1 - p)
    if abs(found / wanted - 1) < 1e-6:
        return None
    slips = {
        "not_scaled": 1.0, "scaled_twice": wanted**2, "scaled_by_p": 1 / p, "scaled_down": 1 - p,
    }  # fmt: skip
    named = [name for name, factor in slips.items() if abs(found / factor - 1) < 1e-5]
    return Broken(
        "The kept entries are scaled by a wrong factor: the expected value of out is not x.",
        f"out / x is {found:.6g} where an entry is kept; p is {p:.6g}.",
        named[0] if named else "",
    )


def single_stays(value: Any, asked: Question, again: Again) -> Broken | None:
    """float32 in, float32 out; and any number of axes."""
    x, p = asked.arguments["x"], asked.arguments["p"]
    if broken := has_no_form(value, x):
        return broken
    out, mask = value
    return agrees_with_mask(out, mask, x) or share_is_right(mask, p)


def dropout_draws_from_rng(value: Any, asked: Question, again: Again) -> Broken | None:
    """The generator decides what is dropped, and nothing else does."""
    if broken := has_no_form(value, asked.arguments["x"]):
        return broken
    if not np.array_equal(value[1], again()[1]):
        return Broken(ELSEWHERE, mistake="global_generator")
    if all(np.array_equal(value[1], again(rng=after(asked, k + 1))[1]) for k in range(SEEDS_MORE)):
        return Broken(NOT_USED, mistake="own_generator")
    return None


# random shifts


def shift_case(rng: np.random.Generator, about: str, shape: tuple[int, ...], m: int) -> Question:
    images = rng.uniform(0.25, 1, size=shape)
    return question(about, images=images, max_shift=m, rng=seed(rng))


def shift_cases(rng: np.random.Generator) -> Cases:
    yield shift_case(rng, "100 images of 6 × 5, up to 2 pixels", (100, 1, 6, 5), 2)
    yield shift_case(rng, "a few images with three channels, up to 3 pixels", (8, 3, 5, 7), 3)


def unshifted_cases(rng: np.random.Generator) -> Cases:
    yield shift_case(rng, "up to 0 pixels: nothing moves", (3, 1, 4, 5), 0)
    asked = shift_case(rng, "up to 0 pixels, float32", (2, 2, 4, 3), 0)
    yield asked.changed(images=asked.arguments["images"].astype(np.float32))


def shift_source(rng: np.random.Generator) -> Cases:
    yield shift_case(rng, "where the numbers come from", (12, 1, 4, 4), 2)


def window(images: Array, m: int, dy: int, dx: int, mode: Any) -> Array:
    """The images moved down by dy and right by dx; `mode` says what comes in."""
    padded = np.pad(images, ((0, 0), (0, 0), (m, m), (m, m)), mode=mode)
    height, width = images.shape[2:]
    return padded[:, :, m - dy : m - dy + height, m - dx : m - dx + width]


def find_shifts(out: Array, images: Array, m: int, mode: Any = "constant") -> tuple[Array, Array]:
    """The shift (dy, dx) of each channel of each image, and whether there is one."""
    shifts = np.zeros((*images.shape[:2], 2), dtype=int)
    found = np.zeros(images.shape[:2], dtype=bool)
    for dy in range(-m, m + 1):
        for dx in range(-m, m + 1):
            same = np.all(out == window(images, m, dy, dx, mode), axis=(2, 3))
            shifts[same & ~found] = dy, dx
            found |= same
    return shifts, found


def shifted(value: Any, asked: Question, again: Again) -> Broken | None:
    """Every image is its own image, moved as a whole by a shift that is drawn for it alone."""
    images, m = asked.arguments["images"], asked.arguments["max_shift"]
    if broken := has_no_image_form(value, images):
        return broken
    shifts, found = find_shifts(value, images, m)
    if not found.all():
        return not_a_shift(value, images, m)
    if np.any(shifts != shifts[:, :1]):
        return Broken(
            "The channels of an image move by different shifts.", mistake="channels_apart"
        )
    drawn = shifts[:, 0]
    if np.all(drawn == drawn[0]):
        if not drawn.any() and not any(
            find_shifts(again(rng=after(asked, k)), images, m)[0].any() for k in (1, 2, 3)
        ):
            return Broken("No image is shifted.", mistake="nothing_moves")
        return Broken("All images are shifted alike.", mistake="one_shift_for_all")
    if len(images) < 50:
        return None
    more = [again(rng=after(asked, k + 1)) for k in range(SHIFTS_MORE)]
    for other in more:
        if broken := has_no_image_form(other, images):
            return broken
    drawn = np.concatenate([drawn, *(find_shifts(other, images, m)[0][:, 0] for other in more)])
    return uniformly(drawn, m)


def has_no_image_form(value: Any, images: Array) -> Broken | None:
    if type(value) is not np.ndarray:
        return Broken(f"The result should be an array, but is {describe(value)}.")
    if value.shape != images.shape:
        return Broken(f"The result has shape {value.shape}, but should have shape {images.shape}.")
    if value.dtype != images.dtype:
        return Broken(f"The result has dtype {value.dtype}, but should have dtype {images.dtype}.")
    return None


def not_a_shift(out: Array, images: Array, m: int) -> Broken:
    """Say what came in where the image has left, if it is not 0."""
    for mode, name, says in (
        ("wrap", "wraps_around", "What leaves an image on one side comes in again on the other."),
        ("edge", "edge_repeated", "Where an image has left, its edge is repeated instead of 0."),
    ):
        if find_shifts(out, images, m, mode)[1].all():
            return Broken(says, mistake=name)
    further = find_shifts(out, images, m + max(m, 1))[1]
    if further.all():
        return Broken("Some images move further than max_shift.", mistake="too_far")
    others = any(
        np.array_equal(out[i], window(images[j : j + 1], m, dy, dx, "constant")[0])
        for i in range(min(len(images), 4)) for j in range(len(images)) if j != i
        for dy in range(-m, m + 1) for dx in range(-m, m + 1)
    )  # fmt: skip
    if others:
        says = "An image is in the place of another one: its label would no longer fit."
        return Broken(says, mistake="images_shuffled")
    return Broken("Some images of the result are not their own image, shifted, with 0 coming in.")


def uniformly(drawn: Array, m: int) -> Broken | None:
    """Every shift is as likely as every other, down and right independently."""
    n, values = len(drawn), range(-m, m + 1)
    vertical, horizontal = drawn.T
    for name, along in (("only_vertical", horizontal), ("only_horizontal", vertical)):
        if not along.any():
            where = "left or right" if name == "only_vertical" else "up or down"
            return Broken(f"No image moves {where}.", mistake=name)
    if np.array_equal(vertical, horizontal):
        return Broken("Every image moves down as far as right.", mistake="one_number_for_both")
    for along in (vertical, horizontal):
        counts = {k: int(np.sum(along == k)) for k in values}
        missing = [k for k in values if not counts[k]]
        if missing:
            named = {(m,): "end_excluded", (-m,): "start_excluded", (0,): "zero_excluded",
                     tuple(range(-m, 0)): "other_direction_missing",
                     tuple(range(-m + 1, m)): "farthest_only"}  # fmt: skip
            listed = ", ".join(map(str, missing))
            return Broken(
                "Some shifts from -max_shift to max_shift never occur.",
                f"In {n:,} images there is no shift by {listed}; max_shift is {m}.",
                named.get(tuple(missing), ""),
            )
        low, high = share_range(n, 1 / len(values))
        for k in values:
            if not low <= counts[k] / n <= high:
                return Broken(
                    "Some shifts are more likely than others.",
                    f"{counts[k] / n:.2f} of the images are shifted by {k}; "
                    f"it should be {1 / len(values):.2f}.",
                    "centered" if counts[0] == max(counts.values()) else "",
                )
    _, high = share_range(n, 1 / len(values) ** 2)
    pairs = np.unique(drawn, axis=0, return_counts=True)[1]
    if pairs.max() / n > high:
        return Broken("How far an image moves down and how far right depend on each other.")
    return None


def shift_draws_from_rng(value: Any, asked: Question, again: Again) -> Broken | None:
    """The generator decides where the images go, and nothing else does."""
    if not np.array_equal(value, again()):
        return Broken(ELSEWHERE, mistake="global_generator")
    if all(np.array_equal(value, again(rng=after(asked, k + 1))) for k in range(SEEDS_MORE)):
        return Broken(NOT_USED, mistake="own_generator")
    return None
