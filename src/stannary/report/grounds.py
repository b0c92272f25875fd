"""What a study rests on: assumed values, the figures it hangs on most, the law, the checks."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from ..agreement import Clause, LegalProduct, Member
from ..agreement.article import Value
from ..market.sensitivity import Driver as Slope
from ..market.sensitivity import drivers
from ..secretariat import Study
from ..terms.names import EUROPEAN_UNION, EUROPEAN_UNION_STATES, countries
from ..world import quality_counts
from . import sentences
from .figures import figure
from .story_grounds import (
    Assumed,
    Check,
    Driver,
    DutyRule,
    FloorRule,
    MemberRule,
    OtherRule,
    RestsOn,
    Rules,
)
from .words import millions

MOST = 5


def rests_on(study: Study) -> RestsOn:
    """Assumed values, figures by quality, the five figures that move the headline most."""
    counts = quality_counts(study.world)["total"]
    return {
        "assumed": [_assumed(study, clause) for clause in _clauses(study) if clause.assumed],
        "quality": {
            "published": counts["published"], "derived": counts["derived"],
            "estimate": counts["estimate"], "assumed": counts["assumed"],
        },
        "drivers": [
            _driver(study, slope)
            for slope in drivers(study.without, study.with_bloc)[:MOST]
        ],
        "leaves_out": _leaves_out(study),
    }  # fmt: skip


def _clauses(study: Study) -> tuple[Clause, ...]:
    schedule = study.with_bloc.schedule
    return schedule.clauses if schedule else ()


def _assumed(study: Study, clause: Clause) -> Assumed:
    parameter = study.agreement.parameters.get(clause.path)
    return {
        "path": clause.path,
        "article": clause.article,
        "value": _standing(study, clause.path),
        "unit": parameter.unit if parameter else "",
        "doubt": clause.doubt,
        "reference": clause.reference,
    }


def _standing(study: Study, path: str) -> str:
    """The value of a clause as text; of a listing, what customs tells it by."""
    parameter = study.agreement.parameters.get(path)
    if parameter is not None:
        return _written(parameter.on(study.day))
    schedule = study.with_bloc.schedule
    listed = {item.product: item for item in schedule.products} if schedule else {}
    return _listing(listed[path.removeprefix("coverage.")])


def _written(value: Value | None) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, date):
        return value.isoformat()
    return {True: "yes", False: "no", None: ""}.get(value, str(value))


def _listing(item: LegalProduct) -> str:
    text = f"HS {', '.join(item.hs)}"
    if item.element != "none":
        text += f"; {item.element} {_written(item.assay_from)} to {_written(item.assay_to)}%"
    return text


# -------------------------------------------------------------------------------- drivers


def _driver(study: Study, slope: Slope) -> Driver:
    return {
        "input": figure(study.world, slope),
        "sentence": "10% more changes what zone users pay by about"
        f" {millions(slope.effect)} M USD a year (its slope today, times ten per cent).",
        "effect_usd": slope.effect,
    }


def _leaves_out(study: Study) -> list[str]:
    year = study.world.base_year
    schedule = study.with_bloc.schedule
    found = [
        "Time: it is one year. No plant is built or closed, no stock is drawn, no habit changes.",
        "The supplier's answer: it neither floods, nor cuts, nor raises its export taxes.",
        f"Other prices: incomes, exchange rates and the cost of plants stay those of {year}; floors"
        " are held against its prices as written, without inflation.",
    ]
    if study.world.flows:
        found.append(f"New trade: goods travel only where they travelled in {year}.")
    if schedule and schedule.floors:
        honest = schedule.enforcement.tempted == 0
        what = "Evasion: every import pays its duty" if honest else (
            "Evasion of other duties than the top-up: those are paid as they are due"
        )  # fmt: skip
        proven = (100 * schedule.proven).normalize()
        found.append(f"{what}, and {proven:f}% of trade within the zone proves its origin.")
    return found


# -------------------------------------------------------------------------------- the law


def rules(study: Study) -> Rules:
    """The law standing that day. States of the European Union are told once, as the Union."""
    schedule = study.with_bloc.schedule
    if schedule is None:
        return {"floors": [], "members": [], "duties": [], "others": []}
    name = _country_names(schedule.members)
    legal = {item.product: item.name for item in schedule.products}
    floors: list[FloorRule] = [
        {
            "product": _world_product(schedule.products, floor.product),
            "name": legal[floor.product]
            + (f", at the border of {name(floor.member)}" if floor.member else ""),
            "value": _written(floor.usd_per_kg) if floor.usd_per_kg else "none",
            "unit": f"USD/kg of {floor.basis}",
            "article": floor.clause.article,
            "reference": floor.clause.reference,
            "assumed": floor.clause.assumed,
            "since": floor.clause.since.isoformat(),
        }
        for floor in schedule.floors
    ]
    members: list[MemberRule] = [
        {
            "country": member.country,
            "name": name(member.country),
            "status": member.status,
            "inside": member.inside,
            "accession": member.accession.isoformat() if member.accession else None,
            "valuation": member.valuation,
            "article": member.clause.article,
            "reference": member.clause.reference,
            "assumed": member.clause.assumed,
        }
        for member in sorted(schedule.members, key=lambda m: (not m.inside, name(m.country)))
        if member.through is None
    ]
    duties: list[DutyRule] = [
        {
            "product": legal[duty.product],
            "importer": name(duty.importer),
            "origin": "any other" if duty.origin == "*" else name(duty.origin),
            "rate": f"{_written(100 * duty.rate)}%",
            "kind": {"base": "base duty", "extra": "extra duty"}[duty.kind],
            "article": duty.clause.article,
            "reference": duty.clause.reference,
            "assumed": duty.clause.assumed,
        }
        for duty in schedule.duties
    ]
    others: list[OtherRule] = [
        {
            "path": clause.path,
            "article": clause.article,
            "value": _standing(study, clause.path),
            "reference": clause.reference,
            "assumed": clause.assumed,
        }
        for clause in schedule.clauses
        if clause.path.split(".")[0] not in ("floors", "members", "duties")
    ]
    return {"floors": floors, "members": members, "duties": duties, "others": others}


def _country_names(members: tuple[Member, ...]) -> Callable[[str], str]:
    named = countries() | {m.country: m.name for m in members}
    union = f"European Union ({len(EUROPEAN_UNION_STATES)} states)"
    return lambda code: union if code == EUROPEAN_UNION else named.get(code, code)


def _world_product(listed: tuple[LegalProduct, ...], product: str) -> str:
    return next(item.world for item in listed if item.product == product)


CHECKS = {
    "money": "What buyers pay is what plants, carriers and treasuries get, to {error} of what the zone"
    " spends.",
    "tonnes": "Every tonne made is used or thrown away, to {error} of what is made.",
    "cleared": "Both markets cleared: the largest excess of a product in a country is {error} of its"
    " supply.",
    "base": "Solved again from prices 20% away, the base year comes out to {error}.",
}


def check(study: Study) -> list[Check]:
    """Each check as a sentence, and whether it passed."""
    return [
        {"text": CHECKS[name].format(error=_power(error)), "ok": passed}
        for name, (error, passed) in sentences.checks(study).items()
    ]


def _power(error: float) -> str:
    """2e-16 as a page writes it."""
    if error == 0:
        return "0"
    digit, power = f"{error:.0e}".split("e")
    return f"{digit} × 10{str(int(power)).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
