"""What a tariff shift does: winners and losers, credits, budgets by payee and the path of the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.lab.shift_prices import RECEIVERS, TREASURY, Component, ReferenceUse, Tariffs, moved_tariffs, ratios

Floats = NDArray[np.float64]
KEYS = ("vulnerable", "quartile", "heating", "tenure", "area")
LOSS_EUR = 1e-6
"""A bill that rises by less has not risen."""


def group_codes(cells: pd.DataFrame, keys: Sequence[str]) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """A number per household for its combination of keys, and the combinations by number; vulnerable first, then the poorest."""
    codes, levels = np.zeros(len(cells), dtype=np.int64), []
    for key in keys:
        values = ~cells[key].to_numpy(bool) if key == "vulnerable" else cells[key]
        number, level = pd.factorize(values, sort=True)
        codes = codes * max(1, len(level)) + number
        levels.append(~np.asarray(level, dtype=bool) if key == "vulnerable" else np.asarray(level))
    present, compact = np.unique(codes, return_inverse=True)
    parts: dict[str, NDArray[np.generic]] = {}
    rest = present
    for key, level in zip(reversed(keys), reversed(levels), strict=True):
        parts[key] = level[rest % max(1, len(level))]
        rest = rest // max(1, len(level))
    return compact.reshape(-1).astype(np.int64), pd.DataFrame({key: parts[key] for key in keys})


def winners_and_losers(cells: pd.DataFrame, change_eur: Floats, keys: Sequence[str] = KEYS) -> pd.DataFrame:
    """Change of the yearly bill by group, VAT included and after credits, vulnerable first.

    Result: one row per combination of ``keys`` with ``households`` (weighted), ``mean_change_eur``, ``losing_share`` (0-1) and
    ``worst_change_eur``. The sum of households x mean change is the change of all bills.
    """
    code, groups = group_codes(cells, keys)
    weight = cells["weight"].to_numpy(float)
    households = np.bincount(code, weight, len(groups))
    worst = np.full(len(groups), -np.inf)
    np.maximum.at(worst, code, change_eur)
    some = np.where(households > 0, households, 1.0)
    return groups.assign(
        households=households,
        mean_change_eur=np.bincount(code, weight * change_eur, len(groups)) / some,
        losing_share=np.bincount(code, weight * (change_eur > LOSS_EUR), len(groups)) / some,
        worst_change_eur=worst,
    )


def credits_by_group(cells: pd.DataFrame, credit_eur: Floats) -> pd.DataFrame:
    """Credits by observable group [EUR per year, without VAT]: households who get one, their mean and largest credit, the sum."""
    paid = credit_eur > LOSS_EUR
    code, groups = group_codes(cells[paid], KEYS)
    weight, credit = cells["weight"].to_numpy(float)[paid], credit_eur[paid]
    households = np.bincount(code, weight, len(groups))
    total = np.bincount(code, weight * credit, len(groups))
    largest = np.zeros(len(groups))
    np.maximum.at(largest, code, credit)
    return groups.assign(
        households=households, mean_credit_eur=total / np.where(households > 0, households, 1.0),
        largest_credit_eur=largest, credits_eur=total,
    )  # fmt: skip


def budget_by_payee(
    amounts_eur: pd.Series,
    components: Mapping[str, Component],
    *,
    credits_eur: float,
    credits_paid_by: str,
    vat_share: float,
) -> pd.DataFrame:
    """What every payee gains and gives up in a year [EUR]; ``balance_eur`` sums to zero with the households in the last row.

    amounts_eur: revenue of every move, index component. VAT follows the amounts and goes to the treasury.
    """
    rows = pd.DataFrame({"payee": RECEIVERS}).set_index("payee")
    receiver = pd.Index([components[name].receiver for name in amounts_eur.index])
    rows["additions_eur"] = amounts_eur.clip(lower=0).groupby(receiver).sum().reindex(rows.index, fill_value=0.0)
    rows["reductions_eur"] = amounts_eur.clip(upper=0).groupby(receiver).sum().reindex(rows.index, fill_value=0.0)
    rows["credits_eur"] = np.where(rows.index == credits_paid_by, -credits_eur, 0.0)
    net = float(amounts_eur.sum()) - credits_eur
    rows["vat_eur"] = np.where(rows.index == TREASURY, net * vat_share, 0.0)
    rows.loc["households"] = -rows.sum()
    return rows.assign(balance_eur=rows.sum(axis=1))


def phase_in(
    moves: pd.Series,
    tariffs: Tariffs,
    *,
    use: ReferenceUse,
    first_year: int,
    step_eur_per_kwh: float | None,
) -> pd.DataFrame:
    """The shift year by year, no kWh price moving more than the step: index ``year``, ``share`` and the three ratios.

    Every move, credit and balance grows with the share, so each year is as neutral and as protective as the last. Prices and volumes
    are those of today.
    """
    per_kwh = moves[[name for name in moves.index if not name.endswith((".capacity", ".fixed"))]]
    carriers = per_kwh.groupby([name.partition(".")[0] for name in per_kwh.index]).sum().abs()
    largest = float(carriers.max()) if len(carriers) else 0.0
    years = 1 if step_eur_per_kwh is None else max(1, int(np.ceil(largest / step_eur_per_kwh - LOSS_EUR)))
    rows = []
    for number in range(1, years + 1):
        share = 1.0 if step_eur_per_kwh is None or number == years else number * step_eur_per_kwh / largest
        after = ratios(moved_tariffs(tariffs, (moves * share)), use)
        rows.append({
            "year": first_year + number - 1, "share": share, "marginal": after.marginal,
            "marginal_with_capacity": after.marginal_with_capacity, "all_in": after.all_in,
        })  # fmt: skip
    return pd.DataFrame(rows).set_index("year")


def drift(
    moves: pd.Series, volumes: pd.Series, credits_eur: float, *, years: int, yearly_change: Mapping[str, float]
) -> pd.DataFrame:
    """What the fixed moves come short of when volumes change [EUR per year]: index ``year`` from 0, ``balance_eur``.

    volumes: what all households take of each component. ``yearly_change``: share per year by carrier (gas -0.03: 3 % less every
    year). A negative balance is a shortfall: the moves have to be solved again. Credits stay as they are.
    """
    factor = pd.Series([1 + yearly_change.get(name.partition(".")[0], 0.0) for name in moves.index], index=moves.index)
    balances = [float((moves * volumes * factor**year).sum()) - credits_eur for year in range(years + 1)]
    return pd.DataFrame({"balance_eur": balances}, index=pd.RangeIndex(years + 1, name="year"))
