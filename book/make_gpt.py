"""Write course/data/gpt.npz: a small GPT, trained on fourteen plays by Shakespeare.

Run from the repository root: ``OMP_NUM_THREADS=1 python -m book.make_gpt``. It takes as long as the
datasheet, course/data/gpt.md, says, too long for a build. It can be stopped at any time: it goes on
from its last state, which lies in STATE, and ends with the same numbers, because the windows of a
step depend on the seed and the step alone.

*Twelfth Night* is not learned from; its loss chose the settings below. *The Tempest* is looked at
once, by what came out. With ``MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483647``
the memory of a step serves the next one too, which saves some time on Linux.
"""

import hashlib
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from book import gpt
from course.data import load_shakespeare

TARGET = Path(__file__).parents[1] / "course" / "data" / "gpt.npz"
STATE = Path("_build") / "gpt_training.npz"
CHOOSE_BY, HELD_OUT = "Twelfth Night", "The Tempest"
SEED = 1
CONTEXT, WIDTH, LAYERS, HEADS = 128, 128, 4, 4
BATCH, PEAK, WARM_UP = 8, 3e-3, 200
STEPS, FALLING = 10_000_000, 2_000  # the rate falls linearly to 0 over the last steps
EACH = 100  # steps between two lines of the record


def texts() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the alphabet, and what to learn from, choose by and judge on, as numbers in it."""
    plays = load_shakespeare()
    alphabet = np.unique(np.frombuffer("".join(plays.values()).encode("ascii"), np.uint8))

    def numbers(text: str) -> np.ndarray:
        return np.searchsorted(alphabet, np.frombuffer(text.encode("ascii"), np.uint8))

    named = {name: numbers(plays.pop(name)) for name in (CHOOSE_BY, HELD_OUT)}
    return alphabet, {"learn": numbers("".join(plays.values())), **named}


def fresh() -> gpt.Training:
    classes = len(texts()[0])
    rng = np.random.default_rng(SEED)
    return gpt.Training.of(gpt.start(classes, WIDTH, LAYERS, rng))


def rate(step: int) -> float:
    return PEAK * min(1.0, step / WARM_UP, (STEPS - step + 1) / FALLING)


def one_step(training: gpt.Training, learn: np.ndarray) -> float:
    """Train on the windows of the next step; return their loss in nats."""
    rng = np.random.default_rng([SEED, training.step])
    loss, gradients = gpt.loss_and_gradients(
        training.p, *gpt.windows(learn, BATCH, CONTEXT, rng), HEADS
    )
    training.update(gradients, rate(training.step + 1))
    return loss


def save(path: Path, training: gpt.Training, record: np.ndarray) -> None:
    parts = {"p": training.p, "mean": training.mean, "square": training.square}
    arrays: dict[str, Any] = {
        f"{part}/{name}": w for part, each in parts.items() for name, w in each.items()
    }
    path.parent.mkdir(exist_ok=True)
    whole = path.with_suffix(".new.npz")
    np.savez(whole, step=training.step, record=record, **arrays)
    whole.replace(path)


def resume(path: Path) -> tuple[gpt.Training, np.ndarray]:
    if not path.exists():
        return fresh(), np.zeros((0, 4))
    with np.load(path) as kept:
        parts: dict[str, gpt.Parameters] = {"p": {}, "mean": {}, "square": {}}
        for key in kept.files:
            part, _, name = key.partition("/")
            if name:
                parts[part][name] = kept[key]
        return gpt.Training(**parts, step=int(kept["step"])), kept["record"]


def train(path: Path) -> tuple[gpt.Training, np.ndarray]:
    """Train to the last step, and print and record how it goes.

    The record has a row for every EACH steps: the step, the mean loss of the training windows since
    the row before, the loss on a tenth of the text to choose by (both in bits), and the seconds of
    processor time so far.
    """
    _, text = texts()
    training, record = resume(path)
    before = record[-1, 3] if len(record) else 0.0
    begin, losses = time.process_time(), []
    while training.step < STEPS:
        losses.append(one_step(training, text["learn"]))
        if training.step % EACH == 0 or training.step == STEPS:
            chosen = gpt.bits_per_character(training.p, text[CHOOSE_BY], HEADS, CONTEXT, every=10)
            seconds = before + time.process_time() - begin
            row = (training.step, np.mean(losses) / np.log(2), chosen.mean(), seconds)
            record, losses = np.vstack([record, row]), []
            print("step {:6.0f}  learned {:.3f}  to choose by {:.3f}  {:6.0f} s".format(*row))
            sys.stdout.flush()
            save(path, training, record)
    return training, record


def main() -> None:
    begin = time.time()
    training, record = train(STATE)
    alphabet, text = texts()
    again = fresh()
    first = [one_step(again, text["learn"]) for _ in range(5)]
    arrays: dict[str, Any] = {name: w.astype(np.float16) for name, w in training.p.items()}
    stored = {name: w.astype(np.float32) for name, w in arrays.items()}
    arrays |= {"alphabet": alphabet, "heads": HEADS}
    arrays |= {"record": record.astype(np.float32), "first": np.array(first)}
    np.savez_compressed(TARGET, **arrays)
    content = TARGET.read_bytes()
    for name in (CHOOSE_BY, HELD_OUT):
        bits = gpt.bits_per_character(stored, text[name], HEADS, CONTEXT).mean()
        print(f"{name}: {bits:.3f} bits a character")
    print(f"{sum(w.size for w in stored.values())} parameters, {training.step} steps")
    print(f"{record[-1, 3]:.0f} s of processor time, {time.time() - begin:.0f} s since this start")
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    print(f"NumPy {np.__version__}")


if __name__ == "__main__":
    main()
