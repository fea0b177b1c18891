"""The commands of tenmin; thin: they read, call the verbs, write and say what they did."""

from __future__ import annotations

import locale
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tenmin.errors import InputError, OutputError, ServiceError, TenminError

if TYPE_CHECKING:
    import geopandas as gpd

    from tenmin.coverage import Coverage
    from tenmin.network import WalkNetwork
    from tenmin.osm import OsmExtract

__all__ = ["main"]

EXITS = {InputError: 3, ServiceError: 4, TenminError: 5}
EXIT_INTERNAL = 6
DEMO_PEOPLE = 12_000.0

Lang = Literal["zh", "en"]
Streets = Annotated[Path, typer.Argument(help="OpenStreetMap extract: .osm.pbf, .osm, .osm.gz or .osm.bz2.")]
Minutes = Annotated[list[float] | None, typer.Option("--minutes", "-m", help="Limit in minutes; may be repeated.")]
Metres = Annotated[list[float] | None, typer.Option(help="Limit in metres of walking instead; may be repeated.")]
Categories = Annotated[list[str] | None, typer.Option("--category", "-c", help="Category; all if not given.")]
Facilities = Annotated[
    Path | None, typer.Option(help="Facilities (.gpkg, .geojson, .parquet) with a column category, not those of OSM.")
]
WalkerName = Annotated[str, typer.Option("--walker", help="adult, older_adult, child, wheelchair or pushchair.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Where the results go.")]
Language = Annotated[Lang | None, typer.Option("--lang", help="Language of what is shown; else that of the system.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

app = typer.Typer(
    help="Who cannot reach which service on foot in ten minutes, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_TEXTS: dict[str, dict[str, str]] = tomllib.loads(resources.files("tenmin").joinpath("cli.toml").read_text("utf-8"))


def _language(lang: Lang | None) -> Lang:
    if lang is not None:
        return lang
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _say(key: str, lang: Lang, **values: object) -> None:
    typer.echo(_TEXTS[key][lang].format(**values))


@contextmanager
def _report(*, debug: bool) -> Iterator[None]:
    """Turn an error into one message and an exit code, and warnings into lines."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_args, **_kwargs: typer.echo(f"! {message}", err=True)
        try:
            yield
        except TenminError as error:
            if debug:
                raise
            typer.echo(f"tenmin: {error}", err=True)
            raise typer.Exit(next(code for kind, code in EXITS.items() if isinstance(error, kind))) from None
        except Exception as error:
            if debug or isinstance(error, typer.Exit):
                raise
            typer.echo(f"tenmin: {type(error).__name__}: {error}\n{_TEXTS['internal']['en']}", err=True)
            raise typer.Exit(EXIT_INTERNAL) from None


def _read_facilities(path: Path, categories: list[str] | None) -> gpd.GeoDataFrame:
    """The facilities of a file, of some categories."""
    import geopandas as gpd

    from tenmin.files import open_input
    from tenmin.limits import unknown_category
    from tenmin.tables import check_facilities

    found = open_input(path, (".gpkg", ".geojson", ".parquet"))
    table = check_facilities(gpd.read_parquet(found) if found.suffix == ".parquet" else gpd.read_file(found))
    present = sorted(set(table["category"].astype("str")))
    for category in categories or []:
        if category not in present:
            raise unknown_category(category, present, str(path))
    return table if categories is None else table[table["category"].isin(categories)]


def _read_town(
    streets: Path, facilities: Path | None, categories: list[str] | None, *, walker: str, lang: Lang
) -> tuple[OsmExtract, WalkNetwork, gpd.GeoDataFrame]:
    """An extract, its walking network, and the facilities to hold against it."""
    from tenmin.facilities import find_facilities
    from tenmin.network import WalkNetwork
    from tenmin.osm import read_osm

    _say("reading", lang, path=streets)
    town = read_osm(streets)
    network = WalkNetwork.from_osm(town, walker=walker)
    if facilities is None:
        found = find_facilities(town, categories=categories)
    else:
        found = _read_facilities(facilities, categories)
    _say("found", lang, network=repr(network), facilities=len(found))
    return town, network, found


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{path}: no folder can be made there ({error.strerror}); give another with --out"
        raise OutputError(msg) from error
    return path


def _review(coverage: Coverage, out: Path, *, title: str, lang: Lang) -> None:
    """Print the shares; write them, the gaps, the circles and the map into a folder."""
    from tenmin.gaps import find_gaps
    from tenmin.isochrones import trace_isochrones
    from tenmin.maps import draw_map
    from tenmin.results import share_table, shares_as_text, write_layer, write_table

    folder = _folder(out)
    gaps = find_gaps(coverage)
    limit = {str(category): float(number) for category, number in coverage.limit.items()}
    minutes, metres = (limit, None) if coverage.unit == "minutes" else (None, limit)
    circles = trace_isochrones(coverage.network, coverage.facilities, minutes=minutes, metres=metres, merge="category")
    shares = share_table(coverage, lang)
    for line in shares_as_text(shares, lang):
        typer.echo(line)
    write_table(shares, folder / "coverage.csv")
    write_layer(gaps, folder / "gaps.gpkg", "gaps")
    write_layer(circles, folder / "isochrones.gpkg", "isochrones")
    draw_map(coverage, gaps=gaps, isochrones=circles, title=title, lang=lang).save(str(folder / "review.html"))
    _say("written", lang, path=folder / "review.html")


@app.command()
def demo(out: Out = Path("demo"), lang: Language = None, debug: Debug = False) -> None:
    """Analyse the sample of Helsinki that ships with tenmin and draw its review map."""
    from tenmin.coverage import measure_coverage
    from tenmin.places import estimate_places
    from tenmin.samples import sample_path

    with _report(debug=debug):
        chosen = _language(lang)
        town, network, found = _read_town(sample_path("helsinki"), None, None, walker="adult", lang=chosen)
        measured = measure_coverage(network, estimate_places(town, people=DEMO_PEOPLE), found, minutes=10)
        _review(measured, out, title=_TEXTS["demo_title"][chosen], lang=chosen)


@app.command()
def coverage(
    streets: Streets,
    people: Annotated[float, typer.Option(help="People who live in the extract; shared out over its homes.")],
    facilities: Facilities = None,
    category: Categories = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", "-m", help="Limit in minutes; 10 if none is given.")
    ] = None,
    metres: Annotated[float | None, typer.Option(help="Limit in metres of walking instead.")] = None,
    walker: WalkerName = "adult",
    out: Out = Path("coverage"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Measure who is served within a limit; write the shares, the gaps, the circles and the map."""
    from tenmin.coverage import measure_coverage
    from tenmin.places import estimate_places

    with _report(debug=debug):
        chosen = _language(lang)
        town, network, found = _read_town(streets, facilities, category, walker=walker, lang=chosen)
        minutes = 10.0 if minutes is None and metres is None else minutes
        places = estimate_places(town, people=people)
        measured = measure_coverage(network, places, found, minutes=minutes, metres=metres)
        _review(measured, out, title=streets.name, lang=chosen)


@app.command()
def isochrones(
    streets: Streets,
    facilities: Facilities = None,
    category: Categories = None,
    minutes: Minutes = None,
    metres: Metres = None,
    merge: Annotated[bool, typer.Option("--merge", help="One circle for each category, not each facility.")] = False,
    shape: Annotated[Literal["ground", "streets"], typer.Option(help="Polygons or lines.")] = "ground",
    walker: WalkerName = "adult",
    out: Out = Path("isochrones.gpkg"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Draw the circles of facilities and write them as .gpkg or .geojson."""
    from tenmin.isochrones import trace_isochrones
    from tenmin.results import check_layer_name, write_layer

    with _report(debug=debug):
        chosen = _language(lang)
        check_layer_name(out)
        _, network, found = _read_town(streets, facilities, category, walker=walker, lang=chosen)
        minutes = [10.0] if minutes is None and metres is None else minutes
        together = "category" if merge else None
        circles = trace_isochrones(network, found, minutes=minutes, metres=metres, shape=shape, merge=together)
        write_layer(circles, out, "isochrones")
        _say("circles", chosen, count=len(circles), path=out)


def main() -> None:
    """Run the command line; a mistake in its use ends with exit code 2."""
    app()
