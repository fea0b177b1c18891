"""Access on foot: travel times, nearest facilities, catchments, isochrones and service streets.

Inputs are a `WalkNetwork`, places and facilities, and a limit; outputs are DataFrames of minutes and GeoDataFrames of
polygons or streets. The searches are in `tenmin.routing` and `tenmin.surface`; this package converts tables to their
arrays and back.
"""
