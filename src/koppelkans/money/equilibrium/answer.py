"""Which price and which share a heat network ends at under a rule for its price, and who must move first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.money.equilibrium.audit import Seen, observed
from koppelkans.money.equilibrium.case import ProjectCase
from koppelkans.money.equilibrium.crossings import required_eur_per_mwh
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.fixed_points import FixedPoints, Whole, fixed_points, whole
from koppelkans.money.equilibrium.guarantee import shortfall_eur
from koppelkans.money.equilibrium.notes import equilibrium_notes
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.money.equilibrium.sums import Ages, Sums, answered, present_values
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

NEAR_EUR_PER_MWH = 1e-6
"""Heat prices that are the same."""
_DIGITS_LOST = 1e-9
_SHARE_LOST = 1e-9
"""Shares of dwellings nearer than this are the same: a share read from a table comes back but for its last digits."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


WHY = {
    "cautious": ("gebouwd op een voorzichtige verwachting", "built on a cautious expectation"),
    "conditional": ("gebouwd omdat genoeg klanten vooraf tekenen", "built because enough customers sign beforehand"),
    "guarantee": (
        "gebouwd met een waarborg op het aantal klanten",
        "built with a guarantee on the number of customers",
    ),
    "price covers": ("de vaste prijs dekt de kost", "the given price covers the cost"),
    "price covered": ("een derde past bij op de vaste prijs", "a third party adds to the given price"),
    "dares not": (
        "het net zou kunnen, maar wie weinig klanten verwacht begint er niet aan",
        "the network could exist, but who expects few customers does not begin",
    ),
    "never": ("geen prijs onder het plafond dekt de kost", "no price under the cap covers the cost"),
    "share out of reach": (
        "geen prijs in de tabel brengt zoveel handtekeningen op",
        "no price of the table brings that many signatures",
    ),
    "quote above cap": (
        "de prijs bij het gevraagde aandeel ligt boven het plafond",
        "the price at the share asked for lies above the cap",
    ),
    "share not signed": (
        "aan de prijs bij het gevraagde aandeel tekenen er te weinig",
        "at the price of the share asked for too few sign",
    ),
    "price does not cover": ("de vaste prijs dekt de kost niet", "the given price does not cover the cost"),
}
"""Why a network is built or not, in Dutch and English."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens under a rule of coordination; ``price_eur_per_mwh`` None: no network. ``why``: a key of ``WHY``.

    ``quoted_eur_per_mwh``: what is offered to those who must sign. ``first_year_eur_per_mwh``: what the first customers pay.
    Of a guarantee: ``expected_eur`` as things go, ``exposure_eur`` if only those connect who would at the highest price allowed.
    ``cover_eur``: present value that the payer of an offered price adds.
    """

    price_eur_per_mwh: float | None
    why: str
    quoted_eur_per_mwh: float | None = None
    first_year_eur_per_mwh: float | None = None
    expected_eur: float = 0.0
    exposure_eur: float = 0.0
    cover_eur: float = 0.0


@dataclass(frozen=True, slots=True)
class Equilibria:
    """All fixed points of a network, the three that have a name, and what happens.

    ``points``: index point (p1, p2, ... by price); ``price_eur_per_mwh``, ``signed_share``, ``settled_share``, ``stable``, ``best``, ``cautious``,
    ``critical``. ``critical_share``: share that must sign so that the best equilibrium is within reach; None: no critical mass.
    ``seen``: what the answer was read from.
    """

    points: pd.DataFrame
    best_eur_per_mwh: float | None
    cautious_eur_per_mwh: float | None
    critical_eur_per_mwh: float | None
    critical_share: float | None
    required_at_cap_eur_per_mwh: float
    outcome: Outcome
    seen: Seen
    notes: list[RemarkRow]


def required_price(
    connected: Floats, heat_mwh: Floats, year: NDArray[np.int64], case: ProjectCase, *, built: Flags | None = None
) -> float:
    """Heat price that covers cost and rate over the binding clock [EUR/MWh]; infinite when nobody pays it, at least 0.

        p = v + [K + sum_t d_t (upkeep + new_t (c - b) - F n_t) - grant - residual] / sum_t d_t (q n_t + Q)

    connected, heat_mwh: (section, year) dwellings at the end of the year and MWh sold to them; year: calendar years. built: sections
    that count (all). Large customers whose ceiling lies below the price pay their ceiling. The years after the last one are like it.
    With a steady share this is the connection threshold solved for the price. Method: docs/method.md#required-price.
    """
    curve = ResponseCurve(
        np.array([0.0, 1.0]), year, np.stack([connected] * 2), np.stack([heat_mwh] * 2),
        np.maximum(connected.max(axis=1), 1e-12), case.section,
    )  # fmt: skip
    rule = PricingRule.cost_plus()
    course = rule.course(case.horizon_years, case.rate_share)
    sums = present_values(answered(curve, case, rule), case, course, Ages(1, 1))
    project = whole(sums, np.ones(len(case.section), dtype=bool) if built is None else built, case.parent)
    return required_eur_per_mwh(project.table, project.large, project.level, 0.0)


def share_ages(parameters: Parameters, day: date) -> Ages:
    """Years after opening at which the share of signatures, and the settled share, are read."""
    return Ages(round(parameters.at("company.signed_years", day)), round(parameters.at("company.settled_years", day)))


def equilibria(
    curve: ResponseCurve,
    case: ProjectCase,
    rule: PricingRule,
    *,
    coordination: Coordination,
    ages: Ages,
    built: Flags | None = None,
) -> Equilibria:
    """Prices and shares that reproduce themselves, and the one that happens under a rule of coordination.

    built: sections that are built, each with those upstream (all). ages: see ``share_ages``. A rule that does not look at cost
    (parity, offer) has one price: it is built when that price covers what it takes.
    Raises DataError when table and case do not fit, the cap lies above the prices of the table, or an offered price does not cover
    its cost and nobody pays the rest. Method: docs/method.md#equilibria, docs/method.md#coordination.
    """
    marks = np.ones(len(case.section), dtype=bool) if built is None else built
    case = case.granted(marks)
    if coordination.kind == "duty":
        curve = curve.with_duty(coordination.share, coordination.years, case.build_year)
    curve = answered(curve, case, rule)
    sums = present_values(curve, case, rule.course(case.horizon_years, case.rate_share), ages)
    project = whole(sums, marks, case.parent)
    cap = highest_price(rule, curve)
    points = fixed_points(project, cap)
    seen = Seen(curve, case, marks, sums, project, cap)
    if rule.price_eur_per_mwh is None:
        outcome = _by_cost(points, coordination, seen)
    else:
        points = _single(rule.price_eur_per_mwh, project)
        outcome = _by_price(rule, coordination, seen)
    outcome = _with_first_year(outcome, sums)
    frame = _frame(points, project)
    return Equilibria(
        points=frame,
        best_eur_per_mwh=points.best,
        cautious_eur_per_mwh=points.cautious,
        critical_eur_per_mwh=points.critical,
        critical_share=None if points.critical is None else project.signed_share(points.critical),
        required_at_cap_eur_per_mwh=project.required_eur_per_mwh(cap),
        outcome=outcome,
        seen=seen,
        notes=equilibrium_notes(points, outcome.price_eur_per_mwh, observed(outcome.price_eur_per_mwh, seen)),
    )


def highest_price(rule: PricingRule, curve: ResponseCurve) -> float:
    """Highest heat price that a rule allows [EUR/MWh]. Raises DataError when the table does not reach it."""
    highest = float(curve.price_eur_per_mwh[-1])
    asked = [price for price in (rule.cap_eur_per_mwh, rule.price_eur_per_mwh) if price is not None]
    # prices of a table may have gone through VAT and back: the last one is the highest allowed but for its last digits
    if asked and max(asked) > highest * (1 + _DIGITS_LOST):
        raise DataError(
            f"the response table ends at {highest:g} EUR/MWh and the rule for the price goes to {max(asked):g}; make the table up to there"
        )
    return min(rule.cap_eur_per_mwh, highest) if rule.cap_eur_per_mwh is not None else highest


def _single(price: float, project: Whole) -> FixedPoints:
    pays = project.value_eur(price) >= 0
    prices = np.array([price] if pays else [])
    own = price if pays else None
    return FixedPoints(prices, np.ones(len(prices), dtype=bool), own, own, None)


def _by_cost(points: FixedPoints, coordination: Coordination, seen: Seen) -> Outcome:
    """What happens when the price follows the cost."""
    if coordination.kind in ("cautious", "duty"):
        why = "cautious" if points.cautious is not None else "dares not" if points.best is not None else "never"
        return Outcome(points.cautious, why, quoted_eur_per_mwh=points.cautious)
    behind = _price_behind(coordination.connected_share, points, seen.project)
    if behind is None:
        return Outcome(None, "share out of reach")
    quoted = seen.project.required_eur_per_mwh(behind)
    if quoted > seen.cap:
        return Outcome(None, "quote above cap", quoted_eur_per_mwh=quoted)
    settles = _settled_from(quoted, points)
    if coordination.kind == "guarantee":
        price = quoted if settles is None else min(quoted, settles)
        return _guaranteed((behind, price, quoted), seen)
    signs = seen.project.signed_share(max(quoted - NEAR_EUR_PER_MWH, 0.0))
    if signs < coordination.connected_share - _SHARE_LOST or settles is None:
        return Outcome(None, "share not signed", quoted_eur_per_mwh=quoted)
    return Outcome(settles, "conditional", quoted_eur_per_mwh=quoted)


def _price_behind(share: float, points: FixedPoints, project: Whole) -> float | None:
    """Price at which a share signs: the critical one where that is the critical mass, else the highest.

    As many may sign at a price above the critical one; who asks for the critical mass means the critical price itself.
    """
    if points.critical is not None and abs(project.signed_share(points.critical) - share) <= _SHARE_LOST:
        return points.critical
    return project.price_of_signed_share(share)


def _guaranteed(prices: tuple[float, float, float], seen: Seen) -> Outcome:
    """Prices: at which the guaranteed number would connect, that customers see, that was quoted."""
    promised_at, price, quoted = prices
    exposure = shortfall_eur(seen, (promised_at, seen.cap, quoted))
    return Outcome(
        price, "guarantee", quoted_eur_per_mwh=quoted, expected_eur=shortfall_eur(seen, prices), exposure_eur=exposure
    )


def _settled_from(start: float, points: FixedPoints) -> float | None:
    """Where the iteration that starts at a price ends: the next stable point on its side, or None: beyond the cap.

    Exactly the critical mass is enough: a start on a critical point counts as below it.
    """
    prices, stable = points.prices_eur_per_mwh, points.stable
    walls = prices[~stable]
    low = walls[walls < start - NEAR_EUR_PER_MWH].max(initial=-np.inf)
    high = walls[walls >= start - NEAR_EUR_PER_MWH].min(initial=np.inf)
    inside = prices[stable & (prices > low) & (prices < high)]
    return float(inside[0]) if len(inside) else None


def _by_price(rule: PricingRule, coordination: Coordination, seen: Seen) -> Outcome:
    """What happens when the price is given: built when it covers the cost, by itself or with who pays the rest."""
    price = float(rule.price_eur_per_mwh or 0.0)
    value = seen.project.value_eur(price)
    if value >= 0:
        return Outcome(price, "price covers", quoted_eur_per_mwh=price)
    if coordination.kind == "guarantee":
        behind = seen.project.price_of_signed_share(coordination.connected_share)
        if behind is not None and seen.project.required_eur_per_mwh(behind) <= price:
            return _guaranteed((behind, price, price), seen)
    if rule.payer:
        return Outcome(price, "price covered", quoted_eur_per_mwh=price, cover_eur=-value)
    if rule.kind == "offered":
        raise DataError(
            f"the offered heat price of {price:g} EUR/MWh lies below the cost of {seen.project.required_eur_per_mwh(price):.1f} EUR/MWh "
            f"and nobody pays the difference ({-value:,.0f} EUR today); name a payer, a grant or a guarantee, or raise the price"
        )
    return Outcome(None, "price does not cover", quoted_eur_per_mwh=price)


def _with_first_year(outcome: Outcome, sums: Sums) -> Outcome:
    if outcome.price_eur_per_mwh is None:
        return outcome
    heat_cost = sums.heat_cost_eur_per_mwh
    first = heat_cost + (outcome.price_eur_per_mwh - heat_cost) * float(sums.course[0])
    return replace(outcome, first_year_eur_per_mwh=first)


def _frame(points: FixedPoints, project: Whole) -> pd.DataFrame:
    prices = points.prices_eur_per_mwh
    return pd.DataFrame(
        {
            "price_eur_per_mwh": prices,
            "signed_share": [project.signed_share(float(price)) for price in prices],
            "settled_share": [project.settled_share(float(price)) for price in prices],
            "stable": points.stable,
            "best": prices == (np.nan if points.best is None else points.best),
            "cautious": prices == (np.nan if points.cautious is None else points.cautious),
            "critical": prices == (np.nan if points.critical is None else points.critical),
        },
        index=pd.Index([f"p{number}" for number in range(1, len(prices) + 1)], name="point", dtype="str"),
    )
