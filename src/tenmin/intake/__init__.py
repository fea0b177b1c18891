"""The doors through which tables of facilities, places and areas come in."""
