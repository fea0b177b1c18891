"""Input data: OpenStreetMap extracts, tables of facilities, places and communities, and the tables that tenmin ships.

Input: files. Output: GeoDataFrames that follow `tenmin.support.contracts`, and frozen records (`OsmExtract`,
`Category`, `Standard`, `Walker`). Categories, walk rules, walkers, headings and standards are rows of the `*.toml`
files, not code; start there.
"""
