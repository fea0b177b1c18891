"""Tests of download_osm against a server on this machine that answers like Overpass, well and badly."""

from __future__ import annotations

import json
import math
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import overpass as server
from overpass import GOOD, Town, reply, serving
from tenmin.inputs.osm._cache import Cache
from tenmin.inputs.osm._download import (
    MAX_BOX_KM2,
    OVERPASS,
    _buffered,
    _cache_key,
    _parse_box,
    download_osm,
    find_place,
)
from tenmin.inputs.osm._service import Patience, check_service
from tenmin.support.errors import InputError, OutputError, ServiceError, TenminWarning

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BOX = (117.17, 34.26, 117.19, 34.28)
BUDGET = 180.0


@dataclass
class Clock:
    """A clock that only moves when somebody sleeps."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, seconds: float = BUDGET, tries: int = 5, jitter: float = 0.5) -> Patience:
        return Patience(seconds, tries, clock=lambda: self.now, sleep=self.sleep, jitter=lambda: jitter)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def download(town: Town, cache: Path, clock: Clock, **options: Any) -> Any:
    options = {"patience": clock.patience(), "buffer": 0.0, **options}
    return download_osm(BOX, overpass=town.url, cache=cache, **options)


def kept(cache: Path) -> list[str]:
    """The files of a cache, without locks."""
    return sorted(path.name for path in cache.iterdir() if path.suffix != ".lock") if cache.exists() else []


def test_a_good_answer_is_an_extract_with_its_box_and_day(tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD) as town:
        extract = download(town, tmp_path, clock)
    assert sorted(extract.ways["way"]) == [10, 11]
    assert extract.points.loc["n4", "tags"]["name"] == "药店 <remark>"
    assert (extract.box, extract.date) == (BOX, "2024-05-06")
    [asked] = town.asked
    assert asked["method"] == "POST"
    assert asked["agent"].startswith("tenmin/")
    assert "34.260000,117.170000,34.280000,117.190000" in asked["data"]
    assert asked["data"].startswith("[out:xml]")
    assert clock.slept == []


def test_the_second_time_nobody_is_asked(tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD) as town:
        first, second = download(town, tmp_path, clock), download(town, tmp_path, clock)
        assert len(town.asked) == 1
        assert first.path == second.path
        download(town, tmp_path, clock, refresh=True)
        assert len(town.asked) == 2


def test_what_is_kept_is_the_same_bytes_whatever_the_clock(tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD) as town:
        one, two = (download(town, tmp_path / name, clock) for name in ("a", "b"))
    assert Path(one.path).read_bytes() == Path(two.path).read_bytes()


GOOD_LATER = {
    "429": (reply(b"rate_limited", 429, Retry_After="7"), [7.35]),
    "429 without a time": (reply(b"", 429), [2.0]),
    "429 with a day long past": (reply(b"", 429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), [0.0]),
    "429 with nonsense": (reply(b"", 429, Retry_After="soon"), [2.0]),
    "503": (reply(b"", 503, Retry_After="2"), [2.1]),
    "504": (reply(server.BUSY, 504), [2.0]),
    "500": (reply(b"{}", 500), [2.0]),
    "cut": (reply(GOOD[:400], length=len(GOOD)), [2.0]),
    "truncated": (reply(GOOD[:400]), [2.0]),
    "empty": (reply(b""), [2.0]),
    "reset": (server.reset, [2.0]),
    "timed out": (reply(server.remark(server.TIMED_OUT)), [2.0]),
}


@pytest.mark.parametrize("mode", GOOD_LATER)
def test_what_may_be_better_next_time_is_asked_again(mode: str, tmp_path: Path, clock: Clock) -> None:
    answer, waits = GOOD_LATER[mode]
    with serving(answer, GOOD) as town:
        extract = download(town, tmp_path, clock)
    assert len(extract.ways) == 2
    assert len(town.asked) == 2
    assert clock.slept == pytest.approx(waits)


@pytest.mark.parametrize("mode", GOOD_LATER)
def test_what_never_gets_better_is_given_up_after_five_tries(mode: str, tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD_LATER[mode][0]) as town, pytest.raises(ServiceError, match="5 tries failed"):
        download(town, tmp_path, clock)
    assert len(town.asked) == 5
    assert sum(clock.slept) < BUDGET
    assert kept(tmp_path) == []


REFUSED = {
    "a web page": (reply(server.PAGE), "web page"),
    "remark": (reply(server.remark(server.NO_MEMORY)), "out of memory.*smaller area"),
    "nothing there": (reply(f"{server.HEAD}</osm>".encode()), "nothing in this area"),
    "bad query": (reply(b"<html><p>parse error: ';' expected</p></html>", 400), "400 .*parse error: ';' expected"),
    "forbidden": (reply(b"", 403), "403 Forbidden"),
    "json": (reply(b'{"version": 0.6, "elements": []}'), "no OpenStreetMap XML"),
    "other xml": (reply(b"<gpx><trk/></gpx>"), "'gpx'"),
    "entities": (reply(b'<!DOCTYPE osm [<!ENTITY a "b">]><osm>&a;</osm>'), "document type"),
    "redirect elsewhere": (reply(b"", 302, Location="http://169.254.169.254/latest"), "another host"),
    "redirect to http": (reply(b"", 301, Location="https://127.0.0.1/"), "another host"),
    "redirect in a ring": (reply(b"", 307, Location="/again"), "again and again"),
    "huge": (server.endless, "more than 300,000 bytes"),
    "bomb": (server.packed(GOOD.replace(b"\n</osm>", b" " * 10_000_000 + b"</osm>")), "more than 300,000 bytes"),
}


@pytest.mark.parametrize("mode", REFUSED)
def test_what_cannot_get_better_is_refused_at_once_and_not_kept(mode: str, tmp_path: Path, clock: Clock) -> None:
    answer, said = REFUSED[mode]
    with serving(answer) as town, pytest.raises(ServiceError, match=said) as caught:
        download(town, tmp_path, clock, most_bytes=300_000)
    assert str(caught.value).startswith("127.0.0.1: ")
    assert {one["path"] for one in town.asked} <= {"/api/interpreter", "/again"}
    assert clock.slept == []
    assert kept(tmp_path) == []


def test_a_redirect_to_the_same_host_is_followed(tmp_path: Path, clock: Clock) -> None:
    with serving(reply(b"", 307, Location="/other/interpreter"), GOOD) as town:
        assert len(download(town, tmp_path, clock).ways) == 2
    assert [one["path"] for one in town.asked] == ["/api/interpreter", "/other/interpreter"]
    assert town.asked[0]["data"] == town.asked[1]["data"]


def test_a_packed_answer_is_read(tmp_path: Path, clock: Clock) -> None:
    with serving(server.packed(GOOD)) as town:
        assert len(download(town, tmp_path, clock).ways) == 2


def test_nobody_sleeps_beyond_the_deadline(tmp_path: Path, clock: Clock) -> None:
    with (
        serving(reply(b"", 429, Retry_After="3600")) as town,
        pytest.raises(ServiceError, match=r"in 3780 s.* 180 are"),
    ):
        download(town, tmp_path, clock)
    assert len(town.asked) == 1
    assert clock.slept == []


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seconds", [1.0, 5.0, 20.0, 70.0])
def test_all_waits_together_fit_into_the_time_given(
    seconds: float, jitter: float, tmp_path: Path, clock: Clock
) -> None:
    with serving(reply(b"", 504)) as town, pytest.raises(ServiceError):
        download(town, tmp_path, clock, patience=clock.patience(seconds, tries=50, jitter=jitter))
    assert sum(clock.slept) < seconds
    assert len(town.asked) == len(clock.slept) + 1


def test_an_answer_that_drips_is_left_behind(tmp_path: Path) -> None:
    began = time.monotonic()
    with serving(server.drip) as town, pytest.raises(ServiceError, match=r"within 0.3 s|longer than 0.3 s"):
        download_osm(BOX, overpass=town.url, cache=tmp_path, patience=Patience(seconds=0.3))
    assert time.monotonic() - began < 10.0
    assert kept(tmp_path) == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.inf, math.nan])
def test_patience_without_an_end_is_refused(seconds: float) -> None:
    with pytest.raises(InputError, match="finite time"):
        Patience(seconds=seconds)


def test_eight_who_ask_at_once_make_one_request(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def ask(_number: int) -> int:
        together.wait()
        return len(download_osm(BOX, overpass=town.url, cache=tmp_path).ways)

    def slowly(handler: Any) -> None:
        time.sleep(0.1)
        reply(GOOD)(handler)

    with serving(slowly) as town, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [2] * 8
    assert len(town.asked) == 1


def test_who_waits_for_another_waits_no_longer_than_the_deadline(tmp_path: Path, clock: Clock) -> None:
    key = _cache_key("overpass", "x")
    with (
        Cache(tmp_path).locked(key, Patience().start()),
        pytest.raises(ServiceError, match="another program"),
        Cache(tmp_path).locked(key, clock.patience(3.0).start()),
    ):
        pytest.fail("both hold the lock")
    assert sum(clock.slept) <= 3.0


def test_a_lock_dies_with_its_holder(tmp_path: Path, clock: Clock) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from tenmin.inputs.osm._cache import Cache\nfrom tenmin.inputs.osm._service import Patience\n"
        "with Cache(pathlib.Path(sys.argv[1])).locked('key', Patience().start()):\n"
        "    print('held', flush=True)\n    time.sleep(600)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(ServiceError), Cache(tmp_path).locked("key", clock.patience(1.0).start()):
            pass
        holder.kill()
        holder.wait()
    with Cache(tmp_path).locked("key", clock.patience(1.0).start()):
        assert (tmp_path / "key.lock").exists()


def hurt_data(note: Path, data: Path) -> None:
    data.write_bytes(data.read_bytes()[:-20] + bytes(20))
    assert note.exists()


def hurt_note(note: Path, data: Path) -> None:
    note.write_text(note.read_text("utf-8")[:40], "utf-8")
    assert data.exists()


def point_elsewhere(note: Path, data: Path) -> None:
    about = json.loads(note.read_text("utf-8"))
    note.write_text(json.dumps({**about, "file": f"../{data.name}"}), "utf-8")


@pytest.mark.parametrize("hurt", [hurt_data, hurt_note, point_elsewhere])
def test_a_damaged_entry_is_named_set_aside_and_fetched_again(hurt: Any, tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD) as town:
        path = Path(download(town, tmp_path, clock).path)
        [note] = tmp_path.glob("*.json")
        hurt(note, path)
        with pytest.warns(TenminWarning, match=rf"{note.name}.*set aside"):
            assert len(download(town, tmp_path, clock).ways) == 2
    assert len(town.asked) == 2
    assert any(name.endswith(".damaged") for name in kept(tmp_path))


def test_an_entry_whose_file_is_gone_is_fetched_again(tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD) as town:
        Path(download(town, tmp_path, clock).path).unlink()
        with pytest.warns(TenminWarning, match="its file is gone"):
            download(town, tmp_path, clock)
    assert len(town.asked) == 2


def test_a_failed_refresh_leaves_the_old_answer(tmp_path: Path, clock: Clock) -> None:
    with serving(GOOD, reply(server.PAGE)) as town:
        before = download(town, tmp_path, clock)
        with pytest.raises(ServiceError):
            download(town, tmp_path, clock, refresh=True)
        assert download(town, tmp_path, clock).path == before.path


def test_offline_touches_no_socket(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> NoReturn:
        pytest.fail("a socket was made")

    with serving(GOOD) as town:
        online = download(town, tmp_path, clock)
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert download_osm(BOX, buffer=0.0, cache=tmp_path, offline=True).path == online.path
    with pytest.raises(ServiceError, match=r"nothing of the box .* offline"):
        download_osm(BOX, buffer=50.0, cache=tmp_path, offline=True)
    with pytest.raises(ServiceError, match="nothing of the place 'Gulou'"):
        download_osm("Gulou", cache=tmp_path, offline=True)


def test_a_name_is_looked_up_once_and_read_with_what_lies_around(tmp_path: Path, clock: Clock) -> None:
    def ask(**options: Any) -> Any:
        return download_osm("鼓楼区,  徐州", cache=tmp_path, patience=clock.patience(), **options)

    with serving(server.place()) as names, serving(GOOD) as town:
        extract = ask(overpass=town.url, nominatim=names.url)
        ask(overpass=town.url, nominatim=names.url)
        found = find_place("鼓楼区, 徐州", cache=tmp_path, nominatim=names.url)
    [asked] = names.asked
    assert (asked["q"], asked["format"], asked["polygon_geojson"], asked["limit"]) == (
        "鼓楼区, 徐州", "geojson", "1", "1",
    )  # fmt: skip
    assert len(town.asked) == 1
    assert found.index.tolist() == ["r123"]
    assert found["name"].tolist() == ["鼓楼区, 徐州市"]
    assert found.geometry.iloc[0].equals(shapely.from_geojson(json.dumps(server.OUTLINE)))
    west, south, east, north = extract.box
    assert west < 117.17 - 0.01 and south < 34.26 - 0.009 and east > 117.19 + 0.01 and north > 34.28 + 0.009  # noqa: PT018
    assert ask(offline=True).box == extract.box


POINT = {"type": "Point", "coordinates": [117.18, 34.27]}


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (server.place(None), InputError, "nobody knows the place 'Gulou'"),
        (server.place(POINT), InputError, r"is a Point \(鼓楼区, 徐州市, at 117.18000, 34.27000\).*polygon"),
        (server.PAGE, ServiceError, "web page"),
        (b'{"error": "no"}', ServiceError, "not what Nominatim gives"),
        (b'{"features": [', ServiceError, "stops in the middle"),
        (b'{"features": [{"properties": {}, "geometry": null}]}', ServiceError, "not what Nominatim gives"),
        (b"[" * 100_000, ServiceError, "JSON object"),
        (b'{"a":' * 100_000, ServiceError, "stops in the middle"),
    ],
)
def test_a_name_without_an_outline_is_refused_and_not_kept(
    answer: bytes, error: type[Exception], said: str, tmp_path: Path, clock: Clock
) -> None:
    with serving(answer) as names, pytest.raises(error, match=said):
        download_osm("Gulou", nominatim=names.url, cache=tmp_path, patience=clock.patience())
    assert kept(tmp_path) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 300, "Gulou\x00"])
def test_what_is_no_name_is_not_sent(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no name of a place"):
        find_place(name, cache=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "http://overpass-api.de/api/interpreter",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1.evil.example/api",
        "file:///etc/passwd",
        "ftp://overpass-api.de/",
        "https://user:word@overpass-api.de/",
        "https:///api",
        "overpass-api.de/api",
        "",
    ],
)
def test_only_plain_https_addresses_are_asked(url: str) -> None:
    with pytest.raises(InputError):
        check_service(url, named=True)


def test_hosts_that_nobody_named_must_be_known() -> None:
    assert check_service(OVERPASS, named=False) == OVERPASS
    assert check_service("https://overpass.example/api", named=True)
    for url in ("https://overpass.example/api", "http://127.0.0.1:8080/api", "https://overpass-api.de.example/"):
        with pytest.raises(InputError):
            check_service(url, named=False)


@pytest.mark.parametrize(
    "place",
    [(1, 2, 3), (10.0, 0.0, 9.0, 1.0), (0.0, 1.0, 1.0, 1.0), (0.0, 0.0, math.nan, 1.0), (0, 89, 1, 91), ("1", 2, 3, 4),
     shapely.Polygon(), shapely.Point(1, 1), shapely.box(500_000, 3_790_000, 501_000, 3_791_000), 7, None],
)  # fmt: skip
def test_a_place_that_is_none_is_refused_before_anybody_is_asked(place: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        download_osm(place, cache=tmp_path)
    assert kept(tmp_path) == []


def test_a_place_that_is_too_large_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"geofabrik.*read_osm"):
        download_osm((110.0, 30.0, 112.0, 32.0), cache=tmp_path)
    assert MAX_BOX_KM2 == 2_500.0


@pytest.mark.parametrize("buffer", [-1.0, math.nan, math.inf, 50_000.0])
def test_a_buffer_that_is_none_is_refused(buffer: float, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="buffer"):
        download_osm(BOX, buffer=buffer, cache=tmp_path)


def test_polygons_and_frames_are_places_too() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(*BOX)], crs="EPSG:4326")
    assert _parse_box(shapely.box(*BOX)) == _parse_box(frame) == _parse_box(list(BOX)) == BOX  # pyright: ignore[reportArgumentType]
    assert _parse_box(frame.to_crs("EPSG:32650")) == pytest.approx(BOX, abs=1e-4)


@given(
    west=st.floats(-170.0, 170.0),
    south=st.floats(-80.0, 79.8),
    size=st.floats(0.001, 0.2),
    metres=st.floats(0.0, 5_000.0),
)
def test_the_box_reaches_as_far_beyond_the_place_as_asked(
    west: float, south: float, size: float, metres: float
) -> None:
    box = (west, south, west + size, south + size)
    wide = _buffered(box, metres)
    earth = Geod(ellps="WGS84")
    for x, y in ((box[0], box[1]), (box[2], box[1]), (box[0], box[3]), (box[2], box[3])):
        lon, lat, _ = earth.fwd([x] * 4, [y] * 4, [0.0, 90.0, 180.0, 270.0], [metres] * 4)
        assert wide[0] - 1e-9 <= min(lon) and max(lon) <= wide[2] + 1e-9  # noqa: PT018
        assert wide[1] - 1e-9 <= min(lat) and max(lat) <= wide[3] + 1e-9  # noqa: PT018


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("not a folder")
    with serving(GOOD) as town, pytest.raises(OutputError, match=r"file.*cache="):
        download(town, tmp_path / "file", clock)
    assert town.asked == []
