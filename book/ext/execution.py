"""Let the book's cells import from the repository, and run them again when what they import changed.

Jupyter's cache is keyed by the cells of a notebook. A cell that calls ``solutions`` or loads a data
set shows something else as soon as those change, so a fingerprint of them is kept beside the cache.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

# Relative to the book's root. Folders are taken whole, without caches of Python's own.
WATCHED = (
    "solutions",
    "autograder",
    "course/data",
    "book/plots.py",
    "book/layer_costs.py",
    "book/minilm.py",
    "book/gpt.py",
    "book/gpt_layers.py",
    "book/lstm.py",
    "book/language_models.py",
    "book/wordpiece.py",
    "book/recorded",
    "benchmarks/results",
)
FINGERPRINT = "fingerprint-of-imports"

logger = logging.getLogger(__name__)


def fingerprint(root: Path, watched: Iterable[str] = WATCHED) -> str:
    """Return one SHA-256 over the names and contents of every watched file."""
    digest = hashlib.sha256()
    for name in watched:
        start = root / name
        files = sorted(start.rglob("*")) if start.is_dir() else [start]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def drop_if_stale(root: Path, cache: Path) -> bool:
    """Delete ``cache`` if it was made with other imports; return whether it was."""
    note = cache / FINGERPRINT
    now = fingerprint(root)
    stale = cache.exists() and (not note.exists() or note.read_text() != now)
    if stale:
        shutil.rmtree(cache)
    cache.mkdir(parents=True, exist_ok=True)
    note.write_text(now)
    return stale


def import_from(root: Path) -> None:
    """Let the kernels, which start in the page's own folder, find the repository's packages."""
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, inherited)])


def at_start(app: Sphinx) -> None:
    """Check the cache, and read every notebook again if it was dropped."""
    import_from(Path(app.srcdir))
    configured = app.config.nb_execution_cache_path
    cache = Path(configured) if configured else Path(app.outdir).parent / ".jupyter_cache"
    if drop_if_stale(Path(app.srcdir), cache):
        logger.info("What the notebooks import has changed: they run again.")
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True, exist_ok=True)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", at_start, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
