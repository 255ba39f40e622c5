"""Streets with a made answer to the heat price, for the tests of the equilibrium: shares fall along a logistic curve in price."""

import numpy as np

from koppelkans.money.equilibrium import ResponseCurve
from koppelkans.money.equilibrium.case import Clocks, ProjectCase
from koppelkans.money.equilibrium.sums import Ages

AGES = Ages(2, 15)
START = 2028
PRICES = np.array([30.0, 40, 50, 58, 66, 74, 82, 90, 98, 106, 118, 132, 150, 172, 200])

ANSWERS = {
    "none": ((24.0, 0.037), (52.0, 0.036)),
    "half": ((52.0, 0.0385), (75.5, 0.037)),
    "full": ((80.0, 0.0425), (98.0, 0.0447)),
}
"""Guidance: price at which half has signed after 2 years and steepness [per EUR/MWh]; the same after 15 years."""


def logistic(prices, middle, steepness):
    return 1 / (1 + np.exp(steepness * (np.asarray(prices) - middle)))


def shares(prices, guidance, years):
    """Share connected at the end of each year after opening: most sign when the street opens, the rest as their boilers age."""
    signed = logistic(prices, *ANSWERS[guidance][0])[:, None]
    settled = logistic(prices, *ANSWERS[guidance][1])[:, None]
    year = np.arange(1, years + 1)[None, :]
    early = signed * np.where(year == 1, 0.75, 1.0)
    later = -np.expm1(-0.08 * np.clip(year - 2, 0, None)) / -np.expm1(-0.08 * 13)
    return np.minimum(early + (settled - signed) * later, 1.0)


def answer(
    dwellings, opens, guidance="half", *, prices=PRICES, last_year=START + 30, mwh=11.0, shift=0.0
) -> ResponseCurve:
    """A response table of sections that open in a year; ``shift``: by so much EUR/MWh dearer than they would accept elsewhere."""
    dwellings, opens = np.asarray(dwellings, float), np.asarray(opens)
    year = np.arange(START, last_year + 1)
    connected = np.zeros((len(prices), len(dwellings), len(year)))
    moved = np.broadcast_to(shift, len(dwellings))
    for section, open_year in enumerate(opens):
        path = shares(prices + moved[section], guidance, last_year - open_year + 1)
        connected[:, section, open_year - START :] = dwellings[section] * path
    keys = np.array([f"s{number}" for number in range(len(dwellings))])
    return ResponseCurve(np.asarray(prices, float), year, connected, connected * mwh, dwellings, keys)


def company(trench_eur, *, parent=None, opens=None, large_mwh=0.0, years=30, rate=0.05, **more) -> ProjectCase:
    """A case with the placeholders of the connection threshold: 6,500 EUR a connection, fee 3,000, fixed 350 a year, heat at 35 EUR/MWh."""
    trench = np.asarray(trench_eur, float)
    count = len(trench)
    values = {
        "large_cap_eur_per_mwh": np.full(count, np.inf), "connection_eur": 6_500.0, "fee_eur": 3_000.0, "fixed_eur_per_year": 350.0,
        "heat_cost_eur_per_mwh": 35.0, "source_eur": 0.0, "upkeep_share": 0.015, "clocks": Clocks(years, years, years), "rate_share": rate,
    }  # fmt: skip
    return ProjectCase(
        section=np.array([f"s{number}" for number in range(count)]),
        parent=np.full(count, -1) if parent is None else np.asarray(parent),
        trench_eur=trench,
        build_year=np.full(count, START) if opens is None else np.asarray(opens),
        large_mwh=np.broadcast_to(np.asarray(large_mwh, float), count).copy(),
        **values | more,
    )


def street(guidance="half", *, eur_per_m=900.0, large_mwh_per_m=0.0, metres=12_000.0, years=30, rate=0.05, **more):
    """One street of 0.25 dwellings per metre: its response table and its case."""
    curve = answer([0.25 * metres], [START], guidance)
    return curve, company([eur_per_m * metres], large_mwh=large_mwh_per_m * metres, years=years, rate=rate, **more)
