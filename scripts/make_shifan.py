"""Make data/samples/shifan/, the invented district 示范区, whose walks have known lengths.

The plan below is in metres from the south-west corner of the district. It is written as OpenStreetMap XML at a spot in
the Tengger Desert where no streets are; nothing in it is real. No clock, no chance: it is the same every time::

    python scripts/make_shifan.py [--out FOLDER]

A way takes in every corner of another way and every point of `POINTS` that lies on it, so ways are joined where one of
them has a corner, and pass over or under each other where none has. The id of a node says where it stands.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from pyproj import Transformer

from tenmin.support.files import replacing

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples" / "shifan"
NAME = "streets.osm"
CRS = "EPSG:32648"
ORIGIN = (499_000, 4_250_000)
"""East and north of the south-west corner in the CRS: the zone's middle meridian runs through the district."""
EXTENT = (-50, -50, 2050, 1650)
"""West, south, east and north of what the file says it covers."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="scripts/make_shifan.py">\n'
STAMP = "2026-01-01T00:00:00Z"
FIRST_WAY = 101
DECIMALS = 7
"""Of a degree, as OpenStreetMap has them: positions are rounded by at most 6 mm."""

# name | tags | corners x,y; "x,y..x,y" is a closed rectangle; a corner with ? is not in the file: the way is cut
WAYS = """
南门路 | highway=secondary | -100,0 200,0 600,0 1000,0 1400,0 1800,0
站前路 | highway=tertiary | 200,200 600,200 1000,200 1400,200 1800,200
人民路 | highway=primary | 200,400 600,400 1000,400 1400,400 1800,400 2050,400 2150,400?
解放路 | highway=secondary | 200,700 600,700 1000,700 1400,700 1800,700
沿河路 | highway=tertiary | 200,1000 600,1000 1000,1000 1400,1000 1800,1000
北岸路 | highway=tertiary | 200,1200 600,1200 1000,1200 1400,1200 1800,1200
北环路 | highway=secondary | 200,1440 600,1440 1000,1440 1400,1440 1800,1440
西街 | highway=residential | 200,0 200,200
西街 | highway=residential | 200,400 200,1000
西街 | highway=residential | 200,1200 200,1440
文昌街 | highway=residential | 600,0 600,200
文昌街 | highway=residential | 600,400 600,1000
东风街 | highway=residential | 1400,0 1400,200
东风街 | highway=residential | 1400,400 1400,1000
东街 | highway=residential | 1800,0 1800,200
东街 | highway=residential | 1800,400 1800,1000
东街 | highway=residential | 1800,1200 1800,1440
中央大街 | highway=secondary | 1000,0 1000,260
中央大街地道 | highway=secondary tunnel=yes layer=-1 | 1000,260 1000,340
中央大街 | highway=secondary | 1000,340 1000,1060
永安桥 | highway=secondary bridge=yes layer=1 | 1000,1060 1000,1140
中央大街 | highway=secondary | 1000,1140 1000,1470
北村桥 | highway=secondary bridge=yes layer=1 | 1000,1470 1000,1530
中央大街 | highway=residential | 1000,1530 1000,1600
示范铁路 | railway=rail | -100,300 2100,300
环城高速 | highway=motorway oneway=yes ref=S90 | 2100,1500 -100,1500
清水河 | waterway=river | -100,1100 2100,1100
清水河 | natural=water water=river | -100,1085..2100,1115
防洪墙 | barrier=retaining_wall | 320,1040 990,1040
防洪墙 | barrier=retaining_wall | 1010,1040 1680,1040
滨河步道 | highway=footway | 300,1000 300,1070 1700,1070 1700,1000
示范渡口 | route=ferry | 1700,1070 1700,1130
北渡口 | highway=footway | 1700,1130 1700,1200
天桥南路 | highway=footway | 400,200 400,280
天桥南梯 | highway=steps | 400,280 400,290
人行天桥 | highway=footway bridge=yes layer=1 | 400,290 400,310
天桥北梯 | highway=steps | 400,310 400,320
天桥北路 | highway=footway | 400,320 400,400
梅园 | landuse=residential barrier=wall | 210,420..270,540
兰园 | landuse=residential barrier=wall | 290,420..350,540
竹园 | landuse=residential barrier=wall | 370,420..430,540
菊园 | landuse=residential barrier=wall | 450,420..510,540
松园 | landuse=residential barrier=wall | 530,420..590,540
柏园 | landuse=residential barrier=wall | 210,560..270,680
桂园 | landuse=residential barrier=wall | 290,560..350,680
莲园 | landuse=residential barrier=wall | 370,560..430,680
桃园 | landuse=residential barrier=wall | 450,560..510,680
李园 | landuse=residential barrier=wall | 530,560..590,680
梅园路 | highway=service | 240,400 240,520
兰园路 | highway=service | 320,400 320,520
竹园路 | highway=service | 400,400 400,520
菊园路 | highway=service | 480,400 480,520
松园路 | highway=service | 560,400 560,520
柏园路 | highway=service | 240,700 240,580
桂园路 | highway=service | 320,700 320,580
莲园路 | highway=footway | 400,700 400,580
桃园路 | highway=footway | 480,700 480,580
李园1号楼 | building=apartments | 550,600..570,640
幸福里 | landuse=residential barrier=wall | 630,420..690,680
安康苑 | landuse=residential barrier=wall | 710,420..770,680
长虹坊 | landuse=residential barrier=fence | 820,420..880,680
和平里 | landuse=residential barrier=hedge | 910,420..970,680
幸福里南口 | highway=service | 660,400 660,420
幸福里路 | highway=service access=private | 660,420 660,680
幸福里北口 | highway=service | 660,680 660,700
安康苑路 | highway=service | 740,400 740,700
长虹坊路 | highway=service | 850,400 850,700
和平里路 | highway=service | 940,400 940,700
锦绣花园 | landuse=residential barrier=wall | 220,720..580,980
锦绣中路 | highway=service | 400,700 400,850 400,1000
锦绣横路 | highway=service | 200,850 400,850 600,850
广场西路 | highway=footway | 1000,510 1060,510
广场北路 | highway=footway | 1070,700 1070,640
广场南路 | highway=footway | 1084,400 1084,440
广场连廊 | highway=footway | 1180,475 1230,475
人民广场 | highway=pedestrian area=yes | 1060,440 1180,440 1180,520 1120,520 1120,640 1060,640 1060,440
 | | 1230,420..1350,530
荷花池 | natural=water water=pond | 1260,435..1320,515
市民广场东路 | highway=footway | 1350,475 1400,475
市民广场南路 | highway=footway | 1290,400 1290,420
市民广场北路 | highway=footway | 1290,530 1290,700
观景路 | highway=footway | 1520,400 1520,500
观景台阶 | highway=steps | 1520,500 1520,520
观景坡道 | highway=footway | 1520,500 1560,500 1560,520 1520,520
观景台 | highway=footway | 1520,520 1520,560
挡土墙 | barrier=retaining_wall | 1480,510 1555,510
地下街南梯 | highway=steps level=-1;0 | 1700,400 1700,410
地下街 | highway=corridor indoor=yes level=-1 | 1700,410 1700,640
地下街南廊 | highway=corridor indoor=yes level=-1 | 1700,410 1720,410
地下街北廊 | highway=corridor indoor=yes level=-1 | 1700,640 1720,640
地下街北梯 | highway=steps level=-1;0 | 1700,640 1700,650
地下街北口 | highway=footway | 1700,650 1700,700
电梯南路 | highway=footway | 1720,400 1720,410
电梯北路 | highway=footway | 1720,640 1720,700
街心小路 | highway=footway | 1800,530 1690,530
示范小学 | amenity=school barrier=fence | 660,760..780,880
小学正门路 | highway=footway | 720,700 720,760
小学东门路 | highway=footway | 820,700 820,800 780,800
小学消防路 | highway=footway | 600,820 660,820
社区服务站 | building=yes amenity=community_centre | 860,760..900,800
服务站小路 | highway=footway | 880,700 880,780
文昌公寓 | building=apartments | 710,960 730,940 710,920 690,940 710,960
柳荫路 | highway=tertiary sidewalk:left=separate sidewalk:right=yes | 1080,700 1080,1000
柳荫路人行道 | highway=footway footway=sidewalk | 1072,700 1072,1000
槐荫路 | highway=tertiary sidewalk:both=separate | 1160,700 1160,1000
槐荫路西人行道 | highway=footway footway=sidewalk | 1152,700 1152,1000
槐荫路东人行道 | highway=footway footway=sidewalk | 1168,700 1168,1000
槐荫路信号路口 | highway=footway footway=crossing crossing=traffic_signals | 1152,800 1168,800
槐荫路斑马线 | highway=footway footway=crossing crossing=uncontrolled | 1152,900 1168,900
槐荫路护栏 | barrier=fence | 1161,705 1161,795
槐荫路护栏 | barrier=fence | 1161,805 1161,895
槐荫路护栏 | barrier=fence | 1161,905 1161,995
快速路 | highway=tertiary foot=no | 1240,700 1240,1000
骑行绿道 | highway=cycleway segregated=no | 1320,700 1320,1000
纬一巷 | highway=residential | 1400,800 1500,800 1600,800 1700,800 1800,800
纬二巷 | highway=residential | 1400,900 1500,900 1600,900 1700,900 1800,900
经一巷 | highway=residential | 1500,700 1500,1000
经二巷 | highway=residential | 1600,700 1600,1000
经三巷 | highway=residential | 1700,700 1700,1000
沙路 | highway=path surface=sand | 700,0 700,200
单行巷 | highway=footway oneway:foot=yes | 800,0 800,200
窄巷 | highway=footway wheelchair=no | 900,0 900,200
城南快速 | highway=trunk motorroad=yes | 1100,0 1100,200
新建路 | highway=construction construction=residential | 1200,0 1200,200
骑行道 | highway=cycleway foot=no | 1300,0 1300,200
孤园环路 | highway=footway | 340,1300 460,1300 460,1340
孤园环路 | highway=footway | 460,1340 340,1340 340,1300
示范图书馆 | building=yes amenity=library | 790,1230 820,1230 820,1260 770,1260 790,1230
"""

# name | tags | x,y
POINTS = """
梅园大门 | barrier=gate | 240,420
兰园大门 | barrier=gate access=yes | 320,420
竹园大门 | barrier=lift_gate access=private | 400,420
菊园大门 | barrier=gate locked=yes | 480,420
松园大门 | barrier=gate access=no | 560,420
柏园大门 | barrier=gate opening_hours=06:00-22:00 | 240,680
桂园大门 | barrier=lift_gate access=private foot=yes | 320,680
莲园侧门 | barrier=kissing_gate | 400,680
桃园侧门 | barrier=turnstile | 480,680
幸福里南门 | barrier=lift_gate | 660,420
幸福里北门 | barrier=lift_gate | 660,680
安康苑南门 | barrier=gate access=private | 740,420
安康苑北门 | barrier=gate access=private | 740,680
长虹坊南门 | barrier=gate | 850,420
长虹坊北门 | barrier=gate access=permissive | 850,680
和平里南门 | barrier=gate | 940,420
和平里北门 | barrier=gate access=no | 940,680
锦绣南门 | barrier=lift_gate | 400,720
锦绣北门 | barrier=gate access=no | 400,980
锦绣西门 | barrier=gate locked=yes | 220,850
锦绣东门 | barrier=swing_gate access=private foot=yes | 580,850
小学正门 | entrance=main | 720,760
小学东门 | barrier=gate | 780,800
小学消防门 | entrance=emergency | 660,820
图书馆入口 | entrance=yes | 780,1245
地下街南电梯 | highway=elevator | 1720,410
地下街北电梯 | highway=elevator | 1720,640
 | kerb=raised | 1154,800
 | highway=crossing crossing=traffic_signals | 1160,800
 | kerb=raised | 1166,800
 | kerb=lowered | 1154,900
 | highway=crossing crossing=uncontrolled | 1160,900
 | kerb=lowered | 1166,900
"""

# name | tags | role: a corner of the member way
AREAS = """
市民广场 | type=multipolygon highway=pedestrian | outer: 1230,420 inner: 1260,435
"""

Place = tuple[int, int]
Tags = dict[str, str]


class Way(NamedTuple):
    """One line of `WAYS`, with the corners of others that lie on it."""

    number: int
    tags: Tags
    places: list[Place]


def rows(text: str) -> Iterator[tuple[Tags, str]]:
    """Yield the tags, the name among them, and the last column of every line of a table."""
    for line in text.strip("\n").split("\n"):
        name, tags, rest = (cell.strip() for cell in line.split("|"))
        pairs = dict(tag.split("=", 1) for tag in tags.split())
        yield {"name": name, **pairs} if name else pairs, rest


def place(text: str) -> Place:
    """The place that "x,y" names."""
    x, y = text.rstrip("?").split(",")
    return int(x), int(y)


def corners(text: str) -> list[Place]:
    """The places of "x,y x,y ...", or of a closed rectangle "x,y..x,y"."""
    if ".." not in text:
        return [place(item) for item in text.split()]
    (west, south), (east, north) = (place(item) for item in text.split(".."))
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def between(a: Place, b: Place, places: set[Place]) -> list[Place]:
    """The places inside the straight line from a to b, from a on."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    on_line = [(x, y) for x, y in places if (x - a[0]) * dy == (y - a[1]) * dx]
    along = sorted(((x - a[0]) * dx + (y - a[1]) * dy, (x, y)) for x, y in on_line)
    return [spot for far, spot in along if 0 < far < dx * dx + dy * dy]


def joined(ends: list[Place], places: set[Place]) -> list[Place]:
    """The corners of a way with all the places that lie on it."""
    return [ends[0], *(spot for a, b in pairwise(ends) for spot in (*between(a, b, places), b))]


def plan() -> tuple[list[Way], dict[Place, Tags], set[Place]]:
    """The ways, the tags of the tagged places, and the places that the file leaves out."""
    drawn = [(tags, corners(rest), rest) for tags, rest in rows(WAYS)]
    tagged = {place(rest): tags for tags, rest in rows(POINTS)}
    places = set(tagged).union(*(ends for _, ends, _ in drawn))
    ways = [Way(FIRST_WAY + row, tags, joined(ends, places)) for row, (tags, ends, _) in enumerate(drawn)]
    beyond = {place(item) for *_, rest in drawn for item in rest.split() if item.endswith("?")}
    return ways, tagged, beyond


def node_id(spot: Place) -> int:
    """The id of the node at a place: that at x = 240, y = 420 is 14201240."""
    return (spot[1] + 1000) * 10_000 + spot[0] + 1000


def tag_lines(tags: Tags) -> str:
    """The tags as XML."""
    return "".join(f"\n    <tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def element(kind: str, head: str, inside: str) -> str:
    """One element as XML."""
    end = f">{inside}\n  </{kind}>\n" if inside else "/>\n"
    return f'  <{kind} {head} version="1" timestamp="{STAMP}"{end}'


def relations(ways: list[Way]) -> Iterator[str]:
    """Yield the relations as XML."""
    owner = {way.places[0]: way.number for way in ways}
    for number, (tags, rest) in enumerate(rows(AREAS), 1):
        words = rest.split()
        members = "".join(
            f'\n    <member type="way" ref="{owner[place(spot)]}" role="{role.rstrip(":")}"/>'
            for role, spot in zip(words[::2], words[1::2], strict=True)
        )
        yield element("relation", f'id="{number}"', members + tag_lines(tags))


def streets() -> str:
    """The district's streets as OpenStreetMap XML."""
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

    def degrees(x: int, y: int) -> tuple[str, str]:
        lon, lat = to_degrees.transform(ORIGIN[0] + x, ORIGIN[1] + y)
        return f"{lon:.{DECIMALS}f}", f"{lat:.{DECIMALS}f}"

    ways, tagged, beyond = plan()
    (west, south), (east, north) = degrees(*EXTENT[:2]), degrees(*EXTENT[2:])
    parts = [HEAD, f'  <bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>\n']
    for spot in sorted(set(tagged).union(*(way.places for way in ways)) - beyond, key=node_id):
        lon, lat = degrees(*spot)
        parts.append(element("node", f'id="{node_id(spot)}" lat="{lat}" lon="{lon}"', tag_lines(tagged.get(spot, {}))))
    for way in ways:
        refs = "".join(f'\n    <nd ref="{node_id(spot)}"/>' for spot in way.places)
        parts.append(element("way", f'id="{way.number}"', refs + tag_lines(way.tags)))
    return "".join([*parts, *relations(ways), "</osm>\n"])


def main() -> None:
    """Write the sample."""
    parser = argparse.ArgumentParser(description="Make data/samples/shifan/, the invented district.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    text = streets().encode()
    options.out.mkdir(parents=True, exist_ok=True)
    with replacing(options.out / NAME) as temporary:
        temporary.write_bytes(text)
    print(f"{options.out / NAME}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
