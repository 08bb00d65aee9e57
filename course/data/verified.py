"""Tell a data file that is not the one it should be."""

import hashlib


def verified(content: bytes, sha256: str, name: str, remedy: str) -> bytes:
    """Return the content of a file that has the expected hash.

    Parameters
    ----------
    content : all of the file
    sha256 : hexadecimal digest that the content must have
    name : what the message calls the file
    remedy : what to do where it is another file, the end of the message

    Raises
    ------
    ValueError
        The file is not the one that its datasheet describes.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{name} is not the expected file: its sha256 is {found[:12]}… ({len(content)} bytes), "
            f"expected {sha256[:12]}…; {remedy}"
        )
    return content
