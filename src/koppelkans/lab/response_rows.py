"""What a response says in rows of the laboratory: who leaves fossil fuel and when, who is stuck, the network, public money; vulnerable first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.lab.effects import EUR_PER_MEUR, SCENARIO, tidy
from koppelkans.plan.record import Plan
from koppelkans.tables import FOSSIL_SOLUTIONS, NETWORK_SOLUTIONS
from koppelkans.tables.response import RESPONSE_GROUPS, RESPONSE_STATES, STUCK_REASONS

ON_GAS, ON_NETWORK = ("gas", "renovated_gas"), ("network", "renovated_network")
FREE = tuple(name for name in RESPONSE_STATES if name not in (*ON_GAS, "hybrid", "stuck"))
"""Options that burn nothing in the home."""
_LEAST_TURNED_SHARE = 0.02
"""A group of which less has turned has no year in which half of it did."""
PUBLIC = ("flanders", "municipality", "treasury")
LENT = ("loan", "repayment")
"""Money that comes back is no cost; the interest forgone on it is a row of its own."""
EARLY_YEAR = 2035
STARTS = ("happens", "best", "cautious", "critical")


def _ends(*parts: str) -> tuple[str, ...]:
    return tuple(
        name for name in RESPONSE_GROUPS if any(name.startswith(part) or name.endswith(part) for part in parts)
    )


GROUPS = {
    "quartile_1": _ends("q1_"), "tenure_social_tenant": _ends("_social_tenant"), "poorest_owner": ("q1_owner",), "tenure_private_tenant": _ends("_private_tenant"),
    "quartile_4": _ends("q4_"), "tenure_owner": _ends("_owner"), "everybody": RESPONSE_GROUPS,
}  # fmt: skip
"""Groups of households, the vulnerable first; a household may stand in several, one of the middle quartiles only by its tenure."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """Shares of dwellings in the best plan: heated without fossil fuel, and by a network."""

    fossil_free_share: float
    network_share: float


def optimum_of(plan: Plan) -> Optimum:
    """The best plan in the terms of the response."""
    choices = plan["choices"]
    dwellings = plan.place.buildings["dwellings"].reindex(choices.index).fillna(0).to_numpy(float)
    total = max(float(dwellings.sum()), 1e-12)
    free = ~choices["solution"].isin(FOSSIL_SOLUTIONS).to_numpy(bool)
    network = choices["solution"].isin(NETWORK_SOLUTIONS).to_numpy(bool)
    return Optimum(float(dwellings[free].sum()) / total, float(dwellings[network].sum()) / total)


@dataclass(frozen=True, slots=True)
class Answer:
    """The tables of one response, read once: years, dwellings by group and option, stuck by group and reason, the network, public money."""

    years: NDArray[np.int64]
    dwellings: NDArray[np.float64]
    """(C, T, K + 1)"""
    stuck: NDArray[np.float64]
    """(C, T, reasons)"""
    equilibrium: pd.DataFrame
    cost_eur: Mapping[str, float]
    """What each public purse pays, minus what it receives, over all years; loans themselves left out."""
    best_share: float
    """Fossil-free homes in the last year should the best equilibrium of the network come about; missing where there is none."""

    def share(self, options: Sequence[str], group: str = "everybody") -> NDArray[np.float64]:
        """Share of the dwellings of a group with one of some options, by year (T,)."""
        rows = [RESPONSE_GROUPS.index(name) for name in GROUPS[group]]
        columns = [RESPONSE_STATES.index(name) for name in options]
        part = self.dwellings[rows]
        found: NDArray[np.float64] = part[:, :, columns].sum(axis=(0, 2)) / np.maximum(part.sum(axis=(0, 2)), 1e-12)
        return found

    def number(self, options: Sequence[str]) -> float:
        """Dwellings with one of some options in the last year."""
        columns = [RESPONSE_STATES.index(name) for name in options]
        return float(self.dwellings[:, -1, columns].sum())

    @property
    def public_cost_eur(self) -> float:
        """What all public purses pay together, over all years [EUR]."""
        return float(sum(self.cost_eur.values()))


def answer_of(made: Mapping[str, pd.DataFrame], best_share: float = float("nan")) -> Answer:
    """The tables of a response as arrays; ``best_share`` is handed on."""
    shares = made["response_shares"]
    rows = shares[shares["scope"] == "group"]
    years = np.sort(rows["year"].unique()).astype(np.int64)
    dwellings = _filled(rows, years, ("name", "option"), (RESPONSE_GROUPS, RESPONSE_STATES))
    stuck = _filled(made["response_stuck"], years, ("group", "reason"), (RESPONSE_GROUPS, STUCK_REASONS))
    money = made["response_money"]
    counted = money[~money["what"].isin(LENT)]
    paid, got = (counted.groupby(side)["amount_eur"].sum() for side in ("payer", "payee"))
    cost = {name: float(paid.get(name, 0.0)) - float(got.get(name, 0.0)) for name in PUBLIC}
    return Answer(years, dwellings, stuck, made["equilibrium"].set_index("start"), cost, best_share)


def _filled(
    rows: pd.DataFrame, years: NDArray[np.int64], columns: tuple[str, str], words: tuple[Sequence[str], Sequence[str]]
) -> NDArray[np.float64]:
    """An array (first, year, second) of the dwellings in rows; what has no row is 0."""
    array = np.zeros((len(words[0]), len(years), len(words[1])))
    first, last = (pd.Index(word).get_indexer(pd.Index(rows[name])) for name, word in zip(columns, words, strict=True))
    when = np.searchsorted(years, rows["year"].to_numpy(np.int64))
    np.add.at(array, (first, when, last), rows["dwellings"].to_numpy(float))
    return array


def answer_rows(answer: Answer, optimum: Optimum, dates: Mapping[str, float], state: str) -> pd.DataFrame:
    """The rows of one response, vulnerable groups first, then the place, its network and the public purses.

    Per group, in shares of its dwellings: ``fossil_free_Y``, ``on_gas_Y`` (a fossil boiler, renovated or not), ``stuck_R`` (the worst
    year), and ``half_switched`` (year by which half of those who leave fossil fuel have done so). For the place: ``optimum``,
    ``response`` and ``policy_gap`` (the one minus the other) of fossil-free homes and of the network, and ``best_fossil_free``: the
    response should the best equilibrium come about. Method: docs/method.md#lab-response.
    """
    last = int(answer.years[-1])
    early = EARLY_YEAR if answer.years[0] <= EARLY_YEAR < last else last
    rows: list[tuple[str, str, float, str]] = []
    for name, members in GROUPS.items():
        if answer.dwellings[[RESPONSE_GROUPS.index(member) for member in members], 0].sum() > 0:
            rows += _group_rows(answer, name, early)
    free, network = (float(answer.share(options)[-1]) for options in (FREE, ON_NETWORK))
    for what, best, found in (
        ("fossil_free", optimum.fossil_free_share, free),
        ("network", optimum.network_share, network),
    ):
        rows += [(f"optimum_{what}", "place", best, "share"), (f"response_{what}", "place", found, "share"), (f"policy_gap_{what}", "place", best - found, "share")]  # fmt: skip
    rows.append(("best_fossil_free", "place", answer.best_share, "share"))
    rows += _network_rows(answer.equilibrium, dates)
    rows += [("public_cost", name, eur / EUR_PER_MEUR, "MEUR") for name, eur in answer.cost_eur.items()]
    rows.append(("public_cost", "public", answer.public_cost_eur / EUR_PER_MEUR, "MEUR"))
    return tidy(rows, state)


def _group_rows(answer: Answer, name: str, early: int) -> list[tuple[str, str, float, str]]:
    free, gas = answer.share(FREE, name), answer.share(ON_GAS, name)
    members = [RESPONSE_GROUPS.index(member) for member in GROUPS[name]]
    total = np.maximum(answer.dwellings[members].sum(axis=(0, 2)), 1e-12)
    last = int(answer.years[-1])
    rows = [
        (f"fossil_free_{year}", name, float(free[answer.years == year][0]), "share")
        for year in dict.fromkeys((early, last))
    ]
    rows.append((f"on_gas_{last}", name, float(gas[-1]), "share"))
    for place, reason in enumerate(STUCK_REASONS):
        waiting = answer.stuck[members][:, :, place].sum(axis=0) / total
        rows.append((f"stuck_{reason}", name, float(waiting.max()), "share"))
    turned = free - free[0]
    half = answer.years[np.argmax(turned >= turned[-1] / 2.0)] if turned[-1] > _LEAST_TURNED_SHARE else np.nan
    rows.append(("half_switched", name, float(half), "calendar_year"))
    return rows


def _network_rows(table: pd.DataFrame, dates: Mapping[str, float]) -> list[tuple[str, str, float, str]]:
    """Price and shares of the network from every start, what happens, and its first and last date; missing where there is none."""
    happens = table.loc["happens"].to_dict() if "happens" in table.index else {}
    rows = [("network_comes", "network", float(bool(happens.get("exists"))), "1 = yes, 0 = no")]
    for start in STARTS:
        found = table.loc[start].to_dict() if start in table.index else {}
        rows += [
            (f"network_price_{start}", "network", _number(found.get("price_eur_per_mwh")), "EUR/MWh"),
            (f"network_share_{start}", "network", _number(found.get("connected_share")), "share"),
        ]
    critical = table.loc["critical"].to_dict() if "critical" in table.index else {}
    rows.append(("critical_mass", "network", _number(critical.get("signed_share")), "share"))
    return [*rows, *((f"{name}_heat", "network", value, "calendar_year") for name, value in dates.items())]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | np.floating) else float("nan")


# --------------------------------------------------------------------------------------------------------------- public cost


def price_rows(before: Answer, after: Answer, *, network_only: bool, counted: bool = True) -> pd.DataFrame:
    """What levers cost the public purse per extra dwelling, and who would have switched without them; in the column of the levers.

    ``extra_dwellings``: fossil-free homes in the last year, with minus without. ``cost_per_extra`` [EUR]: the difference in public cost
    over all years by that number. ``free_riders``: of those who hold what is supported, the share that holds it without the levers too.
    network_only: the levers support connections alone, so those are looked at. counted: whether all public money of the levers is known.
    Missing where nobody more switches, or no public purse pays more that is known. Method: docs/method.md#lab-response.
    """
    extra, cost = after.number(FREE) - before.number(FREE), after.public_cost_eur - before.public_cost_eur
    options = ON_NETWORK if network_only else FREE
    held = after.number(options)
    paid = counted and cost > 1.0
    rows = [
        ("extra_dwellings", "place", extra, "dwelling"),
        ("cost_per_extra", "public", cost / extra if extra > _ONE_IN_A_THOUSAND and paid else float("nan"), "EUR"),
        ("free_riders", "public", min(1.0, before.number(options) / held) if paid and held > 0 else float("nan"), "share"),
    ]  # fmt: skip
    return tidy(rows, SCENARIO)


_ONE_IN_A_THOUSAND = 1e-3


def without_idle(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those that say nothing in any state or run: no value at all, nobody stuck, no public money."""
    mute = frame["outcome"].str.startswith("stuck_") | (frame["outcome"] == "public_cost")
    size = frame[["value", "low", "high"]].abs().max(axis=1)
    largest = size.groupby([frame["outcome"], frame["group"]]).transform("max")
    return frame[largest.notna() & (~mute | (largest >= _ONE_IN_A_THOUSAND))].reset_index(drop=True)


def enveloped(frames: Mapping[str, pd.DataFrame], others: Sequence[Mapping[str, pd.DataFrame]]) -> pd.DataFrame:
    """The rows of every state with the lowest and highest value over other runs; both regimes of a network lie within, no mean over them.

    frames: rows by state. others: the same of each other run.
    """
    whole = pd.concat(list(frames.values()), ignore_index=True)
    index = pd.MultiIndex.from_frame(whole[["outcome", "group", "state"]])
    columns = [whole["value"].to_numpy(float)]
    for other in others:
        moved = pd.concat(list(other.values()), ignore_index=True).set_index(["outcome", "group", "state"])["value"]
        columns.append(moved.reindex(index).to_numpy(float))
    values = np.stack(columns)
    # what does not exist in the run itself has no band: other runs tell of another regime
    known = np.isfinite(values[0])
    low, high = (
        np.where(known, part, np.nan)
        for part in (np.where(np.isfinite(values), values, np.inf).min(axis=0), np.where(np.isfinite(values), values, -np.inf).max(axis=0))
    )  # fmt: skip
    return whole.assign(low=low, high=high) if others else whole
