"""Formatting what a stranger wrote, for so long and no longer; what takes more is shown as it stands.

Lexers and parsers of Markdown and HTML take time by the square of some texts: of a million empty lines,
hours.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable

from autograder.time_limit import time_limit

LONGEST = 50_000  # characters; no longer text takes minutes in a thread, where time has no limit
TEXT_SECONDS = 1.0
PAGE_SECONDS = 3.0


class Patience:
    """The time that is left for one page, and whether some text of it was given up."""

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        self.left = seconds
        self.lost = False

    def formatted(self, make: Callable[[str], str], source: str) -> str:
        """What `make` makes of it, or the text itself as HTML."""
        if len(source) <= LONGEST and self.left > 0:
            began = time.process_time()
            try:
                with time_limit(min(self.left, TEXT_SECONDS)):
                    return make(source)
            except Exception:  # whatever a text makes a parser raise
                pass
            finally:
                self.left -= time.process_time() - began
        self.lost = True
        text = html.escape(source)
        return f'<div class="highlight"><pre style="white-space: pre-wrap">{text}</pre></div>'
