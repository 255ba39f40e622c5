"""The households of Flanders or of a place, as weighted cells fitted to known margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.people.ipf import Array, Target, fitted
from koppelkans.people.population_remarks import flemish_remarks, no_dwellings_remark, place_remarks
from koppelkans.tables import RemarkRow

FLEMISH_HEADING = "Vlaamse gemiddelde bevolking, niet dit gebied"
FLEMISH_HEADING_EN = "Flemish average population, not this neighbourhood"
FLANDERS_HEADING, FLANDERS_HEADING_EN = "Bevolking van Vlaanderen", "Population of Flanders"
PLACE_HEADING, PLACE_HEADING_EN = (
    "Bevolking volgens opgegeven marges van dit gebied",
    "Population by margins given for this neighbourhood",
)

Classes = Mapping[str, tuple[str | int | bool, ...]]
QUARTILES = (1, 2, 3, 4)
SIZES = ("1", "2", "3", "4")
"""People in the household; ``4`` is four or more."""

_ATTRIBUTES: Classes = {
    "quartile": QUARTILES, "tenure": tables.TENURES, "vulnerable": (False, True), "size": SIZES, "heating": tables.HEATINGS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Margin:
    """Known shares of the households by one attribute or by several together.

    ``attributes``: among quartile, tenure, vulnerable, size, heating and area. ``shares``: index the classes (a MultiIndex in the
    order of the attributes), values that sum to 1; a class that is left out has no households. ``name`` stands in messages.
    """

    name: str
    attributes: tuple[str, ...]
    shares: pd.Series


def flemish_cells(*, parameters: Parameters, day: date) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The households of Flanders in weighted cells (contract CELLS), with their use [kWh/year, kW].

    quartile x tenure x social tariff x size x heating x grid area, fitted to the Flemish margins from a prior table that holds
    the association (social tariff, tenure and size by income; social tariff and heating by tenure). Areas are alike.
    Use of a home by quartile q, size s and heating h:  base x f_q x g_s / (mean of g within q and h),  so the quartile factors hold
    exactly. Heat is the gas use of gas homes times the boiler efficiency; the other heatings follow from it.

    ``attrs``: heading, heading_en. Method: docs/method.md#population-cells.
    """
    classes = {**_ATTRIBUTES, "area": tuple(parameters.numbers("population.area_share", day))}
    shares = _flemish_shares(classes, parameters, day)
    cells = _cells(shares, classes, parameters.at("population.households", day), parameters, day)
    efficiency = parameters.at("population.use.boiler_efficiency_share", day, "gas")
    heat_kwh = _relative_heat(cells, parameters, day) * parameters.at("population.use.gas_kwh", day) * efficiency
    whole = _with_use(cells, heat_kwh, efficiency, parameters, day)
    return _headed(whole, FLANDERS_HEADING, FLANDERS_HEADING_EN), flemish_remarks(whole)


def place_cells(
    buildings: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    grid_area: str,
    parameters: Parameters,
    day: date,
    margins: Sequence[Margin] = (),
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The households of a place in weighted cells (contract CELLS), one per dwelling in all; their heat is the place's own.

    Without ``margins`` the shares are those of Flanders and ``attrs["heading"]`` says so: "Vlaamse gemiddelde bevolking, niet
    dit gebied". With them, the Flemish table is the prior and only the given margins are met: what is not given follows by
    association. Useful heat per dwelling is scaled so that the whole equals ``heat_kwh`` of the heated buildings with dwellings;
    electricity without heating stays the Flemish use of each quartile.

    Raises DataError for margins that clash, with what and by how much. Empty, with a warning, in a place without dwellings.
    Method: docs/method.md#population-cells.
    """
    homes = buildings[buildings["heated"] & (buildings["dwellings"] > 0)]
    if homes.empty:
        return _headed(tables.CELLS.empty(), FLEMISH_HEADING, FLEMISH_HEADING_EN), [no_dwellings_remark()]
    classes = {**_ATTRIBUTES, "area": (grid_area,)}
    shares = _flemish_shares({**_ATTRIBUTES, "area": ("all",)}, parameters, day)
    if margins:
        shares = fitted(shares, _targets(margins, classes)).table
    dwellings = float(homes["dwellings"].sum())
    cells = _cells(shares, classes, dwellings, parameters, day)
    relative = _relative_heat(cells, parameters, day)
    mean_kwh = float(demand.loc[homes.index, "heat_kwh"].sum()) / dwellings
    heat_kwh = relative * (mean_kwh / (float((relative * cells["weight"]).sum()) / dwellings))
    whole = _with_use(cells, heat_kwh, parameters.at("heat.boiler.efficiency_share", day), parameters, day)
    heading = (PLACE_HEADING, PLACE_HEADING_EN) if margins else (FLEMISH_HEADING, FLEMISH_HEADING_EN)
    return _headed(whole, *heading), place_remarks(whole, heading, [margin.name for margin in margins])


def income_category(quartile: pd.Series) -> pd.Series:
    """Income category of Mijn VerbouwPremie for each quartile: quartile 1 (poorest) is category 4 (lowest income).

    The categories are income limits by household type, not quarters of the households; this is a mapping of order only.
    Raises DataError for a quartile outside 1 to 4.
    """
    wrong = ~quartile.isin(QUARTILES)
    if wrong.any():
        found = ", ".join(str(value) for value in quartile[wrong].head(3))
        raise DataError(
            f"{int(wrong.sum())} quartiles are {found} ({tables.first_keys(quartile.index[wrong])}), expected 1 to 4"
        )
    return (len(QUARTILES) + 1 - quartile).rename("income_category")


# ---------------------------------------------------------------------------------------------------------------------- shares


def flemish_margins(parameters: Parameters, day: date) -> list[Margin]:
    """Known Flemish shares: quartile with heating, tenure, social tariff, size and grid area."""
    heating = parameters.table("population.heating_share", day) / len(QUARTILES)
    pairs = [(int(scope[1:].split(".")[0]), scope.split(".")[1]) for scope in heating.index]
    protected = parameters.at("population.social_tariff_share", day)
    index = pd.MultiIndex.from_tuples(pairs, names=["quartile", "heating"])
    return [
        Margin("heating by quartile", ("quartile", "heating"), heating.set_axis(index)),
        Margin("tenure", ("tenure",), parameters.table("population.tenure_share", day)),
        Margin("social tariff", ("vulnerable",), pd.Series([1 - protected, protected], index=[False, True])),
        Margin("size", ("size",), parameters.table("population.size_share", day)),
        Margin("grid area", ("area",), parameters.table("population.area_share", day)),
    ]


def _flemish_shares(classes: Classes, parameters: Parameters, day: date) -> Array:
    """Shares of all households on the dense table; with one area, the area margin is left out."""
    known = [margin for margin in flemish_margins(parameters, day) if "area" not in margin.attributes or len(classes["area"]) > 1]  # fmt: skip
    return fitted(_prior(classes, parameters, day), _targets(known, classes)).table


def _prior(classes: Classes, parameters: Parameters, day: date) -> Array:
    """The prior association: conditional shares and odds ratios, multiplied; only their ratios outlive the fit."""

    def values(key: str, *names: str) -> Array:
        known = parameters.numbers(f"population.prior.{key}", day)
        keys = [[f"q{label}" if name == "quartile" else str(label) for label in classes[name]] for name in names]
        grid = pd.MultiIndex.from_product(keys).map(".".join)
        shaped: Array = np.array([known[scope] for scope in grid]).reshape([len(part) for part in keys])
        return shaped

    tenure, size = values("tenure", "quartile", "tenure"), values("size", "quartile", "size")
    protected = values("social_tariff", "quartile")
    odds = np.stack([np.ones(len(classes["tenure"])), values("social_tariff_tenure", "tenure")], axis=1)
    heating = values("heating", "tenure", "heating")
    by_income = np.stack([1 - protected, protected], axis=1)
    prior = np.einsum("qt,qv,tv,qs,th->qtvsh", tenure, by_income, odds, size, heating)
    areas: Array = np.repeat(prior[..., None], len(classes["area"]), axis=-1)
    return areas


def _targets(margins: Sequence[Margin], classes: Classes) -> list[Target]:
    faults = [fault for margin in margins for fault in _margin_faults(margin, classes)]
    if faults:
        raise DataError("the margins of the population are not in order", faults)
    axes = list(classes)
    return [
        Target(margin.name, tuple(axes.index(name) for name in margin.attributes), _dense(margin, classes))
        for margin in margins
    ]


def _grid(margin: Margin, classes: Classes) -> pd.Index:
    if len(margin.attributes) == 1:
        return pd.Index(classes[margin.attributes[0]])
    return pd.MultiIndex.from_product([classes[name] for name in margin.attributes])


def _dense(margin: Margin, classes: Classes) -> Array:
    values = margin.shares.reindex(_grid(margin, classes)).fillna(0.0).to_numpy(dtype=float)
    # a sum of 1 to rounding becomes exactly 1, so that margins written with a few digits agree
    shaped: Array = (values / values.sum()).reshape([len(classes[name]) for name in margin.attributes])
    return shaped


def _margin_faults(margin: Margin, classes: Classes) -> list[str]:
    unknown = [name for name in margin.attributes if name not in classes]
    if unknown:
        return [f"margin {margin.name}: attribute {', '.join(unknown)} is not known; known: {', '.join(classes)}"]
    faults = []
    grid = _grid(margin, classes)
    strange = [str(label) for label in margin.shares.index if label not in grid]
    if strange:
        faults.append(f"margin {margin.name}: class {', '.join(strange[:3])} is not known; known: {', '.join(map(str, grid[:8]))}")  # fmt: skip
    if margin.shares.index.has_duplicates:
        faults.append(f"margin {margin.name}: a class occurs twice")
    if margin.shares.isna().any() or (margin.shares < 0).any():
        faults.append(f"margin {margin.name}: shares must be numbers of at least 0")
    total = float(margin.shares.sum())
    if abs(total - 1) > 1e-6:
        faults.append(f"margin {margin.name} sums to {total:.6g}, expected 1: {abs(total - 1):.6g} too {'much' if total > 1 else 'little'}")  # fmt: skip
    return faults


# ------------------------------------------------------------------------------------------------------------------------- use


def _cells(shares: Array, classes: Classes, households: float, parameters: Parameters, day: date) -> pd.DataFrame:
    """One row per cell that holds anyone: the attributes and the weight, ``size`` still beside ``persons``."""
    filled = np.nonzero(shares)
    labels = {name: np.array(classes[name], dtype=object)[place] for name, place in zip(classes, filled, strict=True)}
    frame = pd.DataFrame(labels).astype(
        {"quartile": "int64", "vulnerable": "bool", "tenure": "str", "size": "str", "heating": "str", "area": "str"}
    )
    protected = frame["vulnerable"].map({True: "protected", False: "ordinary"})
    parts = frame[["tenure", "size", "heating", "area"]].assign(protected=protected)
    key = ("q" + frame["quartile"].astype("str")).str.cat(
        parts[["tenure", "protected", "size", "heating", "area"]], sep="|"
    )
    return frame.assign(
        weight=shares[filled] * households, persons=frame["size"].map(parameters.numbers("population.persons", day))
    ).set_index(pd.Index(key, name="cell", dtype="str"))


def _relative(cells: pd.DataFrame, use: str, parameters: Parameters, day: date) -> pd.Series:
    """Use against the Flemish mean: factor of the quartile, times that of the size scaled to mean 1 in quartile and heating."""
    quartile = ("q" + cells["quartile"].astype("str")).map(parameters.numbers(f"population.use.{use}_factor", day))
    size = cells["size"].map(parameters.numbers(f"population.use.{use}_size_factor", day))
    groups = [cells["quartile"], cells["heating"]]
    mean = (size * cells["weight"]).groupby(groups).transform("sum") / cells["weight"].groupby(groups).transform("sum")
    return quartile * size / mean


def _relative_heat(cells: pd.DataFrame, parameters: Parameters, day: date) -> pd.Series:
    spared = parameters.at("population.use.electric_heat_share", day)
    return _relative(cells, "heat", parameters, day) * np.where(cells["heating"] == "electric", spared, 1.0)


def _with_use(
    cells: pd.DataFrame, heat_kwh: pd.Series, gas_efficiency: float, parameters: Parameters, day: date
) -> pd.DataFrame:
    """The cells with what each household buys; ``heat_kwh`` is the useful heat."""
    base_kwh = parameters.at("population.use.electricity_kwh", day) * _relative(cells, "electricity", parameters, day)
    per_heat = {"electric": 1.0, "heat_pump": 1 / parameters.at("population.use.heat_pump_factor", day)}
    extra_kw = cells["heating"].map(parameters.numbers("population.use.extra_peak_kw", day)).fillna(0.0)
    oil_efficiency = parameters.at("population.use.boiler_efficiency_share", day, "oil")
    frame = cells.assign(
        electricity_kwh=base_kwh + heat_kwh * cells["heating"].map(per_heat).fillna(0.0),
        gas_kwh=(heat_kwh / gas_efficiency).where(cells["heating"] == "gas", 0.0),
        heat_kwh=heat_kwh.where(cells["heating"] == "heat_network", 0.0),
        oil_kwh=(heat_kwh / oil_efficiency).where(cells["heating"] == "oil", 0.0),
        peak_kw=parameters.at("household.billed_peak_kw", day) + extra_kw * _relative(cells, "heat", parameters, day),
        has_gas=cells["heating"] == "gas",
    )
    return tables.check(tables.CELLS, frame[tables.CELLS.column_names])


def _headed(cells: pd.DataFrame, heading: str, heading_en: str) -> pd.DataFrame:
    headed = cells.copy()
    headed.attrs = {"heading": heading, "heading_en": heading_en}
    return headed
