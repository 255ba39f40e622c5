"""The ledger: every payment once, from payer to payee, so that the balances of all together are zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.money.lines import VAT_ADDED, Rules, electricity_lines, gas_lines
from koppelkans.parameters import Parameters
from koppelkans.tables import first_keys

PAYMENT = ["payer", "payee", "what", "year"]
CENTS = 2


def ledger(rows: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All payments of a plan (contract LEDGER) [EUR of the price year], sorted by year, payer, payee and subject.

    rows: frames with ``payer``, ``payee``, ``what``, ``year``, ``amount_eur``. Payments of the same subject between the same
    two in the same year are added up, to the cent; what is then zero falls away. Result: index ``row`` as
    year.payer.payee.what.

    Raises DataError that lists every negative or missing amount (turn payer and payee around) and every payment to oneself.
    Method: docs/method.md#ledger.
    """
    filled = [frame[[*PAYMENT, "amount_eur"]] for frame in rows if len(frame)]
    if not filled:
        return tables.LEDGER.empty()
    payments = pd.concat(filled, ignore_index=True)
    _refuse(payments)
    summed = payments.groupby(PAYMENT, as_index=False, sort=True)["amount_eur"].sum()
    summed = summed.assign(
        amount_eur=summed["amount_eur"].astype(float).round(CENTS), year=summed["year"].astype("int64")
    )
    kept = summed[summed["amount_eur"] > 0].sort_values(["year", "payer", "payee", "what"], kind="stable")
    keys = kept["year"].astype(str) + "." + kept["payer"] + "." + kept["payee"] + "." + kept["what"]
    kept.index = pd.Index(keys.str.replace(" ", "_"), name="row", dtype="str")
    entries: pd.DataFrame = kept[tables.LEDGER.column_names]
    return tables.check(tables.LEDGER, entries)


def _refuse(payments: pd.DataFrame) -> None:
    named = (
        payments["payer"]
        + " to "
        + payments["payee"]
        + " for "
        + payments["what"]
        + " in "
        + payments["year"].astype(str)
    )
    wrong, own = ~(payments["amount_eur"] >= 0), payments["payer"] == payments["payee"]
    faults = []
    if wrong.any():
        faults.append(
            f"{int(wrong.sum())} amounts are negative or missing ({first_keys(named[wrong].to_list())}); turn payer and payee around"
        )
    if own.any():
        faults.append(f"{int(own.sum())} payments go to their own payer ({first_keys(named[own].to_list())})")
    if faults:
        raise DataError("these payments cannot stand in a ledger", faults)


def balances(payments: pd.DataFrame) -> pd.Series:
    """What each actor receives minus what it pays [EUR], over all years of a ledger. Index ``actor``; the sum is zero."""
    received = payments.groupby("payee")["amount_eur"].sum()
    paid = payments.groupby("payer")["amount_eur"].sum()
    return received.sub(paid, fill_value=0.0).rename_axis("actor").rename("balance_eur").astype(float)


def energy_flows(
    use: pd.DataFrame, *, parameters: Parameters, day: date, grid_area: str, price_world: str, years: Sequence[int]
) -> pd.DataFrame:
    """Yearly payments for gas and electricity of groups of users, split by who receives them [EUR, VAT apart].

    use: index ``payer``; ``gas_kwh``, ``gas_connections``, ``electricity_kwh``, ``electricity_connections`` and ``peak_kw``
    summed over the group. Tariff group and excise slice are those of the mean connection. The tariffs of the day hold in every
    one of ``years``; nobody has the social tariff. Result: rows for ``ledger``.

    Raises DataError for gas without connections, OutOfRangeError above 1 GWh per connection, ParameterError for a missing figure.
    Method: docs/method.md#ledger.
    """
    rules = Rules(parameters, day, grid_area, price_world)
    lines = pd.concat([gas_lines(use, rules), electricity_lines(use, rules)], ignore_index=True)
    lines = lines.assign(payer=lines["key"], what=lines["carrier"])
    vat_eur = (lines["amount_eur"] * rules.vat_share).where(lines["vat"] == VAT_ADDED, 0.0)
    vat = lines.assign(payee="treasury", what="VAT on " + lines["carrier"], amount_eur=vat_eur)
    yearly = (
        pd.concat([lines, vat], ignore_index=True)
        .groupby(["payer", "payee", "what"], as_index=False)["amount_eur"]
        .sum()
    )
    flows: pd.DataFrame = yearly.merge(pd.DataFrame({"year": [int(year) for year in years]}), how="cross")
    return flows[[*PAYMENT, "amount_eur"]]


def investment_flows(works: pd.DataFrame) -> pd.DataFrame:
    """Payments for works: owner to installer, owner to treasury (VAT), Flanders to owner (premium) [EUR].

    works: one row per work with ``payer``, ``what``, ``year``, ``investment_eur`` (without VAT), ``vat_eur``, ``premium_eur``.
    Result: rows for ``ledger``; VAT and premium under their own subjects.
    """
    paid = works.assign(payee="installer", amount_eur=works["investment_eur"])
    vat = works.assign(payee="treasury", what="VAT on works", amount_eur=works["vat_eur"])
    premium = works.assign(payer="flanders", payee=works["payer"], what="premium", amount_eur=works["premium_eur"])
    return pd.concat([frame[[*PAYMENT, "amount_eur"]] for frame in (paid, vat, premium)], ignore_index=True)


def plan_ledger(
    works: pd.DataFrame, use: pd.DataFrame, more: Sequence[pd.DataFrame] = (), *, rules: Rules, years: Sequence[int]
) -> pd.DataFrame:
    """The ledger of a plan: its works (see ``investment_flows``), its energy in every year (``energy_flows``), and ``more`` rows."""
    energy = energy_flows(
        use, parameters=rules.parameters, day=rules.day, grid_area=rules.grid_area, price_world=rules.price_world,
        years=years,
    )  # fmt: skip
    return ledger([investment_flows(works), energy, *more])
