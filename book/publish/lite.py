"""JupyterLite beside the book: ``lite/lab/index.html?path=<chapter>.ipynb``.

It has every student notebook, runs on the Pyodide of the site, loads nothing from elsewhere, and is
kept by the site's service worker.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from book.ext.execution import fingerprint
from book.publish.own_wheels import in_lite

EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager",
              "anywidget")  # fmt: skip
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
PYTHON = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
START = "lite_start.js"
# How each of JupyterLite's pages begins to load it.
BEGINS = re.compile(r"await import\(\s*'(\.{1,2}/)config-utils\.js")
SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    # A cell that is run before its kernel begins to start is forgotten: then at least it is said.
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none",
        "enableKernelInitNotification": True,
    },
}


def configuration() -> dict[str, Any]:
    """Return ``jupyter-lite.json``: the site's own Pyodide, and no other host."""
    kernel = {
        "pyodideUrl": "../../_static/pyodide/pyodide.js",
        "disablePyPIFallback": True,
        # Loaded at once while Pyodide starts, instead of one after the other.
        "loadPyodideOptions": {"packages": in_lite()},
    }
    page = {
        "appName": "Neural networks, verified",
        "litePluginSettings": {KERNEL: kernel},
        "disabledExtensions": ["@jupyterlab/extensionmanager-extension"],
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": page}


def let_it_be_kept(target: Path) -> None:
    """Let every page begin with ``lite_start.js``, and the site's service worker hold JupyterLite's.

    Raises
    ------
    RuntimeError
        Where no page begins as JupyterLite's pages do.
    """
    shutil.copy(Path(__file__).with_name(START), target)
    begun = 0
    for page in target.rglob("*.html"):
        text, count = BEGINS.subn(rf"await import('\1{START}');\n\g<0>", page.read_text("utf-8"))
        page.write_text(text, "utf-8")
        begun += count
    if not begun:
        raise RuntimeError(
            "No page of JupyterLite loads config-utils.js: lite.py has to be mended."
        )
    worker = target / "service-worker.js"
    worker.write_text(
        f"(() => {{{worker.read_text('utf-8')}}})();\n", "utf-8"
    )  # its names stay its own


def build(target: Path, notebooks: Path) -> None:
    """Build JupyterLite into ``target``, unless it is there already from the same notebooks."""
    made_from = fingerprint(notebooks.parent, [notebooks.name]) + fingerprint(
        Path(__file__).parent, ["lite.py", START, "own_wheels.py"]
    )
    note = target / ".made-from"
    if note.is_file() and note.read_text() == made_from:
        return
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch)
        (source / "files").mkdir()
        for path in notebooks.glob("*.ipynb"):
            notebook = json.loads(path.read_text("utf-8"))
            notebook["metadata"]["kernelspec"] = PYTHON  # else it asks which kernel to take
            (source / "files" / path.name).write_text(json.dumps(notebook, indent=1))
        (source / "jupyter-lite.json").write_text(json.dumps(configuration(), indent=1))
        (source / "overrides.json").write_text(json.dumps(SETTINGS, indent=1))
        installed = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
        extensions = [str(installed / name) for name in EXTENSIONS]
        build_config = {
            "contents": ["files"],
            "federated_extensions": extensions,
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "apps": ["lab", "notebooks"],
            "output_dir": str(target.resolve()),
        }
        (source / "jupyter_lite_config.json").write_text(
            json.dumps({"LiteBuildConfig": build_config})
        )
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", "."]
        ran = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"JupyterLite cannot be built:\n{ran.stdout}{ran.stderr}")
    let_it_be_kept(target)
    note.write_text(made_from)
