"""Measures of access: coverage, baskets and choice, gaps, compliance with standards, fairness and supply.

Inputs are a network, places, facilities and areas; outputs are tables that name their denominators. A gap reason is a
row of `gaps.toml` and a condition in `gaps`; a kind of clause is a row of the standards' table and a function in
`compliance`.
"""
