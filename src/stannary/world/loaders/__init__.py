"""Readers of files that users already own. Nothing of them is shipped; each says line and remedy.

`usgs` reads production out of the Mineral Commodity Summaries, `baci` trade by country and HS code;
`countries` turns the names and codes they use into ISO3. Next: `..beside`, which holds what they
say against a world.
"""
