"""Messages over a socket: the codec of data.py with a deadline, a bound, and shared memory for what
is large.

The arrays of a large question, and those of its answer after them, lie in memory that the grader and
the child share and use again for the next, since fresh memory costs more than a copy. It is the
child's to spoil: the grader copies an answer before it looks at it, so that what was checked stays
what was sent, and reads nothing else there.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import socket
import struct
import time
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
        header_size, body_size = unpack_prefix(self.pieces[0])
        self.in_memory = body_size >= LARGE
        self.size = PREFIX.size + header_size + (0 if self.in_memory else body_size)


class Memory:
    """Memory that two processes share, mapped once."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.bytes = memoryview(mmap.mmap(descriptor, 0))

    @classmethod
    def of_size(cls, size: int) -> Memory:
        """New memory, of which only what is written to exists."""
        descriptor = os.memfd_create("arrays", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _OF_FIXED_SIZE)
        return cls(descriptor)

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


class Wire:
    """One end of a connection.

    Every method that sends raises WireError where the other side is gone, and DataError where the
    value is not data; every method that receives raises WireTimeoutError or WireError, and after
    either the connection is of no further use.
    """

    def __init__(self, connection: socket.socket, *, takes_memory: bool = False) -> None:
        self.connection = connection
        self.takes_memory = takes_memory  # the grader takes none from the child
        self.memory: Memory | None = None
        self._received = bytearray()  # what came with the message before
        self._unsent: list[Any] = []  # of questions that go out together
        self._seconds = 0  # after which the kernel gives up receiving; 0 is never

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
        if self.memory is not None:
            self.memory.close()
            self.memory = None

    def send(self, value: Any) -> None:
        """Send one value."""
        self._send(pack(value))

    def receive(self, seconds: float | None = None, limit: int = CHUNK) -> Any:
        """Receive one value of at most `limit` bytes, within `seconds`."""
        self._send([])
        deadline = None if seconds is None else time.monotonic() + seconds
        prefix = self._exactly(PREFIX.size, deadline)
        in_memory = self.memory is not None and prefix.startswith(IN_MEMORY)
        header_size, body_size = _announced(prefix, IN_MEMORY if in_memory else MAGIC, limit)
        header = self._exactly(header_size, deadline)
        if self.memory is not None and in_memory:
            if body_size > len(self.memory.bytes):
                raise WireError("an answer that is larger than the memory for it")
            body = memoryview(bytearray(self.memory.bytes[:body_size]))
        else:
            body = memoryview(self._exactly(body_size, deadline))
        try:
            return unpack(header, body, copy=not in_memory)
        except DataError as error:
            raise WireError(f"not a message: {error}") from None

    def ask(self, question: Packed, room: int) -> None:
        """Send a question, with memory for an answer of up to `room` bytes where it is large.

        A small one goes out with those that follow it, once an answer is waited for. A large one is
        asked when nothing is under way: its arrays lie where those of the answer before it lay.
        """
        prefix, header, *arrays = question.pieces
        if not question.in_memory:
            self._unsent += question.pieces
            return
        self._send([])
        header_size, body_size = unpack_prefix(prefix)
        new = self.memory is None or len(self.memory.bytes) < body_size
        if self.memory is not None and new:
            self.memory.close()
        if self.memory is None or new:
            self.memory = Memory.of_size(max(room, body_size))
        self.memory.write(arrays)
        message = PREFIX.pack(IN_MEMORY, header_size, body_size) + header
        files = [self.memory.descriptor] if new else []
        try:
            sent = socket.send_fds(self.connection, [message], files)
            self.connection.sendall(message[sent:])
        except OSError as error:
            raise _gone(error) from None

    def receive_question(self, limit: int) -> tuple[Any, Any, bool]:
        """Receive one value, a copy of it, and whether its answer may go through shared memory.

        The arrays of the value itself then lie there, and are gone once the answer is written.
        """
        prefix = self._exactly(PREFIX.size, None)
        in_memory = prefix.startswith(IN_MEMORY)
        header_size, body_size = _announced(prefix, IN_MEMORY if in_memory else MAGIC, limit)
        header = self._exactly(header_size, None)
        if in_memory and self.memory is not None:
            value = unpack(header, self.memory.bytes[:body_size], copy=False)
        else:
            value = unpack(header, memoryview(self._exactly(body_size, None)))
        return value, copied(value), in_memory

    def answer(self, value: Any, in_memory: bool) -> None:
        """Send an answer, its arrays through shared memory where it may and they are large."""
        pieces = pack(value)
        header_size, body_size = unpack_prefix(pieces[0])
        if in_memory and self.memory is not None and LARGE <= body_size <= len(self.memory.bytes):
            self.memory.write(pieces[2:])
            pieces = [PREFIX.pack(IN_MEMORY, header_size, body_size), pieces[1]]
        self._send(pieces)

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

    def _exactly(self, count: int, deadline: float | None) -> bytes:
        while len(self._received) < count:
            self._wait_no_longer_than(deadline)
            size = min(max(count - len(self._received), AHEAD), CHUNK)
            try:
                if self.takes_memory:
                    got, files, _, _ = socket.recv_fds(self.connection, size, 1)
                    if files:
                        self._take(files[0])
                else:
                    got = self.connection.recv(size)
            except BlockingIOError:
                raise WireTimeoutError("no answer in time") from None
            except OSError as error:
                raise _gone(error) from None
            if not got:
                raise WireError("the other side has closed")
            self._received += got
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    def _take(self, descriptor: int) -> None:
        """Use other memory from now on."""
        if self.memory is not None:
            self.memory.close()
        self.memory = Memory(descriptor)

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
