"""A study with made-up figures that add up as a real one's must."""

import copy

import pytest

# id, name, mineral, without, with, outside, floor, state, reason, text, output without and with,
# supplier, its share without and with
PRODUCTS = [
    ("ndpr.oxide", "NdPr oxide", "rare_earths", 62.0, 110.0, 55.0, 110.0, "holds", "BINDS",
     "buyers pay it; the market alone would give 62.0", 6900.0, 7390.0, "China", 0.71, 0.66),
    ("dy.oxide", "Dy oxide", "rare_earths", 257.0, 320.0, 241.0, 320.0, "holds", "BINDS",
     "buyers pay it; the market alone would give 257", 41.0, 41.1, "China", 0.96, 0.95),
    ("tb.oxide", "Tb oxide", "rare_earths", 810.0, 1600.0, 795.0, 1600.0, "holds", "BINDS",
     "buyers pay it; the market alone would give 810", 9.0, 9.4, "China", 0.97, 0.95),
    ("ndpr.metal", "NdPr metal", "rare_earths", 78.0, 127.1, 70.4, 135.0, "fails", "LEAKS",
     "16% enters without paying", 846.0, 880.0, "China", 0.90, 0.86),
    ("magnet.ht", "magnets", "rare_earths", 55.0, 69.8, 56.1, None, "none", "NO_FLOOR",
     "imports rise 9%", 15100.0, 14200.0, "China", 0.84, 0.87),
    ("ga.metal", "gallium", "gallium", 310.0, 420.0, 295.0, 420.0, "holds", "BINDS",
     "buyers pay it; the market alone would give 310", 17.5, 18.0, "China", 0.93, 0.91),
    ("ge.metal", "germanium", "germanium", 1560.0, 1480.0, 1475.0, 1720.0, "fails", "SURPLUS",
     "the zone makes more than it uses", 27.6, 29.0, "China", 0.61, 0.57),
    ("sb.metal", "antimony", "antimony", 24.5, 24.5, 23.9, 18.0, "idle", "ABOVE",
     "the market is above it", 9300.0, 9300.0, "China", 0.48, 0.48),
    ("w.apt", "tungsten APT", "tungsten", 34.0, 34.0, 33.1, 32.0, "idle", "ABOVE",
     "the market is above it", 11800.0, 11800.0, "China", 0.52, 0.52),
    ("y.oxide", "Y oxide", "rare_earths", 6.1, 6.1, None, None, "none", "NO_FLOOR", "",
     0.0, 0.0, "China", 0.99, 0.99),
]  # fmt: skip
PRODUCT_KEYS = [
    "id", "name", "mineral", "price_without", "price_with", "outside", "floor", "state", "reason",
    "reason_text", "zone_output_without", "zone_output_with", "supplier",
    "supplier_share_without", "supplier_share_with",
]  # fmt: skip

# M USD a year: users, producers, treasury. Members' users add up to -640, producers to +290,
# treasuries to +265.
GAINS = [
    ("JPN", "Japan", True, -236.0, 5.0, 90.0),
    ("USA", "United States", True, -149.0, 67.4, 74.2),
    ("EUU", "European Union", True, -140.5, 12.0, 78.8),
    ("KOR", "South Korea", True, -61.3, 1.2, 14.0),
    ("GBR", "United Kingdom", True, -28.2, 0.0, 5.0),
    ("AUS", "Australia", True, -9.0, 130.0, 1.0),
    ("MYS", "Malaysia", True, -9.5, 72.9, 1.0),
    ("CAN", "Canada", True, -6.5, 1.5, 1.0),
    ("CHN", "China", False, 21.0, -88.0, 0.0),
    ("VNM", "Vietnam", False, 1.0, 34.0, 0.0),
    ("RoW", "rest of the world", False, 3.0, 6.5, 0.0),
]


def _solution(floor):
    if floor == 195:
        return {
            "floor": floor, "converged": False, "price": None, "state": "none",
            "users_usd": None, "producers_usd": None, "treasury_usd": None,
            "zone_output": None, "supplier_share": None,
            "sentence": "At 195 the market did not balance; the last answer is greyed.",
        }  # fmt: skip
    binds = max(floor - 62, 0)
    state = "idle" if floor <= 62 else "holds" if floor < 150 else "fails"
    price = 62 + (binds if floor < 150 else 88 + 0.4 * (floor - 150))
    said = {
        "idle": "is idle: the market is above it, and nobody pays more.",
        "holds": f"holds: zone users pay {13.3 * binds:.0f} M USD a year more, "
        f"and the zone makes {binds / 7:.0f}% more.",
        "fails": "fails: the zone makes more than it uses.",
    }[state]
    return {
        "floor": floor, "converged": True, "price": price, "state": state,
        "users_usd": -13.3e6 * binds, "producers_usd": 6.0e6 * binds,
        "treasury_usd": 5.5e6 * binds, "zone_output": 6900 * (1 + binds / 700),
        "supplier_share": 0.71 - binds / 1000,
        "sentence": f"A floor of {floor} USD/kg {said}",
    }  # fmt: skip


CUT = "stannary stress bloc-2026 --cut CHN --months 12 --day 2027-01-01"


def _exposed(who, *runs):
    """An answer to "How exposed?": parts that run in each case, and options of the command."""
    *parts, options = (*runs, "") if len(runs) == 3 else runs
    said = [f"{100 * part:.0f}%" for part in parts]
    return {
        "number": f"{said[0]} → {said[-1]}",
        "sentence": f"If China ships nothing abroad for 12 months, {who} runs {said[0]} of its use "
        f"(by value at normal prices) without the bloc, {said[1]} with it, {said[2]} with its "
        "stockpile.",
        "spark": [
            {"label": name, "value": part, "text": text}
            for name, part, text in zip(("no bloc", "bloc", "stockpile"), parts, said, strict=True)
        ],
        "why": f"22 / 100 = {said[0]} without the bloc; 61 / 100 = {said[2]} with its stockpile.",
        "command": CUT + options,
    }


def _exposure():
    return {
        "sentence": _exposed("the zone", 0.22, 0.25, 0.61)["sentence"],
        "notes": "10 of 12 products run short.",
        "cases": ["without the bloc", "with the bloc", "with its stockpile"],
        "heads": ["no bloc", "bloc", "stockpile"],
        "products": [
            {"name": f"Product {n}", "use": 1000.0 * n, "value_usd": 1e6 * n,
             "runs": [0.2, 0.25, 0.9996], "days": [48.2, 48.4, 116.0], "price": 12.3,
             "price_text": "12", "why": "China 83%, stock 37 days"}
            for n in range(1, 11)
        ],
        "members": [
            {"name": g[1], "value_usd": 5e9, "runs": [0.18, 0.2, 0.57]} for g in GAINS if g[2]
        ],
        "cautions": [
            {"text": "Own stocks rest on 88 rows: 29 assumed, 59 estimated.", "command": ""},
            {"text": "Three times as many days:",
             "command": "stannary stress --set stockpile.target_days=180"},
        ],
        "command": CUT,
    }  # fmt: skip


def _tiles():
    return [
        {
            "key": "hold", "question": "Does it hold?", "number": "4 of 8",
            "sentence": "4 hold, 2 fail (NdPr metal: 16% enters without paying), 2 are idle.",
            "spark": [
                {"label": p[1], "text": p[7],
                 "value": {"holds": 1.0, "fails": -1.0, "idle": 0.0}[p[7]]}
                for p in PRODUCTS if p[6]
            ],
            "why": "Holds where the price in the zone equals the floor: 4 of the 8 with a floor.",
            "inputs": [
                {"name": "Floor of NdPr oxide", "value": "110", "unit": "USD/kg",
                 "quality": "assumed", "reference": "https://example.org/annex?a=1&b=2"},
            ],
        },
        {
            "key": "pay", "question": "Who pays?", "number": "−640 M USD",
            "sentence": "Users −640; producers +290, treasuries +265, outside sellers +60, lost "
            "25 M USD a year.",
            "spark": [
                {"label": "users", "value": -640e6, "text": "−640"},
                {"label": "producers", "value": 290e6, "text": "+290"},
                {"label": "treasuries", "value": 265e6, "text": "+265"},
                {"label": "outside", "value": 60e6, "text": "+60"},
            ],
            "why": "265 + 290 + 60 + 25 = 640 M USD a year.",
        },
        {
            "key": "made", "question": "What is made here?", "number": "+7% NdPr oxide",
            "sentence": "NdPr oxide +7%, 7,390 t a year; magnets −6%: they have no floor.",
            "spark": [
                {"label": p[1], "value": 100 * (p[11] / p[10] - 1),
                 "text": f"{100 * (p[11] / p[10] - 1):+.0f}%".replace("-", "−")}
                for p in PRODUCTS if p[10]
            ],
            "why": "7,390 / 6,900 − 1 = +7.1%.",
        },
        {
            "key": "exposed", "question": "How exposed?", **_exposed("the zone", 0.22, 0.25, 0.61),
            "inputs": [
                {"name": "The stockpile holds", "value": "60", "unit": "days of use",
                 "quality": "assumed", "reference": "Art. 10(2)"},
            ],
            "answers": {
                "JPN": _exposed("Japan", 0.18, 0.2, 0.57, " --for JPN"),
                "ev.EUU": _exposed("EV makers in the EU", 0.1, 0.1, 0.4, " --for ev.EUU"),
            } | {
                view: _exposed(view, 0.3, 0.4, 0.5, f" --for {view}")
                for view in ("USA", "EUU", "KOR", "GBR", "AUS", "MYS", "CAN", "ev.JPN", "wind.JPN")
            },
        },
    ]  # fmt: skip


def _rules():
    annex = "Annex C(2)"
    return {
        "floors": [
            {"product": p[0], "name": p[1], "value": f"{p[6]:g}", "unit": "USD/kg",
             "article": "Art. 4(1)", "reference": annex, "assumed": True, "since": "2027-01-01"}
            for p in PRODUCTS if p[6]
        ],
        "members": [
            {"country": g[0], "name": g[1], "status": "signed", "inside": g[2],
             "accession": "2027-01-01" if g[2] else None, "valuation": "FOB" if g[2] else None,
             "article": "Art. 2(1)", "reference": "https://example.org/members",
             "assumed": g[0] == "MYS"}
            for g in GAINS if g[2]
        ],
        "duties": [
            {"product": "NdPr metal", "importer": "United States", "origin": "China",
             "rate": "5%", "kind": "ad valorem", "article": "Art. 3", "reference": "HTS 2805.30",
             "assumed": False},
            {"product": "magnets", "importer": "European Union", "origin": "China",
             "rate": "2.1%", "kind": "ad valorem", "article": "Art. 3", "reference": "TARIC 8505",
             "assumed": False},
        ],
        "others": [
            {"path": "checks.share", "article": "Art. 9", "value": "0.02",
             "reference": "draft of 2026-10", "assumed": True},
        ],
    }  # fmt: skip


def _study():
    views = [{"id": "zone", "name": "The zone", "where": ""}]
    views += [{"id": g[0], "name": g[1], "where": ""} for g in GAINS if g[2]]
    views += [
        {"id": "ev.JPN", "name": "EV makers in Japan", "where": "Japan"},
        {"id": "wind.JPN", "name": "Wind-turbine makers in Japan", "where": "Japan"},
        {"id": "ev.EUU", "name": "EV makers in the European Union", "where": "European Union"},
    ]
    share = {"zone": 1.0, "USA": 0.25, "JPN": 0.33, "EUU": 0.2, "AUS": 0.01, "ev.JPN": 0.05}
    return {
        "schema": "stannary-report/1",
        "title": {
            "world": "base-2024", "world_year": 2024, "day": "2027-01-01",
            "day_long": "1 January 2027", "agreement": "bloc-2026", "draft": True,
            "made": "2026-11-24", "version": "0.1.0", "data": "2026.1",
        },
        "converged": True,
        "not_solved": [],
        "headline": "The floor holds for 4 of 8 products and costs zone users 640 M USD a year.",
        "latest": "At the latest prices (April 2026) the verdict differs for 3 of 8: 3 are idle.",
        "assumed_count": 14,
        "tiles": _tiles(),
        "views": views,
        "products": [dict(zip(PRODUCT_KEYS, p, strict=True)) for p in PRODUCTS],
        "gains": [
            {"region": g[0], "name": g[1], "inside": g[2], "users": g[3] * 1e6,
             "producers": g[4] * 1e6, "treasury": g[5] * 1e6, "rents": 0.0,
             "owned_outside": 38e6 if g[0] == "AUS" else 0.0}
            for g in GAINS
        ],
        "price_gap": {"treasuries": 265e6, "zone_producers": 290e6, "outside_sellers": 60e6,
                      "avoiding": 5e6, "lost": 20e6},
        "bound": "Of the treasuries' 265 M USD, sellers outside could keep 250.",
        "viewed": "zone",
        "groups": [
            {"id": "ev.JPN", "name": "EV makers in Japan", "users": -12e6, "spending": 390e6,
             "sentence": "Floors cost EV makers in Japan 12.0 M USD a year more, 3.1%."},
            {"id": "wind.JPN", "name": "Wind-turbine makers in Japan", "users": -3e6,
             "spending": 0.0, "sentence": "Floors cost wind-turbine makers in Japan 3.00 M USD."},
            {"id": "ev.EUU", "name": "EV makers in the European Union", "users": 1e6,
             "spending": 200e6, "sentence": "Floors save EV makers in the European Union 1 M USD."},
        ],
        "things": [
            {"name": "An EV motor", "usd": 34.2, "share": 0.043},
            {"name": "A 5 MW wind turbine", "usd": 2900.0, "share": 0.0006},
            *({"name": f"Thing {n}", "usd": 1.0 / n, "share": None} for n in range(1, 9)),
        ],
        "leaks": [
            {"buyers": "Plants", "product": "NdPr metal", "tonnes": 160.0, "imported": 1000.0,
             "unpaid_usd": 9.2e6, "fines_usd": 0.8e6, "audited": 0.03, "enough": 0.34},
            *(
                {"buyers": f"Buyers {n}", "product": "Antimony", "tonnes": 10.0 / n,
                 "imported": 100.0, "unpaid_usd": 1e5 / n, "fines_usd": 1e4 / n, "audited": 0.05,
                 "enough": 0.34}
                for n in range(1, 10)
            ),
        ],
        "doors": [
            {"product": "NdPr metal", "member": "Japan", "door": "Mexico", "tonnes": 1797.0,
             "lost_usd": 127.3e6, "collected_usd": 20.8e6},
            {"product": "Magnets", "member": "United States", "door": "South Korea",
             "tonnes": 5019.0, "lost_usd": 59.9e6, "collected_usd": 0.0},
        ],
        "exposure": _exposure(),
        "zone_users_usd": -640e6,
        "view_products": {
            view: {
                p[0]: {"price_without": p[3] * (1 + s / 50), "price_with": p[4],
                       "use_without": 21_000 * s, "use_with": 20_300 * s}
                for p in PRODUCTS
            }
            for view, s in share.items()
        },
        "slider": {
            "product": "ndpr.oxide", "name": "NdPr oxide", "unit": "USD/kg", "shipped": 110.0,
            "floors": [5.0 * i for i in range(41)],
            "solutions": [_solution(5 * i) for i in range(41)],
        },
        "look_out": [
            {"text": "Magnets have no floor: making them moves out of the zone.",
             "command": "stannary run --set floors.magnet.ht=75"},
            {"text": "NdPr metal: 16% avoids the duty because checks are rare (2%). Art. 9",
             "command": "stannary run --set checks.share=0.05"},
        ],
        "rests_on": {
            "assumed": [
                {"path": f"floors.{p[0]}", "article": "Art. 4(1)", "value": f"{p[6]:g}",
                 "unit": "USD/kg", "doubt": "The annex gives a range; this is its midpoint.",
                 "reference": "Annex C(2)"}
                for p in PRODUCTS if p[6]
            ],
            "quality": {"published": 233, "derived": 263, "estimate": 2393, "assumed": 1001},
            "drivers": [
                {"input": "Capacity of Bayan Obo", "effect_usd": 12e6,
                 "sentence": "10% more changes the zone users' cost by +12 M USD."},
                {"input": "Answer of use to price", "effect_usd": -31e6,
                 "sentence": "10% more changes the zone users' cost by −31 M USD."},
            ],
            "leaves_out": ["Mines do not open within one year.", "Exchange rates stay put."],
        },
        "rules": _rules(),
        "check": [
            {"text": "Money balances to 3e-12 of what the zone spends.", "ok": True},
            {"text": "The base year is reproduced to 1e-11.", "ok": True},
        ],
        "command": "stannary run bloc-2026 --day 2027-01-01",
        "csv": "product,origin,price\nndpr.oxide,CHN,55.0\n",
    }  # fmt: skip


@pytest.fixture
def study():
    return copy.deepcopy(_study())


@pytest.fixture
def unsolved(study):
    study["converged"] = False
    study["not_solved"] = [
        {"solve": "with", "region": "Malaysia", "product": "NdPr metal",
         "try": "stannary run --set floors.ndpr.metal=120"}
    ]  # fmt: skip
    return study
