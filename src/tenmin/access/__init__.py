"""Who walks how long to what: travel times, the nearest facilities, catchments, isochrones and service streets.

In come a `WalkNetwork`, places and facilities, and a limit; out come DataFrames of minutes and GeoDataFrames of
polygons or streets. The searches themselves are in `tenmin.routing` and `tenmin.surface`: what is here turns tables
into their arrays and back.
"""
