"""What each building of a plan may be heated with in the response: one variant per option, in figures per dwelling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.costs import BOILERS, annuity_share
from koppelkans.heat.offers import HeatSource, NetworkCase, NetworkTariff, network_offers
from koppelkans.heat.options import OptionArrays, option_arrays
from koppelkans.heat.technique import Figures, stock, techniques
from koppelkans.parameters import Parameters
from koppelkans.plan.influence import at_design, economics_of
from koppelkans.plan.response_labels import Labels, labels_of
from koppelkans.tables.response import RESPONSE_OPTIONS

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Words = NDArray[np.object_]

OPTIONS = len(RESPONSE_OPTIONS)
GAS, HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK, RENOVATED_NETWORK, RENOVATED_GAS = range(OPTIONS)
RENOVATED_DEPTHS = ("medium_renovation", "deep_renovation")
_PUMPS = ("air_heat_pump", "high_temperature_heat_pump", "collective_heat_pump")
FAMILIES: dict[int, tuple[tuple[str, ...], bool | None]] = {
    GAS: (BOILERS, False), HYBRID: (("hybrid_heat_pump",), False), AIR: (_PUMPS, False), RENOVATED_AIR: (_PUMPS, True),
    GROUND: (("ground_heat_pump",), None), RENOVATED_GAS: (BOILERS, True),
}  # fmt: skip
"""Solutions of each option that needs no network, and whether it comes with a medium or deep renovation (None: either way)."""
QUANTITIES = (
    "investment_eur", "invoice_eur", "capital_eur_per_year", "upkeep_eur", "fuel_kwh", "electricity_kwh", "heat_kwh", "electric_peak_kw",
    "roof_invoice_eur", "ventilation_invoice_eur",
)  # fmt: skip
WITH_WORKS = {"roof_invoice_eur": "roof_share", "ventilation_invoice_eur": "ventilation_share"}
"""Quantity that says which share of the homes has works with such an invoice."""
BALANCED = "ventilation_balanced"


@dataclass(frozen=True, slots=True)
class Forms:
    """Heated buildings (F) and the options of the response (K), in figures per dwelling; a building without dwellings counts as one.

    ``investment_eur``: VAT in, before any premium, without connection fee and delivery set. ``invoice_eur``: part of it, without VAT, that a premium for a heat pump
    looks at; ``roof_invoice_eur`` and ``ventilation_invoice_eur``: what of the works of the package a premium for works looks at, without VAT, ``roof_share`` and
    ``ventilation_share`` how many of the homes have it. ``label_after``, ``label_now``: A = 0 ... F = 5 under the rule in force, in the middle of what certificates of such homes would show; 0 where no label
    is modelled. ``may_connect``: a main of the designed network passes, and its water is hot enough. ``section``: empty where the building is out of reach of any.
    """

    buildings: pd.Index
    dwellings: Floats
    institution: Flags
    protected: Flags
    section: Words
    type: Words
    period: Words
    quantities: dict[str, Floats]
    network_peak_kw: Floats
    feasible: Flags
    label_after: Ints
    label_now: Ints
    may_connect: Flags
    must_connect: Flags

    @property
    def weight(self) -> Floats:
        """Dwellings of each building, one for an institution."""
        return np.where(self.institution, 1.0, self.dwellings)

    def of_place(self, name: str) -> Floats:
        """The median of a quantity over the buildings in which each option fits (K,); 0 where it fits nowhere."""
        values = np.where(self.feasible, self.quantities[name], np.nan)
        found = [np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in values.T]
        return np.array(found)

    def lives(self, rate_share: float, homes: Floats) -> Floats:
        """Life at which one annuity of all works together equals that of their parts (K,); ``homes``: dwellings that each form stands for."""
        there = np.where(self.feasible, homes[:, None], 0.0)
        invested = (self.quantities["investment_eur"] * there).sum(axis=0)
        yearly = (self.quantities["capital_eur_per_year"] * there).sum(axis=0)
        share = np.divide(yearly, invested, out=np.full(OPTIONS, 1.0 + rate_share), where=invested > 0)
        if rate_share == 0.0:
            return np.asarray(1.0 / share)
        lives: Floats = -np.log1p(-rate_share / share) / np.log1p(rate_share)
        return lives


def forms_of(given: ResponseInputs) -> Forms:
    """The forms of every heated building of a plan.

    Of every option the variant with the least yearly cost to the owner: solution and package for what stands alone, the package for a connection. Renovated is
    a medium or deep package, and among these one that meets the label asked at a sale where any does; the other options renovate lightly or not at all.
    Method: docs/method.md#response-plan.
    """
    parameters = at_design(given.scenario, given.parameters)
    economics, buildings, made = economics_of(given.scenario, parameters), given.place.buildings, given.tables
    arrays = option_arrays(
        buildings, made["demand"], made["renovations"], made["prices"], made["support"], economics=economics, parameters=parameters
    )  # fmt: skip
    houses = buildings.loc[arrays.buildings]
    labels = labels_of(given, arrays)
    invoices = works_invoices(given, arrays.buildings)
    values, feasible, after = _alone(given, arrays, labels, parameters, invoices)
    peak_kw, may_connect = _joined(given, labels, (values, feasible, after), invoices)
    each = np.maximum(houses["dwellings"].to_numpy(float), 1.0)[:, None]
    values = {name: value / each for name, value in values.items()}
    values |= {share: (values[invoice] > 0).astype(float) for invoice, share in WITH_WORKS.items()}
    section = pd.Series("", index=arrays.buildings, dtype="str")
    if given.place.attachments is not None:
        section = given.place.attachments["section"].reindex(arrays.buildings).fillna("")
    return Forms(
        buildings=arrays.buildings, dwellings=houses["dwellings"].to_numpy(float), institution=(houses["dwellings"] == 0).to_numpy(bool),
        protected=houses["protected"].to_numpy(bool), section=section.to_numpy(object), type=houses["type"].to_numpy(object),
        period=houses["period"].to_numpy(object), quantities=values, network_peak_kw=peak_kw / each[:, 0], feasible=feasible, label_after=after,
        label_now=labels.now, may_connect=may_connect,
        must_connect=may_connect & arrays.buildings.isin(given.scenario.heat_network.must_connect),
    )  # fmt: skip


def works_invoices(given: ResponseInputs, buildings: pd.Index) -> dict[str, Floats]:
    """Invoice without VAT [EUR] of the works that a premium asks for, by building and rung of its ladder (F, R).

    ``roof_invoice_eur``: the roof, where what is laid insulates as well as a premium asks (``mvp.roof.min_r_m2k_per_w``); ``ventilation_invoice_eur``: ventilation with
    supply and exhaust. Method: docs/method.md#response-rules.
    """
    parameters, day, rungs = given.parameters, given.scenario.reference_date, given.tables["renovations"]
    row, rung = buildings.get_indexer(pd.Index(rungs["building"])), rungs["rung"].to_numpy(np.int64)
    period = given.place.buildings["period"].reindex(rungs["building"])
    asked = parameters.at("mvp.roof.min_r_m2k_per_w", day)
    enough = np.zeros(len(rungs), dtype=np.bool_)
    for measure in ("roof", "roof_deep"):
        added = period.map(parameters.numbers(f"renovation.{measure}.added_m2k_per_w", day)).to_numpy(float)
        enough |= _with_measure(rungs["measures"], measure) & (added >= asked)
    amounts = {
        "roof_invoice_eur": np.where(enough, rungs["roof_eur"].to_numpy(float), 0.0),
        "ventilation_invoice_eur": np.where(_with_measure(rungs["measures"], BALANCED), rungs["ventilation_eur"].to_numpy(float), 0.0),
    }  # fmt: skip
    found, heated = {}, row >= 0
    for name, amount in amounts.items():
        found[name] = np.zeros((len(buildings), int(rung.max(initial=0)) + 1))
        found[name][row[heated], rung[heated]] = amount[heated]
    return found


def _with_measure(measures: pd.Series, measure: str) -> Flags:
    found: Flags = ("+" + measures + "+").str.contains(f"+{measure}+", regex=False).to_numpy(bool)
    return found


def _alone(
    given: ResponseInputs, arrays: OptionArrays, labels: Labels, parameters: Parameters, invoices: dict[str, Floats]
) -> tuple[dict[str, Floats], Flags, Ints]:
    """Quantities per building of the options without a network, where they fit, and the label after."""
    houses, day = given.place.buildings.loc[arrays.buildings], given.scenario.reference_date
    figures = Figures(parameters, day)
    built = techniques(stock(houses, given.tables["demand"].loc[arrays.buildings], arrays.packages), figures)
    packages, row = arrays.packages, np.arange(len(arrays.buildings))
    renovated = np.repeat(np.isin(packages.depth, RENOVATED_DEPTHS), 2, axis=1)
    values = {name: np.zeros((len(row), OPTIONS)) for name in QUANTITIES}
    feasible, after = np.zeros((len(row), OPTIONS), dtype=np.bool_), np.zeros((len(row), OPTIONS), dtype=np.int64)
    works_vat, rate = 1.0 + parameters.at("vat", day, "works"), given.scenario.owner_rate_share
    for option, (solutions, deep) in FAMILIES.items():
        systems = np.array([tables.INDIVIDUAL_SOLUTIONS.index(name) for name in solutions])
        allowed = arrays.fits[:, systems] & (True if deep is None else (renovated == deep)[:, None, :])
        cost = np.where(allowed, arrays.owner_eur_per_year[:, systems], np.inf)
        if deep:
            cost = cost + np.where(labels.misses_duty(solutions[0]), _NEVER_FIRST_EUR, 0.0)[:, None, :]
        flat = cost.reshape(len(row), -1).argmin(axis=1)
        which, package = np.divmod(flat, cost.shape[2])
        system = systems[which]
        at = (row, system, package)
        feasible[:, option] = allowed.any(axis=(1, 2))
        plant = np.stack([built[name].plant_eur for name in solutions], axis=1)[row, which, package]
        life, upkeep = (
            np.array([figures.at(f"{name}.{what}") for name in solutions])[which]
            for what in ("life_years", "upkeep_share")
        )
        works = packages.renovation_eur[row, package] + packages.emitters_eur[row, package]
        invested = arrays.investment_eur[at] + arrays.vat_eur[at]
        rest = invested - works * works_vat
        renewed = np.maximum(packages.renovation_life_years[row, package], packages.emitters_life_years)
        capital = rest * annuity_share(life, rate) + works * works_vat * annuity_share(renewed, rate)
        found = {
            "investment_eur": invested, "invoice_eur": arrays.investment_eur[at] - works, "capital_eur_per_year": capital,
            "upkeep_eur": plant * upkeep * works_vat, "fuel_kwh": arrays.gas_kwh[at], "electricity_kwh": arrays.electricity_kwh[at],
            "electric_peak_kw": arrays.electric_peak_kw[at], **{name: amount[row, package // 2] for name, amount in invoices.items()},
        }  # fmt: skip
        for name, value in found.items():
            values[name][:, option] = np.where(feasible[:, option], value, 0.0)
        after[:, option] = labels.of(solutions[0], package)
    return values, feasible, after


_NEVER_FIRST_EUR = 1e9
"""Added to a variant that misses the label asked at a sale: it is taken only where none meets it."""


def _joined(
    given: ResponseInputs, labels: Labels, into: tuple[dict[str, Floats], Flags, Ints], invoices: dict[str, Floats]
) -> tuple[Floats, Flags]:
    """Writes the two options with a network into the arrays; the peak drawn from the network, and who may connect."""
    feasible = into[1]
    made, none = given.tables, np.zeros(len(feasible))
    chosen = made["network_variants"].query("chosen") if len(made["network_variants"]) else made["network_variants"]
    if chosen.empty or given.place.attachments is None or not given.scenario.sources:
        return none, none.astype(np.bool_)
    regime, case = str(chosen.index[0]), _case(given)
    life_years = given.parameters.at("response_place.works_life_years", given.scenario.reference_date)
    yearly_share = float(annuity_share(life_years, given.scenario.owner_rate_share))
    served = made["network_sections"].index[made["network_sections"]["built"].to_numpy(bool)]
    section = given.place.attachments["section"].reindex(labels.buildings)
    at_main = section.isin(served).to_numpy(bool)
    connected = made["connections"]["connected"].reindex(labels.buildings).fillna(False).to_numpy(bool)
    barred = labels.buildings.isin(given.scenario.heat_network.never_connect)
    reach = (at_main | connected) & ~barred
    peak_kw = none.copy()
    depth = made["renovations"]["depth"].isin(RENOVATED_DEPTHS).to_numpy(bool)
    for option, wanted in ((NETWORK, ~depth), (RENOVATED_NETWORK, depth)):
        rungs = made["renovations"][wanted]
        here = labels.buildings[reach & labels.buildings.isin(rungs["building"])]
        if not len(here):
            continue
        offers = network_offers(
            given.place.buildings.loc[here], made["demand"], made["options"], regime, _with_rungs(case, rungs)
        )
        _write_offers(option, offers, labels, regime, yearly_share, into, invoices)
        row = labels.buildings.get_indexer(here)
        peak_kw[row] = np.where(peak_kw[row] > 0, peak_kw[row], offers["peak_kw"].fillna(0.0).to_numpy(float))
    return peak_kw, feasible[:, NETWORK] | feasible[:, RENOVATED_NETWORK]


def _write_offers(
    option: int, offers: pd.DataFrame, labels: Labels, regime: str, yearly_share: float, into: tuple[dict[str, Floats], Flags, Ints],
    invoices: dict[str, Floats],
) -> None:  # fmt: skip
    values, feasible, after = into
    row = labels.buildings.get_indexer(offers.index)
    fits = offers["fits"].to_numpy(bool)
    own = (offers["investment_eur"] - offers["delivery_set_eur"] + offers["vat_eur"]).to_numpy(float)
    found = {
        "investment_eur": own, "capital_eur_per_year": own * yearly_share, "electricity_kwh": offers["electricity_kwh"].to_numpy(float),
        "heat_kwh": offers["heat_kwh"].to_numpy(float), "electric_peak_kw": offers["electric_peak_kw"].to_numpy(float),
    }  # fmt: skip
    rung = np.nan_to_num(offers["rung"].to_numpy(float)).astype(np.int64)
    found |= {name: amount[row, rung] for name, amount in invoices.items()}
    for name, value in found.items():
        values[name][row, option] = np.where(fits, np.nan_to_num(value), 0.0)
    feasible[row, option] = fits
    after[row, option] = labels.of(regime, 2 * rung, row)


def _case(given: ResponseInputs) -> NetworkCase:
    """The network as a building sees it: only what stands inside the building is asked of it, no price of heat."""
    scenario = given.scenario
    first = scenario.sources[0]
    source = HeatSource(first.name, first.x_m, first.y_m, first.capacity_kw, first.supply_c, first.price_eur_per_mwh)
    return NetworkCase(
        source=source, tariff=NetworkTariff(0.0, 0.0), economics=economics_of(scenario, given.parameters),
        parameters=at_design(scenario, given.parameters), prices=given.tables["prices"], renovations=given.tables["renovations"],
        fossil_free=scenario.fossil_free,
    )  # fmt: skip


def _with_rungs(case: NetworkCase, rungs: pd.DataFrame) -> NetworkCase:
    return replace(case, renovations=rungs)
