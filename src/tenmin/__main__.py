"""`python -m tenmin` is the command line."""

from tenmin.cli import main

main()
