"""Messages over a socket: the codec of data.py with a deadline, a bound, and shared memory for what
is large.

The arrays of a large question, and those of its answer after them, lie in memory that the grader and
the child share from the start and use again for the next, since fresh memory costs more than a copy.
It is the child's to spoil: the grader copies an answer before it looks at it, so that what was checked
stays what was sent, and reads nothing else there.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import socket
import struct
import time
from functools import cached_property
from typing import Any

import numpy as np

from autograder.data import MAGIC, PREFIX, DataError, copied, pack, unpack, unpack_prefix

CHUNK = 1 << 20
AHEAD = 4096  # bytes that are received at once where there are so many
LARGE = 1 << 18  # bytes of arrays from which on they travel in a file in memory
IN_MEMORY = b"NNdm"  # begins a message whose arrays lie in shared memory
TIMEVAL = struct.Struct("@ll")
_OF_FIXED_SIZE = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW  # or reading it could kill the reader


class WireError(Exception):
    """The other side closed, broke the protocol or sent too much."""


class WireTimeoutError(WireError):
    """No complete message came in time."""


class Packed:
    """A question, ready to be sent; `size` is what of it goes through the socket, in bytes."""

    def __init__(self, value: Any) -> None:
        self.pieces = pack(value)
        self.header_size, self.body_size = unpack_prefix(self.pieces[0])
        self.large = self.body_size >= LARGE
        self.size = PREFIX.size + self.header_size + (0 if self.large else self.body_size)


class Memory:
    """Memory that two processes share by its descriptor; each maps it when it first needs it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def of_size(cls, size: int) -> Memory:
        """New memory, of which only what is written to exists."""
        descriptor = os.memfd_create("arrays", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _OF_FIXED_SIZE)
        return cls(descriptor)

    @cached_property
    def bytes(self) -> memoryview:
        """All of it."""
        return memoryview(mmap.mmap(self.descriptor, 0))

    def write(self, arrays: list[np.ndarray]) -> None:
        """Put arrays there, one behind the other."""
        position = 0
        for each in arrays:
            place = np.frombuffer(self.bytes, each.dtype, each.size, position)
            np.copyto(place.reshape(each.shape), each)
            position += each.nbytes

    def close(self) -> None:
        """Give it back."""
        os.close(self.descriptor)
        self.__dict__.pop("bytes", None)


class Wire:
    """One end of a connection; where it has no memory, arrays of any size go through the socket.

    Every method that sends raises WireError where the other side is gone, and DataError where the
    value is not data; every method that receives raises WireTimeoutError or WireError, and after
    either the connection is of no further use.
    """

    def __init__(self, connection: socket.socket, memory: Memory | None = None) -> None:
        self.connection = connection
        self.memory = memory
        self._received = bytearray()  # what came with the message before
        self._read = 0  # how much of it was looked at
        self._unsent: list[Any] = []  # of questions that go out together
        self._seconds = 0  # after which the kernel gives up receiving; 0 is never

    def send(self, value: Any) -> None:
        """Send one value."""
        self._send(pack(value))

    def receive(self, seconds: float | None = None, limit: int = CHUNK) -> Any:
        """Receive one value of at most `limit` bytes, within `seconds`."""
        self._send([])
        deadline = None if seconds is None else time.monotonic() + seconds
        header, body, memory = self._message(deadline, limit)
        if memory is not None:
            body = memoryview(bytearray(body))
        try:
            return unpack(header, body, copy=memory is None)
        except DataError as error:
            raise WireError(f"not a message: {error}") from None

    def ask(self, question: Packed) -> None:
        """Send a question. A small one goes out with those that follow it, once an answer is waited for.

        A large one is asked when nothing is under way: its arrays lie where those of the answer
        before it lay.
        """
        self._unsent += self._through_memory(question.pieces)
        if question.large:
            self._send([])

    def receive_question(self, limit: int) -> tuple[Any, Any, bool]:
        """Receive one value, a copy of it, and whether it came, and its answer may go, through memory.

        The arrays of the value itself then lie there, and are gone once the answer is written.
        """
        header, body, memory = self._message(None, limit)
        value = unpack(header, body, copy=memory is None)
        return value, copied(value), memory is not None

    def answer(self, value: Any, through_memory: bool) -> None:
        """Send an answer. The grader puts a question through memory when nothing else is under way,
        so that only then the answer's arrays are safe there."""
        pieces = pack(value)
        self._send(self._through_memory(pieces) if through_memory else pieces)

    def _through_memory(self, pieces: list[Any]) -> list[Any]:
        """The pieces that are left to be sent where large arrays are put into shared memory."""
        prefix, header, *arrays = pieces
        header_size, body_size = unpack_prefix(prefix)
        if self.memory is None or not LARGE <= body_size <= len(self.memory.bytes):
            return pieces
        self.memory.write(arrays)
        return [PREFIX.pack(IN_MEMORY, header_size, body_size), header]

    def _message(
        self, deadline: float | None, limit: int
    ) -> tuple[bytes, memoryview, Memory | None]:
        """A message's header, the bytes of its arrays, and the memory where these lie, if they do."""
        self._fill(PREFIX.size, deadline)
        prefix = bytes(self._received[self._read : self._read + PREFIX.size])
        memory = self.memory if prefix.startswith(IN_MEMORY) else None
        header_size, body_size = _announced(prefix, MAGIC if memory is None else IN_MEMORY, limit)
        size = PREFIX.size + header_size
        if memory is None:
            size += body_size
        elif body_size > len(memory.bytes):
            raise WireError("arrays that are larger than the memory for them")
        self._fill(size, deadline)
        start = self._read + PREFIX.size  # what was received may lie elsewhere now
        end = start + header_size
        header = bytes(self._received[start:end])
        if memory is None:
            body = memoryview(self._received)[end : end + body_size]
        else:
            body = memory.bytes[:body_size]
        self._read += size
        return header, body, memory

    def _send(self, pieces: list[Any]) -> None:
        """Send pieces of messages, behind those that are unsent."""
        message = b"".join([*self._unsent, *pieces])
        self._unsent.clear()
        if not message:
            return
        try:
            self.connection.sendall(message)
        except OSError as error:
            raise _gone(error) from None

    def _fill(self, count: int, deadline: float | None) -> None:
        """Receive until so many bytes are there that were not looked at."""
        if len(self._received) - self._read >= count:
            return
        before = self._received[self._read :]
        received = bytearray(max(count, len(before) + AHEAD))
        received[: len(before)] = before
        there = len(before)
        with memoryview(received) as room:
            while there < count:
                self._wait_no_longer_than(deadline)
                try:
                    got = self.connection.recv_into(room[there:])
                except BlockingIOError:
                    raise WireTimeoutError("no answer in time") from None
                except OSError as error:
                    raise _gone(error) from None
                if not got:
                    raise WireError("the other side has closed")
                there += got
        del received[there:]
        self._received, self._read = received, 0

    def _wait_no_longer_than(self, deadline: float | None) -> None:
        """Have the kernel give up in time; it is told only when that is another number of seconds."""
        seconds = 0
        if deadline is not None:
            seconds = math.ceil(deadline - time.monotonic())
            if seconds <= 0:
                raise WireTimeoutError("no answer in time")
        if seconds != self._seconds:
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, TIMEVAL.pack(seconds, 0)
            )
            self._seconds = seconds


def _announced(prefix: bytes, magic: bytes, limit: int) -> tuple[int, int]:
    _, header_size, body_size = PREFIX.unpack(prefix)
    if header_size + body_size > limit:
        raise WireError(f"a message of {header_size + body_size} bytes, {limit} are allowed")
    try:
        return unpack_prefix(prefix, magic)
    except DataError as error:
        raise WireError(f"not a message: {error}") from None


def _gone(error: OSError) -> WireError:
    return WireError(f"the other side is gone: {error}")
