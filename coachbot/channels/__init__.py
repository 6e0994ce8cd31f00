"""Messengers. Thin: a channel translates and never decides."""
