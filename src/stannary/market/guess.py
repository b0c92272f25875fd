"""Scales for worlds that give no base: where prices and tonnes are likely to lie.

A guess sets units and a starting point. No answer hangs on it: a test moves it by powers of ten.
"""

from statistics import median

from ..world.atlas import Curve, World


def price_guess(world: World) -> dict[str, float]:
    """A typical price of every product, USD/t, > 0.

    The median base price where the tables give one; else where all curves together would clear
    without freight; else what demand or cost suggests; else what a recipe's other side suggests;
    else 1.
    """
    guess: dict[str, float] = {}
    for product in world.products:
        given = [p.usd_per_t for p in world.prices if p.product == product and p.usd_per_t > 0]
        if given:
            guess[product] = median(given)
            continue
        curves = [c for c in world.curves if c.product == product]
        supply = [c for c in curves if c.side == "supply"]
        demand = [c for c in curves if c.side == "demand"]
        if demand and supply:
            guess[product] = _crossing(supply, demand)
        elif demand:
            guess[product] = median([_demand_scale(c) for c in demand])
        elif supply:
            guess[product] = median([_supply_scale(c) for c in supply])
    for _ in world.recipes:
        for recipe in world.recipes.values():
            costs = [p.cash_cost for p in world.plants if p.recipe == recipe.recipe]
            value = sum(guess.get(g, 0.0) * c for g, c in recipe.outputs.items())
            spent = sum(guess.get(g, 0.0) * c for g, c in recipe.inputs.items())
            for g, c in recipe.inputs.items():
                if g not in guess and value > 0:
                    guess[g] = max(0.5 * value, 1e-6) / c
            for g, c in recipe.outputs.items():
                if g not in guess and costs:
                    guess[g] = max(median(costs) + spent, 0.0) / c or 1.0
    return {product: guess.get(product) or 1.0 for product in world.products}


def volume_guess(world: World, prices: dict[str, float]) -> dict[str, float]:
    """Typical tonnes a year of every product, > 0, at guessed prices (USD/t)."""
    volume: dict[str, float] = {}
    for product in world.products:
        wanted = sum(s.base_use for s in world.segments if s.product == product)
        wanted += sum(
            quantity(c, prices[product])
            for c in world.curves
            if c.product == product and c.side == "demand"
        )
        wanted += sum(f.t for f in world.flows if f.product == product)
        if wanted > 0:
            volume[product] = wanted
    for _ in world.recipes:
        for recipe in world.recipes.values():
            made = [volume[g] / c for g, c in recipe.outputs.items() if g in volume]
            if not made:
                continue
            for g, c in (recipe.inputs | recipe.outputs).items():
                volume.setdefault(g, max(made) * c)
    return {product: volume.get(product, 1.0) for product in world.products}


def quantity(curve: Curve, price: float) -> float:
    """Tonnes that a textbook curve gives at a price (USD/t); a `plant` counts at half its capacity."""
    if curve.form == "linear":
        sign = 1 if curve.side == "supply" else -1
        return max(0.0, curve.p1 + sign * curve.p2 * price)
    if curve.form == "isoelastic":
        return curve.p1 * (price / curve.p2) ** (curve.p3 or 0.0) if price > 0 else 0.0
    return curve.p1 / 2


def _crossing(supply: list[Curve], demand: list[Curve]) -> float:
    low, high = 1e-12, 1.0
    while sum(quantity(c, high) for c in demand) > sum(quantity(c, high) for c in supply):
        high *= 4
        if high > 1e15:
            return median([_demand_scale(c) for c in demand])
    for _ in range(80):
        middle = (low * high) ** 0.5
        if sum(quantity(c, middle) for c in demand) > sum(quantity(c, middle) for c in supply):
            low = middle
        else:
            high = middle
    # A glut at every price leaves no crossing: demand's own scale says more than 1e-12 does.
    return high if high > 1e-9 else median([_demand_scale(c) for c in demand])


def _demand_scale(curve: Curve) -> float:
    if curve.form == "isoelastic":
        return curve.p2
    return curve.p1 / (2 * curve.p2) if curve.p2 > 0 else 1.0


def _supply_scale(curve: Curve) -> float:
    if curve.form == "linear" and curve.p2 > 0:
        return max(-curve.p1 / curve.p2, 0.0) + max(abs(curve.p1), 1.0) / curve.p2
    return curve.p2 if curve.form != "linear" and curve.p2 > 0 else 1.0
