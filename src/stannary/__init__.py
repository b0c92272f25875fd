"""Stannary: the law of a critical-minerals bloc, and the market that answers it."""

__version__ = "0.1.0"
