"""One home through the engine: demand, what can heat it, what that costs, and the bills; the chapters of a plan, for one row.

Imported inside the views that need it: it brings the whole engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building import Metered, expected_demand
from koppelkans.building.epc import energy_labels
from koppelkans.building.gas import gas_use
from koppelkans.building.renovation import renovations
from koppelkans.building.renovation.table import ladders
from koppelkans.heat.costs import BOILERS, annuity_share
from koppelkans.heat.offers import HeatSource, NetworkCase, NetworkTariff, network_offers
from koppelkans.heat.options import OptionArrays, option_arrays, options_table
from koppelkans.money import annual_bills, energy_prices, owner_support
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.parameters.reforms import word
from koppelkans.place.read import GRID_AREAS
from koppelkans.plan.influence import economics_of
from koppelkans.web.residents import situation as told
from koppelkans.web.residents.case import HOME, Case, case_of
from koppelkans.web.residents.situation import Answer, Band, Figure, Situation, Way

KWH_PER_MWH, MONTHS = 1_000.0, 12.0
CALM, DEAR = "calm", "high"
RATE_SCOPES = {"cat4": "lowest_income_group", "cat3": "second_income_group"}
_EVEN = 0.5


def grid_area_of(postcode: int) -> str:
    """Grid area (Fluvius) of a Flemish postcode, empty for one that is not in the list."""
    ranges = _areas()
    met = ranges[(ranges["first_postcode"] <= postcode) & (postcode <= ranges["last_postcode"])]
    return "" if met.empty else str(met["grid_area"].iloc[0])


@lru_cache(maxsize=1)
def _areas() -> pd.DataFrame:
    return pd.read_csv(GRID_AREAS, comment="#")


def home_answer(situation: Situation, *, day: date) -> Answer:
    """What this home needs, what could heat it and what that costs its household, with the law and tariffs of ``day``.

    The steps are those of a plan: expected demand (metered gas replaces the level), renovation ladder, options for owner and society,
    labels, bills. Ranges: bills over the heat of homes that look the same (p10 to p90); works over the low and high end of all prices of
    works together. Figures that ended before ``day`` are held. Raises DataError for gas of an impossible magnitude.
    """
    case = case_of(situation, day)
    need = _demand(case)
    arrays, ladder, prices = _options(case, need)
    labels, label_now = _labels(case, need, ladder)
    wished = _wished(arrays, labels, situation.label)
    options = options_table(wished).set_index("solution")
    meets = set(options.index) if situation.label else set()
    options = pd.concat([options, options_table(arrays).set_index("solution").drop(index=list(options.index))])
    if situation.network:
        options = _with_network(case, need, options, ladder, prices)
    bills = _bills(case, need, options)
    homes = float(situation.dwellings)
    order = [name for name in tables.SOLUTIONS if name in options.index]
    ways = [_way(case, need, pd.Series(options.loc[name]), prices, labels, bills, name in meets) for name in order]
    now = bills.get("now")
    return Answer(
        day=day, heat=Band(*(float(need[name].iloc[0]) / homes for name in ("heat_low_kwh", "heat_kwh", "heat_high_kwh"))),
        bill_now=None if now is None else now[0], dear_bill_now=None if now is None else now[1],
        emission_now_kg=_emission_now(case, need, options, prices), label_now=label_now, ways=tuple(ways),
        figures=_figures(case.parameters), delay_months=_delay(case), premium_stands_in=case.premium_stands_in, area_stands_in=not situation.grid_area,
        gas_left_out=bool(case.building["metered_gas_kwh"].notna().any()) and not bool(need["calibrated"].iloc[0]),
    )  # fmt: skip


def _demand(case: Case) -> pd.DataFrame:
    """DEMAND of the home without its hours. A household that is larger or smaller than homes of this size have uses as much more or
    less hot water; a metered use holds whoever lives there.
    """
    need, _ = expected_demand(case.building, parameters=case.parameters, day=case.day, metered=Metered())
    people = case.situation.occupants
    if people is None or bool(need["calibrated"].iloc[0]):
        return need
    water = need["hot_water_kwh"] * people * case.situation.dwellings / need["occupants"]
    heat = need["space_heat_kwh"] + water
    scale = heat / need["heat_kwh"]
    return need.assign(
        hot_water_kwh=water,
        heat_kwh=heat,
        heat_low_kwh=need["heat_low_kwh"] * scale,
        heat_high_kwh=need["heat_high_kwh"] * scale,
    )


def _options(case: Case, need: pd.DataFrame) -> tuple[OptionArrays, pd.DataFrame, pd.DataFrame]:
    """Every option of the home, its renovation ladder and the energy prices it is weighed with."""
    parameters, day, scenario = case.parameters, case.day, case.scenario
    ladder, _ = renovations(case.building, need, parameters=parameters, day=day)
    prices, _ = energy_prices(
        parameters=parameters, day=day, grid_area=case.area, price_world=CALM, years=scenario.horizon_years
    )
    return _weighed(case, need, ladder, prices, parameters), ladder, prices


def _weighed(
    case: Case, need: pd.DataFrame, ladder: pd.DataFrame, prices: pd.DataFrame, parameters: Parameters
) -> OptionArrays:  # fmt: skip
    support, _ = owner_support(parameters=parameters, day=case.day, income_category=case.situation.income_category)
    economics = economics_of(case.scenario, parameters)
    return option_arrays(case.building, need, ladder, prices, support, economics=economics, parameters=parameters)


# ----------------------------------------------------------------------------------------------------------------------- labels


def _labels(case: Case, need: pd.DataFrame, ladder: pd.DataFrame) -> tuple[pd.Series, str]:
    """The most likely label of every solution and rung (index solution, rung), and that of the home now."""
    pairs = [(name, int(rung)) for name in tables.INDIVIDUAL_SOLUTIONS for rung in ladder["rung"]]
    keys = pd.Index([f"{name}.{rung}" for name, rung in pairs], name="building", dtype="str")
    many = case.building.iloc[np.zeros(len(keys), dtype=int)].set_axis(keys)
    needs = need.iloc[np.zeros(len(keys), dtype=int)].set_axis(keys)
    rungs = pd.concat([ladder.assign(building=key) for key in keys])
    choices = pd.DataFrame(pairs, columns=["solution", "rung"], index=keys)
    epc, _, _ = energy_labels(many, needs, rungs, choices, network=None, parameters=case.parameters, day=case.day)
    epc = epc[epc["rule"] == word(case.parameters, "epc.rule_in_force", case.day)].set_index("building").loc[keys]
    names = [f"after_{label.lower()}_share" for label in tables.EPC_LABELS]
    now = [f"{label.lower()}_share" for label in tables.EPC_LABELS]
    after = pd.Series(_middle(epc[names]), index=pd.MultiIndex.from_tuples(pairs))
    return after, str(_middle(epc[now])[0])


def _middle(shares: pd.DataFrame) -> np.ndarray:
    """The label in the middle of its chances: half of such homes have this one or a better one."""
    place = (shares.to_numpy(float).cumsum(axis=1) >= _EVEN).argmax(axis=1)
    words: np.ndarray = np.array(tables.EPC_LABELS, dtype=object)[place]
    return words


def _wished(arrays: OptionArrays, labels: pd.Series, wish: str) -> OptionArrays:
    """The options that meet the wished label; all of them without a wish."""
    if not wish:
        return arrays
    rungs = arrays.fits.shape[2] // 2
    good = np.array([
        [labels.get((name, package // 2), "F") <= wish and package // 2 < rungs for package in range(arrays.fits.shape[2])]
        for name in tables.INDIVIDUAL_SOLUTIONS
    ])  # fmt: skip
    return replace(arrays, fits=arrays.fits & good[None, :, :])


# ---------------------------------------------------------------------------------------------------------------------- network


def _with_network(
    case: Case, need: pd.DataFrame, options: pd.DataFrame, ladder: pd.DataFrame, prices: pd.DataFrame
) -> pd.DataFrame:  # fmt: skip
    """The options with a connection to the network of the street, at the reference tariff; without it where it does not fit."""
    parameters, day, solution = case.parameters, case.day, case.situation.network
    energy, works = (1 + parameters.at("vat", day, name) for name in ("household_energy", "works"))
    fixed = sum(parameters.at(f"heat_network.{name}_fee_eur_per_year", day) for name in ("network", "service"))
    network = NetworkCase(
        source=HeatSource("network", 0.0, 0.0, 0.0, 0.0, 0.0),
        tariff=NetworkTariff(
            parameters.at("heat_network.tariff_eur_per_kwh", day) * energy, fixed * energy,
            connection_eur=parameters.at("project.connection_fee_eur", day) * works,
        ),
        economics=economics_of(case.scenario, parameters), parameters=parameters, prices=prices, renovations=ladder, fossil_free=False,
    )  # fmt: skip
    table = options.rename_axis("solution").reset_index()
    table.index = pd.Index(table["building"] + "|" + table["solution"], name="option", dtype="str")
    offer = network_offers(case.building, need, table, solution, network).iloc[0]
    if not offer["fits"]:
        return options
    row = {name: offer[name] for name in options.columns if name in offer.index}
    row |= {
        "building": HOME, "gas_kwh": 0.0, "premium_eur": 0.0, "heat_kwh": offer["heat_kwh"], "emission_kg": float("nan"),
        "vat_eur": offer["owner_investment_eur"] - offer["investment_eur"] + offer["delivery_set_eur"],
        "investment_eur": offer["investment_eur"] - offer["delivery_set_eur"],
    }  # fmt: skip
    return pd.concat([options, pd.DataFrame([row], index=[solution])])


# ------------------------------------------------------------------------------------------------------------------------ bills


def _bills(case: Case, need: pd.DataFrame, options: pd.DataFrame) -> dict[str, tuple[Band, float]]:
    """Yearly bill by solution, and of ``now`` where it has a price: with calm prices low, mid and high, and with dear ones."""
    homes, parameters, day = float(case.situation.dwellings), case.parameters, case.day
    heat = {
        name: float(need[f"{column}_kwh"].iloc[0]) / homes
        for name, column in (("low", "heat_low"), ("mid", "heat"), ("high", "heat_high"))
    }
    power = case.situation.electricity_kwh
    frame = pd.DataFrame({
        "title": "", "title_en": "", "tenure": "owner" if case.situation.owner else "private_tenant", "vulnerable": case.situation.protected,
        "heat_kwh": pd.Series(heat), "electricity_kwh": parameters.at("household.electricity_kwh_per_year", day) if power is None else power,
        "peak_kw": parameters.at("household.billed_peak_kw", day),
    }).rename_axis("household")  # fmt: skip
    heatings = _heatings(case, need, options)
    total = {}
    for world, rows in ((CALM, frame), (DEAR, frame.loc[["mid"]])):
        found, _ = annual_bills(
            rows, heatings=heatings, parameters=parameters, day=day, grid_area=case.area, price_world=world
        )
        total[world] = found.groupby(["heating", "household"])["incl_vat_eur"].sum()
    answer = {}
    for name in heatings.index:
        ends = [float(total[CALM][name, end]) for end in ("low", "mid", "high")]
        if name == "now" and case.situation.gas_kwh is not None and case.situation.heating == told.GAS:
            ends = [ends[1]] * 3
        answer[str(name)] = (Band(*ends), float(total[DEAR][name, "mid"]))
    return answer


def _heatings(case: Case, need: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """Energy per kWh of useful heat for every option, and for the heating of today where it can be priced."""
    useful = float(need["heat_kwh"].iloc[0])
    share = case.parameters.at("heat.monthly_peak_share", case.day)
    rows = pd.DataFrame({
        "gas_per_heat": options["gas_kwh"] / useful, "electricity_per_heat": options["electricity_kwh"] / useful,
        "heat_per_heat": (options["heat_kwh"] / useful).fillna(0.0) if "heat_kwh" in options else 0.0,
        "extra_peak_kw_per_mwh": options["electric_peak_kw"] * share / (useful / KWH_PER_MWH),
    })  # fmt: skip
    now = _now(case, need, rows, share)
    found = rows if now is None else pd.concat([rows, now.to_frame("now").T])
    return found.astype(float).rename_axis("heating")


def _now(case: Case, need: pd.DataFrame, rows: pd.DataFrame, share: float) -> pd.Series | None:
    """What the heating of today takes per kWh of useful heat; None for heating oil, which has no price here."""
    heating, useful = case.situation.heating, float(need["heat_kwh"].iloc[0])
    nothing = pd.Series(0.0, index=rows.columns)
    if heating == told.GAS:
        known = case.situation.gas_kwh
        use = gas_use(case.parameters, case.day)
        gas = use.at_meter_kwh(need["space_heat_kwh"], need["hot_water_kwh"], case.building["dwellings"]).iloc[0]
        taken = float(gas) if known is None else known * case.situation.dwellings
        return nothing.add(pd.Series({"gas_per_heat": taken / useful}), fill_value=0.0)
    if heating == told.DIRECT_ELECTRIC:
        peak = float(need["peak_kw"].iloc[0]) * share / (useful / KWH_PER_MWH)
        return nothing.add(pd.Series({"electricity_per_heat": 1.0, "extra_peak_kw_per_mwh": peak}), fill_value=0.0)
    if heating == told.NETWORK:
        return nothing.add(pd.Series({"heat_per_heat": 1.0}), fill_value=0.0)
    pumps = [
        name for name in ("air_heat_pump", "high_temperature_heat_pump", "collective_heat_pump") if name in rows.index
    ]
    return pd.Series(rows.loc[pumps[0]]) if heating == told.HEAT_PUMP and pumps else None


def _emission_now(case: Case, need: pd.DataFrame, options: pd.DataFrame, prices: pd.DataFrame) -> float | None:
    """CO2 of heating today, per home [kg a year]; None where the engine has no factor for it."""
    if case.situation.heating in (told.OIL, told.NETWORK):
        return None
    share = case.parameters.at("heat.monthly_peak_share", case.day)
    rows = _heatings(case, need, options)
    now = _now(case, need, rows.drop(index="now", errors="ignore"), share)
    if now is None:
        return None
    useful = float(need["heat_kwh"].iloc[0]) / case.situation.dwellings
    factor = prices["emission_kg_per_kwh"]
    return useful * float(now["gas_per_heat"] * factor["gas"] + now["electricity_per_heat"] * factor["electricity"])


# ------------------------------------------------------------------------------------------------------------------------- ways


def _way(
    case: Case, need: pd.DataFrame, option: pd.Series, prices: pd.DataFrame, labels: pd.Series, bills: dict[str, tuple[Band, float]], meets: bool
) -> Way:  # fmt: skip
    solution, homes = str(option.name), float(case.situation.dwellings)
    measures = tuple(str(option["measures"]).split("+")) if option["measures"] else ()
    pay, own = _works(case, need, option, prices)
    premium = float(option["premium_eur"]) / homes
    supported = solution not in BOILERS or case.parameters.at("support.fossil_boiler", case.day, "flanders") > 0
    loan = min(pay.mid, case.parameters.at("mvl.max", case.day)) if supported else 0.0
    rate = case.parameters.at("mvl.rate", case.day, RATE_SCOPES.get(case.situation.income_category, "all_eligible"))
    month = max(0.0, loan - premium) * float(annuity_share(case.parameters.at("mvl.term", case.day), rate)) / MONTHS
    bill, dear = bills[solution]
    label = str(labels.get((solution, int(option["rung"])), ""))
    return Way(
        solution=solution, measures=measures, pay=pay, premium_eur=premium, own=own, loan_eur=loan, month_eur=month,
        bill=bill, dear_bill=dear, emission_kg=None if pd.isna(option["emission_kg"]) else float(option["emission_kg"]) / homes, label=label, meets_label=meets,
    )  # fmt: skip


def _works(case: Case, need: pd.DataFrame, option: pd.Series, prices: pd.DataFrame) -> tuple[Band, Band]:
    """What the works cost with VAT, before and after the premium, per home: expected, and with all prices low or high."""
    homes = float(case.situation.dwellings)
    middle = _paid(option)
    ends = {
        end: _paid(found) if (found := _repriced(case, need, option, prices, end)) is not None else middle
        for end in ("low", "high")
    }
    pay, own = ((ends["low"][at] / homes, middle[at] / homes, ends["high"][at] / homes) for at in (0, 1))
    return Band(*pay), Band(*own)


def _paid(option: pd.Series) -> tuple[float, float]:
    own = float(option["owner_investment_eur"])
    return own + float(option["premium_eur"]), own


def _repriced(
    case: Case, need: pd.DataFrame, option: pd.Series, prices: pd.DataFrame, end: str
) -> pd.Series | None:  # fmt: skip
    """The same works in the same home with all prices of works at one end of their range; None for a heat network."""
    solution, measures = str(option.name), str(option["measures"])
    if solution not in tables.INDIVIDUAL_SOLUTIONS:
        return None
    parameters = _at_end(end).choosing(stand_ins=case.parameters.stand_ins, hold=case.parameters.hold)
    chosen = "+".join(name for name in measures.split("+") if name in tables.MEASURES)
    ladder = ladders(case.shell, need, parameters=parameters, day=case.day, chosen={HOME: chosen})
    arrays = _weighed(case, need, ladder, prices, parameters)
    packages = np.arange(arrays.fits.shape[2])
    _, found = arrays.packages.words(np.zeros_like(packages), packages)
    same = np.asarray(found, dtype=object) == measures
    place = tables.INDIVIDUAL_SOLUTIONS.index(solution)
    usable = same & arrays.fits[0, place]
    if not usable.any():
        return None
    at = int(usable.argmax())
    names = ("owner_investment_eur", "premium_eur")
    return pd.Series({name: float(getattr(arrays, name)[0, place, at]) for name in names}, name=solution)


@lru_cache(maxsize=2)
def _at_end(end: str) -> Parameters:
    """The figures with every price of works at its low or high end."""
    parameters = read_parameters()
    for parameter in parameters:
        if ".investment_eur" in parameter.key and parameter.key.startswith(("heat.", "renovation.")):
            for scope in parameter.scopes():
                parameters = parameters.moved(parameter.key, scope, end=end)
    return parameters


def _delay(case: Case) -> Band:
    value = case.parameters.value("mvp.payout_years", case.day)
    middle = case.parameters.at("mvp.payout_years", case.day)
    low, high = (middle if end is None else end for end in (value.low, value.high))
    return Band(low * MONTHS, middle * MONTHS, high * MONTHS)


def _figures(parameters: Parameters) -> tuple[Figure, ...]:
    """Every figure that was asked, once, by key."""
    found = {(use.key, use.answered): use for use in (parameters.used or {}).values()}
    return tuple(
        Figure(use.key, use.answered, use.value.standing, use.held)
        for _, use in sorted(found.items(), key=lambda item: item[0])
    )
