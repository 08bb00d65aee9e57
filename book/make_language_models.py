"""Write course/data/gpt.npz and lstm.npz: models of characters, trained on fourteen plays.

Run from the repository root: ``OMP_NUM_THREADS=1 python -m book.make_language_models gpt``, and the
same with ``lstm``. It takes as long as the datasheet, course/data/language_models.md, says, too long
for a build. It can be stopped at any time: it goes on from its last state, which it keeps in _build,
and ends with the same numbers, because the windows of a step depend on the seed and the step alone.

*Twelfth Night* is not learned from; its loss chose the settings below. *The Tempest* is for judging
what came out. With ``MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483647`` the memory
of a step serves the next one too, which saves some time on Linux.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from book import gpt, lstm
from book.language_models import Array, Parameters, Training, bits_per_character, windows
from course.data import load_shakespeare

TARGETS = Path(__file__).parents[1] / "course" / "data"
CHOOSE_BY, HELD_OUT = "Twelfth Night", "The Tempest"
SEED = 1
HEADS = 4
JUDGED = 128  # length of the windows on which a model is judged
EACH = 100  # steps between two lines of the record
FIRST = 5  # so many losses are kept, for whoever trains again


@dataclass(frozen=True)
class Plan:
    """How a model is made; its rate rises, stays, and falls linearly to 0 over the last steps."""

    start: Callable[[int, np.random.Generator], Parameters]
    read: Callable[[Parameters, Array], Array]
    loss_and_gradients: Callable[[Parameters, Array, Array], tuple[float, Parameters]]
    batch: int
    context: int
    peak: float
    steps: int
    falling: int
    warm_up: int = 200

    def rate(self, step: int) -> float:
        left = (self.steps - step + 1) / self.falling
        return self.peak * min(1.0, step / self.warm_up, left)


PLANS = {
    "gpt": Plan(
        start=lambda classes, rng: gpt.start(classes, 128, 4, rng),
        read=lambda p, codes: gpt.read(p, codes, HEADS)[0],
        loss_and_gradients=lambda p, x, y: gpt.loss_and_gradients(p, x, y, HEADS),
        batch=8, context=128, peak=3e-3, steps=4200, falling=2200,
    ),
    "lstm": Plan(
        start=lambda classes, rng: lstm.start(classes, 256, rng),
        read=lambda p, codes: lstm.read(p, codes)[0],
        loss_and_gradients=lstm.loss_and_gradients,
        batch=32, context=64, peak=4e-3, steps=4000, falling=2000,
    ),
}  # fmt: skip


def texts() -> tuple[Array, dict[str, Array]]:
    """Return the alphabet, and what to learn from, choose by and judge on, as numbers in it."""
    plays = load_shakespeare()
    alphabet = np.unique(np.frombuffer("".join(plays.values()).encode("ascii"), np.uint8))

    def numbers(text: str) -> Array:
        return np.searchsorted(alphabet, np.frombuffer(text.encode("ascii"), np.uint8))

    named = {name: numbers(plays.pop(name)) for name in (CHOOSE_BY, HELD_OUT)}
    return alphabet, {"learn": numbers("".join(plays.values())), **named}


def fresh(plan: Plan, classes: int) -> Training:
    return Training.of(plan.start(classes, np.random.default_rng(SEED)))


def one_step(plan: Plan, training: Training, learn: Array) -> float:
    """Train on the windows of the next step; return their loss in nats."""
    rng = np.random.default_rng([SEED, training.step])
    x, y = windows(learn, plan.batch, plan.context, rng)
    loss, gradients = plan.loss_and_gradients(training.p, x, y)
    training.update(gradients, plan.rate(training.step + 1))
    return loss


def save(path: Path, training: Training, record: Array) -> None:
    parts = {"p": training.p, "mean": training.mean, "square": training.square}
    arrays: dict[str, Any] = {
        f"{part}/{name}": w for part, each in parts.items() for name, w in each.items()
    }
    path.parent.mkdir(exist_ok=True)
    whole = path.with_suffix(".new.npz")
    np.savez(whole, step=training.step, record=record, **arrays)
    whole.replace(path)


def resume(path: Path) -> tuple[Training, Array]:
    with np.load(path) as kept:
        parts: dict[str, Parameters] = {"p": {}, "mean": {}, "square": {}}
        for key in kept.files:
            part, _, name = key.partition("/")
            if name:
                parts[part][name] = kept[key]
        return Training(**parts, step=int(kept["step"])), kept["record"]


def train(plan: Plan, path: Path, each: int = EACH) -> tuple[Training, Array]:
    """Train to the last step, and print and record how it goes.

    The record has a row for every so many steps: the step, the mean loss of the training windows
    since the row before, the loss on a tenth of the text to choose by (both in bits), and the
    seconds of processor time so far.
    """
    alphabet, text = texts()
    if path.exists():
        training, record = resume(path)
    else:
        training, record = fresh(plan, len(alphabet)), np.zeros((0, 4))
    before = record[-1, 3] if len(record) else 0.0
    begin, losses = time.process_time(), []
    while training.step < plan.steps:
        losses.append(one_step(plan, training, text["learn"]))
        if training.step % each == 0 or training.step == plan.steps:
            chosen = judge(plan, training.p, text[CHOOSE_BY], every=10)
            seconds = before + time.process_time() - begin
            row = (training.step, np.mean(losses) / np.log(2), chosen, seconds)
            record, losses = np.vstack([record, row]), []
            print("step {:6.0f}  learned {:.3f}  to choose by {:.3f}  {:6.0f} s".format(*row))
            sys.stdout.flush()
            save(path, training, record)
    return training, record


def judge(plan: Plan, p: Parameters, text: Array, every: int = 1) -> float:
    """Bits a character."""
    return float(bits_per_character(lambda codes: plan.read(p, codes), text, JUDGED, every).mean())


def write(name: str, training: Training, record: Array) -> None:
    """Write the checkpoint, rounded to float16, and print what the datasheet says of it."""
    plan, (alphabet, text) = PLANS[name], texts()
    again = fresh(plan, len(alphabet))
    first = [one_step(plan, again, text["learn"]) for _ in range(FIRST)]
    arrays: dict[str, Any] = {name: w.astype(np.float16) for name, w in training.p.items()}
    stored = {name: w.astype(np.float32) for name, w in arrays.items()}
    arrays |= {"alphabet": alphabet, "record": record.astype(np.float32), "first": np.array(first)}
    target = TARGETS / f"{name}.npz"
    np.savez_compressed(target, **arrays)
    content = target.read_bytes()
    print(f"{target.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    print(f"{sum(w.size for w in stored.values()):,} parameters, {training.step:,} steps")
    print(f"{record[-1, 3]:.0f} s of processor time, NumPy {np.__version__}")
    for play in (CHOOSE_BY, HELD_OUT):
        print(f"{play}: {judge(plan, stored, text[play]):.3f} bits a character")


def main() -> None:
    name = sys.argv[1]
    write(name, *train(PLANS[name], Path("_build") / f"{name}_training.npz"))


if __name__ == "__main__":
    main()
