"""Checks what no linter knows: the lock files, what git keeps, which module may use which, and the mutants.

Prints a line for each fault and ends with 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = REPOSITORY / "src"
LOCKS = [REPOSITORY / "requirements" / f"{name}.txt" for name in ("run", "test", "dev")]
"""Each holds all that the one before it holds."""
VENDORED = (".min.js", ".min.css", "leaflet.js", "leaflet.css", ".whl", ".jar", ".exe", ".so", ".dll", ".woff2", ".ttf")
ELSEWHERE = re.compile(r"https?://\S+|file:\S+|^-.*$|\s@\s.*$", re.MULTILINE)
"""What names a registry, an address or a local file in a lock."""
MARKER = re.compile(r" ; [^\\]*(?= \\)")
"""When a pin counts; where more packages ask for one, it counts more often."""


def package_of(requirement: str) -> str:
    """Return the normal name of the package that a requirement asks for."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;(]", requirement)[0]).lower()


def pins_of(lock: Path) -> dict[str, list[str]]:
    """Return the blocks of a lock by package: the version and its hashes, one block for each marker."""
    pins: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if not block.startswith("#"):
            pins.setdefault(package_of(block), []).append(block.strip())
    return pins


def faults_of_pins() -> Iterator[str]:
    """What a lock file holds besides versions and hashes, or lacks of them."""
    for lock in [*LOCKS, REPOSITORY / "benchmarks" / "peers.txt"]:
        for address in ELSEWHERE.findall(lock.read_text(encoding="utf-8")):
            yield f"{lock.name} names {address!r}; a lock holds versions and hashes alone"
        for name, blocks in pins_of(lock).items():
            if any("==" not in block or "--hash=sha256:" not in block for block in blocks):
                yield f"{lock.name}: {name} has no version or no hash; run make lock"


def faults_of_locks() -> Iterator[str]:
    """Where the lock files, or they and pyproject.toml, do not agree."""
    for less, more in pairwise(LOCKS):
        held = pins_of(more)
        for name, blocks in pins_of(less).items():
            if [MARKER.sub("", block) for block in held.get(name, [])] != [MARKER.sub("", block) for block in blocks]:
                yield f"{name} is not the same in {less.name} and {more.name}; run make lock"
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    asked = [project["project"]["dependencies"] + groups["build"], groups["test"], groups["lint"] + groups["docs"]]
    for lock, rows in zip(LOCKS, asked, strict=True):
        for name in sorted({package_of(row) for row in rows} - set(pins_of(lock))):
            yield f"{lock.name} lacks {name}, which pyproject.toml asks for; run make lock"


def faults_of_files() -> Iterator[str]:
    """What git keeps that was made elsewhere; nothing where there is no clone."""
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        return
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    for path in listing.stdout.split("\0"):
        if path.endswith(VENDORED) or "node_modules/" in path:
            yield f"{path} was made elsewhere; ask for it in pyproject.toml"


class Use(NamedTuple):
    """That a module imports another, or a name from it."""

    by: str
    module: str
    name: str | None
    """None where the module itself is imported."""


def module_of(path: Path) -> str:
    """Return the dotted name of a source file, that of the package for its `__init__`."""
    return ".".join(part for part in path.relative_to(SOURCES).with_suffix("").parts if part != "__init__")


def package_around(module: str, modules: dict[str, Path]) -> str:
    """Return the package that a module belongs to: itself, if it is one."""
    return module if modules[module].stem == "__init__" else module.rpartition(".")[0]


def uses_in(path: Path, modules: dict[str, Path]) -> Iterator[Use]:
    """What a source file, or the stub of the public names, imports of tenmin."""
    by = module_of(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Use(by, alias.name, None) for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            around = package_around(by, modules).split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join([*around, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                if whole in modules:
                    yield Use(by, whole, None)
                elif module in modules:
                    yield Use(by, module, alias.name)


def faults_of_modules() -> Iterator[str]:
    """Modules of one name, private ones that others use, public ones that only their own package uses."""
    paths = sorted(SOURCES.rglob("*.py"))
    modules = {module_of(path): path for path in paths}
    named: dict[str, str] = {}
    for module in modules:
        name = module.rpartition(".")[2].lstrip("_")
        if name in named:
            yield f"{module} has the name of {named[name]}; give it another"
        named.setdefault(name, module)
    uses = [use for path in [*paths, *SOURCES.rglob("*.pyi")] for use in uses_in(path, modules)]
    seen_outside = set()
    for use in uses:
        if not f"{use.by}.".startswith(f"{use.module.rpartition('.')[0]}.") or use.by == "tenmin":
            seen_outside.add(use.module)
        home = private_home(use, modules)
        if home is not None and not f"{use.by}.".startswith(f"{home}."):
            yield f"{use.by} uses {'.'.join(filter(None, use[1:]))}, which is private to {home}"
    for module, path in modules.items():
        inner = module.count(".") > 1 and path.stem != "__init__" and "._" not in module
        if inner and module not in seen_outside:
            yield f"{module} is used by its own package alone; let its name begin with _"


def private_home(use: Use, modules: dict[str, Path]) -> str | None:
    """Return the package that what is imported is private to, if it is private."""
    parts = use.module.split(".")
    first = next((i for i, part in enumerate(parts) if part.startswith("_") and part != "__main__"), None)
    if first is not None:
        return ".".join(parts[:first])
    return package_around(use.module, modules) if use.name is not None and re.match(r"_[^_]", use.name) else None


def faults_of_mutants() -> Iterator[str]:
    """Mutants whose text does not stand exactly once in their file, or whose tests are gone."""
    for mutant in tomllib.loads((REPOSITORY / "scripts" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]:
        path = REPOSITORY / mutant["file"]
        found = path.read_text(encoding="utf-8").count(mutant["find"]) if path.is_file() else 0
        if found != 1:
            yield f"mutants.toml: {mutant['id']}: {mutant['find']!r} stands {found} times in {mutant['file']}, not once"
        for test in mutant["tests"]:
            if not (REPOSITORY / test.partition("::")[0]).is_file():
                yield f"mutants.toml: {mutant['id']}: there is no {test}"


if __name__ == "__main__":
    faults = [*faults_of_pins(), *faults_of_locks(), *faults_of_files(), *faults_of_modules(), *faults_of_mutants()]
    print("\n".join(faults) or "locks, files, modules and mutants are as they should be")
    sys.exit(bool(faults))
