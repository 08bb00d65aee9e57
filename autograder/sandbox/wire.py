"""Messages over a socket: the codec of data.py with a deadline and a bound on the length."""

from __future__ import annotations

import select
import socket
import time
from typing import Any

from autograder.data import PREFIX, DataError, decode, encode

CHUNK = 1 << 20


class WireError(Exception):
    """The other side closed, broke the protocol or sent too much."""


class WireTimeoutError(WireError):
    """No complete message came in time."""


def send(connection: socket.socket, value: Any) -> None:
    """Send one value.

    Raises
    ------
    DataError
        Where `value` is not data.
    WireError
        Where the other side is gone.
    """
    message = encode(value)
    try:
        connection.sendall(message)
    except OSError as error:
        raise WireError(f"cannot send: {error}") from None


def receive(connection: socket.socket, seconds: float | None = None, limit: int = CHUNK) -> Any:
    """Receive one value of at most `limit` bytes, within `seconds`.

    Raises
    ------
    WireTimeoutError, WireError
        See there. After either the connection is of no further use.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    prefix = _exactly(connection, PREFIX.size, deadline)
    _, header_size, body_size = PREFIX.unpack(prefix)
    if header_size + body_size > limit:
        raise WireError(f"a message of {header_size + body_size} bytes, {limit} are allowed")
    try:
        return decode(prefix + _exactly(connection, header_size + body_size, deadline))
    except DataError as error:
        raise WireError(f"not a message: {error}") from None


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytes:
    received = bytearray(count)
    view = memoryview(received)
    position = 0
    while position < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([connection], [], [], left)[0]:
                raise WireTimeoutError("no answer in time")
        try:
            got = connection.recv_into(view[position:], min(count - position, CHUNK))
        except OSError as error:
            raise WireError(f"cannot receive: {error}") from None
        if not got:
            raise WireError("the other side has closed")
        position += got
    return bytes(received)
