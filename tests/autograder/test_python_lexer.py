"""The quick lexer is not told from Pygments' own by any text, whole or broken."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pygments.lexers import PythonLexer

from autograder.python_lexer import QuickPythonLexer

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = [p for name in ("autograder", "solutions", "tests") for p in (ROOT / name).rglob("*.py")]
SNIPPETS = {
    "names and what begins like one": "printer = print_ = self_ = matches = classes = lazy = inn",
    "prefixes of strings": "rb'a' Rb\"b\" f'{x!r:>{n}}' t'{x}' bu'' xr'' u\"\" fr'''{a}''' x'y'",
    "soft keywords": "match x:\n    case [1, 2]:\n        match = case\n  match(x)\nlazy import a\n",
    "letters of other alphabets": "größe = α1² + x² + naïve_é·b",
    "docstrings": "def f():\n    '''a\n    b''' ; x\n\t\"\"\"c\"\"\"\n  r'''d'''\n",
    "attributes called like builtins": "x.sum x.print x .int a.self x.None sum (x) @ y @property",
    "numbers": "1.5e-3j .5 5. 0x_ff 1_000 x.5 x1.5 0b2 1if x else 2",
    "operators": "a:=b!=c==d<<e>>f->g**h//i...j<=k~l|m^n&o%p",
    "odd space": "a \t\f b\n \f c\\\n  d \\ e\r\nf\vg\u00a0h \u2003i",
    "unended": "x = '''a\n b ( [ { \"c",
    "comments": "#!/x\n x # y 'z\n#\n",
}


def tokens_of(lexer: PythonLexer, text: str) -> list[tuple[object, str]]:
    return list(lexer.get_tokens(text))


@pytest.mark.parametrize("text", SNIPPETS.values(), ids=SNIPPETS)
def test_odd_texts_have_pygments_tokens(text):
    for start in range(len(text)):
        piece = text[start:]
        assert tokens_of(QuickPythonLexer(), piece) == tokens_of(PythonLexer(), piece)


def test_our_own_sources_have_pygments_tokens_wherever_they_are_cut():
    chance = random.Random(1)
    for path in chance.sample(SOURCES, 120):
        text = path.read_text()
        start = chance.randrange(len(text) + 1)
        piece = text[start : start + 4000]
        assert tokens_of(QuickPythonLexer(), piece) == tokens_of(PythonLexer(), piece), path
