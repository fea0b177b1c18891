"""The public names of tenmin, each with its home: the one list of them, read by type checkers and at run time."""

from .access.catchments import count_people as count_people
from .access.isochrones import trace_isochrones as trace_isochrones
from .access.nearest import find_nearest as find_nearest
from .access.service_streets import trace_streets as trace_streets
from .access.travel_times import measure_walks as measure_walks
from .inputs.areas import read_areas as read_areas
from .inputs.communities import within_communities as within_communities
from .inputs.facilities import (
    combine_facilities as combine_facilities,
)
from .inputs.facilities import (
    find_facilities as find_facilities,
)
from .inputs.facilities import (
    read_facilities as read_facilities,
)
from .inputs.osm import (
    OsmExtract as OsmExtract,
)
from .inputs.osm import (
    download_osm as download_osm,
)
from .inputs.osm import (
    load_rules as load_rules,
)
from .inputs.osm import (
    read_osm as read_osm,
)
from .inputs.places import read_places as read_places
from .inputs.population import estimate_places as estimate_places
from .inputs.population import interpolate_people as interpolate_people
from .inputs.population import read_population_raster as read_population_raster
from .inputs.samples import sample_path as sample_path
from .inputs.services import Category as Category
from .inputs.services import load_baskets as load_baskets
from .inputs.services import load_catalogue as load_catalogue
from .inputs.standards import (
    Standard as Standard,
)
from .inputs.standards import (
    list_standards as list_standards,
)
from .inputs.standards import (
    load_standard as load_standard,
)
from .inputs.templates import write_template as write_template
from .inputs.walkers import Walker as Walker
from .inputs.walkers import load_walkers as load_walkers
from .measures.area_scores import score_areas as score_areas
from .measures.compliance import Compliance as Compliance
from .measures.compliance import check_standard as check_standard
from .measures.coverage import Coverage as Coverage
from .measures.described_walks import DescribedWalks as DescribedWalks
from .measures.described_walks import describe_walks as describe_walks
from .measures.doubts import list_doubts as list_doubts
from .measures.doubts import measure_fragility as measure_fragility
from .measures.fairness import measure_fairness as measure_fairness
from .measures.fairness import measure_gini as measure_gini
from .measures.fairness import trace_lorenz as trace_lorenz
from .measures.firmness import Firmness as Firmness
from .measures.firmness import vary_coverage as vary_coverage
from .measures.gaps import find_gaps as find_gaps
from .measures.measurement import measure_coverage as measure_coverage
from .measures.placements import compare_placements as compare_placements
from .measures.shortfalls import list_cures as list_cures
from .measures.shortfalls import list_shortfalls as list_shortfalls
from .measures.shortfalls import sum_shortfalls as sum_shortfalls
from .measures.supply import measure_supply as measure_supply
from .network import WalkNetwork as WalkNetwork
from .outputs.geopackage import save_layers as save_layers
from .outputs.maps import draw_map as draw_map
from .outputs.site_visit import write_doubts as write_doubts
from .plans.changes import Changes as Changes
from .plans.changes import read_changes as read_changes
from .study.comparison import Comparison as Comparison
from .study.comparison import compare as compare
from .study.definition import Study as Study
from .study.definition import read_study as read_study
from .study.ledger import Ledger as Ledger
from .study.ledger_book import read_ledger as read_ledger
from .study.ledger_book import update_ledger as update_ledger
from .study.map_notes import read_notes as read_notes
from .study.scenarios import apply_changes as apply_changes
from .study.survey import Survey as Survey
from .study.survey import survey as survey
from .support.contracts import list_remarks as list_remarks
from .support.errors import (
    CategoryError as CategoryError,
)
from .support.errors import (
    FileError as FileError,
)
from .support.errors import (
    InputError as InputError,
)
from .support.errors import (
    LimitError as LimitError,
)
from .support.errors import (
    OutputError as OutputError,
)
from .support.errors import (
    ServiceError as ServiceError,
)
from .support.errors import (
    StreetsError as StreetsError,
)
from .support.errors import (
    TableError as TableError,
)
from .support.errors import (
    TenminError as TenminError,
)
from .support.errors import (
    TenminWarning as TenminWarning,
)

__all__: list[str]
__version__: str
