"""What a text says on a day, article by article: floors, guarantees, enforcement, stockpile.

Next: `accord`, which puts them together into a schedule.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from .article import Step, Text, Value, of_member
from .schedule import HONEST, Border, Clause, Enforcement, Floor, Guarantee, Stockpile
from .values import STOCKPILE

FOUR_PLACES = Decimal("0.0001")
"""Precision of a floor, USD/kg."""


def step_at(text: Text, path: str, day: date) -> Step | None:
    """The step standing; None where there is no such parameter or it starts later."""
    parameter = text.parameters.get(path)
    return parameter.step(day) if parameter else None


def at(text: Text, path: str, day: date) -> Value | None:
    """The value standing; None also where there is no such parameter or it starts later."""
    step = step_at(text, path, day)
    return step.value if step else None


def clause_at(text: Text, path: str, day: date) -> Clause | None:
    """Where the standing value of a parameter comes from; None where none stands.

    A member's own floor stands also where it says that the member has none.
    """
    step = step_at(text, path, day)
    exempt = path.startswith("floors.") and of_member(path)[1] is not None
    if step is None or (step.value is None and not exempt):
        return None
    parameter = text.parameters[path]
    return Clause(
        path=path,
        article=parameter.article,
        reference=step.reference,
        since=step.start,
        assumed=step.assumed,
        doubt=parameter.doubt,
    )


def floors(text: Text, day: date) -> tuple[Floor, ...]:
    """The common floor of each product, and after it those that members have in its place.

    A form that follows a product follows a member's own floor of it too, unless that member has a
    floor of its own on the form.
    """
    found: list[Floor] = []
    own = [path for path in text.parameters if path.startswith("floors.") and of_member(path)[1]]
    members = sorted({str(of_member(path)[1]) for path in own})
    for product in sorted(text.coverage):
        for member in (None, *members):
            floor = _floor(text, product, member, day)
            if floor is not None:
                found.append(floor)
    return tuple(found)


def _floor(text: Text, product: str, member: str | None, day: date) -> Floor | None:
    path, basis = f"floors.{product}", text.coverage[product].basis
    common = step_at(text, path, day)
    if member is not None:
        clause = clause_at(text, f"{path}.{member}", day)
        if clause is not None:
            level = at(text, clause.path, day)
            return Floor(product, cast(Decimal, level or Decimal(0)), basis, clause, member)
    clause = clause_at(text, path, day)
    if clause is None or common is None:
        return None
    value = cast(Decimal, common.value)
    if common.follows:
        followed = f"floors.{common.follows}" + (f".{member}" if member else "")
        step = step_at(text, followed, day)
        if step is None or (member is None and step.value is None):
            return None  # a form has no floor where its product has none
        level = cast(Decimal, step.value or Decimal(0))
        value = (value * level).quantize(FOUR_PLACES, ROUND_HALF_UP)
    elif member is not None:
        return None  # the common floor holds for the member too
    return Floor(product, value, basis, clause, member)


def guarantees(text: Text, day: date) -> tuple[Guarantee, ...]:
    """The prices guaranteed to producers, by product and member."""
    found: list[Guarantee] = []
    for path in text.parameters:
        clause = clause_at(text, path, day) if path.startswith("guarantees.") else None
        if clause is not None:
            product, member = of_member(path)
            found.append(
                Guarantee(
                    product=product,
                    member=str(member),
                    usd_per_kg=cast(Decimal, at(text, path, day)),
                    basis=text.coverage[product].basis,
                    clause=clause,
                )
            )
    return tuple(sorted(found, key=lambda guarantee: (guarantee.product, guarantee.member)))


def enforcement(text: Text, day: date) -> Enforcement:
    """Article 9; before its first day, or without it, nobody cheats."""
    if at(text, "enforcement.tempted", day) is None:
        return HONEST
    return Enforcement(
        audit_rate=_rows(text, "enforcement.audit_rate.", day) or HONEST.audit_rate,
        penalty=_rows(text, "enforcement.penalty.", day) or HONEST.penalty,
        disguise=_rows(text, "enforcement.disguise.", day) or HONEST.disguise,
        tempted=cast(Decimal, at(text, "enforcement.tempted", day)),
        detour=cast(Decimal, at(text, "enforcement.detour", day) or HONEST.detour),
    )


def capture(text: Text, day: date) -> dict[str, Decimal]:
    """Article 11 by ISO3 and `*`, which is 0 where nothing is said."""
    return {"*": Decimal(0)} | _rows(text, "responses.capture.", day)


def border(text: Text, day: date) -> Border:
    """What customs asks besides the floor. Raises NotYetInForce before the first day of a rule."""

    def said(rule: str) -> Decimal:
        return cast(Decimal, text.parameters[f"rules.{rule}"].on(day))

    return Border(
        in_transit=int(said("in_transit")),
        security_trigger=said("security_trigger"),
        security_sale=int(said("security_sale")),
        security_proof=int(said("security_proof")),
        small_consignment=said("small_consignment"),
        contained_tolerance=said("contained_tolerance"),
    )


def stockpile(text: Text, day: date) -> Stockpile | None:
    """Article 10; None without it, and before its first day."""
    clauses = [clause_at(text, f"stockpile.{name}", day) for name in STOCKPILE]
    fund, target, unusable = (at(text, f"stockpile.{name}", day) for name in STOCKPILE)
    one, two, three = clauses
    if one is None or two is None or three is None:
        return None
    return Stockpile(
        fund=cast(Decimal, fund),
        target_days=cast(Decimal, target),
        unusable=cast(Decimal, unusable),
        clauses=(one, two, three),
    )


def _rows(text: Text, prefix: str, day: date) -> dict[str, Decimal]:
    """The values standing under a prefix, by what follows it."""
    return {
        path.removeprefix(prefix): cast(Decimal, value)
        for path in sorted(text.parameters)
        if path.startswith(prefix) and (value := at(text, path, day)) is not None
    }
