"""What goes out: the one-file map, and results as layers, tables and lines on a screen.

In come measured results; out come files. Nothing is measured here. Texts and colours are data (`*.toml`, CSS), free to
change; whatever comes from outside reaches a page only through the one data block of `maps`.
"""
