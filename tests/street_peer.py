"""A works calendar as one mixed integer programme in HiGHS: the textbook formulation, as oracle of small cases and opponent of large ones.

Binary x[w, t]; zones opened, closures, heat live and slacks continuous. One linking row per work, never summed over works.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from koppelkans.solve import Limits, LinearModel, Outcome, solve
from koppelkans.street.calendar.case import (
    DRAINS,
    GAS,
    HEAT,
    KINDS,
    NOWHERE,
    OUTSIDE,
    RECONSTRUCTION,
    ZONES,
    Floats,
    Ints,
    WorksCase,
)


@dataclass
class Rows:
    """Variables and rows as they are added."""

    cost: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    low_side: list[float] = field(default_factory=list)
    high_side: list[float] = field(default_factory=list)
    at: dict[tuple, int] = field(default_factory=dict)

    def variable(self, name: tuple, cost: float, high: float = 1.0, whole: bool = False) -> None:
        self.at[name] = len(self.cost)
        self.cost.append(float(cost))
        self.high.append(high)
        self.whole.append(whole)

    def row(self, terms: list[tuple[tuple, float]], low: float, high: float) -> None:
        found: dict[int, float] = defaultdict(float)
        for name, factor in terms:
            if name in self.at:
                found[self.at[name]] += factor
        self.rows.append(found)
        self.low_side.append(low)
        self.high_side.append(high)

    def model(self, unit: float = 1000.0) -> LinearModel:
        starts = np.cumsum([0, *[len(row) for row in self.rows]]).astype(np.int32)
        return LinearModel(
            cost=np.array(self.cost) / unit, low=np.zeros(len(self.cost)), high=np.array(self.high), integer=np.array(self.whole),
            starts=starts, columns=np.array([at for row in self.rows for at in row], dtype=np.int32),
            coefficients=np.array([factor for row in self.rows for factor in row.values()]),
            row_low=np.array(self.low_side), row_high=np.array(self.high_side),
        )  # fmt: skip


def peer_model(case: WorksCase) -> Rows:
    """The whole case; money in EUR."""
    built = Rows()
    _variables(built, case)
    _work_rows(built, case)
    _tree_rows(built, case)
    _limit_rows(built, case)
    return built


def peer_calendar(case: WorksCase, limits: Limits) -> tuple[Ints, Outcome]:
    """Years of the works and what the solver says; objective and bound in EUR."""
    built = peer_model(case)
    found = solve(built.model(), limits)
    year = np.full(len(case.works.kind), -1, dtype=np.int64)
    for name, at in built.at.items():
        if name[0] == "x" and found.values[at] > 0.5:
            year[name[1]] = name[2]
    return year, replace(found, objective=1000 * found.objective, bound=1000 * found.bound)


def _variables(built: Rows, case: WorksCase) -> None:
    works, streets, bounds, discount, years = case.works, case.streets, case.bounds, case.discount, case.years
    allowed, alone, chain = case.allowed(), case.alone_eur, case.chain
    for work in range(len(works.kind)):
        section, shut = works.section[work], case.closes[works.kind[work]]
        closure, nuisance = streets.closure_eur[section] * shut, streets.nuisance_eur[section] * shut
        renewed = works.own_eur[work] + alone[work]
        for year in np.flatnonzero(allowed[work]).tolist():
            if year == years:
                cost = ((renewed + nuisance) * chain[work] + closure) * discount[works.after_year[work]]
            else:
                cost = (
                    works.own_eur[work] * chain[work]
                    + works.overdue_share[work] * max(0, year - works.due[work]) * renewed
                )
                cost = (cost + (0.0 if works.joins[work] else alone[work] + closure + nuisance)) * discount[year]
            built.variable(("x", work, year), cost, whole=True)
    for section in range(len(streets.length_m)):
        for year in range(years):
            for zone in range(len(ZONES)):
                built.variable(("o", section, zone, year), streets.zone_eur[section, zone] * discount[year])
            built.variable(
                ("k", section, year), (streets.closure_eur[section] + streets.nuisance_eur[section]) * discount[year]
            )
            if (bounds.apart == section).any():
                built.variable(("shut", section, year), 0.0)
            if streets.heat_parent[section] != NOWHERE:
                built.variable(("v", section, year), -streets.heat_eur_per_year[section] * discount[year])
    for year in range(years):
        for owner in range(len(case.owners)):
            built.variable(("budget", owner, year), bounds.budget_price * discount[year], np.inf)
        for kind in range(len(KINDS)):
            built.variable(("crew", kind, year), bounds.crew_price * discount[year], np.inf)
        built.variable(("pool", year), bounds.budget_price * discount[year], np.inf)
        for pair in range(len(bounds.apart)):
            built.variable(("apart", pair, year), bounds.apart_price * discount[year], np.inf)


def _work_rows(built: Rows, case: WorksCase) -> None:
    works, years = case.works, case.years
    rebuilt = {int(works.section[work]): work for work in np.flatnonzero(works.kind == RECONSTRUCTION).tolist()}
    for work in range(len(works.kind)):
        section, kind = int(works.section[work]), int(works.kind[work])
        built.row([(("x", work, year), 1.0) for year in range(years + 1)], 1.0, 1.0)
        for year in range(years):
            if ("x", work, year) not in built.at:
                continue
            done = (("x", work, year), 1.0)
            for zone in range(len(ZONES)):
                if works.joins[work] and case.opens[kind, zone]:
                    built.row([done, (("o", section, zone, year), -1.0)], -np.inf, 0.0)
            if case.closes[kind] and works.joins[work]:
                built.row([done, (("k", section, year), -1.0)], -np.inf, 0.0)
            if case.closes[kind] and ("shut", section, year) in built.at:
                built.row([done, (("shut", section, year), -1.0)], -np.inf, 0.0)
            if section in rebuilt and kind not in (RECONSTRUCTION, GAS, DRAINS):
                since = range(max(0, year - int(case.streets.protected_years[section])), year)
                built.row([done, *[(("x", rebuilt[section], early), 1.0) for early in since]], -np.inf, 1.0)
    for one, other in case.before.tolist():
        for year in range(years):
            built.row([*_until(other, year, 1.0), *_until(one, year, -1.0)], -np.inf, 0.0)


def _until(work: int, year: int, sign: float) -> list[tuple[tuple, float]]:
    return [(("x", work, early), sign) for early in range(year + 1)]


def _tree_rows(built: Rows, case: WorksCase) -> None:
    works, streets, years = case.works, case.streets, case.years
    of = {(int(works.section[work]), int(works.kind[work])): work for work in range(len(works.kind))}
    for section in range(len(streets.length_m)):
        up, gas_up, lag = (
            int(streets.heat_parent[section]),
            int(streets.gas_parent[section]),
            int(streets.gas_lag_years[section]),
        )
        heat, gas = of.get((section, HEAT)), of.get((section, GAS))
        for year in range(years):
            live = (("v", section, year), 1.0)
            if up != NOWHERE:
                built.row([live, *(_until(heat, year, -1.0) if heat is not None else [])], -np.inf, 0.0)
            if up not in (NOWHERE, OUTSIDE):
                built.row([live, (("v", up, year), -1.0)], -np.inf, 0.0)
            if gas is None:
                continue
            if up != NOWHERE:
                built.row([*_until(gas, year, 1.0), (("v", section, year - lag), -1.0)], -np.inf, 0.0)
            elif year < streets.gas_free[section]:
                built.row([(("x", gas, year), 1.0)], 0.0, 0.0)
            above = of.get((gas_up, GAS))
            if above is not None:
                built.row([*_until(above, year, 1.0), *_until(gas, year, -1.0)], -np.inf, 0.0)


def _limit_rows(built: Rows, case: WorksCase) -> None:
    works, streets, bounds = case.works, case.streets, case.bounds
    closing = case.closes[works.kind]
    budgeted = works.own_eur + case.alone_eur + np.where(closing, streets.closure_eur[works.section], 0.0)
    apart = np.where(works.joins, 0.0, case.alone_eur + np.where(closing, streets.closure_eur[works.section], 0.0))
    for year in range(case.years):
        for owner in np.flatnonzero(np.isfinite(bounds.budget_eur[:, year])).tolist():
            terms = [
                (("x", work, year), budgeted[work] / 1000) for work in np.flatnonzero(works.owner == owner).tolist()
            ]
            built.row([*terms, (("budget", owner, year), -1e-3)], -np.inf, bounds.budget_eur[owner, year] / 1000)
        for kind in np.flatnonzero(np.isfinite(bounds.crew_m[:, year])).tolist():
            terms = [
                (("x", work, year), streets.length_m[works.section[work]])
                for work in np.flatnonzero(works.kind == kind).tolist()
            ]
            built.row([*terms, (("crew", kind, year), -1.0)], -np.inf, bounds.crew_m[kind, year])
        if np.isfinite(bounds.pool_eur[year]):
            terms = [(("x", work, year), (works.own_eur + apart)[work] / 1000) for work in range(len(works.kind))]
            for section in range(len(streets.length_m)):
                terms.append((("k", section, year), streets.closure_eur[section] / 1000))
                terms += [
                    (("o", section, zone, year), streets.zone_eur[section, zone] / 1000) for zone in range(len(ZONES))
                ]
            built.row([*terms, (("pool", year), -1e-3)], -np.inf, bounds.pool_eur[year] / 1000)
        for pair, (one, other) in enumerate(bounds.apart.tolist()):
            built.row(
                [(("shut", one, year), 1.0), (("shut", other, year), 1.0), (("apart", pair, year), -1.0)], -np.inf, 1.0
            )


def eased(model: LinearModel) -> LinearModel:
    """The same without whole numbers."""
    return replace(model, integer=np.zeros(len(model.cost), dtype=bool))


def widest(values: Floats) -> float:
    """The largest finite value."""
    return float(values[np.isfinite(values)].max(initial=0.0))


def peer_fixed_and_solved(case: WorksCase, seconds: float) -> tuple[Ints, float, float]:
    """The usual way for a case of hundreds of sections: interior point without crossover, sure years fixed, few years left open, then branch and bound.

    Result: years, the value of the relaxation without whole numbers [EUR], and the seconds that it took; -inf when it was not finished in 600 s.
    """
    import time

    import highspy

    built, started = peer_model(case), time.perf_counter()
    model = built.model()
    solver = _opened(eased(model), 600.0)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    solver.run()
    bound = (
        1000.0 * solver.getInfo().objective_function_value
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        else -np.inf
    )
    relaxed_s = time.perf_counter() - started
    share = np.asarray(solver.getSolution().col_value)
    high, low = model.high.copy(), model.low.copy()
    by_work: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for name, at in built.at.items():
        if name[0] == "x":
            by_work[name[1]].append((name[2], at))
    for choices in by_work.values():
        best = max(choices, key=lambda choice: share[choice[1]])
        inside = [year for year, at in choices if share[at] > 1e-3] or [best[0]]
        for year, at in choices:
            if share[best[1]] >= 0.97:
                low[at] = high[at] = float(at == best[1])
            elif not min(inside) - 2 <= year <= max(inside) + 2:
                high[at] = 0.0
    found = _opened(replace(model, low=low, high=high), seconds)
    found.setOptionValue("mip_rel_gap", 0.003)
    found.run()
    values = np.asarray(found.getSolution().col_value)
    year = np.full(len(case.works.kind), -1, dtype=np.int64)
    for work, choices in by_work.items():
        year[work] = max(choices, key=lambda choice: values[choice[1]])[0]
    return year, bound, relaxed_s


def _opened(model: LinearModel, seconds: float):
    from koppelkans.solve import _loaded

    return _loaded(model, Limits(iterations=10_000_000, nodes=1_000_000, safety_seconds=seconds))
