"""Benchmarks: tenmin beside its peers in one run, each in a process of its own; nothing here is a test."""
