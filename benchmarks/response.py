"""What people do under the rules: one pass, equilibria from a response table, a lever after that, and the whole of Flanders.

    .venv/bin/python benchmarks/response.py [--json FILE] [--full]

3,000 buildings in 40 sections, 30 years, 8 options, exact ages of boilers; the table at 14 prices with best, cautious and critical price;
a supply-side lever read from the same table; the equilibrium price of the table against iteration with exact passes; 3 million
dwellings in 9,000 statistical sectors with eight stages of a boiler; the years that the calibration held back. Kernels compiled.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import response_case  # noqa: E402  (the script may be started by its path)
from benchmarks import lines  # noqa: E402
from koppelkans.money.equilibrium import ResponseCurve, equilibria, required_price  # noqa: E402
from koppelkans.money.equilibrium.answer import share_ages  # noqa: E402
from koppelkans.money.equilibrium.branches import chosen_equilibria  # noqa: E402
from koppelkans.money.equilibrium.case import Clocks, ProjectCase  # noqa: E402
from koppelkans.money.equilibrium.rules import Coordination, PricingRule  # noqa: E402
from koppelkans.parameters import read_parameters  # noqa: E402
from koppelkans.people.response import (  # noqa: E402
    NEVER,
    Behaviour,
    ResponseCase,
    Units,
    behaviour,
    price_nodes,
    respond,
    response_curve,
)
from koppelkans.people.response.backtest import backtest  # noqa: E402

DAY = date(2026, 7, 1)
YEARS, OPENS = 30, 2028
BUILDINGS, SECTIONS = 3_000, 40
REGION_DWELLINGS, AREAS, REGION_FORMS, OWN_FORMS = 3_000_000, 9_000, 30, 6
LOWEST, CAP, PARITY = 35.0, 85.0, 82.0
PARTS = (0, 0, 0, 1)
"""Deciders drawn: three owners to a landlord."""


def neighbourhood(seed: int) -> ResponseCase:
    """Every building its own form; campaign and opening in the third year."""
    draw = np.random.default_rng(seed)
    heat = 11_000 * np.exp(draw.normal(0, 0.4, BUILDINGS))
    units = Units(
        np.arange(BUILDINGS), draw.integers(0, 12, BUILDINGS), np.arange(BUILDINGS) % SECTIONS, draw.choice(PARTS, BUILDINGS),
        np.ones(BUILDINGS),
    )  # fmt: skip
    sections = tuple(f"s{number}" for number in range(SECTIONS))
    return ResponseCase(
        2026, sections, units, response_case.forms(BUILDINGS, heat_kwh=heat), response_case.rules(SECTIONS, YEARS),
        response_case.offers(SECTIONS, YEARS, opening=OPENS, guidance=1.0),
    )  # fmt: skip


def region(seed: int) -> ResponseCase:
    """3 million dwellings in as many statistical sectors as Flanders has, each with six of thirty forms; one in five gets a network.

    Every dwelling has its own draw of form, group and decider; equal ones in a sector are one unit to the engine, which changes nothing.
    """
    draw = np.random.default_rng(seed)
    site = response_case.offers(AREAS, YEARS, opening=OPENS + 4, guidance=0.5)
    never = np.arange(AREAS) % 5 != 0
    site = replace(
        site, neighbourhood=np.arange(AREAS), opening_year=np.where(never, NEVER, site.opening_year),
        live_year=np.where(never, NEVER, site.live_year), contact_share=site.contact_share * ~never[:, None],
        guidance_share=site.guidance_share * ~never[:, None],
    )  # fmt: skip
    own = draw.integers(0, REGION_FORMS, (AREAS, OWN_FORMS))
    section = draw.integers(0, AREAS, REGION_DWELLINGS)
    form = own[section, draw.integers(0, OWN_FORMS, REGION_DWELLINGS)]
    units = Units(
        form,
        draw.integers(0, 12, REGION_DWELLINGS),
        section,
        draw.choice(PARTS, REGION_DWELLINGS),
        np.ones(REGION_DWELLINGS),
    )
    heat = 11_000 * np.exp(np.linspace(-0.8, 0.8, REGION_FORMS))
    return ResponseCase(
        2026, tuple(map(str, range(AREAS))), units, response_case.forms(REGION_FORMS, heat_kwh=heat),
        response_case.rules(AREAS, YEARS), site,
    )  # fmt: skip


def company() -> ProjectCase:
    """A shared trench of 900 EUR per metre, 0.25 dwellings a metre, 45 years."""
    trench = np.full(SECTIONS, 900.0 * BUILDINGS / SECTIONS / 0.25)
    return ProjectCase(
        section=np.array([f"s{number}" for number in range(SECTIONS)]), parent=np.full(SECTIONS, -1), trench_eur=trench,
        build_year=np.full(SECTIONS, OPENS), large_mwh=np.zeros(SECTIONS), large_cap_eur_per_mwh=np.full(SECTIONS, np.inf),
        connection_eur=6_500.0, fee_eur=3_000.0, fixed_eur_per_year=350.0, heat_cost_eur_per_mwh=35.0, source_eur=0.0,
        upkeep_share=0.015, clocks=Clocks(45, 45, 45), rate_share=0.05,
    )  # fmt: skip


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Shortest of a few runs."""
    spans = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spans.append(time.perf_counter() - started)
    return min(spans)


def table(case: ResponseCase, how: Behaviour) -> ResponseCurve:
    found = response_curve(case, how, price_nodes(LOWEST, 1.4 * CAP, PARITY))
    return ResponseCurve(
        found.price_eur_per_mwh, found.calendar, found.connected, found.heat_mwh, np.full(SECTIONS, BUILDINGS / SECTIONS),
        np.array(case.sections), found.variance,
    )  # fmt: skip


def exact_price(case: ResponseCase, how: Behaviour, builder: ProjectCase, start: float) -> float:
    """The fixed point by exact passes alone: secant on required price minus price, from the price of the table."""

    def gap(price: float) -> float:
        found = respond(case.priced(price), how)
        return required_price(found.connected, found.heat_mwh, found.calendar, builder) - price

    one, other = start, start + 0.5
    gap_one, gap_other = gap(one), gap(other)
    for _ in range(8):
        if abs(gap_other) < 1e-6 or gap_other == gap_one:
            break
        one, other, gap_one = other, other - gap_other * (other - one) / (gap_other - gap_one), gap_other
        gap_other = gap(other)
    return other


def streets(figures: lines.Figures, how: Behaviour) -> None:
    case, builder, rule = neighbourhood(1), company(), PricingRule.cost_plus(cap_eur_per_mwh=CAP)
    ages, cautious = share_ages(read_parameters(), DAY), Coordination.cautious()
    figures.record(response_3000_s=seconds(lambda: response_curve(case, how, [70.0], threads=1), 5))
    figures.record(
        equilibrium_3000_s=seconds(
            lambda: equilibria(table(case, how), builder, rule, coordination=cautious, ages=ages)
        )
    )
    curve = table(case, how)
    lever = replace(builder, grant_share=0.2)
    chosen_equilibria(curve, lever, rule, coordination=cautious, ages=ages)
    figures.record(
        relever_s=seconds(lambda: chosen_equilibria(curve, lever, rule, coordination=cautious, ages=ages), 5)
    )
    off = []
    for changed in (builder, lever, replace(builder, rate_share=0.04)):
        found = equilibria(curve, changed, rule, coordination=cautious, ages=ages)
        for price in (found.best_eur_per_mwh, found.cautious_eur_per_mwh, found.critical_eur_per_mwh):
            if price is not None:
                off.append(abs(exact_price(case, how, changed, price) - price))
    if off:
        figures.record(table_vs_fixed_point_eur_mwh=max(off))
    lines.say(f"{len(off)} equilibrium prices checked with exact passes")


def flanders(figures: lines.Figures, how: Behaviour) -> None:
    case = region(1)
    started = time.perf_counter()
    found = respond(case, how, stages=True)
    figures.record(response_3m_s=time.perf_counter() - started)
    figures.record(response_3m_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
    total = found.by_section.sum(axis=(0, 2))
    if abs(total - REGION_DWELLINGS).max() > 1e-3:
        raise SystemExit(f"dwellings were lost: {total.min()} of {REGION_DWELLINGS}")


def main() -> int:
    chosen = lines.arguments(__doc__.splitlines()[0])
    figures = lines.Figures(chosen.json)
    how = behaviour(read_parameters(), DAY)
    started = time.perf_counter()
    respond(response_case.street(), how)
    lines.say(f"kernels ready after {time.perf_counter() - started:.1f} s")
    flanders(figures, how)  # first: its memory is that of the process
    streets(figures, how)
    figures.record(backtest_error=backtest(read_parameters()).error_share)
    lines.show("response", ("figure", "value"), [(name, value) for name, value in figures.values.items()])
    return 0


if __name__ == "__main__":
    lines.start(main)
