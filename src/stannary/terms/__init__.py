"""Article 1, definitions: the words, units, days and errors that every room shares.

Next: `errors`, how bad input is refused; then `names`, `units`, `dates`.
"""
