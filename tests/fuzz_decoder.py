"""Throw damaged messages at the decoder: ``python tests/fuzz_decoder.py [COUNT] [SEED]``.

Each input is a good message with bits flipped, pieces cut out, doubled or exchanged, or its header
rewritten. Whatever comes, `decode` may raise nothing but DataError, quickly and in little memory.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc

import numpy as np

from autograder.data import MAGIC, PREFIX, DataError, Seed, decode, encode

SLOWEST = 0.5  # seconds that one message of a few hundred bytes may take
LARGEST = 64 << 20  # bytes that may be held meanwhile
WORDS = [b"[", b"]", b"{", b"}", b'"array"', b'"tuple"', b'"dict"', b'"f8"', b"-1", b"1e999", b"NaN",
         b"99999999999999999999", b'"int"', b'"seed"', b'"scalar"', b"null", b"true", b",", b":"]  # fmt: skip


def good_messages() -> list[bytes]:
    """Messages of every construct."""
    rng = np.random.default_rng(0)
    return [
        encode(value)
        for value in (
            None,
            [1, 2.5, "text", True, None, float("nan"), 1 << 80],
            {"a": (1, [2, {"b": ()}]), "c": Seed(7)},
            [
                rng.normal(size=(2, 3)),
                np.arange(4),
                np.float32(2),
                np.zeros((0, 5)),
                np.array(True),
            ],
            ["x" * 50, [[[[[]]]]], {"lower": rng.normal(size=3)}],
        )
    ]


def damaged(message: bytes, rng: random.Random) -> bytes:
    """A message after one to four accidents; half of the time with a prefix that fits again."""
    content = bytearray(message[PREFIX.size :])
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content) + 1)
        kind = rng.randrange(5)
        if kind == 0 and content:
            content[at % len(content)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del content[at : at + rng.randint(1, 8)]
        elif kind == 2:
            content[at:at] = content[at : at + rng.randint(1, 40)]
        elif kind == 3:
            content[at:at] = rng.choice(WORDS)
        else:
            content[at : at + rng.randint(1, 4)] = rng.randbytes(rng.randint(1, 4))
    if rng.random() < 0.5:
        header = rng.randint(0, len(content))
        if rng.random() < 0.7:
            header = min(len(content), PREFIX.unpack_from(message)[1])
        return PREFIX.pack(MAGIC, header, len(content) - header) + bytes(content)
    return message[: PREFIX.size] + bytes(content)


def fuzz(count: int, seed: int) -> dict[str, float]:
    """Try `count` inputs; returns how many were refused and the longest time one took.

    Raises
    ------
    AssertionError
        With the input, where one takes too long or too much memory, or raises anything else.
    """
    rng = random.Random(seed)
    messages = good_messages()
    refused, slowest = 0, 0.0
    tracemalloc.start()
    for _ in range(count):
        message = damaged(rng.choice(messages), rng)
        start = time.process_time()  # not of other processes on a busy machine
        try:
            decode(message)
        except DataError:
            refused += 1
        except BaseException as error:
            raise AssertionError(f"{error!r} for {message!r}") from error
        taken = time.process_time() - start
        slowest = max(slowest, taken)
        assert taken < SLOWEST, f"{taken:.2f} s for {message!r}"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LARGEST, f"{peak} bytes held"
    return {"refused": refused, "slowest": slowest, "peak": peak}


if __name__ == "__main__":
    tried = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    found = fuzz(tried, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{tried:,} inputs: {found['refused']:,} refused, no other exception; "
          f"slowest {1e3 * found['slowest']:.1f} ms, peak {found['peak'] / 1e6:.1f} MB")  # fmt: skip
