"""Benchmarks: tenmin beside its peers in one run, as ratios; nothing here is a test."""
