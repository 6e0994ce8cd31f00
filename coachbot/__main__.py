"""`python -m coachbot` is `coachbot`."""

from coachbot.cli import main

main()
