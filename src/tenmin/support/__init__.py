"""What every part uses: files, limits, the contracts of tables, compiling, progress and errors.

Nothing here knows what tenmin measures. A change here is a change everywhere: run all tests.
"""
