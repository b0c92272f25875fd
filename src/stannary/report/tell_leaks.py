"""What the report tells of things people know, and of goods that enter without paying.

Next: `effects`, which writes both parts; `market.leaks` and `market.things`, where they come from.
"""

from collections import defaultdict

from ..market.leaks import Evasion, diversions, evasions
from ..market.things import added
from ..secretariat import Study
from . import leaking, things
from .names import buyers_name, first_up, product_name, region_name
from .story import Door, Leak, Thing


def told(study: Study) -> dict[str, object]:
    """`things`, `leaks` and `doors` of the story, largest first; empty where there are none."""
    return {"things": _things(study), "leaks": _leaks(study), "doors": _doors(study)}


def _things(study: Study) -> list[Thing]:
    """Known things first, then by the part of their price."""
    costs = things.some(added(study.without, study.with_bloc))
    first = {thing: n for n, thing in enumerate(things.KNOWN)}
    costs.sort(key=lambda c: (first.get(c.thing, len(first)), -abs(c.share_of_price or 0.0)))
    found: list[Thing] = []
    for cost in costs:
        phrase, usd = things.told(cost)
        found.append({"name": first_up(phrase), "usd": usd, "share": cost.share_of_price})
    return found


def _leaks(study: Study) -> list[Leak]:
    """By product and group of buyers over all the zone."""
    together: dict[tuple[str, str], list[Evasion]] = defaultdict(list)
    for row in evasions(study.with_bloc):
        together[row.product, row.group].append(row)
    found: list[Leak] = []
    for (product, group), rows in together.items():
        most = max(rows, key=lambda row: row.evaded)
        rate, enough = leaking.rates(study, leaking.class_of(study, most))
        found.append(
            {
                "buyers": first_up(buyers_name(group)),
                "product": first_up(product_name(study.world, product)),
                "tonnes": sum(row.tonnes for row in rows),
                "imported": sum(row.imported for row in rows),
                "unpaid_usd": sum(row.evaded for row in rows),
                "fines_usd": sum(row.fines for row in rows),
                "audited": float(rate),
                "enough": float(enough),
            }
        )
    return sorted(found, key=lambda leak: -leak["unpaid_usd"])


def _doors(study: Study) -> list[Door]:
    found: list[Door] = [
        {
            "product": first_up(product_name(study.world, row.product)),
            "member": first_up(region_name(study.world, row.region)),
            "door": first_up(region_name(study.world, row.door)),
            "tonnes": row.tonnes,
            "lost_usd": row.lost,
            "collected_usd": row.collected,
        }
        for row in diversions(study.with_bloc)
    ]
    return sorted(found, key=lambda door: -door["lost_usd"])
