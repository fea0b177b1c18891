"""Output: the single-file map, and results as layers, tables and text.

Inputs are measured results; outputs are files. Nothing is measured here. Texts and colours are data (`*.toml`, CSS) and
may be changed. External text enters a page only through the data block of `maps`.
"""
