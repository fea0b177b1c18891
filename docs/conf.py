"""Settings of the documentation."""

import os
import shutil
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
project = "tenmin"
author = "tenmin contributors"
copyright = author
version = release = metadata.version("tenmin")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.intersphinx", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
shutil.copytree(HERE.parent / "notebooks", HERE / "notebooks", dirs_exist_ok=True)
default_role = "code"

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

# Links into other projects need the internet, which a build does not: TENMIN_DOCS_ONLINE=1 makes them.
PROJECTS = {
    "python": "https://docs.python.org/3",
    "pandas": "https://pandas.pydata.org/docs",
    "geopandas": "https://geopandas.org/en/stable",
    "shapely": "https://shapely.readthedocs.io/en/stable",
    "osmnx": "https://osmnx.readthedocs.io/en/stable",
}
intersphinx_mapping = (
    {name: (url, None) for name, url in PROJECTS.items()} if os.environ.get("TENMIN_DOCS_ONLINE") else {}
)

autodoc_default_options = {"member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = f"tenmin {release}"
html_show_sourcelink = False
html_theme_options = {"secondary_sidebar_items": ["page-toc"], "show_prev_next": False}
