"""Messages over a socket: the codec of data.py with a deadline, a bound, and shared memory for what
is large.

A large question comes with two files in memory. The first holds its arrays and is sealed: nobody can
change it any more. Into the second the child may put the arrays of its answer; the grader seals it
before it reads, so that what was checked stays what was sent.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import mmap
import os
import socket
import struct
import time
from collections import deque
from typing import Any

from autograder.data import MAGIC, PREFIX, DataError, copied, pack, unpack, unpack_prefix

CHUNK = 1 << 20
AHEAD = 4096  # bytes that are received at once where there are so many
LARGE = 1 << 18  # bytes of arrays from which on they travel in a file in memory
IN_MEMORY = b"NNdm"  # begins a message whose arrays lie in the file
TIMEVAL = struct.Struct("@ll")
_FILE_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW


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


class Room:
    """A file in memory that the grader made for the arrays of a large answer."""

    def __init__(self, size: int) -> None:
        self.descriptor = os.memfd_create("answer", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, size)
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _FILE_SEALS)

    def close(self) -> None:
        """Give it back; arrays that lie in it stay."""
        os.close(self.descriptor)

    def sealed(self, size: int) -> memoryview:
        """Its first `size` bytes, which nobody else can change any more."""
        try:
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
        except OSError as error:  # it is still mapped where it was written
            raise WireError(f"not sealed: {error}") from None
        return _mapped(self.descriptor, size)


class Wire:
    """One end of a connection.

    Every method that sends raises WireError where the other side is gone, and DataError where the
    value is not data; every method that receives raises WireTimeoutError or WireError, and after
    either the connection is of no further use.
    """

    def __init__(self, connection: socket.socket, *, takes_files: bool = False) -> None:
        self.connection = connection
        self.takes_files = takes_files  # the grader takes none from the child
        self._received = bytearray()  # what came with the message before
        self._unsent: list[Any] = []  # of questions that go out together
        self._files: deque[int] = deque()
        self._seconds = 0  # after which the kernel gives up receiving; 0 is never

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def send(self, value: Any) -> None:
        """Send one value."""
        self._send(pack(value))

    def receive(self, seconds: float | None = None, limit: int = CHUNK) -> Any:
        """Receive one value of at most `limit` bytes, within `seconds`."""
        return self.receive_answer(None, seconds, limit)

    def ask(self, question: Packed, room: int) -> Room | None:
        """Send a question; returns, where it is large, the room for an answer of up to `room` bytes.

        A small one goes out with those that follow it, once an answer is waited for.
        """
        prefix, header, *arrays = question.pieces
        if not question.in_memory:
            self._unsent += question.pieces
            return None
        self._send([])
        body = os.memfd_create("question", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            for each in arrays:
                _write(body, each)
            fcntl.fcntl(body, fcntl.F_ADD_SEALS, _FILE_SEALS | fcntl.F_SEAL_WRITE)
            given = Room(room)
            prefix = PREFIX.pack(IN_MEMORY, *unpack_prefix(prefix))
            try:
                socket.send_fds(self.connection, [prefix], [body, given.descriptor])
                self.connection.sendall(header)
            except OSError as error:
                raise _gone(error) from None
            return given
        finally:
            os.close(body)

    def receive_question(self, limit: int) -> tuple[Any, Any, int | None]:
        """Receive one value, a copy of it, and the room for a large answer."""
        prefix = self._exactly(PREFIX.size, None)
        in_memory = prefix.startswith(IN_MEMORY)
        header_size, body_size = _announced(prefix, IN_MEMORY if in_memory else MAGIC, limit)
        header = self._exactly(header_size, None)
        if not in_memory:
            value = unpack(header, memoryview(self._exactly(body_size, None)))
            return value, copied(value), None
        body, room = self._files.popleft(), self._files.popleft()
        first, second = (unpack(header, _mapped(body, body_size), copy=False) for _ in range(2))
        os.close(body)
        return first, second, room

    def answer(self, value: Any, room: int | None) -> None:
        """Send an answer, its arrays through the room where there is one and they are large."""
        pieces = pack(value)
        header_size, body_size = unpack_prefix(pieces[0])
        if room is not None and body_size >= LARGE:
            with contextlib.suppress(OSError):  # too large for the room: through the socket, then
                for piece in pieces[2:]:
                    _write(room, piece)
                self._send([PREFIX.pack(IN_MEMORY, header_size, body_size), pieces[1]])
                return
        self._send(pieces)

    def receive_answer(self, room: Room | None, seconds: float | None, limit: int) -> Any:
        """Receive one answer of at most `limit` bytes, within `seconds`."""
        self._send([])
        deadline = None if seconds is None else time.monotonic() + seconds
        prefix = self._exactly(PREFIX.size, deadline)
        in_memory = room is not None and prefix.startswith(IN_MEMORY)
        header_size, body_size = _announced(prefix, IN_MEMORY if in_memory else MAGIC, limit)
        header = self._exactly(header_size, deadline)
        try:
            if room is not None and in_memory:
                return unpack(header, room.sealed(body_size), copy=False)
            return unpack(header, memoryview(self._exactly(body_size, deadline)))
        except DataError as error:
            raise WireError(f"not a message: {error}") from None

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
                if self.takes_files:
                    got, files, _, _ = socket.recv_fds(self.connection, size, 2)
                    self._files += files
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


def _write(descriptor: int, piece: Any) -> None:
    left = memoryview(piece).cast("B") if piece.size else memoryview(b"")
    while left:
        left = left[os.write(descriptor, left) :]


def _mapped(descriptor: int, size: int) -> memoryview:
    """A file's bytes in memory of our own: what is written there does not change the file."""
    if not size:
        return memoryview(b"")
    try:
        return memoryview(mmap.mmap(descriptor, size, access=mmap.ACCESS_COPY))
    except (OSError, ValueError) as error:  # ValueError: larger than the file
        raise WireError(f"not in memory: {error}") from None


def _gone(error: OSError) -> WireError:
    return WireError(f"the other side is gone: {error}")
