"""Shared foundations: files, limits, table contracts, compilation, progress and errors.

Nothing here knows what tenmin measures. Every package imports from here, so a change needs all the tests.
"""
