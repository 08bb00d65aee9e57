"""The built book, and a server for it. Building it is make's job, not the tests'."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    folder = ROOT / "_build" / "html"
    if not (folder / "book" / "index.html").is_file():
        pytest.fail("The book is not built, so its pages cannot be tested: run `make book SERVE=0`")
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page that an author wrote, as its address in the site."""
    folders = ("book", "course")
    return sorted(
        str(page.relative_to(site)) for name in folders for page in site.glob(f"{name}/**/*.html")
    )


@pytest.fixture(scope="session")
def all_pages(site: Path, pages: list[str]) -> list[str]:
    """Those and the ones that Sphinx makes: the search, the index."""
    return [*pages, *sorted(page.name for page in site.glob("*.html"))]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the book is served; it ends in a slash."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
