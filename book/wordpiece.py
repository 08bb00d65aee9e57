"""Cut text into the pieces of words that BERT knows, without regard to case and accents.

After the reference implementation of J. Devlin et al., BERT (2019), ``tokenization.py``.
"""

import unicodedata
from collections.abc import Collection

LONGEST_WORD = 100  # a longer one is unknown as a whole


def wordpiece(text: str, vocabulary: Collection[str]) -> list[str]:
    """Return the pieces of a text. Those that go on within a word begin with ``##``.

    Parameters
    ----------
    text : any text
    vocabulary : the known pieces, a set or a dictionary

    Returns
    -------
    list of pieces; ``[UNK]`` stands for a word that the vocabulary cannot spell
    """
    return [piece for word in words(text) for piece in pieces(word, vocabulary)]


def words(text: str) -> list[str]:
    """Return words and signs of punctuation, in lower case, without accents."""
    spaced = "".join(_spaced(character) for character in text)
    bare = "".join(
        c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn"
    )
    return "".join(f" {c} " if _is_punctuation(c) else c for c in bare.lower()).split()


def pieces(word: str, vocabulary: Collection[str]) -> list[str]:
    """Take the longest piece that the vocabulary knows, and again from where it ends."""
    if len(word) > LONGEST_WORD:
        return ["[UNK]"]
    found: list[str] = []
    start = 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return found


def _spaced(character: str) -> str:
    """The character; a space for all kinds of them, nothing for what is not text, room around CJK."""
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if character in "\0\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co"):
        return ""
    return f" {character} " if _is_ideograph(ord(character)) else character


def _is_punctuation(character: str) -> bool:
    """Unicode's punctuation, and what else ASCII prints that is no letter and no digit."""
    ascii_sign = character.isascii() and character.isprintable() and not character.isalnum()
    return (ascii_sign and character != " ") or unicodedata.category(character).startswith("P")


def _is_ideograph(code: int) -> bool:
    blocks = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
              (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))  # fmt: skip
    return any(first <= code <= last for first, last in blocks)
