"""Origin: where a lot comes from, which rules it meets, and who claims more than plants can make.

`chain` holds the nouns and follows a lot back to its mine; `custody` says what share of it is proven;
`rules` are the rules of origin as data and `verdicts` what they say; `flow` proves over-claims by a
maximum flow; `trade` finds exporters that cannot have made what they shipped.
"""
