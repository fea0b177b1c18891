"""Measures of access: coverage and its shares, gaps and their reasons, and compliance with standards.

Inputs are a network, places, facilities and areas; outputs are tables that name their denominators. A gap reason is a
row of `gaps.toml` and a condition in `gaps`; a kind of clause is a row of the standards' table and a function in
`compliance`.
"""
