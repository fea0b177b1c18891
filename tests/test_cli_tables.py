"""The tables that a planner gives to the commands: several registers, homes, communities, and how each is read."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import prcoords
import pytest

from test_cli import lonlat, run, street_town

AT = dict(zip((100, 500, 1500), lonlat((100, 10), (500, 10), (1500, 10)), strict=True))


def write(path: Path, *lines: str) -> Path:
    """A CSV file of these lines."""
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def homes(folder: Path) -> Path:
    """Homes at 100, 500 and 1,500 m of the street: 10, 20 and 40 people, of 东社区 but for the last."""
    rows = zip(AT.items(), (10, 20, 40), ("东社区", "东社区", "西社区"), strict=True)
    lines = [f"h{x},{lon},{lat},{people},{area}" for (x, (lon, lat)), people, area in rows]
    return write(folder / "小区.csv", "小区编号,经度,纬度,常住人口,所属社区", *lines)


def communities(folder: Path, *names: str) -> Path:
    """A table of communities."""
    return write(folder / "社区.csv", "社区编号,社区名称", *(f"C{k},{name}" for k, name in enumerate(names)))


def register(folder: Path, name: str, x: float, category: str = "clinic", area: str = "东社区") -> Path:
    """A table with one facility at x m of the street."""
    ((lon, lat),) = lonlat((x, 0))
    return write(folder / name, "名称,类别,经度,纬度,所属社区", f"{name},{category},{lon},{lat},{area}")


def cover(folder: Path, *words: object, lang: str = "en") -> tuple[int, str, Path]:
    """The exit code, what `coverage` said of the homes of the street, and the folder of results."""
    out = folder / "out"
    given = "coverage", street_town(folder), "--places", homes(folder), *words, "--out", out, "--lang", lang
    return *run(*given), out


def test_homes_communities_and_several_registers_give_shares_and_gaps_by_community(tmp_path: Path):
    words = "--areas", communities(tmp_path, "东社区", "西社区"), "--metres", 300, "-c", "诊所"
    registers = "--facilities", register(tmp_path, "a.csv", 0), "--facilities", register(tmp_path, "b.csv", 520)
    code, said, out = cover(tmp_path, *words, *registers)
    assert code == 0
    shares = pd.read_csv(out / "communities.csv").set_index("community")
    assert shares[["served", "unserved"]].to_numpy().tolist() == [[30.0, 0.0], [0.0, 40.0]]
    (gap,) = pd.read_csv(out / "gaps.csv").to_dict("records")
    assert (gap["area"], gap["people"], gap["reason"]) == ("西社区", 40.0, "far")
    assert gpd.read_file(out / "gaps.gpkg")["area"].tolist() == ["西社区"]
    assert "have all" not in said
    assert pd.read_csv(out / "basket.csv")[["category", "served"]].to_numpy().tolist()[0] == ["basket", 30.0]


def test_in_chinese_no_heading_and_no_key_of_the_code_is_written(tmp_path: Path):
    words = "--metres", 300, "--facilities", register(tmp_path, "a.csv", 0, "050600")
    code, said, out = cover(tmp_path, *words, lang="zh")
    assert code == 0
    for name in ("coverage", "basket", "gaps", "communities", "counts", "remarks"):
        table = pd.read_csv(out / f"{name}.csv", dtype=str)
        assert [heading for heading in table.columns if heading.isascii()] == []
        assert "类别" not in table.columns or not table["类别"].str.isascii().any()
    assert "050600：" not in said
    assert pd.read_csv(out / "gaps.csv")["原因"].tolist() == ["距离远", "距离远"]
    assert pd.read_csv(out / "remarks.csv")["原因"].tolist() == ["类别不在目录中，照原样保留"]


def test_openstreetmap_is_added_only_when_asked_for(tmp_path: Path):
    words = "--metres", 300, "--facilities", register(tmp_path, "a.csv", 1500)
    without, more = (cover(tmp_path, *words, *some)[2] for some in ([], []))
    assert set(pd.read_csv(without / "coverage.csv")["category"]) == {"clinic"}
    cover(tmp_path, *words, "--with-osm")
    assert set(pd.read_csv(more / "coverage.csv")["category"]) == {"clinic", "pharmacy"}


def test_a_datum_may_be_that_of_one_table_alone(tmp_path: Path):
    lon, lat = AT[500]
    shifted_lat, shifted_lon = prcoords.wgs_gcj((lat, lon))
    poi = write(tmp_path / "poi.csv", "名称,类别,经度,纬度", f"p,clinic,{shifted_lon},{shifted_lat}")
    words = "--facilities", register(tmp_path, "a.csv", 1500), "--facilities", poi, "--metres", 60
    served = []
    for datum in ("poi.csv=gcj02", "a.csv=gcj02"):
        _, _, out = cover(tmp_path, *words, "--datum", datum)
        served += pd.read_csv(out / "coverage.csv")["served"].tolist()
    assert served == [60.0, 0.0]


def test_the_datum_that_a_table_names_is_enough(tmp_path: Path):
    lon, lat = AT[500]
    shifted_lat, shifted_lon = prcoords.wgs_gcj((lat, lon))
    row = f"p,clinic,{shifted_lon},{shifted_lat},GCJ-02,东社区"
    poi = write(tmp_path / "poi.csv", "名称,类别,经度,纬度,坐标系,所属社区", row)
    _, _, out = cover(tmp_path, "--facilities", poi, "--metres", 60)
    assert pd.read_csv(out / "coverage.csv")["served"].tolist() == [20.0]
    words = "--areas", communities(tmp_path, "东社区"), "--facilities", poi, "--out", out
    assert run("compliance", "jiaxing_2012", *words)[0] == 0


def test_a_register_that_is_larger_than_the_list_goes_on_if_asked(tmp_path: Path):
    words = ["compliance", "jiaxing_2012", "--areas", communities(tmp_path, "西社区"), "--out", tmp_path / "o"]
    words += ["--facilities", register(tmp_path, "a.csv", 0), "--lang", "zh"]
    assert run(*words)[0] == 3
    code, said = run(*words, "--within")
    assert (code, "1 行中有 1 行不在所列 1 个社区之内，已略去" in said) == (0, True)


@pytest.mark.parametrize(("header", "code"), [([], 0), (["--header", "a.csv=2"], 0), (["--header", "a.csv=x"], 2)])
def test_the_row_of_headings_is_that_of_one_table(tmp_path: Path, header: list[str], code: int):
    path = register(tmp_path, "a.csv", 0)
    path.write_text("街道台账\n" + path.read_text("utf-8"), encoding="utf-8")
    assert cover(tmp_path, "--facilities", path, "--metres", 300, *header)[0] == code


def test_people_are_either_counted_or_estimated(tmp_path: Path):
    assert cover(tmp_path, "--people", 100)[0] == 2


def test_homes_outside_the_communities_are_left_out_if_asked(tmp_path: Path):
    words = "--areas", communities(tmp_path, "东社区"), "--facilities", register(tmp_path, "a.csv", 0), "--within"
    _, said, out = cover(tmp_path, *words, "--metres", 3000)
    assert pd.read_csv(out / "coverage.csv")["total"].tolist() == [30.0]
    assert "1 of 3 rows lie outside the 1 areas of the list and are left out" in said


def test_a_table_of_households_gives_people_if_their_number_is_said(tmp_path: Path):
    lon, lat = AT[100]
    path = write(tmp_path / "户.csv", "小区名称,经度,纬度,户数", f"东苑,{lon},{lat},100")
    words = "coverage", street_town(tmp_path), "--places", path, "--persons-per-household", 2.5, "--lang", "en"
    assert run(*words, "--out", tmp_path / "o")[0] == 0
    assert set(pd.read_csv(tmp_path / "o/coverage.csv")["total"]) == {250.0}
