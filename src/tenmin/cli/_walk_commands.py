"""Commands for coverage and isochrones, and the demo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from tenmin.cli._app import TEXTS, Debug, Language, Out, app, report_errors, say
from tenmin.cli._table_options import (
    Complete,
    Datums,
    Facilities,
    Headers,
    Large,
    PeopleBase,
    Persons,
    Sheets,
    TableOptions,
    Within,
    WithOsm,
    read_tables,
    report_remarks,
)
from tenmin.cli._translation import CommandInLanguage
from tenmin.support.language import Lang

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd

    from tenmin.inputs.osm import OsmExtract
    from tenmin.inputs.walkers import Walker
    from tenmin.measures.compliance import Compliance
    from tenmin.measures.coverage import Coverage
    from tenmin.network import WalkNetwork

__all__ = ["coverage", "demo", "isochrones"]

DEMO_PEOPLE = {"neubrandenburg": 63_602.0, "helsinki": 12_000.0}
"""Population of the sample towns; for Neubrandenburg as published (source in data/samples/README.md)."""
DEMO_STANDARDS = (
    "jiaxing_2012",
    "xuzhou_2017",
    "yunmeng_liushiliuyou",
    "jinan_2008_10min",
    "china_2005_benchmarks",
)
DEMO_COMPLETE = (
    *("community_service", "one_stop_hall", "social_affairs", "police", "clinic", "citizens_school", "fitness"),
    *("elderly_care", "kindergarten", "culture", "sport", "sports_room", "square", "labour_service", "market"),
)
"""Categories for which the register of 示范区 is complete."""
WORST_GAPS = 5
"""Number of the worst gaps that are printed, besides the worst of each reason; all are written."""

Streets = Annotated[Path, typer.Argument(help="OpenStreetMap extract: .osm.pbf, .osm, .osm.gz or .osm.bz2.")]
Minutes = Annotated[list[float] | None, typer.Option("--minutes", "-m", help="Limit in minutes; may be repeated.")]
Metres = Annotated[list[float] | None, typer.Option(help="Limit in metres of walking instead; may be repeated.")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", "-c", help="Category, by key or name; all if not given; may be repeated."),
]
WalkerName = Annotated[str, typer.Option("--walker", help="adult, older_adult, child, wheelchair or pushchair.")]
WalkerNames = Annotated[
    list[str] | None,
    typer.Option(
        "--walker",
        help="adult, older_adult, child, wheelchair or pushchair; may be repeated: the map has a switch to the others.",
    ),
]


def _read_town(
    streets: Path,
    registers: Sequence[gpd.GeoDataFrame],
    categories: list[str] | None,
    *,
    with_osm: bool,
    walker: Walker | str,
    lang: Lang,
    when: datetime | None = None,
) -> tuple[OsmExtract, WalkNetwork, gpd.GeoDataFrame]:
    """An extract, its walking network, and the facilities: of the registers, of the extract, or of both."""
    from tenmin.inputs.osm import read_osm
    from tenmin.network import WalkNetwork
    from tenmin.support.contracts import in_use

    say("reading", lang, path=streets)
    town = read_osm(streets)
    network = WalkNetwork.from_osm(town, walker=walker, when=when)
    found = _find(town, registers, categories, with_osm=with_osm or not registers)
    say("found", lang, network=repr(network), facilities=int(in_use(found).sum()))
    return town, network, found


def _find(
    town: OsmExtract, registers: Sequence[gpd.GeoDataFrame], categories: list[str] | None, *, with_osm: bool
) -> gpd.GeoDataFrame:
    """The facilities of all sources, restricted to some categories and their parts if given."""
    from tenmin.inputs.facilities import combine_facilities, find_facilities
    from tenmin.inputs.services import list_parts, load_catalogue, name_category, suggest_categories
    from tenmin.support.limits import unknown_category

    keys, parts = _keys_of(categories), list_parts()
    listed = {key for table in registers for key in table["category"].astype("str")}
    valid = listed | set(load_catalogue()) if with_osm and registers else listed
    for word, key in zip(categories or [], keys or [], strict=True) if registers else []:
        if not {key, *parts.get(key, ())} & valid:
            near = [one for one in suggest_categories(key) if name_category(one) in valid]
            raise unknown_category(word, near or sorted(valid), "--category")
    asked = None if keys is None else list(dict.fromkeys(part for key in keys for part in (key, *parts.get(key, ()))))
    of_map = asked if asked is None or not registers else [key for key in asked if key in load_catalogue()]
    tables = [*registers, *([find_facilities(town, categories=of_map)] if with_osm else [])]
    found = tables[0] if len(tables) == 1 else combine_facilities(*tables)
    return found if asked is None else found[found["category"].isin(asked)]


def _keys_of(categories: list[str] | None) -> list[str] | None:
    """The keys of categories given by key or name."""
    from tenmin.inputs.services import name_category

    return None if categories is None else [name_category(one) or one for one in categories]


def _limit_of(number: float | None, categories: list[str] | None) -> float | dict[str, float] | None:
    """A limit for the categories asked for, for all if none are."""
    keys = _keys_of(categories)
    return number if number is None or keys is None else dict.fromkeys(keys, number)


def _write_review(
    coverage: Coverage,
    town: OsmExtract,
    folder: Path,
    *,
    title: str | None,
    lang: Lang,
    checked: Sequence[Compliance] = (),
    walkers: Sequence[Walker] = (),
) -> None:
    """Print the worst gaps and the shares; write the shares, all gaps, the isochrones and the map to a folder."""
    from tenmin.measures.gaps import find_gaps
    from tenmin.outputs.maps import draw_map
    from tenmin.outputs.tables import in_words, review_tables
    from tenmin.support.writing import write_layer, write_table

    gaps = find_gaps(coverage, by="place")
    _tell_gaps(gaps, lang)
    _tell_shares(coverage, lang)
    isochrones = coverage.isochrones()
    for name, table in review_tables(coverage, gaps, lang).items():
        write_table(in_words(table, lang), folder / f"{name}.csv")
    write_layer(gaps, folder / "gaps.gpkg", "gaps")
    write_layer(isochrones, folder / "isochrones.gpkg", "isochrones")
    drawn = draw_map(
        coverage,
        gaps=gaps,
        isochrones=isochrones,
        compliance=checked,
        walkers=walkers,
        basemap=town,
        title=title,
        lang=lang,
    )
    drawn.save(str(folder / "review.html"))


def _tell_gaps(gaps: gpd.GeoDataFrame, lang: Lang) -> None:
    """Print the worst gaps, and the worst of each reason."""
    from tenmin.outputs.tables import gaps_as_text

    if len(gaps):
        say("worst", lang, count=f"{len(gaps):,}")
        worst = gaps[(gaps.index <= WORST_GAPS) | ~gaps["reason"].duplicated()]
        typer.echo("\n".join([*gaps_as_text(worst, lang), ""]))


def _tell_shares(coverage: Coverage, lang: Lang) -> None:
    """Print the shares, the basket, and what they rest on: placement, thin data and opening hours."""
    from tenmin.measures.placements import describe_placements
    from tenmin.outputs.tables import basket_as_text, share_table, shares_as_text

    shares = share_table(coverage, lang)
    for line in shares_as_text(shares, lang):
        typer.echo(line)
    if len(shares) > 1:
        say("basket", lang, **basket_as_text(coverage, shares, lang))
    typer.echo(describe_placements(coverage, lang))
    thin = coverage.counts[coverage.counts["thin"]]
    for category, known, expected, source in zip(
        thin.index, thin["facilities"], thin["expected"], thin["source"], strict=True
    ):
        say("thin", lang, category=category, facilities=known, expected=expected, source=source)
    if coverage.opening is not None:
        hours = coverage.opening.hours
        open_, closed = ((hours["open"] == state).sum() for state in (True, False))
        unknown = len(hours) - open_ - closed
        say("open", lang, moment=coverage.opening.at, open=open_, closed=closed, unknown=unknown)


Sample = Annotated[
    Literal["neubrandenburg", "helsinki", "shifan"],
    typer.Option(help="The sample: a town, the centre of a city, or an invented district with its register."),
]


@app.command(cls=CommandInLanguage)
def demo(
    sample: Sample = "neubrandenburg", out: Out = Path("demo"), lang: Language = None, debug: Debug = False
) -> None:
    """Analyse a sample that ships with tenmin and draw its review map; check 示范区 against five standards, too."""
    from tenmin.inputs.population import estimate_places
    from tenmin.inputs.samples import sample_path
    from tenmin.measures.measurement import measure_coverage
    from tenmin.support.files import check_folder
    from tenmin.support.result_sets import writing_results

    with report_errors(lang, debug=debug) as chosen:
        check_folder(out)
        if sample == "shifan":
            _show_district(out, chosen)
            return
        town, network, found = _read_town(sample_path(sample), [], None, with_osm=True, walker="adult", lang=chosen)
        measured = measure_coverage(network, estimate_places(town, people=DEMO_PEOPLE[sample]), found, minutes=10)
        with writing_results(out) as folder:
            _write_review(measured, town, folder, title=TEXTS[f"{sample}_title"][chosen], lang=chosen)
        say("written", chosen, path=out / "review.html")


def _show_district(out: Path, lang: Lang) -> None:
    """Review 示范区, and check its communities against the five founding standards."""
    from tenmin.cli._rule_commands import name_tables, write_compliance
    from tenmin.inputs.areas import read_areas
    from tenmin.inputs.facilities import combine_facilities, read_facilities
    from tenmin.inputs.places import read_places
    from tenmin.inputs.samples import sample_path
    from tenmin.measures.compliance import check_standard
    from tenmin.measures.measurement import measure_coverage
    from tenmin.outputs.verdict_tables import completeness_as_text
    from tenmin.support.contracts import in_use, list_remarks
    from tenmin.support.result_sets import writing_results

    names = ("communities.gpkg", "facilities.xlsx", "poi.csv", "homes.xlsx")
    communities, register, poi, estates = (sample_path(f"shifan/{name}") for name in names)
    town, network, mapped = _read_town(sample_path("shifan"), [], None, with_osm=True, walker="adult", lang=lang)
    known = read_facilities(register, complete=DEMO_COMPLETE)
    others = read_facilities(poi, datum="gcj02", columns={"位置": "lonlat"})
    found = combine_facilities(known, others, mapped)
    for path, table in ((register, known), (poi, others)):
        say("read", lang, path=path, rows=len(table), remarks=len(list_remarks(table)))
    say("combined", lang, facilities=int(in_use(found).sum()), remarks=len(list_remarks(found)))
    areas, places = read_areas(communities), read_places(estates)
    measured = measure_coverage(network, places, found, minutes=10, areas=areas)
    with writing_results(out) as folder:
        checked = [check_standard(one, areas, found, network=network, places=places) for one in DEMO_STANDARDS]
        _write_review(measured, town, folder, title=TEXTS["shifan_title"][lang], lang=lang, checked=checked)
        for one in checked:
            typer.echo()
            write_compliance(one, folder / one.standard.id, lang)
    say("written", lang, path=out / "review.html")
    for one in checked:
        name_tables(one, out / one.standard.id, lang)
    typer.echo("\n".join(["", *completeness_as_text(checked, lang)]))


@app.command(cls=CommandInLanguage)
def coverage(
    streets: Streets,
    people: Annotated[
        float | None, typer.Option(help="People who live in the extract, shared out over its homes; or give --places.")
    ] = None,
    places: Annotated[
        Path | None, typer.Option(help="Homes with people: a table of estates, buildings or communities.")
    ] = None,
    areas: Annotated[Path | None, typer.Option(help="Communities, for shares and gaps by community.")] = None,
    facilities: Facilities = None,
    with_osm: WithOsm = False,
    category: Categories = None,
    complete: Complete = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", "-m", help="Limit in minutes; 10 if none is given.")
    ] = None,
    metres: Annotated[float | None, typer.Option(help="Limit in metres of walking instead.")] = None,
    walker: WalkerNames = None,
    country: Annotated[
        str | None,
        typer.Option(help="Country of a whole town, e.g. CN: what is thinly mapped there is unknown, not unserved."),
    ] = None,
    thin: Annotated[float, typer.Option(help="Share of the expected number below which data is thin.")] = 0.5,
    open_at: Annotated[
        str | None,
        typer.Option(help="Count only facilities open at a moment: '2026-03-03 20:30', or a weekday, 'Tu 20:30'."),
    ] = None,
    datum: Datums = None,
    sheet: Sheets = None,
    header: Headers = None,
    people_base: PeopleBase = None,
    persons_per_household: Persons = None,
    large: Large = None,
    within: Within = False,
    out: Out = Path("tenmin-coverage"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Measure who is served within a limit; write the shares, the gaps, the circles and the map."""
    from tenmin.inputs.population import estimate_places
    from tenmin.inputs.walkers import Walker
    from tenmin.measures.measurement import measure_coverage
    from tenmin.support.files import check_folder
    from tenmin.support.moments import read_moment
    from tenmin.support.result_sets import writing_results

    if (people is None) == (places is None):
        msg = "give either --people, or --places"
        raise typer.BadParameter(msg, param_hint="'--people'")
    if within and areas is None:
        msg = "it needs --areas"
        raise typer.BadParameter(msg, param_hint="'--within'")
    counted = {"people_base": people_base, "persons_per_household": persons_per_household}
    files = [*(facilities or []), *(path for path in (areas, places) if path)]
    options = TableOptions(files, datum or [], sheet or [], header or [], complete or [], counted)
    with report_errors(lang, debug=debug) as chosen:
        check_folder(out)
        ours, *others = [Walker.preset(one) for one in walker or ["adult"]]
        when = None if open_at is None else read_moment(open_at, "--open-at")
        tables = read_tables(facilities or [], areas, places, options, chosen, large=large, within=within)
        town, network, found = _read_town(
            streets, tables.registers, category, with_osm=with_osm, walker=ours, lang=chosen, when=when
        )
        minutes = 10.0 if minutes is None and metres is None else minutes
        homes = tables.places if people is None else estimate_places(town, people=people)
        measured = measure_coverage(
            network,
            cast("gpd.GeoDataFrame", homes),
            found,
            minutes=_limit_of(minutes, category),
            metres=_limit_of(metres, category),
            areas=tables.areas,
            country=country,
            thin=thin,
            open_at=when,
        )
        with writing_results(out) as folder:
            _write_review(measured, town, folder, title=None, lang=chosen, walkers=others)
            report_remarks(tables.remarks, folder, out, chosen)
        say("written", chosen, path=out / "review.html")


@app.command(cls=CommandInLanguage)
def isochrones(
    streets: Streets,
    facilities: Facilities = None,
    with_osm: WithOsm = False,
    category: Categories = None,
    minutes: Minutes = None,
    metres: Metres = None,
    merge: Annotated[bool, typer.Option("--merge", help="One circle for each category, not each facility.")] = False,
    shape: Annotated[Literal["ground", "streets"], typer.Option(help="Polygons or lines.")] = "ground",
    walker: WalkerName = "adult",
    datum: Datums = None,
    sheet: Sheets = None,
    header: Headers = None,
    out: Out = Path("isochrones.gpkg"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Draw the circles of facilities and write them as .gpkg or .geojson."""
    from tenmin.access.isochrones import trace_isochrones
    from tenmin.support.writing import check_layer_name, write_layer

    options = TableOptions(facilities or [], datum or [], sheet or [], header or [])
    with report_errors(lang, debug=debug) as chosen:
        check_layer_name(out)
        tables = read_tables(facilities or [], None, None, options, chosen)
        _, network, found = _read_town(
            streets, tables.registers, category, with_osm=with_osm, walker=walker, lang=chosen
        )
        minutes = [10.0] if minutes is None and metres is None else minutes
        together = "category" if merge else None
        drawn = trace_isochrones(network, found, minutes=minutes, metres=metres, shape=shape, merge=together)
        write_layer(drawn, out, "isochrones")
        say("circles", chosen, count=len(drawn), path=out)
