"""What `stannary data` prints: tables and qualities, shares as published, a figure's source."""

import json
from pathlib import Path

from .. import DATA_VERSION
from ..secretariat import Inventory
from ..world.survey import Found
from . import beside

WIDTH = 100


def screen(inventory: Inventory) -> str:
    """A world's inventory, one key's trace, or a file beside the world, at most 100 columns wide."""
    parts = [_trace(inventory)] if inventory.key else []
    parts += beside.screens(inventory)
    return "\n\n".join(parts) if parts else _tables(inventory)


def as_json(inventory: Inventory) -> str:
    """The same for machines: world, counts, shares, and what was asked for: found, mined, traded."""
    body: dict[str, object] = {
        "schema": "stannary-data/1",
        "world": inventory.world.name,
        "data": DATA_VERSION,
        "counts": inventory.counts,
        "shares": [
            {
                "what": s.what,
                "region": s.region,
                "here": s.here,
                "published": s.published,
                "source": s.source,
            }
            for s in inventory.shares
        ],
    }
    if inventory.key:
        body["key"] = inventory.key
        body["found"] = [
            {
                "what": f.what, "column": f.column, "value": f.value, "unit": f.unit,
                "quality": f.quality, "source": f.source, "note": f.note, "place": _place(f),
            }
            for f in inventory.found
        ]  # fmt: skip
    body |= beside.as_json(inventory)
    return json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False)


def _tables(inventory: Inventory) -> str:
    world = inventory.world
    total = inventory.counts["total"]
    rows = sum(total.values())
    known = total["published"] + total["derived"]
    lines = [
        f"World {world.name}: year {world.base_year}, {world.meta.get('currency', 'USD')},"
        f" {len(world.regions)} regions, {len(world.products)} products."
        f"  Data {DATA_VERSION}.",
        "",
        f"  {rows:,} figures, each with its source. {known / rows:.0%} published or derived from"
        " published,",
        f"  {total['estimate'] / rows:.0%} estimates, {total['assumed'] / rows:.0%} our own"
        " assumptions. Checked: every table adds up.",
        "",
        f"  {'table':<14}{'rows':>7}{'published':>11}{'derived':>9}{'estimate':>10}{'assumed':>9}",
    ]
    for table, counts in inventory.counts.items():
        if table == "total":
            continue
        lines.append(
            f"  {table:<14}{sum(counts.values()):>7,}{counts['published']:>11,}"
            f"{counts['derived']:>9,}{counts['estimate']:>10,}{counts['assumed']:>9,}"
        )
    lines.append(
        f"  {'total':<14}{rows:>7,}{total['published']:>11,}{total['derived']:>9,}"
        f"{total['estimate']:>10,}{total['assumed']:>9,}"
    )
    if inventory.shares:
        lines += ["", f"  {'Share of the world':<60}{'here':>7}  published"]
        lines += [
            f"  {f'{_country(inventory, s.region)}: {s.what}':<60}{s.here:>7.1%}  {s.published}"
            for s in inventory.shares
        ]
    lines += ["", f'  Where a number comes from: stannary data "{_example(inventory)}"']
    if world.warnings:
        lines += ["", *(f"  ! {warning}" for warning in world.warnings)]
    return "\n".join(lines)


def _example(inventory: Inventory) -> str:
    prices = inventory.world.prices
    if prices:
        return f"{prices[0].product} {prices[0].region}"
    return next(iter(inventory.world.products))


def _country(inventory: Inventory, region: str) -> str:
    return inventory.world.regions[region].name


def _trace(inventory: Inventory) -> str:
    lines: list[str] = []
    what = ""
    for found in inventory.found:
        if found.what != what:
            what = found.what
            lines += ["", what] if lines else [what]
        value = f"{found.value:,.6g}" if isinstance(found.value, float) else str(found.value)
        lines.append(f"  {found.column:<20}{value:>16} {found.unit:<28}{found.quality}")
        last = found is inventory.found[-1] or _next(inventory, found).what != what
        if last:
            lines += _wrapped("source", found.source)
            lines += _wrapped("note", found.note)
            lines.append(f"    place   {_place(found)}")
    return "\n".join(lines)


def _next(inventory: Inventory, found: Found) -> Found:
    index = next(i for i, other in enumerate(inventory.found) if other is found)
    return inventory.found[index + 1]


def _wrapped(label: str, text: str) -> list[str]:
    import textwrap

    if not text:
        return []
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"    {label:<8}", subsequent_indent=" " * 12,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _place(found: Found) -> str:
    """World folder, file and line: the same on every machine."""
    path = Path(found.place.file)
    return f"{path.parent.name}/{path.name}, line {found.place.line}"
