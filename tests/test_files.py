"""Only regular local files of the right kind are opened; what stood there survives a failed writing."""

from __future__ import annotations

import gzip
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenmin.support.errors import FileError, OutputError
from tenmin.support.files import OSM_KINDS, check_keys, open_input, read_toml, replacing, safe_name


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/a.osm.pbf",
        "file:///tmp/a.osm",
        "/vsicurl/https://example.org/a.geojson",
        "/vsizip/a.zip/a.csv",
        "CSV:/etc/passwd",
        "GPKG:a.gpkg:layer",
        "",
        "a\0b.csv",
        "a.csv\nb.csv",
    ],
)
def test_what_is_no_local_path_is_refused(path: str) -> None:
    with pytest.raises(FileError, match="local file"):
        open_input(path)


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "gulou.osm.pbf").write_bytes(b"x")
    with pytest.raises(FileError, match=r"gulo\.osm\.pbf: there is no such file; did you mean gulou\.osm\.pbf\?"):
        open_input(tmp_path / "gulo.osm.pbf")


def test_folder_empty_file_and_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        open_input(tmp_path)
    (tmp_path / "a.csv").touch()
    with pytest.raises(FileError, match="empty file"):
        open_input(tmp_path / "a.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "b.csv")
        with pytest.raises(FileError, match="device or a pipe"):
            open_input(tmp_path / "b.csv")


def test_suffix_must_be_one_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    path.write_bytes(b"1234")
    with pytest.raises(FileError, match=r"ends in \.osm\.pbf, \.pbf"):
        open_input(path, OSM_KINDS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.osm.pbf", b"<!DOCTYPE html><html>404</html>", "web page"),
        ("a.osm.pbf", b"\x1a\x50\x78\x02\x0a\x05water" + bytes(40), "map tile"),
        ("a.osm.pbf", b"SQLite format 3\0" + bytes(40), "a GeoPackage"),
        ("a.osm", gzip.compress(b"<osm/>", mtime=0), "gzip-compressed"),
        ("a.geojson", b"<OGRVRTDataSource/>", "XML"),
        ("a.csv", b"PK\x03\x04" + bytes(20), "an Excel workbook"),
        ("a.osm", b'{"elements": []}', "JSON"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=words):
        open_input(path)


def test_good_files_are_opened(tmp_path: Path) -> None:
    good = {
        "街道.csv": "名称,人口\n鼓楼,12\n".encode("gb18030"),
        "utf16.csv": "名称\n".encode("utf-16"),
        "a.osm.gz": gzip.compress(b"<osm/>", mtime=0),
        "A.OSM": b"\xef\xbb\xbf<osm/>",
        "a.geojson": b'\n {"type": "FeatureCollection"}',
    }
    for name, content in good.items():
        (tmp_path / name).write_bytes(content)
        assert open_input(tmp_path / name) == tmp_path / name


def test_replacing_writes_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError), replacing(path) as temporary:
        temporary.write_text("half \ud800", encoding="utf-8")
    assert path.read_text() == "old"
    with replacing(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == ".html"
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["map.html"]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_replacing_gives_the_mode_that_the_umask_asks_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_replacing_says_why_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"), replacing(tmp_path / "missing" / "a.txt"):
        pass
    with pytest.raises(OutputError, match="is a folder"), replacing(tmp_path) as temporary:
        temporary.write_text("x")
    assert list(tmp_path.iterdir()) == []
    assert not list(tmp_path.parent.glob(".*-*"))


def test_a_full_disk_is_named_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OutputError, match="disk is full"), replacing(path):
        raise OSError(28, "No space left on device")
    assert path.read_text() == "old"


@given(st.text(max_size=400))
def test_any_text_makes_a_name_that_stays_in_its_folder(text: str) -> None:
    name = safe_name(text)
    assert Path(name).name == name
    assert name not in {"", ".", ".."}
    assert len(name.encode()) <= 80 + 9
    assert all(letter.isalnum() or letter in "-_" for letter in name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Clinic", "clinic"),
        ("caf\u00e9", "cafe\u0301"),
        ("a/b", "a:b"),
        ("", " "),
        ("CON", "con-1"),
        ("x" * 99, "x" * 98),
    ],
)
def test_names_that_differ_stay_apart_on_disks_that_ignore_case(first: str, second: str) -> None:
    assert safe_name(first).casefold() != safe_name(second).casefold()


def test_reserved_names_and_lone_surrogates_are_changed() -> None:
    assert safe_name("con").startswith("con-")
    assert safe_name("\ud800").startswith("unnamed-")
    assert safe_name("医院/诊所").startswith("医院-诊所-")


def test_toml_faults_name_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\na = 2\n")
    (tmp_path / "gbk.toml").write_bytes('name = "社区"'.encode("gb18030"))
    with pytest.raises(FileError, match=r"gbk\.toml is not in UTF-8, as TOML must be; save it again"):
        read_toml(tmp_path / "gbk.toml")
    with pytest.raises(FileError, match=r"a\.toml is not valid TOML"):
        read_toml(path)
    with pytest.raises(FileError, match="row 1: unknown key 'b'; known are a"):
        check_keys({"a": 1, "b": 2}, {"a"}, {"a"}, "row 1")
    with pytest.raises(FileError, match="row 1: 'a' is missing"):
        check_keys({}, {"a"}, {"a"}, "row 1")
