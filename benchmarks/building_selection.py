"""Works in a synthetic stock: certified gap and seconds of the selection, beside HiGHS on the whole programme of a smaller stock.

    .venv/bin/python benchmarks/building_selection.py [--json FILE] [--full] [--buildings N]

The stock is drawn, with prices of the right order (present costs of 20-80 thousand EUR a building, works of 3-60 thousand): it measures
the method, not a place.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  (the script may be started by its path)

from benchmarks import lines  # noqa: E402
from koppelkans.building.selection import Instance, PerLimit, Selection, select  # noqa: E402
from koppelkans.building.selection.certificate import check_selection  # noqa: E402
from koppelkans.building.selection.prices import answer  # noqa: E402
from koppelkans.building.selection.programme import near_columns, solved  # noqa: E402
from koppelkans.building.selection.stock import stock_of  # noqa: E402
from koppelkans.solve import Limits  # noqa: E402

TRADES = ("roof", "wall", "floor", "glazing", "ventilation", "installation")
BUILDINGS = 10_000
RATE_SHARE, YEARS_PER_PERIOD, HORIZON_YEARS = 0.03, 5, 30
BUILDINGS_PER_FEEDER, BUILDINGS_PER_STREET = 120, 25


def drawn_options(n: int, k: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Works, their price, the heat they leave and the heating that follows: (n, k) or (n, k, 6)."""
    floor_m2 = rng.lognormal(4.95, 0.35, n)
    need = rng.lognormal(4.75, 0.35, n)
    done = rng.random((n, k, 6)) < np.array([0.45, 0.35, 0.25, 0.4, 0.3, 0.0])
    price = (
        np.array([9e3, 14e3, 5e3, 11e3, 6e3, 0.0]) * (floor_m2[:, None, None] / 140) * rng.lognormal(0, 0.2, (n, k, 6))
    )
    saved = 1 - (1 - done * np.array([0.2, 0.24, 0.08, 0.12, 0.07, 0.0]) * rng.uniform(0.7, 1.3, (n, k, 6))).prod(
        axis=2
    )
    heating = rng.integers(0, 4, (n, k))  # gas, hybrid, heat pump, network
    left = floor_m2[:, None] * need[:, None] * (1 - saved)
    plant = (
        np.array([3e3, 7.5e3, 13e3, 8e3])[heating] * rng.lognormal(0, 0.15, (n, k))
        + np.where(heating == 2, 0.35, 0) * left
    )
    trade = done * price
    trade[:, :, 5] = plant
    per_kwh = np.array([0.105, 0.095, 0.085, 0.09])[heating] * rng.lognormal(0, 0.05, (n, k))
    carbon = np.array([0.227, 0.12, 0.05, 0.06])[heating] / 1e3
    return {
        "trade": trade, "yearly": left * per_kwh, "before_eur": floor_m2 * need * 0.112, "before_t": floor_m2 * need * 0.227e-3,
        "after_t": left * carbon, "kw": np.array([0.0, 0.25, 0.5, 0.0])[heating] * left / 2000, "network": heating == 3,
    }  # fmt: skip


def instance(n: int, k: int = 30, t: int = 6, *, seed: int = 1, tightness: float = 0.5) -> Instance:
    """A stock of n buildings with k options and t periods; every limit binds somewhere."""
    rng = np.random.default_rng(seed)
    drawn = drawn_options(n, k, rng)
    year = YEARS_PER_PERIOD * np.arange(t)
    worth = (1 + RATE_SHARE) ** -year
    until = (1 - worth) / RATE_SHARE
    whole = (1 - (1 + RATE_SHARE) ** -HORIZON_YEARS) / RATE_SHARE
    # Waiting costs what is burnt meanwhile, with a price that rises; the works themselves get cheaper by discounting.
    cost = (
        drawn["trade"].sum(axis=2)[:, :, None] * worth
        + drawn["before_eur"][:, None, None] * until * 1.1
        + drawn["yearly"][:, :, None] * (whole - until)
    )
    stay = drawn["before_eur"] * whole * 1.1
    street = np.arange(n) // BUILDINGS_PER_STREET
    streets = int(street[-1]) + 1
    feeder = np.arange(n) // BUILDINGS_PER_FEEDER
    feeders = int(feeder[-1]) + 1
    served = rng.random(streets) < 0.4
    valid = ~drawn["network"] | served[street][:, None]
    valid[:, 0] = True
    bound = drawn["network"] & served[street][:, None]
    opening = rng.uniform(15e3, 60e3, streets)[:, None] * worth
    best = np.where(valid[:, :, None], cost, np.inf).min(axis=2)
    pick = best.argmin(axis=1)
    gains = best.min(axis=1) < stay
    at = np.arange(n)
    wish = np.where(gains, drawn["trade"].sum(axis=2)[at, pick], 0.0).sum()
    wish_trade = np.where(gains[:, None], drawn["trade"][at, pick], 0.0).sum(axis=0)
    before = drawn["before_t"].sum()
    added = np.bincount(feeder, weights=np.where(gains, drawn["kw"][at, pick], 0.0), minlength=feeders)
    path = np.linspace(1.0, 1 - 0.5 * tightness, t)
    return Instance(
        cost_eur=cost, stay_eur=stay, stay_allowed=np.ones(n, dtype=bool), valid=valid,
        affordable=rng.random((n, k)) < 0.9, budget_eur=drawn["trade"].sum(axis=2), trade_use=drawn["trade"],
        emission_before_tonnes=drawn["before_t"], emission_after_tonnes=drawn["after_t"], added_kw=drawn["kw"],
        feeder=feeder, street=street, street_bound=bound, opening_eur=opening,
        limits=PerLimit(
            budget=np.full(t, tightness * wish / t),
            trades=np.repeat((0.6 * wish_trade / t)[:, None], t, axis=1),
            emissions=before * path,
            feeders=np.where(np.arange(feeders) % 3 == 0, 0.4, 3.0)[:, None] * np.maximum(added, 1.0)[:, None] * np.ones(t),
        ),
        periods=tuple(f"{2026 + start}-{2030 + start}" for start in year), trades=TRADES,
        feeders=tuple(f"F{number}" for number in range(feeders)),
    )  # fmt: skip


def answered(question: Instance) -> tuple[Selection, float]:
    """The selection, checked by separate code, and the seconds it took."""
    started = time.perf_counter()
    found = select(question)
    seconds = time.perf_counter() - started
    check_selection(question, found)
    return found, seconds


def highs_ratio(n: int) -> float:
    """Seconds of HiGHS on the whole programme, at its root node and to the same gap, over ours: what is built here is left out."""
    question = instance(n, seed=2)
    found, ours_s = answered(question)
    stock = stock_of(question)
    columns = near_columns(stock, answer(stock, np.zeros_like(stock.limit)), stock.cost.size)
    limits = Limits(nodes=1, gap_share=found.gap_share, safety_seconds=1_200)
    started = time.perf_counter()
    whole = solved(stock, columns, None, limits, whole=True)
    highs_s = time.perf_counter() - started
    gap = (whole.value - whole.bound) / whole.value
    lines.say(f"{n} buildings: {ours_s:.2f} s to {found.gap_share:.2e}, HiGHS {highs_s:.1f} s to {gap:.2e}")
    return highs_s / ours_s


def figures(*, full: bool = False, buildings: int = BUILDINGS) -> dict[str, float]:
    """The largest gap and time over three stocks, and how much longer HiGHS takes on a smaller one (``full``: 1,000 buildings)."""
    select(instance(300))  # kernels compiled
    rows = []
    for seed in (1, 2, 3):
        found, seconds = answered(instance(buildings, seed=seed))
        rows.append([f"seed {seed}", 100 * found.gap_share, seconds, found.cost_eur / 1e6, found.ended])
    lines.show(f"{buildings} buildings x 30 packages x 6 periods", ["stock", "gap %", "s", "mln EUR", "ended by"], rows)
    known = {
        "selection_gap": max(row[1] for row in rows) / 100,
        "selection_s": max(row[2] for row in rows),
        "selection_ratio_highs": highs_ratio(250),
    }
    return known | ({"selection_ratio_highs_1000": highs_ratio(1_000)} if full else {})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--full", action="store_true", help="also HiGHS on 1,000 buildings, some minutes")
    parser.add_argument("--buildings", type=int, default=BUILDINGS, help="size of the stocks")
    chosen = parser.parse_args()
    known = lines.Figures(chosen.json)
    known.record(**figures(full=chosen.full, buildings=chosen.buildings))
    for name, value in known.values.items():
        print(f"{name:32s}{value:12.6f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
