"""The peers in an environment of their own, installed from the registry as wheels of peers.txt."""

from __future__ import annotations

import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv" / "peers"


@cache
def peers_python() -> Path:
    """Return the interpreter of the peers' environment, made anew if peers.txt is newer than it."""
    wanted = Path(__file__).parent / "peers.txt"
    python, done = FOLDER / "bin" / "python", FOLDER / "installed"
    if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
        print(f"installing the peers into {FOLDER.relative_to(ROOT)}", file=sys.stderr)
        venv.create(FOLDER, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        options = ["--only-binary", ":all:", "--require-hashes", "--requirement", str(wanted)]
        subprocess.run([*pip, "install", *options], check=True)
        done.touch()
    return python
