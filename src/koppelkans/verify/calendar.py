"""The certificate of a works calendar, checked by code that shares nothing with the code that made it.

Question: is the printed calendar allowed, does it cost what it says, and can no calendar cost less than the printed bound?
The cost is added up work by work. The bound: with a price on every limit, on the order of works between sections and on a copy of each year in which gas goes,
what is left falls apart in sections tied by the heat tree, and the gas tree of the copies. Each section is solved for every year of heat by itself, forward in time over sets
of works done and years since its reconstruction, with plain arrays; the trees from their ends. Method: docs/method.md#works-certificate.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError

NOWHERE = -2
FREE_OF_PROTECTION = ("gas", "reconstruction", "drains")
SHARE, EUR = 1e-7, 0.01
"""A claim may differ from what is recomputed by this share of all costs and this much: sums of floats in another order."""
CHUNK = 48

Floats = NDArray[np.float64]


@dataclass(slots=True)
class CalendarVerdict:
    """What the check found: cost and bound recomputed [EUR], and what does not hold (empty when all does)."""

    objective_eur: float = 0.0
    bound_eur: float = -math.inf
    works: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def gap_share(self) -> float:
        """(objective - bound) / |objective|."""
        return (self.objective_eur - self.bound_eur) / max(abs(self.objective_eur), 1e-9)


def verified_calendar(certificate: dict[str, Any]) -> CalendarVerdict:
    """Years, cost and bound of a certificate, recomputed. Raises DataError when it is not of the form that the check knows."""
    try:
        return _Check(certificate).verdict()
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"the certificate does not hold together: {type(error).__name__} {error}") from error


class _Check:
    """One certificate with what is derived from it."""

    def __init__(self, certificate: dict[str, Any]) -> None:
        if certificate["form"] != 1:
            raise ValueError(f"form {certificate['form']}, known is 1")
        case = certificate["case"]
        self.kinds: list[str] = certificate["kinds"]
        self.years: int = case["years"]
        self.owners: list[str] = case["owners"]
        self.opens, self.closes = np.array(case["opens"], dtype=bool), np.array(case["closes"], dtype=bool)
        self.before: list[list[int]] = case["before"]
        self.street = {name: _numbers(column) for name, column in case["streets"].items()}
        self.work = {name: _numbers(column) for name, column in case["works"].items() if name != "name"}
        self.names: list[str] = case["works"]["name"]
        self.bound = {name: _numbers(column) for name, column in case["bounds"].items()}
        self.prices = {name: np.array(column, dtype=float) for name, column in certificate["prices"].items()}
        self.claims = certificate["claims"]
        self.year: list[int] = certificate["year"]
        self.discount = [(1.0 + case["rate_share"]) ** -year for year in range(self.years)]
        self.section = self.work["section"].astype(int).tolist()
        self.kind = [self.kinds[int(one)] for one in self.work["kind"]]
        self.shut = self.closes[self.work["kind"].astype(int)]
        self.zones = self.opens[self.work["kind"].astype(int)] * self.street["zone_eur"][self.section]
        rate = 1.0 + case["rate_share"]
        self.chain = [1.0 if math.isinf(life) else 1.0 / (1.0 - rate**-life) for life in self.work["life_years"]]
        self.after_factor = [rate**-year for year in self.work["after_year"]]
        self.on: dict[int, list[int]] = defaultdict(list)
        for work, section in enumerate(self.section):
            self.on[section].append(work)
        self.count = len(self.street["length_m"])
        self.found = CalendarVerdict(works=len(self.year))
        if len(self.year) != len(self.section):
            raise ValueError(f"{len(self.section)} works, {len(self.year)} years")

    def verdict(self) -> CalendarVerdict:
        """Everything that can be checked."""
        self._check_allowed()
        whole = self._check_cost()
        self._check_prices()
        room = SHARE * whole + EUR
        self.found.bound_eur = self._bound()
        claimed = self.claims["bound_eur"]
        if not claimed <= self.found.bound_eur + room:
            self._fault(f"bound: claimed {claimed:,.2f} EUR, recomputed {self.found.bound_eur:,.2f}")
        if claimed > self.found.objective_eur + room:
            self._fault(f"the bound of {claimed:,.2f} EUR is above the cost of {self.found.objective_eur:,.2f}")
        return self.found

    def _fault(self, text: str) -> None:
        self.found.faults.append(text)

    # -------------------------------------------------------------------------------------------------------- the calendar

    def _may(self, work: int, year: int) -> bool:
        """Whether a work may be put in a year, by its own window."""
        given = self.work
        if given["fixed"][work] >= 0:
            return bool(year == given["fixed"][work])
        if year == self.years:
            return bool(given["after"][work])
        return bool(given["release"][work] <= year <= given["last"][work])

    def _live(self) -> list[int]:
        """Per section the year from which heat flows: the latest pipe on the way to the source."""
        laid = [self.years] * self.count
        for work, kind in enumerate(self.kind):
            if kind == "heat":
                laid[self.section[work]] = self.year[work]
        live, parent = [], self.street["heat_parent"].astype(int).tolist()
        for section in range(self.count):
            at, latest = section, 0 if parent[section] != NOWHERE else self.years
            for _ in range(self.count + 1):
                if at < 0 or latest == self.years:
                    break
                latest, at = max(latest, laid[at]), parent[at]
            live.append(latest)
        return live

    def _check_allowed(self) -> None:
        """Windows, orders, protected years, and gas."""
        year, street, live = self.year, self.street, self._live()
        for work, at in enumerate(year):
            if type(at) is not int or not 0 <= at <= self.years or not self._may(work, at):
                self._fault(f"{self.names[work]} stands in a year that it may not ({at})")
        for one, other in self.before:
            if year[one] > year[other]:
                self._fault(f"{self.names[one]} comes after {self.names[other]}")
        for section, works in self.on.items():
            rebuilt = [year[work] for work in works if self.kind[work] == "reconstruction" and year[work] < self.years]
            gone = [work for work in works if self.kind[work] == "gas"]
            for work in works:
                after = [year[work] - at for at in rebuilt if 0 < year[work] - at <= street["protected_years"][section]]
                if after and year[work] < self.years and self.kind[work] not in FREE_OF_PROTECTION:
                    self._fault(f"{self.names[work]} opens a street {after[0]} years after its reconstruction")
            for work in gone:
                served = street["heat_parent"][section] != NOWHERE
                ready = live[section] + street["gas_lag_years"][section] if served else street["gas_free"][section]
                if year[work] < self.years and year[work] < ready:
                    self._fault(f"{self.names[work]} takes gas away before its last user can leave")
                for other in self.on.get(int(street["gas_parent"][section]), []):
                    if self.kind[other] == "gas" and year[other] < year[work]:
                        self._fault(f"{self.names[work]} still feeds from a pipe that is gone")

    def _check_cost(self) -> float:
        """The cost less the worth of heat, work by work and closure by closure; the sum of all that is paid."""
        street, given, discount = self.street, self.work, self.discount
        spent: dict[tuple[int, int], float] = defaultdict(float)
        metres: dict[tuple[int, int], float] = defaultdict(float)
        pool = [0.0] * self.years
        shut: set[tuple[int, int]] = set()
        total = 0.0
        for section, works in self.on.items():
            closure, nuisance = street["closure_eur"][section], street["nuisance_eur"][section]
            for at in sorted({self.year[work] for work in works}):
                here = [work for work in works if self.year[work] == at]
                if at >= self.years:
                    total += sum(self._after_eur(work) for work in here)
                    continue
                joined = [work for work in here if given["joins"][work]]
                zones = street["zone_eur"][section][(self.opens[given["kind"][joined].astype(int)]).any(axis=0)].sum()
                closures = float(any(self.shut[work] for work in joined))
                for work in here:
                    if not given["joins"][work]:
                        zones, closures = zones + self.zones[work].sum(), closures + self.shut[work]
                    total += self._own_eur(work, at) * discount[at]
                    budgeted = given["own_eur"][work] + self.zones[work].sum() + closure * self.shut[work]
                    spent[int(given["owner"][work]), at] += budgeted
                    metres[int(given["kind"][work]), at] += street["length_m"][section]
                    pool[at] += given["own_eur"][work]
                if closures:
                    shut.add((section, at))
                pool[at] += zones + closure * closures
                total += (zones + (closure + nuisance) * closures) * discount[at]
        total += self._over(spent, metres, pool, shut)
        left = [sum(discount[year:]) for year in range(self.years + 1)]
        worth = sum(eur * left[live] for eur, live in zip(street["heat_eur_per_year"], self._live(), strict=True))
        self.found.objective_eur = total - worth
        claimed = self.claims["objective_eur"]
        if not abs(claimed - self.found.objective_eur) <= SHARE * (total + worth) + EUR:
            self._fault(f"cost: claimed {claimed:,.2f} EUR, recomputed {self.found.objective_eur:,.2f}")
        return float(total + worth)

    def _own_eur(self, work: int, year: int) -> float:
        """Own cost for ever and being overdue, in euro of that year."""
        given = self.work
        late = max(0.0, year - given["due"][work])
        renewed = given["own_eur"][work] + self.zones[work].sum()
        return float(given["own_eur"][work] * self.chain[work] + given["overdue_share"][work] * late * renewed)

    def _after_eur(self, work: int) -> float:
        """After the horizon, opened alone, in euro of today."""
        section = self.section[work]
        closure, nuisance = (self.street[name][section] * self.shut[work] for name in ("closure_eur", "nuisance_eur"))
        renewed = self.work["own_eur"][work] + self.zones[work].sum() + nuisance
        return float((renewed * self.chain[work] + closure) * self.after_factor[work])

    def _over(self, spent: Any, metres: Any, pool: list[float], shut: set[tuple[int, int]]) -> float:
        """What going over the limits costs."""
        bound, discount, total = self.bound, self.discount, 0.0
        for (owner, year), eur in spent.items():
            total += bound["budget_price"] * max(0.0, eur - bound["budget_eur"][owner, year]) * discount[year]
        for (kind, year), metre in metres.items():
            total += bound["crew_price"] * max(0.0, metre - bound["crew_m"][kind, year]) * discount[year]
        for year, eur in enumerate(pool):
            total += bound["budget_price"] * max(0.0, eur - bound["pool_eur"][year]) * discount[year]
            for one, other in bound["apart"].reshape(-1, 2).astype(int).tolist():
                if (one, year) in shut and (other, year) in shut:
                    total += bound["apart_price"] * discount[year]
        return float(total)

    # ----------------------------------------------------------------------------------------------------------- the bound

    def _check_prices(self) -> None:
        """No price below zero or above that of going over its limit; none on what has no limit."""
        bound, discount = self.bound, np.array(self.discount)
        crossing = len(self._crossing())
        shapes = {
            "budget": (len(self.owners), self.years), "pool": (self.years,), "crew": (len(self.kinds), self.years),
            "apart": (bound["apart"].size // 2, self.years), "gas": (self.count, self.years), "order": (crossing, self.years),
        }  # fmt: skip
        for name, shape in shapes.items():
            self.prices[name] = self.prices[name].reshape(shape)
            if not np.isfinite(self.prices[name]).all():
                raise ValueError(f"the prices of {name} are not all numbers")
        caps = {
            "budget": np.where(np.isfinite(bound["budget_eur"]), bound["budget_price"] * discount, 0.0),
            "pool": np.where(np.isfinite(bound["pool_eur"]), bound["budget_price"] * discount, 0.0),
            "crew": np.where(np.isfinite(bound["crew_m"]), bound["crew_price"] * discount, 0.0),
            "apart": bound["apart_price"] * discount,
        }
        for name, cap in caps.items():
            if (self.prices[name] > cap * (1 + 1e-12)).any():
                self._fault(f"a price of {name} is above that of going over its limit")
        for name in (*caps, "order"):
            if (self.prices[name] < 0).any():
                self._fault(f"a price of {name} is below zero")

    def _crossing(self) -> list[list[int]]:
        return [pair for pair in self.before if self.section[pair[0]] != self.section[pair[1]]]

    def _bound(self) -> float:
        """The least cost at the prices of the certificate."""
        bound, price = self.bound, self.prices
        total = -float(price["apart"].sum())
        for name, limit in (("budget", "budget_eur"), ("pool", "pool_eur"), ("crew", "crew_m")):
            paid = price[name] != 0
            total -= float((price[name][paid] * bound[limit][paid]).sum())
        by_live = self._by_live(self._work_costs())
        served = self.street["heat_parent"] != NOWHERE
        total += sum(float(by_live[section][0]) for section in np.flatnonzero(~served))
        left = np.array([sum(self.discount[year:]) for year in range(self.years + 1)])
        values = {int(at): by_live[at] - self.street["heat_eur_per_year"][at] * left for at in np.flatnonzero(served)}
        # a section is live no sooner than the one upstream
        total += _tree(values, self.street["heat_parent"].astype(int), downstream_later=True)
        gas = {self.section[work]: self._copy_costs(work) for work, kind in enumerate(self.kind) if kind == "gas"}
        # gas goes no later than it goes upstream
        return total + _tree(gas, self.street["gas_parent"].astype(int), downstream_later=False)

    def _copy_costs(self, work: int) -> Floats:
        """What each year of the copy of a gas work earns; none in the years in which gas can never go."""
        section = self.section[work]
        price = self.prices["gas"][section]
        earned = np.append([-price[year:].sum() for year in range(self.years)], 0.0)
        ready = self.street["gas_free"][section]
        if self.street["heat_parent"][section] != NOWHERE:
            heated = any(self.kind[other] == "heat" for other in self.on[section])
            ready = self.street["gas_lag_years"][section] if heated else self.years
        may = [self._may(work, year) and year >= min(ready, self.years) for year in range(self.years + 1)]
        return np.where(may, earned, np.inf)

    def _work_costs(self) -> Floats:
        """(works, years + 1) all that a work pays by itself, infinite outside its window."""
        price, given, years = self.prices, self.work, self.years
        cost = np.full((len(self.kind), years + 1), np.inf)
        for work, kind in enumerate(self.kind):
            section, owner = self.section[work], int(given["owner"][work])
            closure, nuisance = (
                self.street[name][section] * self.shut[work] for name in ("closure_eur", "nuisance_eur")
            )
            own, zones = given["own_eur"][work], self.zones[work].sum()
            apart = 0.0 if given["joins"][work] else 1.0
            for year in range(years):
                if not self._may(work, year):
                    continue
                paid = (self._own_eur(work, year) + apart * (zones + closure + nuisance)) * self.discount[year]
                paid += price["budget"][owner, year] * (own + zones + closure)
                paid += price["crew"][int(given["kind"][work]), year] * self.street["length_m"][section]
                paid += price["pool"][year] * (own + apart * (zones + closure))
                if kind == "gas":
                    paid += price["gas"][section, year:].sum()
                cost[work, year] = paid
            if self._may(work, years):
                cost[work, years] = self._after_eur(work)
        for row, (one, other) in enumerate(self._crossing()):
            later = np.append(np.cumsum(price["order"][row][::-1])[::-1], 0.0)
            cost[one] -= later
            cost[other] += later
        return cost

    def _by_live(self, cost: Floats) -> list[Floats]:
        """Per section its least cost by the year from which heat is counted live (a single one where none comes)."""
        found = [np.zeros(self.years + 1) for _ in range(self.count)]
        alike: dict[Any, list[int]] = defaultdict(list)
        for section, works in self.on.items():
            inside = tuple(
                (works.index(one), works.index(other)) for one, other in self.before if one in works and other in works
            )
            served = bool(self.street["heat_parent"][section] != NOWHERE)
            alike[served, tuple(self.kind[work] for work in works), inside].append(section)
        for (served, kinds, inside), members in sorted(alike.items()):
            for begin in range(0, len(members), CHUNK):
                these = members[begin : begin + CHUNK]
                values = _Alike(self, these, (served, kinds, inside)).least(cost)
                for section, row in zip(these, values, strict=True):
                    found[section] = row
        for section in range(self.count):
            if section not in self.on and self.street["heat_parent"][section] != NOWHERE:
                found[section][: self.years] = np.inf
        return found


class _Alike:
    """Sections with the same kinds of work, solved together: arrays (sections, years of heat) for every set of works done."""

    def __init__(
        self, check: _Check, these: list[int], alike: tuple[bool, tuple[str, ...], tuple[tuple[int, int], ...]]
    ) -> None:
        self.check, self.these, (self.served, self.kinds, self.inside) = check, these, alike
        self.works = np.array([check.on[section] for section in these])
        self.live = np.arange(check.years + 1) if self.served else np.zeros(1, dtype=int)
        places = range(len(self.kinds))
        self.sets = [frozenset(chosen) for size in range(len(places) + 1) for chosen in combinations(places, size)]
        self.bad = {done for done in self.sets for one, other in self.inside if other in done and one not in done}

    def least(self, cost: Floats) -> Floats:
        """(sections, years of heat) least cost."""
        check, nothing = self.check, np.full((len(self.these), len(self.live)), np.inf)
        protected = check.street["protected_years"][self.these][:, None]
        longest = int(protected.max()) if "reconstruction" in self.kinds else 0
        now = [dict.fromkeys(self.sets, nothing) for _ in range(longest + 1)]
        now[0] = now[0] | {frozenset(): np.zeros_like(nothing)}
        for year in range(check.years):
            costs = {chosen: self._cost(cost, chosen, year) for chosen in self.sets}
            then = [dict.fromkeys(self.sets, nothing) for _ in range(longest + 2)]
            for since, states in enumerate(now):
                for done, so_far in states.items():
                    if np.isinf(so_far).all():
                        continue
                    for chosen in self.sets:
                        if costs[chosen] is None or chosen & done or (done | chosen) in self.bad:
                            continue
                        if since and any(self.kinds[place] not in FREE_OF_PROTECTION for place in chosen):
                            continue
                        rebuilds = any(self.kinds[place] == "reconstruction" for place in chosen)
                        following = 1 if rebuilds else since + 1 if since else 0
                        if following > longest:
                            following = 0
                        then[following][done | chosen] = np.minimum(
                            then[following][done | chosen], so_far + costs[chosen]
                        )
            # who is no longer protected joins the rest
            for since in range(1, longest + 1):
                for done, value in then[since].items():
                    then[0][done] = np.minimum(then[0][done], np.where(protected < since, value, np.inf))
                    then[since][done] = np.where(protected < since, np.inf, value)
            now = then[: longest + 1]
        left = [
            self._ends(cost, done) + value for states in now for done, value in states.items() if done not in self.bad
        ]
        return np.asarray(np.min(left, axis=0))

    def _cost(self, cost: Floats, chosen: frozenset[int], year: int) -> Floats | None:
        """What a set of works costs in a year; None when no section may do it."""
        check, places = self.check, sorted(chosen)
        total = np.zeros((len(self.these), len(self.live)))
        if not places:
            return total
        works = self.works[:, places]
        total += cost[works, year].sum(axis=1)[:, None]
        lag = check.street["gas_lag_years"][self.these][:, None]
        for place in places:
            if self.served and self.kinds[place] == "heat":
                total = np.where(self.live >= year, total, np.inf)
            if self.served and self.kinds[place] == "gas":
                total = np.where((self.live + lag <= year) & (self.live < check.years), total, np.inf)
            if not self.served and self.kinds[place] == "gas":
                total = np.where(check.street["gas_free"][self.these][:, None] <= year, total, np.inf)
        if np.isinf(total).all():
            return None
        joins = check.work["joins"][works].astype(bool)
        kinds = check.work["kind"][works].astype(int)
        factor = check.discount[year] + check.prices["pool"][year]
        opened = (check.opens[kinds] & joins[:, :, None]).any(axis=1)
        shared, any_shut = (check.closes[kinds] & joins).any(axis=1), check.closes[kinds].any(axis=1)
        street = {name: check.street[name][self.these] for name in ("zone_eur", "closure_eur", "nuisance_eur")}
        pairs = check.bound["apart"].reshape(-1, 2).astype(int)
        price = np.zeros(check.count)
        for side in (0, 1):
            np.add.at(price, pairs[:, side], check.prices["apart"][:, year])
        once = (street["zone_eur"] * opened).sum(axis=1) * factor + any_shut * price[self.these]
        once = once + shared * (street["closure_eur"] * factor + street["nuisance_eur"] * check.discount[year])
        return np.asarray(total + once[:, None])

    def _ends(self, cost: Floats, done: frozenset[int]) -> Floats:
        """What the works left cost after the horizon; heat that is live within it cannot be left."""
        total = np.zeros((len(self.these), len(self.live)))
        for place, kind in enumerate(self.kinds):
            if place not in done:
                total = total + cost[self.works[:, place], self.check.years][:, None]
                if self.served and kind == "heat":
                    total = np.where(self.live < self.check.years, np.inf, total)
        if self.served and "heat" not in self.kinds:
            total = np.where(self.live < self.check.years, np.inf, total)
        return total


def _numbers(column: Any) -> Any:
    """A column as numbers, missing ones infinite."""
    if isinstance(column, list):
        return np.array(_infinite(column), dtype=float)
    return math.inf if column is None else float(column)


def _infinite(value: Any) -> Any:
    if isinstance(value, list):
        return [_infinite(one) for one in value]
    return math.inf if value is None else value


def _tree(values: dict[int, Floats], parent: NDArray[np.int64], *, downstream_later: bool) -> float:
    """Least sum over a forest when the year downstream is never before (or never after) that upstream; values by year."""
    depth = dict.fromkeys(values, 0)
    for section in values:
        at = section
        while int(parent[at]) in values:
            depth[section] += 1
            at = int(parent[at])
            if depth[section] > len(values):
                raise ValueError("a pipe feeds itself")
    total, sums = 0.0, {section: value.copy() for section, value in values.items()}
    for section in sorted(values, key=lambda one: -depth[one]):
        value = sums[section]
        best = np.minimum.accumulate(value[::-1])[::-1] if downstream_later else np.minimum.accumulate(value)
        up = int(parent[section])
        if up in values:
            sums[up] = sums[up] + best
        else:
            total += float(best[0 if downstream_later else -1])
    return total
