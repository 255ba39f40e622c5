"""The solutions that fit each building, each with the package that makes it cheapest to society."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.heat.costs import KG_PER_TONNE, Economics, Terms, annuity_share, solution_costs, terms_of
from koppelkans.heat.packages import Packages, packages, ready_share
from koppelkans.heat.technique import Figures, stock, techniques
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
FOSSIL: Flags = np.isin(tables.INDIVIDUAL_SOLUTIONS, tables.FOSSIL_SOLUTIONS)


@dataclass(frozen=True, slots=True)
class OptionArrays:
    """Every solution with every package in every heated building: arrays buildings x solutions x packages.

    ``packages`` (buildings x packages) says what each package is; ``space_kwh`` (idem) is the useful space heat that it leaves,
    ``package_eur_per_year`` (idem) what its renovation costs society: annuity, and electricity of the ventilation it adds.
    """

    buildings: pd.Index
    packages: Packages
    space_kwh: Floats
    package_eur_per_year: Floats
    fits: Flags
    flow_c: Floats
    investment_eur: Floats
    vat_eur: Floats
    premium_eur: Floats
    society_eur_per_year: Floats
    owner_investment_eur: Floats
    owner_eur_per_year: Floats
    gas_kwh: Floats
    electricity_kwh: Floats
    emission_kg: Floats
    electric_peak_kw: Floats
    spf: Floats

    @property
    def allowed_cost(self) -> Floats:
        """Society cost where the combination fits, infinite elsewhere."""
        return np.where(self.fits, self.society_eur_per_year, np.inf)


FIGURES_OF_AN_OPTION = tuple(
    item.name
    for item in fields(OptionArrays)
    if item.name not in ("buildings", "packages", "space_kwh", "package_eur_per_year", "fits")
)


@dataclass(frozen=True, slots=True)
class Picks:
    """One solution and one package per building, as places in ``tables.INDIVIDUAL_SOLUTIONS`` and in the packages; -1: none."""

    solution: Ints
    package: Ints


def option_arrays(
    buildings: pd.DataFrame, demand: pd.DataFrame, renovations: pd.DataFrame, prices: pd.DataFrame, support: pd.DataFrame,
    *, economics: Economics, parameters: Parameters,
) -> OptionArrays:  # fmt: skip
    """All combinations of heated building, solution and package, without choosing; see ``heat_options`` for the inputs."""
    warm = heated_rows(buildings, demand)
    houses, need = buildings.loc[warm], demand.loc[warm]
    effects = packages(houses, renovations, parameters=parameters, day=economics.day)
    warm_stock = stock(houses, need, effects)
    terms = terms_of(prices, support, Figures(parameters, economics.day), economics)
    built = techniques(warm_stock, terms.figures)
    costs = {
        name: solution_costs(name, one, stock=warm_stock, effects=effects, terms=terms) for name, one in built.items()
    }

    def stacked(name: str) -> Floats:
        of = costs if hasattr(next(iter(costs.values())), name) else built
        return np.stack([getattr(of[solution], name) for solution in tables.INDIVIDUAL_SOLUTIONS], axis=1)

    fits = np.stack([built[solution].fits for solution in tables.INDIVIDUAL_SOLUTIONS], axis=1)
    measured = {name: stacked(name) for name in FIGURES_OF_AN_OPTION if name != "flow_c"}
    return OptionArrays(
        buildings=warm, packages=effects, space_kwh=warm_stock.space_kwh, package_eur_per_year=_package_eur(effects, terms),
        fits=fits, flow_c=np.broadcast_to(effects.flow_c[:, None, :], fits.shape), **measured,
    )  # fmt: skip


def _package_eur(effects: Packages, terms: Terms) -> Floats:
    """What the renovation of each package costs society a year, emitters apart (buildings x packages)."""
    weigh, power = terms.economics, terms.power
    carbon = power["emission_kg_per_kwh"] / KG_PER_TONNE * weigh.carbon_eur_per_tonne
    annuity = effects.renovation_eur * annuity_share(effects.renovation_life_years, weigh.society_rate_share)
    cost: Floats = annuity + effects.fan_kwh * (power["society_eur_per_kwh"] + carbon)
    return cost


def heated_rows(buildings: pd.DataFrame, demand: pd.DataFrame) -> pd.Index:
    """Keys of the buildings that are heated and need heat, in the order of ``buildings``.

    Raises DataError that names buildings without a row in ``demand``.
    """
    missing = buildings.index.difference(demand.index)
    if len(missing):
        raise DataError(
            f"table demand has no row for {len(missing)} buildings ({tables.first_keys(missing)}); expected one for each"
        )
    need = demand["heat_kwh"].reindex(buildings.index).to_numpy(float)
    return buildings.index[buildings["heated"].to_numpy(bool) & (need > 0)]


def heat_options(
    buildings: pd.DataFrame, demand: pd.DataFrame, renovations: pd.DataFrame, prices: pd.DataFrame, support: pd.DataFrame,
    *, economics: Economics, parameters: Parameters,
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """Solutions that fit each heated building, with the package that makes each cheapest to society; and what to mind.

    Inputs keep BUILDINGS, DEMAND, RENOVATIONS, PRICES (rows gas and electricity) and SUPPORT. Result keeps OPTIONS: key
    "building|solution", buildings in the order given, solutions in the order of ``tables.INDIVIDUAL_SOLUTIONS``.

    A package is a rung of the renovation ladder, with or without new emitters. A solution fits with a package when the flow
    temperature that the building then needs on the coldest day is within reach of the heat pump
    (``heat.<solution>.flow_limit_c``); more rules: ``technique.techniques``, ``packages.packages``. A ``renovations`` table that
    lacks rungs forbids them. Valid for water-borne heating; no cooling, noise or heat network.
    Raises DataError for buildings without demand or renovation rung. Method: docs/method.md#heat-options.
    """
    arrays = option_arrays(buildings, demand, renovations, prices, support, economics=economics, parameters=parameters)
    return options_table(arrays), option_remarks(
        buildings.loc[arrays.buildings], economics=economics, parameters=parameters
    )


def options_table(arrays: OptionArrays, *, packages: Flags | None = None) -> pd.DataFrame:
    """The solutions that fit, each with its cheapest package to society (contract OPTIONS); ``packages`` (buildings x packages)
    bounds the choice.
    """
    cost = arrays.allowed_cost
    if packages is not None:
        cost = np.where(packages[:, None, :], cost, np.inf)
    package = cost.argmin(axis=2)
    row, solution = np.nonzero(np.isfinite(cost.min(axis=2)))
    picked = (row, solution, package[row, solution])
    keys, names = arrays.buildings.to_numpy(object)[row], np.array(tables.INDIVIDUAL_SOLUTIONS, dtype=object)[solution]
    word, measures = arrays.packages.words(row, picked[2])
    frame = pd.DataFrame(
        {
            "building": pd.array(keys, dtype="str"),
            "solution": pd.array(names, dtype="str"),
            "package": pd.array(word, dtype="str"),
            "rung": (picked[2] // 2).astype(np.int64),
            "measures": pd.array(measures, dtype="str"),
            **{name: getattr(arrays, name)[picked] for name in FIGURES_OF_AN_OPTION},
        },
        index=pd.Index(keys + "|" + names, name="option", dtype="str"),
    )
    return frame[tables.OPTIONS.column_names]


def pick(arrays: OptionArrays, *, packages: Flags | None = None, solutions: Flags | None = None) -> Picks:
    """The solution and package of least cost to society in each building, among those allowed.

    ``packages``: buildings x packages. ``solutions``: in the order of ``tables.INDIVIDUAL_SOLUTIONS``, for all buildings or
    buildings x solutions. Equal costs: the first solution, then the first package. -1 where nothing is left.
    Method: docs/method.md#heat-choices.
    """
    cost = arrays.allowed_cost
    if packages is not None:
        cost = np.where(packages[:, None, :], cost, np.inf)
    if solutions is not None:
        cost = np.where(np.atleast_2d(solutions)[:, :, None], cost, np.inf)
    flat = cost.reshape(len(cost), cost.shape[1] * cost.shape[2])
    best = flat.argmin(axis=1)
    left = np.isfinite(flat[np.arange(len(flat)), best])
    solution, package = np.divmod(best, cost.shape[2])
    return Picks(np.where(left, solution, -1), np.where(left, package, -1))


def least_cost(arrays: OptionArrays, *, fossil_free: bool) -> pd.DataFrame:
    """The cheapest solution of each heated building for society, and its gas reference, in figures only; index ``building``.

    Columns ``society_eur_per_year``, ``investment_eur``, ``emission_kg`` of the choice, ``reference_society_eur_per_year`` and
    ``reference_emission_kg`` of the gas boiler (of each dwelling, else collective). The same figures as ``heat_options`` and
    ``heat_choices`` without choices made by hand, without building their tables: for runs that vary one figure after another.
    Infinite where nothing fits. Method: docs/method.md#heat-choices.
    """
    cost = arrays.allowed_cost
    package = cost.argmin(axis=2)
    per_solution = cost.min(axis=2)
    row = np.arange(len(arrays.buildings))
    best = np.where(FOSSIL & fossil_free, np.inf, per_solution).argmin(axis=1)
    own, collective = (tables.INDIVIDUAL_SOLUTIONS.index(name) for name in ("gas_boiler", "collective_gas_boiler"))
    gas = np.where(np.isfinite(per_solution[:, own]), own, collective)
    chosen, reference = (row, best, package[row, best]), (row, gas, package[row, gas])
    return pd.DataFrame({
        "society_eur_per_year": cost[chosen], "investment_eur": arrays.investment_eur[chosen], "emission_kg": arrays.emission_kg[chosen],
        "reference_society_eur_per_year": cost[reference], "reference_emission_kg": arrays.emission_kg[reference],
    }, index=arrays.buildings)  # fmt: skip


def option_remarks(houses: pd.DataFrame, *, economics: Economics, parameters: Parameters) -> list[RemarkRow]:
    """What stands beside the options of heated buildings; shares are of those."""
    if houses.empty:
        return []
    limit_c = parameters.at("heat.air_heat_pump.flow_limit_c", economics.day)
    ready = ready_share(houses["period"], limit_c, parameters=parameters, day=economics.day)
    single = (houses["dwellings"] < 2).to_numpy(bool)
    shared, terraced = ~single, single & (houses["type"] == "terraced").to_numpy(bool)
    other = (houses["dwellings"] == 0).to_numpy(bool)
    rows = [
        tables.remark(
            "options.flow_c",
            "De aanvoertemperatuur volgt uit de piek na de ingreep en uit radiatoren die anderhalve keer de piek van nu aankunnen: een mediaan. "
            f"Naar de gekende spreiding kan {ready:.0%} van de gebouwen al met een luchtwarmtepomp zonder nieuwe radiatoren; welke, is onbekend; "
            "de berekening neemt voor alle de mediaan.",
            "Flow temperature follows from the peak after the package and from radiators that can give one and a half times the present peak: a "
            f"median. By the known spread {ready:.0%} of the buildings can do with an air heat pump without new radiators; which ones is unknown; "
            "the calculation takes the median for all.",
            rows_share=1.0, method="heat-flow-temperature",
        ),
        tables.remark(
            "options.investment_eur",
            "Investeringen zijn richtprijzen met een ruime marge, geen offertes; geen enkele is officieel.",
            "Investments are indicative prices with a wide band, no offers; none is official.",
            rows_share=1.0, method="heat-costs",
        ),
        tables.remark(
            "options.gas_kwh",
            "Wie het gas verlaat, kookt ook elektrisch; de kost van een nieuwe kookplaat en de stroom om te koken zijn niet meegeteld.",
            "Who leaves gas also cooks on electricity; a new hob and the electricity for cooking are not counted.",
            level="info", method="heat-costs",
        ),
    ]  # fmt: skip
    special = [
        (terraced, "Een bodemwarmtepomp is alleen bekeken waar een boortoestel vermoedelijk bij eigen grond kan: open en halfopen bebouwing en "
         "niet-woongebouwen. De tuin van een rijwoning is niet onderzocht.",
         "A ground heat pump is considered only where a drilling rig can probably reach own ground: detached and semi-detached houses and "
         "non-residential buildings. The garden of a terraced house was not examined."),
        (shared, "In gebouwen met twee of meer woningen zijn een ketel per woning en een collectieve installatie bekeken, geen warmtepomp per "
         "woning. Of er al een collectieve verdeling is, staat niet in de data: ze is volledig meegerekend.",
         "In buildings with two dwellings or more a boiler per dwelling and a collective plant are considered, no heat pump per dwelling. Whether "
         "there is a collective distribution already is not in the data: it is counted in full."),
        (other, "Scholen, winkels en andere niet-woongebouwen zijn gerekend met dezelfde installaties, groter, en met de energieprijzen van een "
         "gezin; zonder premie.",
         "Schools, shops and other non-residential buildings are counted with the same plants, larger, and with the energy prices of a "
         "household; without premium."),
    ]  # fmt: skip
    rows += [
        tables.remark("options", dutch, english, rows_share=float(where.mean()), method="heat-options")
        for where, dutch, english in special
        if where.any()
    ]
    return rows
