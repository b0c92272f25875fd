"""The sentence on what becomes of the floors at the latest published prices."""

from ..secretariat import Study


def sentence(study: Study) -> str:
    """What becomes of the floors at the latest published prices; "" where that was not asked."""
    there = study.latest
    if there is None or study.verdict is None:
        return ""
    first, last = there.prices
    when = f"At the latest prices ({first:%B %Y} to {last:%B %Y})"
    if there.verdict is None:
        return f"{when} there is no result: that market did not balance."
    floors = [p for p in there.verdict.products.values() if p.floor is not None]
    if not floors:
        return ""
    counts = [
        f"{n} {one if n == 1 else many}"
        for one, many, state in (
            ("holds", "hold", "holds"),
            ("fails", "fail", "fails"),
            ("is idle", "are idle", "idle"),
        )
        if (n := sum(p.state == state for p in floors))
    ]
    said = ", ".join(counts) or "none has a buyer"
    return f"{when} the verdict differs for {len(there.differs)} of {len(floors)}: {said}."
