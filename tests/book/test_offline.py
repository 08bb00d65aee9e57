"""The site after the first visit: kept by its service worker, and isolated from other origins."""

import functools
import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from book.publish.offline import hashes

# Starts Pyodide as the pages do, in a classic worker, and runs one piece of code.
RUN = """async ({ folder, code }) => {
  const worker = `
    self.onmessage = async ({ data }) => {
      importScripts(data.folder + "pyodide.js");
      const python = await loadPyodide({ indexURL: data.folder });
      await python.loadPackagesFromImports(data.code, { messageCallback() {} });
      postMessage(String(await python.runPythonAsync(data.code)));
    };`;
  const started = new Worker(URL.createObjectURL(new Blob([worker])));
  return await new Promise((resolve, reject) => {
    started.onmessage = ({ data }) => resolve(data);
    started.onerror = (event) => reject(new Error(event.message));
    started.postMessage({ folder, code });
  });
}"""
CODE = "import numpy as np\nfrom autograder import check\nint(np.arange(10).sum())"
KEPT_ALL = """async () => {
  const source = await (await fetch("../service_worker.js")).text();
  const wanted = JSON.parse(/const AHEAD = JSON.parse\\(`(.*)`\\)/.exec(source)[1]);
  const kept = await (await caches.open("book")).keys();
  return kept.length >= wanted.length;
}"""


class Ending(http.server.ThreadingHTTPServer):
    """A server that is gone when it is closed, open connections included."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path) -> None:
        self.changed: dict[str, bytes] = {}  # what it answers for an address, instead of the file
        changed = self.changed

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server wants
                if self.path not in changed:
                    return super().do_GET()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(changed[self.path])
                return None

            def log_message(self, *words: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))


@pytest.fixture
def server(site: Path, tmp_path: Path) -> Iterator[tuple[str, Ending]]:
    """The site below a sub-path, on a server of its own that the test may end."""

    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "where").symlink_to(site, target_is_directory=True)
    with Ending(tmp_path) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/some/where/", running
        running.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def wait_until_kept(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(KEPT_ALL, timeout=60_000)


def test_after_the_first_visit_pages_and_python_work_without_a_network(
    page: Page, server: tuple[str, Ending]
) -> None:
    address, running = server
    page.goto(address + "book/structure.html")
    wait_until_kept(page)
    folder = address + "_static/pyodide/"
    assert page.evaluate(RUN, {"folder": folder, "code": CODE}) == "45"
    running.shutdown()
    running.server_close()
    page.goto(address + "book/loss.html")  # not visited before
    assert page.locator("article h1").inner_text().startswith("3")
    icon = page.locator(".fa-bars").first
    assert "Font Awesome" in icon.evaluate("e => getComputedStyle(e, '::before').fontFamily")
    assert page.evaluate(RUN, {"folder": folder, "code": CODE}) == "45"


def test_a_page_that_the_service_worker_serves_is_isolated(
    page: Page, server: tuple[str, Ending]
) -> None:
    address, _ = server
    page.goto(address + "book/structure.html")
    wait_until_kept(page)
    page.reload()
    assert page.evaluate("crossOriginIsolated")


def test_a_changed_page_is_seen_at_once(page: Page, server: tuple[str, Ending]) -> None:
    address, running = server
    page.goto(address + "book/index.html")
    wait_until_kept(page)
    running.changed["/some/where/book/index.html"] = b"<!doctype html><title>New</title>"
    page.reload()
    assert page.title() == "New"


def test_the_list_of_the_service_worker_is_the_site(site: Path) -> None:
    source = (site / "service_worker.js").read_text("utf-8")
    (listed,) = re.findall(r"const HASHES = JSON.parse\(`(.*)`\)", source)
    assert json.loads(listed) == hashes(site)
