"""The files of a study: outcome.json, .csv, .xlsx and .nc. They appear whole or not at all.

docs/outcome-json.md says what every key, column and variable means; a test holds it to this module.

Next: `workbook`, the sheets; `market.dataset`, the variables of outcome.nc.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from math import isfinite
from pathlib import Path

import numpy as np

from .. import DATA_VERSION, __version__
from ..market import dataset
from ..market.dataset import PRICE, QUANTITY, SOLVES
from ..market.leaks import Diversion, Evasion, diversions, evasions
from ..market.measures import Pair
from ..market.outcome import Outcome
from ..market.things import ThingCost, added
from ..market.verdict import Gain, ProductVerdict, Verdict
from ..market.view import Sight, View, net
from ..market.views import routes
from ..secretariat import Study
from ..secretariat.stress import exposure
from ..terms.errors import BadInput
from ..terms.units import KG_PER_TONNE
from . import workbook
from .stress_facts import KEYS

SCHEMA = "stannary-outcome/1"
NAMES = ("outcome.json", "outcome.csv", "outcome.xlsx", "outcome.nc")
COLUMNS = ("product", "origin", "destination", "variable", "value", "unit")


Writer = Callable[[Study, Path], None]


def write_all(
    study: Study, folder: Path, beside: dict[str, Writer] | None = None
) -> tuple[Path, ...]:
    """Write the files of `study` into `folder`, in place of older ones; their paths.

    beside  further files by name, that appear with them or not at all

    A study that did not clear has outcome.json only. An older table beside it would pass for its
    answer, so it is removed.

    Raises BadInput where `folder` cannot hold them (see `refuse`), and OSError where nothing can be
    written there. When writing fails, the older files stand as they were.
    """
    home = folder.resolve()
    refuse(folder, NAMES + tuple(beside or ()))
    # outcome.json is moved last: whoever waits for it finds the others in place.
    writers: dict[str, Writer] = (beside or {}) | {"outcome.json": _write_json}
    tables = {
        "outcome.csv": _write_csv,
        "outcome.xlsx": workbook.write,
        "outcome.nc": _write_netcdf,
    }
    if study.converged:
        writers = tables | writers
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{home.name}.") as made:
        for name, write in writers.items():
            write(study, Path(made, name))
        home.mkdir(exist_ok=True)
        for name in tables.keys() - writers.keys():
            (home / name).unlink(missing_ok=True)
        for name in writers:
            os.replace(Path(made, name), home / name)
    return tuple(folder / name for name in ("outcome.json", *tables) if name in writers)


def refuse(folder: Path, names: tuple[str, ...] = ()) -> None:
    """Raises BadInput where a file stands in the way of `folder`, or a folder in the way of a file."""
    for part in (folder, *folder.parents):
        if part.exists() and not part.is_dir():
            raise BadInput(
                "files cannot go there: it is a file",
                where="--out",
                value=str(part),
                allowed="a folder, or a name that is free",
                remedy=f"--out {part}-files",
            )
    for name in names:
        if (folder / name).is_dir():
            raise BadInput(
                "a folder stands where a file is to be written",
                where="--out",
                value=str(folder / name),
                allowed="a file, or nothing, of that name",
                remedy="remove it, or choose another --out",
            )


def as_json(study: Study) -> dict[str, object]:
    """outcome.json, before it is written; see docs/outcome-json.md.

    Prices in USD/kg, quantities in t/y, gains in USD/y with less without; None where nothing
    exists. A study that did not clear has no products, gains or price gap.
    """
    outcomes = dict(zip(SOLVES, (study.without, study.with_bloc), strict=True))
    proofs = [outcome.certificate for outcome in outcomes.values()]
    verdict = study.verdict if study.converged else None
    law = study.with_bloc.law
    return {
        "schema": SCHEMA,
        "version": __version__,
        "data": DATA_VERSION,
        "command": study.command,
        "agreement": study.agreement.name,
        "settings": list(study.settings),
        "world": study.world.name,
        "year": study.world.base_year,
        "day": str(study.day),
        "converged": study.converged,
        "residual": _worst(proof.residual for proof in proofs),
        "mass_balance": _worst(p.mass_balance for p in proofs) if verdict else None,
        "money_balance": _worst(p.money_balance for p in proofs) if verdict else None,
        "complementarity": _worst(p.complementarity for p in proofs) if verdict else None,
        "base_error": study.base_error,
        "iterations": sum(proof.iterations for proof in proofs),
        "failed": _places({solve: o.certificate.failed for solve, o in outcomes.items()}),
        "cut_off": _places({solve: o.certificate.cut_off for solve, o in outcomes.items()}),
        "open_split": _places({solve: o.certificate.open_split for solve, o in outcomes.items()}),
        "assumed_count": len(study.assumed),
        "assumed": list(study.assumed),
        "zone": sorted(study.with_bloc.zone),
        "split": list(law.split) if law else [],
        "products": verdict and _products(study, verdict),
        "gains_usd": verdict and {r: _gain(gain) for r, gain in verdict.gains.items()},
        "price_gap": verdict and _price_gap(verdict),
        "most_captured_usd": verdict and float(verdict.price_gap.most_captured),
        "evasion": verdict and [_evasion(row) for row in evasions(study.with_bloc)],
        "diversion": verdict and [_diversion(row) for row in diversions(study.with_bloc)],
        "things": verdict and _things(added(study.without, study.with_bloc)),
        "exposure": verdict and _exposure(study),
        "latest": _latest(study),
        "for": study.view and _view(study, study.view),
    }


def json_text(study: Study) -> str:
    """outcome.json as text: strict JSON, never NaN or Infinity."""
    return json.dumps(as_json(study), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(study: Study) -> str:
    """outcome.csv as text: gate prices, and landed prices and flows of every route.

    Raises NotCleared when either market has no numbers.
    """
    rows: list[tuple[str, str, str, str, float, str]] = []
    for solve, outcome in zip(SOLVES, (study.without, study.with_bloc), strict=True):
        rows += _rows(outcome, solve)
    rows.sort(key=lambda row: (row[0], row[3], row[1], row[2]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)  # floats are written by repr: not a digit is lost
    return text.getvalue()


def _rows(outcome: Outcome, solve: str) -> Iterable[tuple[str, str, str, str, float, str]]:
    gate = outcome.cleared.balance.price.gate.tolist()
    for (region, product), price in zip(outcome.market.nodes, gate, strict=True):
        if isfinite(price):  # a node that nothing live supplies has no price
            yield product, region, "", f"price_{solve}", price, PRICE
    for route in routes(outcome):
        way = route.product, route.origin, route.destination
        yield *way, f"flow_{solve}", route.flow, QUANTITY
        if route.open and isfinite(route.landed):
            yield *way, f"landed_{solve}", route.landed, PRICE


def _write_json(study: Study, path: Path) -> None:
    path.write_text(json_text(study), encoding="utf-8", newline="\n")


def _write_csv(study: Study, path: Path) -> None:
    path.write_text(csv_text(study), encoding="utf-8", newline="\n")


def _write_netcdf(study: Study, path: Path) -> None:
    dataset.write(study.without, study.with_bloc, path, command=study.command)


def _products(study: Study, verdict: Verdict) -> dict[str, dict[str, object]]:
    products = study.world.products
    return {g: _product(found, products[g].basis) for g, found in verdict.products.items()}


def _product(found: ProductVerdict, basis: str) -> dict[str, object]:
    before, after = found.without, found.with_bloc
    return {
        "basis": basis,
        "price_without": _per_kg(before.price),
        "price_with": _per_kg(after.price),
        "floor": _per_kg(found.floor),
        "state": found.state,
        "reason": found.reason,
        "zone_output_without": before.made,
        "zone_output_with": after.made,
        "imports_without": before.imported,
        "imports_with": after.imported,
        "evaded": after.evaded,
        "diverted": after.diverted,
        "supplier": found.dominant,
        "supplier_share_without": before.supplier,
        "supplier_share_with": after.supplier,
    }


def _gain(gain: Gain) -> dict[str, float]:
    return {
        "users": gain.users,
        "producers": gain.producers,
        "owned_outside": gain.owned_outside,
        "treasury": gain.treasury,
        "top_up": gain.top_up,
        "fines": gain.fines,
        "export_taxes": gain.export,
        "captured": gain.captured,
        "licences": gain.licences,
    }


def _price_gap(verdict: Verdict) -> dict[str, float]:
    gap = verdict.price_gap
    return {
        "treasuries": float(gap.treasuries),
        "zone_producers": float(gap.zone_producers),
        "outside_sellers": float(gap.outside_sellers),
        "avoiding": float(gap.avoiding),
        "lost": float(gap.lost),
    }


def _evasion(row: Evasion) -> dict[str, object]:
    return {
        "product": row.product, "region": row.region, "buyers": row.group, "tonnes": row.tonnes,
        "imports": row.imported, "unpaid_usd": row.evaded, "fines_usd": row.fines,
    }  # fmt: skip


def _diversion(row: Diversion) -> dict[str, object]:
    return {
        "product": row.product, "region": row.region, "door": row.door, "tonnes": row.tonnes,
        "lost_usd": row.lost, "collected_usd": row.collected,
    }  # fmt: skip


def _things(costs: Iterable[ThingCost]) -> list[dict[str, object]]:
    return [
        {
            "thing": cost.thing, "name": cost.name, "unit": cost.unit, "usd": cost.usd,
            "share_of_price": cost.share_of_price,
        }
        for cost in costs
    ]  # fmt: skip


def _view(study: Study, view: View) -> dict[str, object]:
    """What the viewer asked for gets; a group of buyers has no producers and no treasury."""
    gain = view.gain
    products = study.world.products
    return {
        "asked": view.viewer.asked,
        "region": view.viewer.region,
        "buyers": view.viewer.end_use or None,
        "answers_for": view.viewer.country or None,
        "inside": view.inside,
        "users_usd": view.users,
        "producers_usd": gain and gain.producers,
        "treasury_usd": gain and gain.treasury,
        "net_usd": net(gain) if gain else view.users,
        "spending_usd": view.spending,
        "products": {s.product: _sight(s, products[s.product].basis) for s in view.sights},
        "things": _things(view.things),
    }


def _sight(sight: Sight, basis: str) -> dict[str, object]:
    return {
        "basis": basis,
        "price_without": _per_kg(sight.price_without),
        "price_with": _per_kg(sight.price_with),
        "floor": _per_kg(sight.floor),
        "use_without": sight.use_without,
        "use_with": sight.use_with,
        "output_without": sight.made_without,
        "output_with": sight.made_with,
        "imports_with": sight.imported,
        "evaded": sight.evaded,
        "supplier": sight.supplier,
        "supplier_share_without": sight.supplier_without,
        "supplier_share_with": sight.supplier_with,
        "origins_without": [_origin(*pair) for pair in sight.origins_without.items()],
        "origins_with": [_origin(*pair) for pair in sight.origins_with.items()],
        "users_usd": sight.users,
        "spending_usd": sight.spending,
    }


def _origin(region: str, share: float) -> dict[str, object]:
    return {"region": region, "share": share}


def _per_kg(usd_per_t: float | None) -> float | None:
    return None if usd_per_t is None else usd_per_t / KG_PER_TONNE


def _worst(values: Iterable[float]) -> float:
    """The largest. JSON knows no infinity: one is written as the largest number there is."""
    largest = np.finfo(float).max
    return float(np.max(np.nan_to_num(list(values), nan=largest, posinf=largest)))


def _exposure(study: Study) -> dict[str, object] | None:
    """What the one who was asked for, or the zone, still runs if the dominant supplier stops."""
    found = study.stress
    if found is None:
        return None
    parts = dict(zip(KEYS, exposure(found) if found.converged else (), strict=False))
    return {
        "cut": list(found.cut),
        "months": found.months,
        "command": found.command,
        "converged": found.converged,
        "runs": {case: parts.get(case) for case in KEYS},
    }


def _latest(study: Study) -> dict[str, object] | None:
    there = study.latest
    if there is None:
        return None
    told = there.verdict.products if there.verdict else {}
    return {
        "world": there.world,
        "prices_from": str(there.prices[0]),
        "prices_to": str(there.prices[1]),
        "differs": list(there.differs),
        "states": {g: p.state for g, p in told.items() if p.floor is not None},
    }


def _places(by_solve: dict[str, tuple[Pair, ...]]) -> list[dict[str, str]]:
    return [
        {"solve": solve, "region": region, "product": product}
        for solve, pairs in by_solve.items()
        for region, product in pairs
    ]
