"""How long a reader waits: text, editor, first result, run again, check; and what a page loads.

Headless Chromium on this machine against the built site (`make book SERVE=0`), medians of five. A cold
visit has an empty cache; a warm one is the next visit of the same reader. Side by side: the same site
with the source that Pyodide's distribution has, instead of bytecode.

    python benchmarks/live_page.py [the site's folder]
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from benchmarks.static_host import served  # noqa: E402
from book.publish.package_files import fetch  # noqa: E402
from book.publish.pyodide import distribution, npm_pyodide  # noqa: E402

TIMES = 5
PAGE, EXERCISES, EXERCISE = (
    "book/structure.html",
    "course/structure.html",
    "exercise-structure-relu",
)
NUMPY = "import numpy as np\nnp.arange(6).reshape(2, 3) @ np.ones(3)"
RELU = "def relu(z):\n    return np.maximum(z, 0)\n"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
OPEN_EDITOR = """async (bar) => {
  const started = performance.now();
  bar.querySelector("[data-act=edit]").click();
  while (!bar.parentElement.querySelector(".cm-content")) {
    await new Promise((next) => requestAnimationFrame(next));
  }
  return performance.now() - started;
}"""
PRESS = """async ([bar, act]) => {
  const started = performance.now();
  const done = new Promise((end) => {
    const observer = new MutationObserver(() => {
      if (bar.classList.contains("is-busy")) return;
      observer.disconnect();
      end();
    });
    observer.observe(bar, { attributes: true, attributeFilter: ["class"] });
  });
  bar.querySelector(`[data-act=${act}]`).click();
  await done;
  return performance.now() - started;
}"""
BARS = {
    "text readable": 1000,
    "editor after the click": 500,
    "first NumPy result, cold": 3000,
    "first NumPy result, warm": 1500,
    "run again": 30,
    "check, Python being up": 100,
}


def press(page: Page, bar: str, act: str) -> float:
    """Press a button of a bar; return the milliseconds until what it started is done."""
    return page.evaluate(PRESS, [page.query_selector(bar), act])


def write(page: Page, scope: str, text: str) -> None:
    page.locator(f"{scope} .cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def visit(context: BrowserContext, address: str) -> tuple[Page, dict[str, float]]:
    """Open the chapter, edit its first cell and run NumPy in it."""
    page = context.new_page()
    page.goto(address + PAGE)
    page.wait_for_function(f"({PAINTED}) !== null")
    times = {"text readable": page.evaluate(PAINTED)}
    bar = ".live-bar"
    times["editor after the click"] = page.evaluate(OPEN_EDITOR, page.query_selector(bar))
    cell = ".cell:has(.live-bar)"
    write(page, cell, NUMPY)
    times["first NumPy result"] = press(page, bar, "run")
    assert "array([ 3., 12.])" in page.locator(f"{cell} .live-output").first.inner_text()
    return page, times


def one_reader(browser: Browser, address: str) -> dict[str, float]:
    """A cold visit, then a warm one, then an exercise."""
    context = browser.new_context()
    page, times = visit(context, address)
    times["first NumPy result, cold"] = times.pop("first NumPy result")
    times["run again"] = press(page, ".live-bar", "run")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    page, warm = visit(context, address)
    times["first NumPy result, warm"] = warm["first NumPy result"]
    page.close()
    page = context.new_page()
    page.goto(address + EXERCISES)
    card = f"#{EXERCISE}"
    page.evaluate(OPEN_EDITOR, page.query_selector(f"{card} .live-bar"))
    write(page, card, RELU)
    press(page, f"{card} .live-bar", "check")  # Python starts
    write(page, card, RELU + "\n")
    times["check, Python being up"] = press(page, f"{card} .live-bar", "check")
    assert "is right" in page.locator(f"{card} .live-output").inner_text()
    context.close()
    return times


def with_source(site: Path, copy: Path) -> None:
    """Copy a site, with the standard library and NumPy as Pyodide's distribution has them."""
    shutil.copytree(site, copy, copy_function=os.link)
    folder = copy / "_static" / "pyodide"
    entry = distribution()[1]["numpy"]
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"]["numpy"] = entry
    for name in ("python_stdlib.zip", "pyodide-lock.json"):
        (folder / name).unlink()  # the copy's file is the site's own
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    shutil.copy(npm_pyodide() / "python_stdlib.zip", folder)
    shutil.copy(fetch(entry["file_name"], entry["sha256"]), folder)


def first_results(browser: Browser, addresses: list[str]) -> list[list[float]]:
    """Return for each site the times until the first NumPy result of cold visits, taken in turns."""
    times: list[list[float]] = [[] for _ in addresses]
    for _ in range(TIMES):
        for address, of in zip(addresses, times, strict=True):
            context = browser.new_context(service_workers="block")
            of.append(visit(context, address)[1]["first NumPy result"])
            context.close()
    return times


def scripts_before_code(browser: Browser, address: str, site: Path) -> dict[str, int]:
    """Return the compressed bytes of each script that a page loads before anybody asks for code."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    loaded: list[str] = []
    note: Callable[..., None] = lambda answer: loaded.append(answer.url.partition("?")[0])  # noqa: E731
    page.on("response", note)
    page.goto(address + PAGE, wait_until="networkidle")
    context.close()
    names = {url.removeprefix(address) for url in loaded if url.endswith((".js", ".mjs"))}
    own = sorted(name for name in names if name.startswith(("_static/live/", "_static/book/")))
    figures = sorted(name for name in names if "/figures/" in name)
    return {name: len(gzip.compress((site / name).read_bytes(), 9)) for name in {*own, *figures}}


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    if not (site / PAGE).is_file():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run `make system`.")
    options = ["--no-sandbox", "--disable-gpu"]
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        readers = [one_reader(browser, address) for _ in range(TIMES)]
        scripts = scripts_before_code(browser, address, site)
        with tempfile.TemporaryDirectory(dir=site.parent) as scratch:
            with_source(site, Path(scratch, "site"))
            with served(Path(scratch, "site")) as other:
                source, bytecode = first_results(browser, [other, address])
        browser.close()
    print(f"| {'what a reader waits for':<26} | median | slowest | bar |\n|---|---|---|---|")
    for name, limit in BARS.items():
        times = [reader[name] for reader in readers]
        print(
            f"| {name:<26} | {statistics.median(times):.0f} ms | {max(times):.0f} ms | {limit} ms |"
        )
    slow, fast = statistics.median(source), statistics.median(bytecode)
    print(
        f"\nFirst NumPy result, cold, in turns: {slow:.0f} ms from source, {fast:.0f} ms from "
        f"bytecode: {slow / fast:.1f} times as fast"
    )
    total = sum(scripts.values())
    print(
        f"\nScripts beyond the theme's before the reader asks for code: {total / 1000:.1f} kB (120)"
    )
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"Load of this machine: {load:.1f} for each core.")


if __name__ == "__main__":
    main()
