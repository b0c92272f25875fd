"""Customs: what an import owes under the agreement, to the cent, and which imports look wrong.

Start at `batch`, which assesses a file of entries; then `duty`, the arithmetic of one line. Every file
that comes in or goes out has its columns in `columns`.
"""
