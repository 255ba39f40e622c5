"""The way out of gas: what those who remain pay, what is left to pay and by whom, planned per zone or left to drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.lab.gas_years import Case, Course, case_of, course, solvent_course
from koppelkans.lab.gas_zones import (
    GROUPS,
    NEVER,
    ROUTES,
    Floats,
    GasChoices,
    Route,
    check_choices,
    check_zones,
    gas_rules,
)
from koppelkans.money.flows import balances, ledger
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

USERS = ("vulnerable_gas_users", "other_gas_users")
OPERATOR, OWNER, FUND, LENDER = "grid_operator", "network_owner", "gas_fund", "lender"
PAYER_OF_ROUTE: dict[str, str] = {"fund": FUND, "public": "flanders", "heat_concession": "heat_company"}
EUR_PER_MEUR = 1e6


@dataclass(frozen=True, slots=True)
class GasExitResult:
    """The way out of gas under one set of choices.

    ``yearly``: index ``year``; at the start of the year ``connections``, ``vulnerable_connections``, ``vulnerable_share``,
    ``asset_value_eur``, ``open_zones``; ``tariff_eur_per_year`` per connection with ``contribution_eur_per_year`` in it, missing when
    nobody is left; ``allowed_cost_eur``, which is upkeep, depreciation and return, on the route of current users also
    ``stranded_eur`` and ``closing_cost_eur``; otherwise those two are ``external_eur``; ``fund_balance_eur`` at the end of the
    year; connections that left: ``closed``, of which ``closed_waiting`` had asked for help in vain, ``own_exits``, ``boiler_exits``
    (of which ``vulnerable_boiler_exits``), ``accompanied``; ``waiting``: asked for help and not yet served, at the end of the year.
    ``zones``: index ``zone``, what happened in each. ``ledger``: every payment (contract LEDGER).
    ``contribution_eur_per_year``: level of the fund, 0 on other routes. ``residual_eur``: value of open zones after the last year,
    which someone has yet to pay.
    """

    yearly: pd.DataFrame
    zones: pd.DataFrame
    ledger: pd.DataFrame
    contribution_eur_per_year: float
    residual_eur: float
    remarks: tuple[RemarkRow, ...]

    @property
    def balances_eur(self) -> pd.Series:
        """What each actor receives minus what it pays, over all years [EUR]. Index ``actor``; the sum is zero."""
        return balances(self.ledger)


def gas_exit(zones: pd.DataFrame, choices: GasChoices, *, parameters: Parameters, day: date) -> GasExitResult:
    """Yearly cost, tariff, exits and payers of a gas network in zones that close or stay [EUR without VAT, without the energy].

    zones: index ``zone``; ``vulnerable_connections``, ``other_connections``, ``asset_value_eur``, ``closing_year`` (missing: none).
    Fixed upkeep and investment of Flanders are borne in proportion to the connections of these zones. Equal tariff per connection:

        tariff = [F open share + o N + depreciation + r A  (+ stranded value + closing cost)] / N  (+ contribution to the fund)

    Nominal figures held over the whole horizon; no inflation, no new connections. Without a given contribution the route ``fund``
    takes the smallest level that ends without deficit.
    Raises DataError for zones and ScenarioError for choices that cannot be used. Method: docs/method.md#gas-exit.
    """
    check_choices(choices)
    check_zones(zones, choices.start_year)
    case = case_of(zones, choices, gas_rules(parameters, day))
    if choices.route == "fund" and choices.fund_eur_per_year is None:
        level_eur, found = solvent_course(case)
    else:
        level_eur = choices.fund_eur_per_year or 0.0
        found = course(case, level_eur)
    return GasExitResult(
        yearly=found.yearly,
        zones=_zone_table(zones, case, found),
        ledger=_payments(found.yearly, choices.route),
        contribution_eur_per_year=level_eur,
        residual_eur=float(found.value_eur.sum()),
        remarks=tuple(_remarks(case, found)),
    )


def _zone_table(zones: pd.DataFrame, case: Case, found: Course) -> pd.DataFrame:
    """What happened in each zone, index ``zone``; connections at closing are missing where the zone did not close."""
    closed = case.closing_year <= case.choices.end_year

    def when_closed(values: Floats) -> Floats:
        return np.where(closed, values, np.nan)

    start, at_closing = case.connections.sum(axis=0), found.at_closing.sum(axis=0)
    share = np.divide(found.at_closing[0], at_closing, out=np.full(len(start), np.nan), where=at_closing > 0)
    return pd.DataFrame(
        {
            "closing_year": zones["closing_year"].astype("Int64"),
            "connections": start,
            "vulnerable_share": case.connections[0] / start,
            "connections_at_closing": when_closed(at_closing),
            "vulnerable_share_at_closing": when_closed(share),
            "closed_waiting": when_closed(found.waiting_at_closing.sum(axis=0)),
            "accompanied": found.accompanied.sum(axis=0),
            "stranded_eur": found.stranded_eur,
            "closing_cost_eur": found.closing_cost_eur,
            "connections_at_end": found.connections.sum(axis=0),
            "asset_value_at_end_eur": found.value_eur,
        },
        index=zones.index,
    )


# --------------------------------------------------------------------------------------------------------------------- payments


def _payments(yearly: pd.DataFrame, route: Route) -> pd.DataFrame:
    """Every payment of every year: users and payers of the route to the operator, the operator to owner and contractors."""
    vulnerable_share = yearly["vulnerable_share"].fillna(0.0)
    part = dict(zip(USERS, (vulnerable_share, 1 - vulnerable_share), strict=True))
    running_eur = yearly["upkeep_eur"] + yearly["depreciation_eur"] + yearly["return_eur"]
    once = {"stranded value of the gas network": "stranded_eur", "closing of gas connections": "closing_cost_eur"}
    rows = []
    for user, share in part.items():
        rows.append(_rows(user, OPERATOR, "use of the gas network", running_eur * share))
        paid_in = yearly["contribution_eur_per_year"] * yearly["connections"] * share
        rows.append(_rows(user, FUND, "contribution to the gas fund", paid_in))
        if route == "current_users":
            rows += [_rows(user, OPERATOR, what, yearly[column] * share) for what, column in once.items()]
    if route != "current_users":
        rows += [_rows(PAYER_OF_ROUTE[route], OPERATOR, what, yearly[column]) for what, column in once.items()]
    interest = yearly["fund_interest_eur"]
    return ledger(
        [
            *rows,
            _rows(LENDER, FUND, "interest", interest.clip(lower=0)),
            _rows(FUND, LENDER, "interest", -interest.clip(upper=0)),
            _rows(OPERATOR, "contractor", "upkeep of the gas network", yearly["upkeep_eur"]),
            _rows(OPERATOR, "contractor", "closing of gas connections", yearly["closing_cost_eur"]),
            _rows(OPERATOR, OWNER, "depreciation of the gas network", yearly["depreciation_eur"]),
            _rows(OPERATOR, OWNER, "return on the gas network", yearly["return_eur"]),
            _rows(OPERATOR, OWNER, "stranded value of the gas network", yearly["stranded_eur"]),
            _rows(OWNER, "contractor", "investment in the gas network", yearly["investment_eur"]),
        ]
    )


def _rows(payer: str, payee: str, what: str, amount_eur: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "payer": payer,
            "payee": payee,
            "what": what,
            "year": amount_eur.index.to_numpy(),
            "amount_eur": amount_eur.to_numpy(float),
        }
    )


# ------------------------------------------------------------------------------------------------------------------ comparisons


def against_drift(zones: pd.DataFrame, choices: GasChoices, *, parameters: Parameters, day: date) -> pd.DataFrame:
    """Planned closure of zones beside individual drift on the same zones. Index ``quantity``; ``drift``, ``planned``, ``difference``.

    Drift: the same choices without closing years; what is then left of the value is ``residual_eur``. Euros over all years, not
    discounted; ``vulnerable_share_at_end`` is that of the last year with connections. Method:
    docs/method.md#gas-exit.
    """
    alone = zones.assign(closing_year=pd.array([pd.NA] * len(zones), dtype="Int64"))
    both = {
        name: _summary(gas_exit(rows, choices, parameters=parameters, day=day))
        for name, rows in (("drift", alone), ("planned", zones))
    }
    frame = pd.DataFrame(both).rename_axis("quantity")
    return frame.assign(difference=frame["planned"] - frame["drift"])


def by_route(zones: pd.DataFrame, choices: GasChoices, *, parameters: Parameters, day: date) -> pd.DataFrame:
    """The same closure paid along each permitted route. Index ``route``; the columns are the quantities of ``against_drift``.

    Vulnerable users stand first. Method: docs/method.md#gas-routes.
    """
    found = {
        route: _summary(
            gas_exit(
                zones,
                replace(choices, route=route, fund_eur_per_year=choices.fund_eur_per_year if route == "fund" else None),
                parameters=parameters,
                day=day,
            )
        )
        for route in ROUTES
    }
    return pd.DataFrame(found).T.rename_axis("route")


def _summary(result: GasExitResult) -> pd.Series:
    yearly = result.yearly
    served = yearly[yearly["connections"] > 0]
    by_payer = result.ledger.groupby("payer")["amount_eur"].sum()
    user_years = {
        "vulnerable": float(served["vulnerable_connections"].sum()),
        "other": float((served["connections"] - served["vulnerable_connections"]).sum()),
    }
    paid = {group: float(by_payer.get(user, 0.0)) for group, user in zip(GROUPS, USERS, strict=True)}
    return pd.Series(
        {
            "vulnerable_users_eur": paid["vulnerable"],
            "vulnerable_users_eur_per_year": paid["vulnerable"] / max(1.0, user_years["vulnerable"]),
            "vulnerable_share_at_end": float(served["vulnerable_share"].iloc[-1]),
            "closed_waiting": float(yearly["closed_waiting"].sum()),
            "vulnerable_boiler_exits": float(yearly["vulnerable_boiler_exits"].sum()),
            "other_users_eur": paid["other"],
            "other_users_eur_per_year": paid["other"] / max(1.0, user_years["other"]),
            "highest_tariff_eur_per_year": float(served["tariff_eur_per_year"].max()),
            "contribution_eur_per_year": result.contribution_eur_per_year,
            "lowest_fund_balance_eur": float(yearly["fund_balance_eur"].min()),
            "outside_the_tariff_eur": float(yearly["external_eur"].sum()),
            "upkeep_eur": float(yearly["upkeep_eur"].sum()),
            "return_eur": float(yearly["return_eur"].sum()),
            "stranded_eur": float(yearly["stranded_eur"].sum()),
            "closing_cost_eur": float(yearly["closing_cost_eur"].sum()),
            "residual_eur": result.residual_eur,
            "connections_at_end": float(result.zones["connections_at_end"].sum()),
        },
        dtype=float,
    )


# ---------------------------------------------------------------------------------------------------------------------- remarks


def _remarks(case: Case, found: Course) -> list[RemarkRow]:
    rows = [_warning(
        "Alle cijfers over het gasnet en over wie vertrekt zijn aannames; waarde, aansluitingen en kosten per zone zijn niet bekend.",
        "All figures on the gas network and on who leaves are assumptions; value, connections and cost per zone are not known.",
        level="assumption",
    )]  # fmt: skip
    end_year = case.choices.end_year
    residual_eur = float(found.value_eur.sum())
    if residual_eur > 0:
        rows.append(_warning(
            f"Na {end_year} blijft {_millions(residual_eur)} miljoen euro van het gasnet onafgeschreven; niemand is aangewezen om dat te betalen.",
            f"After {end_year} {residual_eur / EUR_PER_MEUR:,.0f} million EUR of the gas network is not written off; no payer is named for it.",
        ))  # fmt: skip
    late = int(((case.closing_year > end_year) & (case.closing_year < NEVER)).sum())
    if late:
        rows.append(_warning(
            f"{late} zones sluiten pas na {end_year}: hun sluiting valt buiten deze berekening.",
            f"{late} zones close only after {end_year}: their closure lies outside this computation.",
        ))  # fmt: skip
    return [*rows, *_route_remarks(case, found), *_waiting_remarks(case, found)]


def _route_remarks(case: Case, found: Course) -> Sequence[RemarkRow]:
    route, given_eur = case.choices.route, case.choices.fund_eur_per_year
    if route == "heat_concession":
        return [_warning(
            "De rest van het gasnet wordt betaald door warmteconcessies. Aanbeveling A1 vraagt dat duurzame warmte hier niet voor betaalt.",
            "What is left of the gas network is paid by heat concessions. Recommendation A1 asks that sustainable heat does not pay for it.",
            method="gas-routes",
        )]  # fmt: skip
    if route == "public":
        return [_warning(
            "De Vlaamse begroting betaalt wat buiten het tarief valt; geen enkele beslissing voorziet dat vandaag.",
            "The Flemish budget pays what falls outside the tariff; no decision provides for it today.",
            level="assumption", method="gas-routes",
        )]  # fmt: skip
    if route == "fund" and given_eur is not None and found.fund_eur < 0:
        return [_warning(
            f"Met {given_eur:.2f} euro per aansluiting en jaar komt het fonds {_millions(-found.fund_eur)} miljoen euro tekort.",
            f"With {given_eur:.2f} EUR per connection and year the fund lacks {-found.fund_eur / EUR_PER_MEUR:,.0f} million EUR.",
            method="gas-fund",
        )]  # fmt: skip
    return []


def _waiting_remarks(case: Case, found: Course) -> Sequence[RemarkRow]:
    in_vain = float(found.yearly["closed_waiting"].sum())
    if in_vain < 1:
        return []
    choices, level_eur = case.choices, float(found.yearly["contribution_eur_per_year"].iloc[0])
    free = course(replace(case, choices=replace(choices, dossiers_per_year=float("inf"))), level_eur)
    needed = float(free.yearly["accompanied"].max())
    return [_warning(
        f"{_whole(in_vain)} aansluitingen sluiten terwijl zij op begeleiding wachten: {_whole(choices.dossiers_per_year)} dossiers per jaar "
        f"volstaan niet. Zonder grens worden er hoogstens {_whole(needed)} per jaar gevraagd.",
        f"{in_vain:,.0f} connections close while they wait for help: {choices.dossiers_per_year:,.0f} dossiers a year do not suffice. "
        f"Without a limit at most {needed:,.0f} a year are asked.",
        method="gas-accompaniment",
    )]  # fmt: skip


def _warning(text: str, english: str, *, level: str = "warning", method: str = "gas-exit") -> RemarkRow:
    return tables.remark("gas exit", text, english, level=level, method=method)


def _whole(number: float) -> str:
    return f"{number:,.0f}".replace(",", ".")


def _millions(amount_eur: float) -> str:
    return _whole(amount_eur / EUR_PER_MEUR)


__all__ = ["GasChoices", "GasExitResult", "against_drift", "by_route", "gas_exit"]
