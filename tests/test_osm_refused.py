"""Damaged, dangerous and wrong files get one error that names the file, the cause and the way out."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import osmium
import pytest

from osm_toy import osm_xml, write_osm
from tenmin.inputs.osm import read_osm, read_streets
from tenmin.support.errors import FileError, InputError

NODES = {number: (0.001 * number, 0.001) for number in range(1, 2000)}
WAYS = {number: ([number, number + 1], {"highway": "footway"}) for number in range(1, 1999)}


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    source, path = write_osm(folder / "sound.osm", osm_xml(NODES, WAYS)), folder / "sound.osm.pbf"
    with osmium.SimpleWriter(path) as writer:
        for item in osmium.FileProcessor(source):
            writer.add(item)
    return path


def _blocks(data: bytes) -> list[int]:
    """Where each block of a pbf file begins: a length, a header that ends in the size of its data, the data."""
    starts, at = [], 0
    while at < len(data):
        starts.append(at)
        length = int.from_bytes(data[at : at + 4], "big")
        header = data[at + 4 : at + 4 + length]
        size = header[header.rindex(b"\x18") + 1 :]
        at += 4 + length + sum((byte & 127) << (7 * place) for place, byte in enumerate(size))
    return starts


@pytest.mark.parametrize("read", [read_osm, read_streets])
def test_a_pbf_cut_anywhere_is_refused(tmp_path: Path, sound: Path, read: object) -> None:
    data, path = sound.read_bytes(), tmp_path / "cut.osm.pbf"
    for share in (0.3, 0.6, 0.9, 0.999):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(FileError, match=r"cut\.osm\.pbf \([\d,]+ bytes\): .*fetch it again"):
            read(path)  # pyright: ignore[reportCallIssue]


def test_a_pbf_cut_between_two_blocks_looks_incomplete(tmp_path: Path, sound: Path) -> None:
    data, path = sound.read_bytes(), tmp_path / "cut.osm.pbf"
    starts = _blocks(data)
    assert len(starts) >= 3
    path.write_bytes(data[: starts[2]])
    with pytest.raises(FileError, match="holds 1,999 nodes and no way: it looks incomplete"):
        read_osm(path)
    path.write_bytes(data[: starts[1]])
    with pytest.raises(FileError, match="holds 0 nodes and no way"):
        read_osm(path)


def test_a_damaged_pbf_is_refused(tmp_path: Path, sound: Path) -> None:
    data, path = bytearray(sound.read_bytes()), tmp_path / "bad.osm.pbf"
    middle = len(data) // 2
    data[middle : middle + 300] = b"\xff" * 300
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"bad\.osm\.pbf"):
        read_osm(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.osm.pbf", b"", "empty file"),
        ("a.osm.pbf", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "web page.*download failed"),
        ("a.osm.pbf", b"\x1a\x50\x78\x02\x0a\x05water" + bytes(60), "map tile"),
        ("a.osm", b"<html><body>504 Gateway Timeout</body></html>", "web page"),
        ("a.osm", b'<?xml version="1.0"?><gpx></gpx>', "not an OpenStreetMap file"),
        ("a.osm", b'{"elements": []}', "JSON"),
        ("a.osm", osm_xml(NODES, WAYS).encode()[:5000], "stops in the middle"),
        ("a.osm", osm_xml(NODES, WAYS).encode().replace(b'ref="7"', b'ref="x"'), "damaged.*illegal id"),
        ("a.osm", osm_xml(NODES, WAYS).encode().replace(b'"footway"', b'"\xff\xfe"'), "line "),
        ("a.osm.gz", gzip.compress(osm_xml(NODES, WAYS).encode(), mtime=0)[:9000], "stop in the middle"),
        ("a.osm.bz2", bz2.compress(osm_xml(NODES, WAYS).encode())[:9000], "a.osm.bz2.*damaged"),
        ("a.osm.gz", b"PK\x03\x04" + bytes(100), "Excel"),
        ("a.geojson", b"{}", "suffix is not read here.*osm.pbf"),
    ],
)
def test_wrong_and_damaged_files_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=f"(?s){path.name}.*{words}|{words}.*") as caught:
        read_osm(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, InputError | ValueError)


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such file"):
        read_osm(tmp_path / "none.osm.pbf")
    with pytest.raises(FileError, match="is a folder"):
        read_osm(tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE osm [<!ENTITY a "b">]>',
        '<!DOCTYPE osm SYSTEM "file:///etc/passwd">',
        "<!-- a comment first --><!doctype osm>",
    ],
)
@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2"])
def test_document_types_are_refused(tmp_path: Path, head: str, suffix: str) -> None:
    path = write_osm(tmp_path / f"dtd{suffix}", osm_xml(NODES, WAYS, head=head))
    with pytest.raises(FileError, match="document type declaration"):
        read_osm(path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm.bz2"
    path.write_bytes(bz2.compress(b"<osm>" + b" " * 20_000_000))
    with pytest.raises(FileError, match="unpacks to more than 200 times its size"):
        read_osm(path)


def test_a_broken_answer_of_overpass_is_refused(tmp_path: Path) -> None:
    remark = "<remark>runtime error: Query timed out</remark></osm>"
    path = write_osm(tmp_path / "answer.osm", osm_xml(NODES, WAYS).replace("</osm>", remark))
    with pytest.raises(FileError, match=r"Query timed out.*smaller area"):
        read_osm(path)


def test_ways_without_their_nodes_are_refused(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "ways.osm", osm_xml({}, WAYS))
    with pytest.raises(FileError, match="none of its 1,998 ways has its nodes"):
        read_osm(path)
