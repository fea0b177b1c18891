"""What comes in: OpenStreetMap extracts, a planner's own tables, and the tables that tenmin ships.

In come files: extracts, registers, communities, homes, standards. Out come plain GeoDataFrames by the contracts of
`tenmin.support.contracts`, and a few frozen records (`OsmExtract`, `Category`, `Standard`, `Walker`). A newcomer may
change the data tables (`*.toml`) first: categories, walk rules, walkers, headings and standards are rows, not code.
"""
