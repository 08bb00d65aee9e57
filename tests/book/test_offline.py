"""The site after the first visit: kept by its service worker, and isolated from other origins."""

import functools
import hashlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from book.publish.offline import hashes
from book.publish.own_wheels import for_checks
from tests.book.test_lite import LONG, run_in_new_cell

# Starts Pyodide as the pages do, in a classic worker, and runs one piece of code.
RUN = """async ({ folder, packages, code }) => {
  const worker = `
    self.onmessage = async ({ data }) => {
      importScripts(data.folder + "pyodide.js");
      const python = await loadPyodide({ indexURL: data.folder });
      await python.loadPackage(data.packages, { messageCallback() {} });
      postMessage(String(await python.runPythonAsync(data.code)));
    };`;
  const started = new Worker(URL.createObjectURL(new Blob([worker])));
  return await new Promise((resolve, reject) => {
    started.onmessage = ({ data }) => resolve(data);
    started.onerror = (event) => reject(new Error(event.message));
    started.postMessage({ folder, packages, code });
  });
}"""
CHECK = """\
import numpy as np
from autograder import check
check("{name}", lambda {arguments}: {value}, reveal="evidence").verdict.right"""
RELU = CHECK.format(name="structure.relu", arguments="z", value="np.maximum(z, 0)")
L2 = CHECK.format(name="loss.l2_penalty_grad", arguments="w, strength", value="strength * w")
KEPT_ALL = """async () => {
  const script = () => fetch("../service_worker.js").then((response) => response.text());
  const wanted = JSON.parse(/const AHEAD = JSON.parse\\(`(.*)`\\)/.exec(await (self.script ??= script()))[1]);
  const kept = new Set((await (await caches.open("book")).keys()).map(({ url }) => url.split("?")[0]));
  return wanted.every((path) => kept.has(new URL(`../${encodeURI(path)}`, location).href));
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
                self.send_header("Content-Type", self.guess_type(self.path))
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


KEPT = """async () => (await (await caches.open("book")).keys()).map((request) => request.url)"""
SIZE_KEPT = """async () => {
  const cache = await caches.open("book");
  const sizes = (await cache.keys()).map(async (key) => (await (await cache.match(key)).blob()).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}"""
MOST_KEPT = 80_000_000  # bytes: the pages, Python with Matplotlib, JupyterLite
# Reads a file, which the kernel asks of its page by way of the service worker, and checks an answer.
IN_NOTEBOOK = """\
from IPython.display import display
from pathlib import Path
print(len(Path("structure.ipynb").read_text()) > 1000, "is read")
import numpy as np
from autograder import check

def relu(z):
    return np.maximum(z, 0)

display(check("structure.relu"))"""


def judged(page: Page, address: str, chapter: str, code: str) -> str:
    """Return what Python says that has been started with what the chapter's page loads."""
    packages = list(for_checks(chapter))
    asked = {"folder": f"{address}_static/pyodide/", "packages": packages, "code": code}
    return page.evaluate(RUN, asked)


def until(page: Page, expression: str) -> None:
    """Wait until an asynchronous expression is true; Playwright's own wait takes its promise for true."""
    ends = time.monotonic() + 60
    while not page.evaluate(expression):
        assert time.monotonic() < ends, f"never true: {expression}"
        time.sleep(0.1)


def wait_until_kept(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, KEPT_ALL)


def test_after_the_first_visit_pages_and_python_work_without_a_network(
    page: Page, server: tuple[str, Ending]
) -> None:
    address, running = server
    page.goto(address + "book/structure.html")
    wait_until_kept(page)
    assert judged(page, address, "structure", RELU) == "true"
    for followed in ("keys_loss", "data_textures"):
        until(page, f"async () => (await ({KEPT})()).some((it) => /{followed}/.test(it))")
    running.shutdown()
    running.server_close()
    page.goto(address + "book/loss.html")  # not visited before
    assert page.locator("article h1").inner_text().startswith("3")
    icon = page.locator(".fa-bars").first
    assert "Font Awesome" in icon.evaluate("e => getComputedStyle(e, '::before').fontFamily")
    assert judged(page, address, "structure", RELU) == "true"
    assert judged(page, address, "loss", L2) == "true", "keys of a chapter not checked before"


def run_in_jupyterlite(page: Page, address: str) -> None:
    """Open the first chapter's notebook in JupyterLite and check an answer in a new cell."""
    run_in_new_cell(page, address, IN_NOTEBOOK)
    verdict = page.locator(".jp-OutputArea-output .ag-right").first
    expect(verdict).to_contain_text("structure.relu is right", timeout=LONG)
    expect(page.get_by_text("True is read")).to_be_visible()


def test_jupyterlite_works_without_a_network_after_one_visit(
    page: Page, server: tuple[str, Ending]
) -> None:
    address, running = server
    run_in_jupyterlite(page, address)
    assert page.evaluate(SIZE_KEPT) < MOST_KEPT
    running.shutdown()
    running.server_close()
    again = page.context.new_page()
    page.close()
    run_in_jupyterlite(again, address)


def test_what_jupyterlite_starts_with_is_kept_while_other_things_are_asked_for(
    page: Page, server: tuple[str, Ending]
) -> None:
    """A visit may end before it was quiet for long; without these files the rest is of no use."""
    address, _ = server
    page.goto(address + "lite/lab/index.html")
    page.evaluate("setInterval(() => fetch('../jupyter-lite.json'), 500)")
    for name in ("lite/lab/index.html", "lite/lite_start.js", "lite/build/lab/bundle.js"):
        until(page, f"async () => (await ({KEPT})()).some((it) => it.includes('{name}'))")


def test_jupyterlite_leaves_the_book_to_its_service_worker(
    page: Page, server: tuple[str, Ending]
) -> None:
    address, running = server
    page.goto(address + "book/structure.html")
    wait_until_kept(page)
    assert not [url for url in page.evaluate(KEPT) if "/lite/" in url], "nobody asked for it"
    run_in_jupyterlite(page, address)
    running.shutdown()
    running.server_close()
    page.goto(address + "book/loss.html")
    assert page.locator("article h1").inner_text().startswith("3")


def test_a_new_build_of_jupyterlite_is_seen_at_once(
    page: Page, server: tuple[str, Ending], site: Path
) -> None:
    address, running = server
    name = "lite/lab/index.html"
    page.goto(address + name)
    until(page, f"async () => (await ({KEPT})()).some((it) => it.includes('{name}'))")
    page.locator(".jp-LabShell").wait_for(timeout=LONG)
    new = (site / name).read_bytes().replace(b"WASM powered", b"A new build of")
    (old_hash, new_hash) = hashes(site)[name], hashlib.sha256(new).hexdigest()[:12]
    worker = (site / "service_worker.js").read_text("utf-8").replace(old_hash, new_hash)
    running.changed[f"/some/where/{name}"] = new
    running.changed["/some/where/service_worker.js"] = worker.encode()
    page.goto(address + "book/index.html")
    page.goto(address + name)
    expect(page.locator("meta[name=Description][content^='A new build']")).to_be_attached()
    page.locator(".jp-LabShell").wait_for(timeout=LONG)  # it was loaded again
    until(page, f"async () => !(await ({KEPT})()).some((it) => it.includes('{old_hash}'))")


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
