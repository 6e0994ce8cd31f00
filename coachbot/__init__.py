"""Coachbot coaches staff at government-service windows to speak with citizens."""

__version__ = "0.1.0"
