"""What a set of rules does to households, to the project of a place and to public budgets: tidy rows, vulnerable households first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import ParameterError
from koppelkans.money import owner_support
from koppelkans.money.bill_arrays import BillArrays, EnergyUse, bill_arrays
from koppelkans.money.bill_kernel import Figure
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.tariff_table import TariffTable, tariff_table
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import word
from koppelkans.plan.accounts import bill_heatings
from koppelkans.plan.record import Plan
from koppelkans.tables import RemarkRow, remark

TIDY = ("outcome", "group", "state", "value", "unit", "low", "high")
TODAY, VOTED, SCENARIO, LATER = STATES = ("today", "voted", "scenario", "scenario_later")
BEFORE = {TODAY: TODAY, VOTED: TODAY, SCENARIO: TODAY, LATER: VOTED}
"""What each state is held against: the levers against the same day without them."""
EUR_PER_MEUR, KWH_PER_MWH, KG_PER_TONNE, MONTHS_PER_YEAR = 1e6, 1e3, 1e3, 12
FOSSIL_FREE = ("air_heat_pump", "heat_network")
PAYEES = ("grid_operator", "treasury", "flanders", "transmission_operator", "supplier", "heat_company")
POOREST_CATEGORY = "cat4"
LOAN_GROUP = {True: "lowest_income_group", False: "all_eligible"}
NOTICED_EUR = 1.0
"""A bill that rises by less than this is not counted as a loss."""


@dataclass(frozen=True, slots=True)
class State:
    """Rules as they are asked on a day: today, as voted for later, today with levers on top, or later with levers on top."""

    name: str
    rules: Parameters
    day: date


@dataclass(frozen=True, slots=True)
class Homes:
    """Typical households of a place and what technique means for them, the same under all rules.

    ``households``: contract HOUSEHOLDS. ``heatings``: factors per kWh of heat (``bill_heatings``). ``works``: index solution,
    ``investment_eur`` without VAT and ``vat_eur``, medians per dwelling. ``own``: income category of who has no social tariff.
    """

    households: pd.DataFrame
    heatings: pd.DataFrame
    works: pd.DataFrame
    area: str
    own: str
    dwellings: float
    """Dwellings of the place: whether they are enough for a collective bonus."""


def tidy(rows: Sequence[tuple[str, str, float, str]], state: str) -> pd.DataFrame:
    """Rows (outcome, group, value, unit) of one state in the columns of every table of the laboratory; no band yet."""
    frame = pd.DataFrame(list(rows), columns=["outcome", "group", "value", "unit"])
    frame = frame.assign(state=state, low=np.nan, high=np.nan).astype({"value": float})
    return frame[list(TIDY)]


def tariffs_in(state: State, areas: Sequence[str], price_world: str) -> TariffTable:
    """The tariffs of a state, with the form of social protection and the carbon price on gas that its rules name.

    Carbon on gas: price of ETS2 on the day x emission factor, on the energy part; social tariffs are fixed prices and do not carry it.
    """
    table = tariff_table(state.rules, day=state.day, areas=areas, price_world=price_world)
    carbon = carbon_eur_per_kwh(state)
    if carbon:
        table = table.adding({Figure.GAS_COMMODITY: carbon})
    form = word(state.rules, "social.form", state.day)
    if form == "tariff":
        return table
    lump_sum = state.rules.at("social.lump_sum_eur_per_year", state.day) if form == "lump_sum" else 0.0
    return table.with_lump_sum(lump_sum)


def carbon_eur_per_kwh(state: State) -> float:
    """What ETS2 adds to a kWh of gas on the day of a state [EUR/kWh, without VAT]; 0 before it starts."""
    path = word(state.rules, "ets2.path", state.day)
    entry = state.rules.entries["carbon.ets2_eur_per_tonne"]
    if path == "none" or entry.on(state.day, path) is None:
        return 0.0
    price = state.rules.at("carbon.ets2_eur_per_tonne", state.day, path)
    return price * state.rules.at("emissions.gas_kg_per_kwh", state.day) / KG_PER_TONNE


# ------------------------------------------------------------------------------------------------------------------ population


def population_bills(cells: pd.DataFrame, state: State, price_world: str) -> BillArrays:
    """The bills of a weighted population under a state."""
    areas = sorted(set(cells["area"]))
    return bill_arrays(EnergyUse.of_cells(cells, areas), tariffs_in(state, areas, price_world))


def groups_of(cells: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Who belongs to which group, vulnerable households first; groups without households are left out."""
    vulnerable, heating = cells["vulnerable"].to_numpy(bool), cells["heating"].to_numpy(str)
    groups = {"vulnerable": vulnerable}
    groups |= {f"vulnerable_{name}": vulnerable & (heating == name) for name in tables.HEATINGS}
    groups |= {f"quartile_{number}": cells["quartile"].to_numpy(int) == number for number in (1, 2, 3, 4)}
    groups |= {f"tenure_{name}": cells["tenure"].to_numpy(str) == name for name in reversed(tables.TENURES)}
    groups |= {f"heating_{name}": ~vulnerable & (heating == name) for name in tables.HEATINGS}
    groups["everybody"] = np.ones(len(cells), dtype=bool)
    weight = cells["weight"].to_numpy(float)
    return {name: mask for name, mask in groups.items() if weight[mask].sum() > 0}


def group_rows(
    cells: pd.DataFrame, bills: NDArray[np.float64], before: NDArray[np.float64], state: str
) -> pd.DataFrame:
    """Mean bill per group, and the share that pays more than ``before`` [EUR/year, VAT included; share]."""
    weight, rows = cells["weight"].to_numpy(float), list[tuple[str, str, float, str]]()
    worse = bills > before + NOTICED_EUR
    for name, mask in groups_of(cells).items():
        rows.append(("yearly_bill", name, float(np.average(bills[mask], weights=weight[mask])), "EUR/year"))
        rows.append(("losing_share", name, float(np.average(worse[mask], weights=weight[mask])), "share"))
    return tidy(rows, state)


def budget_rows(bills: BillArrays, state: State, cells: pd.DataFrame) -> pd.DataFrame:
    """What each receives from the bills of the population, and what ETS2 takes in [MEUR/year]. VAT is with the treasury.

    Static: the same households, use and heating in every state.
    """
    received = bills.payee_eur() / EUR_PER_MEUR
    rows = [("received", name, float(received.get(name, 0.0)), "MEUR/year") for name in PAYEES]
    with_social_tariff = word(state.rules, "social.form", state.day) == "tariff"
    ordinary = ~cells["vulnerable"].to_numpy(bool) | (not with_social_tariff)
    gas_kwh = float((cells["weight"] * cells["gas_kwh"])[ordinary].sum())
    rows.append(("carbon_in_supplier", "ets2", carbon_eur_per_kwh(state) * gas_kwh / EUR_PER_MEUR, "MEUR/year"))
    return tidy(rows, state.name)


# ------------------------------------------------------------------------------------------------------------ typical households


def homes_of(plan: Plan, rules: Parameters, area: str) -> Homes:
    """Typical households of a plan, with the medians of its single dwellings (of all dwellings where there are none)."""
    day, buildings, options = plan.scenario.reference_date, plan.place.buildings, plan["options"]
    peak_share = rules.at("heat.monthly_peak_share", day)
    heatings = bill_heatings(options, plan["demand"], buildings, peak_share)
    with_network = options["solution"].isin(tables.NETWORK_SOLUTIONS).any()
    if not with_network:
        heatings = heatings.drop(index="heat_network")
    count = options["building"].map(buildings["dwellings"]).fillna(0)
    homes = options[count == 1] if (count == 1).any() else options[count > 0]
    network = homes["solution"].isin(tables.NETWORK_SOLUTIONS)
    solution = homes["solution"].mask(network, "heat_network")
    each = homes[["investment_eur", "vat_eur"]].div(count.reindex(homes.index), axis=0)
    works = each.groupby(solution.rename("solution")).median().reindex(list(FOSSIL_FREE)).dropna()
    dwellings = float(plan.place.buildings["dwellings"].sum())
    return Homes(plan["households"], heatings, works, area, plan.scenario.income_category, dwellings)


def type_rows(homes: Homes, state: State, price_world: str) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Bills, monthly net and cash up front of every typical household, vulnerable first.

    ``yearly_bill_H`` [EUR/year, VAT included]: with heating H. ``cash_needed_S`` [EUR]: median works of fossil-free solution S with VAT,
    after the premium. ``cash_after_loan_S`` [EUR]: what Mijn VerbouwLening does not lend of it. ``monthly_net_S`` [EUR/month]: bill with
    a gas boiler minus bill with S, minus the monthly instalment of that loan. ``monthly_net_first_N_S``: the same in the first N years, in
    which an owner on the network has a cut in property tax; only where there is one. Works of a tenant's home are paid by the landlord:
    there no cash and no loan. Method: docs/method.md#lab-households.
    """
    people = homes.households.sort_values("vulnerable", ascending=False, kind="stable").to_dict("index")
    bills, rows, stated = _type_bills(homes, state, price_world), list[tuple[str, str, float, str]](), list[RemarkRow]()
    for name, who in people.items():
        bill = bills.xs(name)
        rows += [(f"yearly_bill_{heating}", str(name), float(eur), "EUR/year") for heating, eur in bill.items()]
        for solution in map(str, homes.works.index):
            works_eur, said = _works_after_premium_eur(homes, solution, state, vulnerable=who["vulnerable"])
            stated += said
            cash_eur = works_eur if who["tenure"] == "owner" else 0.0
            lent_eur, instalment_eur = _loan(cash_eur, state, vulnerable=who["vulnerable"])
            saved_eur = float(bill["gas_boiler"] - bill[solution]) / MONTHS_PER_YEAR
            rows += [
                (f"cash_needed_{solution}", str(name), cash_eur, "EUR"),
                (f"cash_after_loan_{solution}", str(name), cash_eur - lent_eur, "EUR"),
                (f"monthly_net_{solution}", str(name), saved_eur - instalment_eur, "EUR/month"),
            ]
            if solution == "heat_network" and who["tenure"] == "owner":
                rows += _first_years(str(name), saved_eur - instalment_eur, state)
    return tidy(rows, state.name), stated


def _first_years(name: str, lasting_eur: float, state: State) -> list[tuple[str, str, float, str]]:
    """What an owner on the network keeps a month while a cut in property tax runs, beside what stays [EUR/month]; no row without a cut."""
    cut_eur, years = property_tax_cut_eur(state), round(state.rules.at("property_tax.reduction_years", state.day))
    if cut_eur <= 0 or years < 1:
        return []
    return [(f"monthly_net_first_{years}_heat_network", name, lasting_eur + cut_eur / MONTHS_PER_YEAR, "EUR/month")]


def _type_bills(homes: Homes, state: State, price_world: str) -> pd.Series:
    """Yearly bill of every household with every heating [EUR, VAT included]: index (household, heating)."""
    who = homes.households.rename_axis("household").reset_index()
    pairs = who.merge(homes.heatings.rename_axis("heating").reset_index(), how="cross")
    useful = pairs["heat_kwh"]
    gas_kwh = (useful * pairs["gas_per_heat"]).to_numpy(float)
    use = EnergyUse(
        electricity_kwh=(pairs["electricity_kwh"] + useful * pairs["electricity_per_heat"]).to_numpy(float), gas_kwh=gas_kwh,
        heat_kwh=(useful * pairs["heat_per_heat"]).to_numpy(float),
        peak_kw=(pairs["peak_kw"] + useful / KWH_PER_MWH * pairs["extra_peak_kw_per_mwh"]).to_numpy(float),
        vulnerable=pairs["vulnerable"].to_numpy(bool), has_gas=gas_kwh > 0, area=np.zeros(len(pairs), dtype=np.int32),
    )  # fmt: skip
    bills = bill_arrays(use, tariffs_in(state, [homes.area], price_world)).total_incl_vat_eur
    return pd.Series(bills, index=pd.MultiIndex.from_frame(pairs[["household", "heating"]]))


def _works_after_premium_eur(
    homes: Homes, solution: str, state: State, *, vulnerable: bool
) -> tuple[float, list[RemarkRow]]:
    """Median works per dwelling with VAT, minus premium and connection support [EUR]."""
    works = homes.works.to_dict("index")[solution]
    investment_eur, vat_eur = float(works["investment_eur"]), float(works["vat_eur"])
    if solution == "heat_network":
        support_eur = state.rules.at("connect.support_eur_per_dwelling", state.day)
        support_eur += state.rules.at("connect.premium_share", state.day) * (investment_eur + vat_eur)
        return max(0.0, investment_eur + vat_eur - support_eur), []
    category, stated = homes.own, list[RemarkRow]()
    if vulnerable:
        category, stated = _category_of_the_poorest(homes, state)
    support = owner_support(parameters=state.rules, day=state.day, income_category=category)[0].to_dict("index")[
        solution
    ]
    premium_eur = min(float(support["amount_eur"]), float(support["cap_share"]) * investment_eur)
    if homes.dwellings >= state.rules.at("mvp.collective_min_dwellings", state.day):
        premium_eur *= 1.0 + state.rules.at("mvp.collective_bonus_share", state.day)
    return investment_eur + vat_eur - premium_eur, stated


def property_tax_cut_eur(state: State) -> float:
    """What a cut in property tax on connection gives an owner a year while it runs [EUR/year].

    Cadastral income x index x base rate x (1 + surcharge) x cut; a home of the middle. Method: docs/method.md#lab-households.
    """
    cut = state.rules.at("property_tax.reduction_share", state.day)
    income, index, base, surcharge = (
        state.rules.at(f"property_tax.{name}", state.day, "flanders")
        for name in ("cadastral_income_eur", "index", "base_share", "municipal_surcharge_share")
    )
    return cut * income * index * base * (1.0 + surcharge)


def _category_of_the_poorest(homes: Homes, state: State) -> tuple[str, list[RemarkRow]]:
    try:
        owner_support(parameters=state.rules, day=state.day, income_category=POOREST_CATEGORY)
    except ParameterError:
        return homes.own, [remark(
            "support", "De premiebedragen van de laagste inkomensgroep (categorie 4) zijn niet bekend: kwetsbare eigenaars krijgen hier het "
            f"bedrag van categorie {homes.own.removeprefix('cat')}, wellicht te weinig.", "The premiums of the lowest incomes (category 4) are not "
            f"known: vulnerable owners get the amount of category {homes.own.removeprefix('cat')} here, probably too little.", level="warning",
            method="lab-households",
        )]  # fmt: skip
    return POOREST_CATEGORY, []


def _loan(cash_eur: float, state: State, *, vulnerable: bool) -> tuple[float, float]:
    """What Mijn VerbouwLening, with a top-up where the rules give one, lends of an amount, and the instalment of a month [EUR, EUR/month]."""
    lent_eur = min(cash_eur, state.rules.at("mvl.max", state.day) + state.rules.at("mvl.top_up_eur", state.day))
    rate = state.rules.at("mvl.rate", state.day, LOAN_GROUP[vulnerable])
    years = round(state.rules.at("mvl.term", state.day))
    return lent_eur, lent_eur * annuity_share(years, rate) / MONTHS_PER_YEAR


# --------------------------------------------------------------------------------------------------------------------- project


def project_rows(plan: Plan, state: str) -> pd.DataFrame:
    """The heat network of a plan: heat price that breaks even, threshold, returns, who connects. No rows without a network."""
    if plan["project"].empty:
        return tidy([], state)
    case = plan["project"].to_dict("index")["plan"]
    variants, shares = plan["network_variants"], plan["thresholds"]
    dwellings = float(variants.loc[variants["chosen"], "dwellings"].sum())
    rows = [
        ("break_even_heat_price", "project", float(case["break_even_eur_per_mwh"]), "EUR/MWh"),
        ("heat_price", "project", float(case["heat_price_eur_per_mwh"]), "EUR/MWh"),
        ("threshold_median", "project", _median_threshold(shares["share"]), "share"),
        ("irr", "project", float(case["irr_share"]), "share"),
        ("equity_irr", "project", float(case["equity_irr_share"]), "share"),
        ("npv", "project", float(case["npv_eur"]) / EUR_PER_MEUR, "MEUR"),
        ("min_dscr", "project", float(case["min_dscr"]), "1"),
        ("connected_dwellings", "project", dwellings, "dwelling"),
        ("investment", "project", float(case["investment_eur"]) / EUR_PER_MEUR, "MEUR"),
    ]
    frame = tidy(rows, state)
    median = frame["outcome"] == "threshold_median"
    return frame.assign(
        low=frame["low"].mask(median, _median_threshold(shares["low_share"])),
        high=frame["high"].mask(median, _median_threshold(shares["high_share"])),
    )


def _median_threshold(shares: pd.Series) -> float:
    """The median street, one that can never pay counted as the dearest; missing when that is the median."""
    found = float(shares.fillna(np.inf).median())
    return found if np.isfinite(found) else float("nan")


def plan_budget_rows(plan: Plan, state: State) -> pd.DataFrame:
    """What the plan brings each public purse: premiums and connection support once, and the balance over the horizon per year.

    [MEUR, MEUR/year]. Connection support is paid per connected dwelling, beside the ledger of the plan.
    """
    ledger, years, variants = plan["ledger"], plan.scenario.horizon_years, plan["network_variants"]
    premiums_eur = float(ledger.loc[ledger["what"] == "premium", "amount_eur"].sum())
    connected = float(variants.loc[variants["chosen"].astype(bool), "dwellings"].sum())
    support_eur = connected * state.rules.at("connect.support_eur_per_dwelling", state.day)
    rows = [
        ("premiums_of_plan", "flanders", premiums_eur / EUR_PER_MEUR, "MEUR"),
        ("connection_support", "flanders", support_eur / EUR_PER_MEUR, "MEUR"),
        ("property_tax_cut", "municipality", connected * property_tax_cut_eur(state) / EUR_PER_MEUR, "MEUR/year"),
    ]
    for name in ("treasury", "flanders", "grid_operator"):
        received_eur = float(ledger.loc[ledger["payee"] == name, "amount_eur"].sum())
        paid_eur = float(ledger.loc[ledger["payer"] == name, "amount_eur"].sum())
        if name == "flanders":
            paid_eur += support_eur
        rows.append(("balance_of_plan", name, (received_eur - paid_eur) / EUR_PER_MEUR / years, "MEUR/year"))
    return tidy(rows, state.name)
