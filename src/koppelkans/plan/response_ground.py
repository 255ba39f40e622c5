"""What no price, support or duty moves in the response of a plan: who lives where, which buildings are alike, and when the streets open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.money.project_basis import basis_parts
from koppelkans.parameters import Parameters
from koppelkans.people.population import place_cells
from koppelkans.people.response.case import NEVER
from koppelkans.plan.response_forms import OPTIONS, Forms, forms_of
from koppelkans.plan.street_network import street_network
from koppelkans.tables.response import DECIDERS, RESPONSE_GROUPS
from koppelkans.tables.society import TENURES

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = len(RESPONSE_GROUPS)
OWNER, PRIVATE, SOCIAL = range(len(TENURES))
TENURE = np.arange(GROUPS) % len(TENURES)
QUARTILE = np.arange(GROUPS) // len(TENURES)
INSTITUTION = RESPONSE_GROUPS.index("q4_social_tenant")
"""Group that buildings without dwellings stand in while the response is computed: all tenants of a kind answer alike and stand in the first quartile."""
STANDS_IN = np.where(TENURE == OWNER, np.arange(GROUPS), TENURE)
OUT_OF_REACH = "-"
NOT_YET = 0
SURELY_FLAT_SHARE = 0.95
"""Most of the homes in a block that are let, private and social together: an owner somewhere must be left to vote. It binds only where nearly all of a place is let
or hardly any of it is flats, and no figure of any source stands behind it.
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays when rules change.

    ``forms``: buildings alike in a street section together (same type, period, label, options), blocks and institutions each for itself; ``homes`` (F,): dwellings that
    a form stands for, 1 for an institution; ``blocks`` (F,): dwellings in one building. ``group_share`` (F, C): expected share of each group, nothing for institutions.
    ``people``: index group; ``weight`` (dwellings), ``vulnerable_share``, ``electricity_kwh``, ``gas_kwh``, ``peak_kw`` of a mean household of the group on gas.
    ``streets``: index section; opening_year, live_year (NEVER: no heat), parent (-1), pipe_eur (main and its part of the opening), length_m.
    ``buildings`` (F,): how many buildings; ``heading``: whose population it is. ``heat_cost_eur_per_mwh``: of one MWh delivered by the whole design, bought
    with its losses and pumped; ``source_eur``: what its source connection costs.
    """

    forms: Forms
    homes: Floats
    blocks: Floats
    buildings: Ints
    group_share: Floats
    people: pd.DataFrame
    streets: pd.DataFrame
    sections: tuple[str, ...]
    section_of: Ints
    heading: str
    heat_cost_eur_per_mwh: float = 0.0
    source_eur: float = 0.0


def ground_of(given: ResponseInputs) -> Ground:
    """The ground of a plan. Method: docs/method.md#response-plan."""
    whole = forms_of(given)
    streets = streets_of(given)
    sections = tuple(sorted({str(name) or OUT_OF_REACH for name in whole.section} | set(streets.index.astype(str))))
    forms, homes, buildings = merged(whole)
    place = {name: number for number, name in enumerate(sections)}
    section_of = np.array([place[str(name) or OUT_OF_REACH] for name in forms.section], dtype=np.int64)
    people, heading = people_of(given)
    shares = group_shares(forms, homes, people["weight"].to_numpy(float), given.parameters, given)
    cost, source = _heat_cost(given.tables["project_basis"])
    return Ground(
        forms=forms, homes=homes, blocks=np.where(forms.institution, 1.0, forms.dwellings), buildings=buildings, group_share=shares, people=people,
        streets=streets.reindex(sections), sections=sections, section_of=section_of, heading=heading, heat_cost_eur_per_mwh=cost, source_eur=source,
    )  # fmt: skip


def _heat_cost(basis: pd.DataFrame) -> tuple[float, float]:
    """Cost of one MWh delivered, and investment of the source connection; nothing without a network."""
    if basis.empty:
        return 0.0, 0.0
    assets, customers, supply, _ = basis_parts(basis)
    return supply.eur_per_mwh(float(customers["heat_mwh"].sum())), float(assets["investment_eur"]["source_connection"])


# ----------------------------------------------------------------------------------------------------------------------- forms


def merged(forms: Forms, homes: Floats | None = None) -> tuple[Forms, Floats, Ints]:
    """Houses alike in a section as one form of their mean; the dwellings and the forms that each of them stands for.

    Alike: type, period, label now, the options that fit, and whether a connection is possible. Blocks and institutions stay as they are. ``homes``: dwellings that each
    form stands for already, those of one building where left out.
    """
    weight = forms.weight if homes is None else homes
    bits = forms.feasible @ (1 << np.arange(OPTIONS))
    single = ~forms.institution & (forms.dwellings == 1)
    alone = np.where(single, "", forms.buildings.to_numpy(object))
    keys = pd.DataFrame({
        "section": forms.section, "type": forms.type, "period": forms.period, "label": forms.label_now, "bits": bits,
        "may": forms.may_connect, "must": forms.must_connect, "alone": alone,
    })  # fmt: skip
    code, _ = pd.factorize(keys.groupby(list(keys.columns), sort=True).ngroup(), sort=True)
    count = int(code.max()) + 1 if len(code) else 0
    first = np.full(count, len(code), dtype=np.int64)
    np.minimum.at(first, code, np.arange(len(code)))
    whole: Floats = np.bincount(code, weights=weight, minlength=count).astype(np.float64)

    def mean(values: Floats) -> Floats:
        return np.bincount(code, weights=values * weight, minlength=count) / whole

    quantities = {
        name: np.column_stack([mean(column) for column in values.T]) for name, values in forms.quantities.items()
    }
    after = np.column_stack([mean(column.astype(float)) for column in forms.label_after.T])
    return Forms(
        buildings=pd.Index([f"form {number}" for number in range(count)], dtype="str"), dwellings=forms.dwellings[first],
        institution=forms.institution[first], protected=forms.protected[first], section=forms.section[first], type=forms.type[first],
        period=forms.period[first], quantities=quantities, network_peak_kw=mean(forms.network_peak_kw), feasible=forms.feasible[first],
        label_after=np.rint(after).astype(np.int64), label_now=forms.label_now[first], may_connect=forms.may_connect[first], must_connect=forms.must_connect[first],
    ), whole, np.bincount(code, minlength=count).astype(np.int64)  # fmt: skip


def coarser(ground: Ground, given: ResponseInputs) -> Ground:
    """The same ground with all streets without a main as one: for runs of which only the place and its groups are read."""
    at_main = np.isin(ground.forms.section, ground.streets.index[ground.streets["pipe_eur"].notna()].to_numpy(object))
    forms, homes, _ = merged(replace(ground.forms, section=np.where(at_main, ground.forms.section, "")), ground.homes)
    sections = tuple(sorted({*ground.sections, OUT_OF_REACH}))
    place = {name: number for number, name in enumerate(sections)}
    weight = ground.people["weight"].to_numpy(float)
    return replace(
        ground, forms=forms, homes=homes, blocks=np.where(forms.institution, 1.0, forms.dwellings), sections=sections,
        section_of=np.array([place[str(name) or OUT_OF_REACH] for name in forms.section], dtype=np.int64), streets=ground.streets.reindex(sections),
        group_share=group_shares(forms, homes, weight, given.parameters, given),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------- people


def people_of(given: ResponseInputs) -> tuple[pd.DataFrame, str]:
    """Households of the place by income quartile and tenure: how many, how many have the social tariff, and what a mean one on gas uses."""
    cells, _ = place_cells(
        given.place.buildings, given.tables["demand"], grid_area=given.area, parameters=given.parameters, day=given.scenario.reference_date
    )  # fmt: skip
    tenure = pd.Index(TENURES).get_indexer(pd.Index(cells["tenure"]))
    group = (cells["quartile"].to_numpy(np.int64) - 1) * len(TENURES) + tenure
    weight, on_gas = cells["weight"].to_numpy(float), cells["heating"].eq("gas").to_numpy(bool)
    whole = np.bincount(group, weights=weight, minlength=GROUPS)
    found = {"weight": whole}
    vulnerable = np.bincount(group, weights=weight * cells["vulnerable"].to_numpy(float), minlength=GROUPS)
    found["vulnerable_share"] = np.divide(vulnerable, whole, out=np.zeros(GROUPS), where=whole > 0)
    heated = np.where(on_gas, weight, 0.0)
    under = np.bincount(group, weights=heated, minlength=GROUPS)
    for name in ("electricity_kwh", "gas_kwh", "peak_kw"):
        total = np.bincount(group, weights=heated * cells[name].to_numpy(float), minlength=GROUPS)
        found[name] = np.divide(total, under, out=np.zeros(GROUPS), where=under > 0)
    frame = pd.DataFrame(found, index=pd.Index(RESPONSE_GROUPS, name="group", dtype="str"))
    return frame, str(cells.attrs.get("heading", ""))


def group_shares(forms: Forms, homes: Floats, weight: Floats, parameters: Parameters, given: ResponseInputs) -> Floats:
    """Expected share of each group in each form (F, C); rows of dwellings add up to 1, those of institutions to 0.

    Flats are let more often than houses:  rent in flats = k x rent in houses,  k from the Flemish shares, so that the place keeps its number of private tenants.
    Who rents from a housing company is spread evenly. Quartiles follow the tenure.
    """
    day = given.scenario.reference_date
    total = weight.sum()
    if total <= 0:
        return np.zeros((len(homes), GROUPS))
    by_tenure = np.array([weight[tenure == TENURE].sum() for tenure in range(len(TENURES))]) / total
    let_in_flats, flats = (
        parameters.at(f"response_place.{name}", day) for name in ("private_rented_in_flats_share", "flats_share")
    )
    more = (let_in_flats / flats) / ((1 - let_in_flats) / (1 - flats))
    flat = (forms.type == "apartment_building") & ~forms.institution
    in_flats = float(homes[flat].sum()) / max(float(homes[~forms.institution].sum()), 1.0)
    in_house = by_tenure[PRIVATE] / (1 - in_flats + more * in_flats)
    most = SURELY_FLAT_SHARE - by_tenure[SOCIAL]
    in_flat = min(more * in_house, most)
    if in_flats < 1:
        in_house = (by_tenure[PRIVATE] - in_flats * in_flat) / (1 - in_flats)
    private = np.where(flat, in_flat, in_house)
    tenures = np.column_stack([1 - private - by_tenure[SOCIAL], private, np.full(len(homes), by_tenure[SOCIAL])])
    within = np.zeros(GROUPS)
    for tenure in range(len(TENURES)):
        mine = tenure == TENURE
        within[mine] = weight[mine] / max(weight[mine].sum(), 1e-12)
    shares: Floats = tenures[:, TENURE] * within[None, :]
    return np.where(forms.institution[:, None], 0.0, shares)


def units_of(ground: Ground, co_owner_dwellings: float) -> dict[str, Ints | Floats]:
    """Units as arrays by the names of ``people.response.case.Units``: all tenants of a kind in a form together, owners by quartile.

    Blocks from a number of dwellings on are decided about by their co-owners, the part of a housing company apart.
    """
    kept = np.zeros((len(ground.homes), GROUPS))
    for group in range(GROUPS):
        kept[:, STANDS_IN[group]] += ground.group_share[:, group]
    kept[ground.forms.institution, INSTITUTION] = 1.0
    form, which = (place.astype(np.int64) for place in np.nonzero(kept > 0))
    block = ground.blocks[form] >= co_owner_dwellings
    names = np.array(["owner", "landlord", "housing_company"])[TENURE[which]]
    names = np.where(block & (TENURE[which] != SOCIAL), "co_owners", names)
    names = np.where(ground.forms.institution[form], "institution", names)
    number = {name: place for place, name in enumerate(DECIDERS)}
    return {
        "form": form, "group": which, "section": ground.section_of[form],
        "decider": np.array([number[name] for name in names], dtype=np.int64), "dwellings": ground.homes[form] * kept[form, which],
    }  # fmt: skip


def spread_groups(by_group: Floats, ground: Ground) -> Floats:
    """Results by group (C, ...) with all tenants of a kind given back to their quartiles by number, and institutions taken out."""
    weight = ground.people["weight"].to_numpy(float)
    spread = np.zeros_like(by_group)
    for group in range(GROUPS):
        together = weight[STANDS_IN[group] == STANDS_IN].sum()
        if together > 0:
            spread[group] = by_group[STANDS_IN[group]] * (weight[group] / together)
    return spread


# --------------------------------------------------------------------------------------------------------------------- streets


def streets_of(given: ResponseInputs) -> pd.DataFrame:
    """Sections with a main of the designed network: when the street opens with an offer, when heat flows, and what the main costs; index section.

    The calendar of works gives the year; without one the period of the network, else the first year of the plan. Heat flows once the section and all those upstream
    are laid and a source gives heat. The company bears the main and, of the trench, what the joint calendar charges it, at most the trench alone.
    """
    made, scenario = given.tables, given.scenario
    columns = ("opening_year", "live_year", "parent", "pipe_eur", "length_m", "street")
    network = street_network(made["pipes"], made["network_sections"], made.get("heat_corridors"))
    if network is None or not scenario.sources:
        return pd.DataFrame(columns=list(columns), index=pd.Index([], name="section", dtype="str"))
    laid, pipes = network.sections, made["pipes"]
    mains = (
        pipes[(pipes["kind"] == "main") & pipes["section"].notna()]
        .groupby("section")[["investment_eur", "length_m"]]
        .sum()
    )
    mains = mains.reindex(laid.index)
    heat = made["calendar"][made["calendar"]["kind"] == "heat"].set_index("section")
    borne = (heat["opening_eur"] + heat["closure_eur"]).reindex(laid.index).fillna(laid["trench_eur"])
    opening = _opening_years(given, laid.index, heat)
    first = min((source.available_from_year or scenario.start_year) for source in scenario.sources)
    place = laid.index.get_indexer(pd.Index(laid["upstream"]))
    frame = pd.DataFrame({
        "opening_year": opening, "live_year": _live(opening.to_numpy(np.int64), place, first), "parent": laid["upstream"].astype("str"),
        "pipe_eur": mains["investment_eur"] - laid["trench_eur"] + np.minimum(borne, laid["trench_eur"]), "length_m": mains["length_m"],
        "street": given.place.sections["street"].reindex(laid.index) if given.place.sections is not None else "",
    })  # fmt: skip
    return frame.rename_axis("section")


def _opening_years(given: ResponseInputs, sections: pd.Index, heat: pd.DataFrame) -> pd.Series:
    if len(heat):
        return heat["planned_year"].reindex(sections).fillna(NEVER).astype(np.int64)
    phases = given.tables["network_phases"]
    if len(phases):
        built = phases.dropna(subset="section").groupby("section")["built_year"].min()
        return built.reindex(sections).fillna(NEVER).astype(np.int64)
    return pd.Series(given.scenario.start_year, index=sections, dtype=np.int64)


def _live(opening: Ints, parent: Ints, first_year: int) -> Ints:
    """The latest opening on the way to the source; NEVER where one of them is not laid."""
    live = np.where(opening < NEVER, np.maximum(opening, first_year), NEVER)
    for _ in range(len(live)):
        later = np.where(parent >= 0, np.maximum(live, live[parent]), live)
        if (later == live).all():
            break
        live = later
    return live
