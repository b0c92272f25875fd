"""Lots, what they were made from, and the plants that made them; the chain of a lot back to the mine.

Masses are whole grams of the element, so that nothing is lost in a sum. Next: `faults`, what is
wrong with a chain; `custody`, what share of a lot is proven.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from ...terms.errors import BadTable, UnknownName
from ...terms.names import countries

STAGES = ("mine", "refine", "metal", "component")
"""In the order in which goods pass them."""

HUNDRED = Decimal(100)
DONE = {"mine": "mined", "refine": "refined", "metal": "made into metal", "component": "made"}
"""What a stage does, in words."""


WITH_ARTICLE = frozenset({"ARE", "COD", "EUU", "GBR", "NLD", "PHL", "USA"})


def place(code: str) -> str:
    """A country in words, as it stands inside a sentence."""
    name = countries().get(code, code)
    return f"the {name}" if code in WITH_ARTICLE else name


@dataclass(frozen=True, slots=True)
class Lot:
    """Certified goods of one plant.

    grams         of the element (of all covered elements together, where a good has several)
    day           of the certificate
    recycled_pct  share of the element that came from scrap, per cent
    usd           value of the lot, where it is stated
    """

    lot_id: str
    product: str
    stage: str
    grams: int
    facility_id: str
    country: str
    day: date
    certificate_id: str
    recycled_pct: Decimal = Decimal(0)
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """Grams of the element that a lot took from an earlier one."""

    lot_id: str
    parent_lot_id: str
    grams: int


@dataclass(frozen=True, slots=True)
class Facility:
    """A plant that may certify lots of one product, over a span of days.

    grams_per_year  most that it can make, of the element
    recovery_pct    element out per element in, per cent
    last            last day of the row; None: open
    owner           ISO3 of whoever owns it in the end; None: not stated
    """

    facility_id: str
    operator_id: str
    country: str
    stage: str
    product: str
    grams_per_year: int
    recovery_pct: Decimal
    first: date
    last: date | None = None
    owner: str | None = None

    def valid(self, day: date) -> bool:
        """Whether the row speaks of that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Books:
    """Lots, parents and plants that belong together.

    Raises BadTable where a lot stands twice, or where lots are made from one another in a circle.
    """

    lots: tuple[Lot, ...]
    parents: tuple[Parent, ...] = ()
    facilities: tuple[Facility, ...] = ()
    source: str = "lots"
    _made_from: Mapping[str, tuple[Parent, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for lot in self.lots:
            if lot.lot_id in seen:
                raise BadTable(
                    "a lot stands twice", where=self.source, value=lot.lot_id, allowed="once"
                )
            seen.add(lot.lot_id)
        made: dict[str, list[Parent]] = {}
        for parent in self.parents:
            made.setdefault(parent.lot_id, []).append(parent)
        object.__setattr__(self, "_made_from", {k: tuple(v) for k, v in made.items()})
        circle = _circle(self._made_from)
        if circle:
            raise BadTable(
                "lots that are made from one another", where="parents", value=" <- ".join(circle),
                allowed="a chain that ends at a mine",
                remedy=f"correct the parents of {circle[0]}",
            )  # fmt: skip

    @cached_property
    def by_id(self) -> Mapping[str, Lot]:
        """Every lot by its name."""
        return {lot.lot_id: lot for lot in self.lots}

    @cached_property
    def taken(self) -> Mapping[str, int]:
        """Grams that all lots together took from each."""
        total: dict[str, int] = {}
        for parent in self.parents:
            total[parent.parent_lot_id] = total.get(parent.parent_lot_id, 0) + parent.grams
        return total

    @cached_property
    def plants(self) -> Mapping[str, tuple[Facility, ...]]:
        """Rows of each plant."""
        found: dict[str, list[Facility]] = {}
        for facility in self.facilities:
            found.setdefault(facility.facility_id, []).append(facility)
        return {k: tuple(v) for k, v in found.items()}

    def made_from(self, lot_id: str) -> tuple[Parent, ...]:
        """What went into a lot; none for a mine's, or where nothing is stated."""
        return self._made_from.get(lot_id, ())

    def plant(self, lot: Lot) -> Facility | None:
        """The plant's row for the lot's product and day; None where there is none."""
        rows = self.plants.get(lot.facility_id, ())
        return next((f for f in rows if f.product == lot.product and f.valid(lot.day)), None)

    def lot(self, lot_id: str) -> Lot:
        """A lot by its name. Raises UnknownName."""
        if lot_id not in self.by_id:
            raise UnknownName("lot", lot_id, self.by_id, where=self.source)
        return self.by_id[lot_id]


@dataclass(frozen=True, slots=True)
class Step:
    """One lot of a chain.

    depth    steps behind the lot that was asked for, which is 0
    parents  what it took from earlier lots
    plant    its plant's row; None: not known
    """

    lot: Lot
    depth: int
    parents: tuple[Parent, ...]
    plant: Facility | None


def chain(books: Books, lot_id: str) -> tuple[Step, ...]:
    """The lot and every known lot behind it, nearest first, each once. Raises UnknownName."""
    steps: list[Step] = []
    row, seen, depth = [books.lot(lot_id)], {lot_id}, 0
    while row:
        after: list[Lot] = []
        for lot in row:
            parents = books.made_from(lot.lot_id)
            steps.append(Step(lot, depth, parents, books.plant(lot)))
            for parent in parents:
                behind = books.by_id.get(parent.parent_lot_id)
                if behind is not None and behind.lot_id not in seen:
                    seen.add(behind.lot_id)
                    after.append(behind)
        row, depth = after, depth + 1
    return tuple(steps)


def _circle(made_from: Mapping[str, tuple[Parent, ...]]) -> list[str]:
    """Lots of one circle, or none; without recursion, as chains may be long."""
    done: set[str] = set()
    for start in made_from:
        path: list[str] = []
        on_path: set[str] = set()
        todo: list[tuple[str, bool]] = [(start, False)]
        while todo:
            name, leaving = todo.pop()
            if leaving:
                path.pop()
                on_path.discard(name)
                done.add(name)
                continue
            if name in on_path:
                return [*path[path.index(name) :], name]
            if name in done:
                continue
            path.append(name)
            on_path.add(name)
            todo.append((name, True))
            todo += [(p.parent_lot_id, False) for p in made_from.get(name, ())]
    return []
