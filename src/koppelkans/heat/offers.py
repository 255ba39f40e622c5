"""What a connection to a heat network costs inside each building, and what it is worth there before any pipe is laid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import ParameterError
from koppelkans.heat.choices import best_individual
from koppelkans.heat.costs import KG_PER_TONNE, Economics, Terms, annuity_share, terms_of
from koppelkans.heat.network.instance import NetworkLimits
from koppelkans.heat.options import heated_rows
from koppelkans.heat.packages import Packages, packages
from koppelkans.heat.performance import hot_water_spf
from koppelkans.heat.pipes import Regime, network_regime
from koppelkans.heat.technique import Figures, Stock, distribution_eur, stock
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
KWH_PER_MWH = 1_000.0
LEAST_STEP_KW = 1e-3
"""A package with less power than another counts from this difference on."""


@dataclass(frozen=True, slots=True)
class HeatSource:
    """Where the network starts: position in the coordinates of the place, what it can give, at which price and emission.

    ``fixed_eur_per_year``: what it costs a year once it is used at all, whatever it gives.
    """

    name: str
    x_m: float
    y_m: float
    capacity_kw: float
    supply_c: float
    price_eur_per_mwh: float
    emission_kg_per_kwh: float = 0.0
    fixed_eur_per_year: float = 0.0


@dataclass(frozen=True, slots=True)
class NetworkTariff:
    """What an owner pays the heat company, VAT included: per kWh, per dwelling and year, per kW and year, once per dwelling."""

    energy_eur_per_kwh: float
    fixed_eur_per_year: float
    capacity_eur_per_kw: float = 0.0
    connection_eur: float = 0.0


@dataclass(frozen=True, slots=True)
class NetworkCase:
    """Everything but the tables of buildings and streets that a heat network is weighed with.

    ``prices`` and ``renovations`` keep PRICES and RENOVATIONS. ``coincidence``: share of the sum of peaks that is left of very many
    customers, and what one alone adds; the figures of the parameters where it is left out.
    ``only``: the one regime to look at, a word of ``tables.NETWORK_SOLUTIONS``. ``must`` and ``never``: solutions by building, as the
    scenario gives them; ``must_connect`` and ``never_connect``: buildings, whatever the temperature.
    ``others``: further sources of the same network. ``laid``: pipes that lie there already, as ``network.laid.laid_pipes`` gives them.
    ``trench_share``: part of the price of the trench that is left for heat by section, where others open the same street; none: all of it.
    ``trench_more_eur_per_m``: what must be paid besides by section, a metre of main, where others have to move for a heat pair.
    ``held``: ``answer`` of an earlier design, kept unless another saves more than ``held_share`` of what all buildings pay; none: whatever is best.
    """

    source: HeatSource
    tariff: NetworkTariff
    economics: Economics
    parameters: Parameters
    prices: pd.DataFrame
    renovations: pd.DataFrame
    coincidence: tuple[float, float] | None = None
    fossil_free: bool = True
    only: str | None = None
    must: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, list[str]] = field(default_factory=dict)
    must_connect: Sequence[str] = ()
    never_connect: Sequence[str] = ()
    limits: NetworkLimits = field(default_factory=NetworkLimits)
    others: tuple[HeatSource, ...] = ()
    laid: pd.DataFrame | None = None
    trench_share: pd.Series | None = None
    trench_more_eur_per_m: pd.Series | None = None
    held: object = None
    held_share: float = 0.0

    @property
    def sources(self) -> tuple[HeatSource, ...]:
        """All sources, the one whose heat every price begins with first."""
        return (self.source, *self.others)

    def heat_of(self, source: HeatSource) -> float:
        """One kWh of a source for society: its price and its carbon [EUR/kWh]."""
        carbon = source.emission_kg_per_kwh / KG_PER_TONNE * self.economics.carbon_eur_per_tonne
        return source.price_eur_per_mwh / KWH_PER_MWH + carbon

    @property
    def terms(self) -> Terms:
        """Prices and rates as the individual solutions are weighed with; no premiums."""
        figures = Figures(self.parameters, self.economics.day)
        return terms_of(self.prices, tables.SUPPORT.empty(), figures, self.economics)

    @property
    def heat_eur_per_kwh(self) -> float:
        """One kWh at the source for society: its price and its carbon."""
        return self.heat_of(self.source)

    @property
    def power_eur_per_kwh(self) -> float:
        """One kWh of electricity for society: its cost and its carbon."""
        power = self.terms.power
        return (
            power["society_eur_per_kwh"]
            + power["emission_kg_per_kwh"] / KG_PER_TONNE * self.economics.carbon_eur_per_tonne
        )

    def regime(self, name: str) -> Regime:
        """The design temperatures of a network solution."""
        return network_regime(name, parameters=self.parameters, day=self.economics.day)


OFFER_COLUMNS = (
    "fits", "package", "rung", "measures", "flow_c", "investment_eur", "delivery_set_eur", "vat_eur", "inside_eur_per_year", "heat_kwh", "peak_kw",
    "electricity_kwh", "electric_peak_kw", "emission_kg", "spf", "society_eur_per_year", "owner_investment_eur", "owner_eur_per_year",
    "alternative", "alternative_eur_per_year", "advantage_eur_per_year", "dwellings", "hot_water_kwh",
)  # fmt: skip


def network_offers(
    buildings: pd.DataFrame, demand: pd.DataFrame, options: pd.DataFrame, regime: str, case: NetworkCase
) -> pd.DataFrame:
    """What connecting each heated building means at a regime; index ``building``, columns OFFER_COLUMNS.

    buildings, demand, options keep BUILDINGS, DEMAND and OPTIONS; ``regime`` is a word of ``tables.NETWORK_SOLUTIONS``.

    ``fits`` is false where no package brings the flow temperature of the building within supply - approach; other columns are
    then empty, ``alternative`` apart. Of the packages that fit the one cheapest to society is taken. Per year:

        inside    = (delivery set, distribution, booster, package) x annuity + upkeep + electricity of booster and ventilation
        society   = inside + heat x (price + carbon) of the source, the network itself apart
        advantage = cheapest individual solution allowed - society

    ``heat_kwh`` is bought at the building, ``hot_water_kwh`` of it for hot water. Hot water that the network cannot make hot enough is lifted by an electric
    booster; at 15/10 °C a heat pump in the building lifts all heat, and ``peak_kw`` is what it draws from the network at the coldest hour.
    ``delivery_set_eur`` is part of ``investment_eur`` but not of ``owner_investment_eur``: it belongs to the heat company.
    Valid when the return of the regime is reached. Raises ParameterError for an unknown regime, DataError as ``heated_rows``.
    Method: docs/method.md#network-offers.
    """
    return network_packages(buildings, demand, options, regime, case)[0]


def network_packages(
    buildings: pd.DataFrame, demand: pd.DataFrame, options: pd.DataFrame, regime: str, case: NetworkCase
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The offers of ``network_offers``, and what each building may take instead: a row per package that asks less power, columns OFFER_COLUMNS.

    The other packages follow building by building (index ``building``), each with less power and less advantage than the one before; a package that
    another beats in both is left out, as is one without any advantage (in buildings that must connect too).
    Raises as ``network_offers``. Method: docs/method.md#network-packages.
    """
    if regime not in tables.NETWORK_SOLUTIONS:
        raise ParameterError(f"no network regime is called {regime}; known: {', '.join(tables.NETWORK_SOLUTIONS)}")
    warm = heated_rows(buildings, demand)
    houses, need = buildings.loc[warm], demand.loc[warm]
    effects = packages(houses, case.renovations, parameters=case.parameters, day=case.economics.day)
    homes, figures = stock(houses, need, effects), case.terms.figures
    lifted = regime in tables.LIFTED_SOLUTIONS
    inside = lifted_inside(homes, effects, figures) if lifted else _inside(homes, effects, case.regime(regime), figures)
    measures = _measures(inside, effects, case)
    least = np.where(inside.fits, measures["society_eur_per_year"], np.inf)
    fits = np.isfinite(least.min(axis=1, initial=np.inf))
    alone = best_individual(options, fossil_free=case.fossil_free, must=case.must, never=case.never).reindex(warm)
    about = alone.assign(dwellings=houses["dwellings"])
    pick, every = least.argmin(axis=1), np.arange(len(warm))
    others = _less_power(least, measures["peak_kw"], pick, alone["society_eur_per_year"].to_numpy(float))
    first = _offer_rows((every, pick), fits, measures, effects, about)
    return first, _offer_rows(others, np.ones(len(others[0]), dtype=np.bool_), measures, effects, about)


def _offer_rows(
    pairs: tuple[Ints, Ints], fits: Flags, measures: dict[str, Floats], effects: Packages, about: pd.DataFrame
) -> pd.DataFrame:
    """The offers of pairs of a building (row of ``about``) and a package; empty where it does not fit."""
    row, package = pairs
    keys = pd.Index(about.index[row], name="building", dtype="str")
    columns = {name: np.where(fits, values[pairs], np.nan) for name, values in measures.items()}
    word, works = (pd.Series(words, index=keys, dtype="str").where(fits) for words in effects.words(row, package))
    known = about.iloc[row].set_axis(keys)
    return pd.DataFrame(columns, index=keys).assign(
        fits=fits, package=word, rung=np.where(fits, package // 2, np.nan), measures=works, alternative=known["solution"],
        alternative_eur_per_year=known["society_eur_per_year"],
        advantage_eur_per_year=known["society_eur_per_year"] - columns["society_eur_per_year"], dwellings=known["dwellings"],
    )[list(OFFER_COLUMNS)]  # fmt: skip


def _less_power(cost: Floats, peak_kw: Floats, pick: Ints, most: Floats) -> tuple[Ints, Ints]:
    """Building and package of everything but the first pick that no other package beats in cost and power, dearest last.

    ``cost``: buildings x packages, infinite where a package does not fit; ``most``: what a package may cost at most. Of two alike the first one counts.
    """
    every = np.arange(len(cost))
    order = np.lexsort((peak_kw, cost), axis=1)
    power = np.take_along_axis(np.where(np.isfinite(cost), peak_kw, np.inf), order, axis=1)
    spent = np.take_along_axis(cost, order, axis=1)
    least = np.minimum.accumulate(power, axis=1)
    before = np.concatenate([np.full((len(cost), 1), np.inf), least[:, :-1]], axis=1)
    own = cost[every, pick][:, None] if len(cost) else cost
    kept = np.isfinite(spent) & (power < before - LEAST_STEP_KW) & (spent < most[:, None]) & (spent > own)
    kept &= power < peak_kw[every, pick][:, None] - LEAST_STEP_KW
    row, place = np.nonzero(kept)
    return row.astype(np.int64), order[row, place].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands behind the connection; arrays buildings x packages unless said otherwise."""

    stock: Stock
    fits: Flags
    set_eur: Floats
    distribution_eur: Floats
    booster_eur: Floats
    heat_kwh: Floats
    hot_water_kwh: Floats
    power_kwh: Floats
    """Electricity of the booster and of the ventilation that the package adds."""
    booster_kw: Floats
    network_kw: Floats
    """Heat that the building draws from the network at its peak."""
    booster: str = "booster"
    """What lifts the heat: first part of the names of its figures."""


def _inside(houses: Stock, effects: Packages, regime: Regime, figures: Figures) -> Inside:
    """One delivery set per building; a distribution in buildings with two dwellings or more; a booster where needed."""
    limit_c = regime.supply_c - figures.at("delivery_set.approach_k")
    shared = houses.shared[:, None]
    lift = _lifted_share(houses, limit_c, figures)
    delivered = np.where(shared, 1.0 - figures.at("collective.loss_share"), 1.0)
    hot_water = houses.hot_water_kwh[:, None]
    boosted = (lift > 0) & (hot_water > 0)
    none = np.zeros_like(houses.peak_kw)
    units = np.where(boosted, houses.units[:, None], 0.0) + none
    return Inside(
        stock=houses,
        fits=effects.useful & (effects.flow_c <= limit_c),
        set_eur=_delivery_set_eur(houses, figures),
        distribution_eur=np.where(shared, distribution_eur(houses, figures), 0.0),
        booster_eur=units * figures.at("booster.investment_eur"),
        heat_kwh=(houses.space_kwh + hot_water * (1.0 - lift)) / delivered,
        hot_water_kwh=hot_water * (1.0 - lift) / delivered + none,
        power_kwh=hot_water * lift / delivered + houses.fan_kwh,
        booster_kw=units * figures.at("booster.peak_kw"),
        network_kw=houses.peak_kw,
    )


def lifted_inside(houses: Stock, effects: Packages, figures: Figures) -> Inside:
    """A heat pump on the network in every building: what it builds, draws from the network and uses of electricity.

    One plant per dwelling of its own or per shared building, with the distribution and losses of a collective heat pump there.

        electricity = (space heat / SPF + hot water / SPF of hot water) / delivered share,  heat bought = useful / delivered - electricity

    Method: docs/method.md#network-ambient.
    """
    shared = houses.shared[:, None]
    curve = figures.network_curve.at(houses.flow_c)
    own, collective = (
        hot_water_spf("network", kind, parameters=figures.parameters, day=figures.day)
        for kind in ("individual", "collective")
    )
    delivered = np.where(shared, 1.0 - figures.at("collective.loss_share"), 1.0)
    hot_water = houses.hot_water_kwh[:, None]
    power = (houses.space_kwh / curve.spf + hot_water / np.where(shared, collective, own)) / delivered
    drawn_kw = houses.peak_kw * curve.source_share
    return Inside(
        stock=houses,
        fits=effects.useful & (houses.flow_c <= figures.at("network_heat_pump.flow_limit_c")),
        set_eur=_delivery_set_eur(replace(houses, peak_kw=drawn_kw), figures)
        * figures.at("network_heat_pump.set_share"),
        distribution_eur=np.where(shared, distribution_eur(houses, figures), 0.0),
        booster_eur=figures.plant_eur("network_heat_pump", "heat_pump", houses.peak_kw),
        heat_kwh=houses.useful_kwh / delivered - power,
        hot_water_kwh=(hot_water - hot_water / np.where(shared, collective, own)) / delivered + np.zeros_like(power),
        power_kwh=power + houses.fan_kwh,
        booster_kw=houses.peak_kw * curve.peak_share,
        network_kw=drawn_kw,
        booster="network_heat_pump",
    )


def _delivery_set_eur(houses: Stock, figures: Figures) -> Floats:
    """One set per building [EUR]: price for one dwelling, which holds for a boiler's smallest power, and scale for larger ones."""
    one_eur = figures.parameters.at("project.delivery_set_eur", figures.day)
    smallest_kw = figures.at("plant.smallest_kw", "boiler")
    size = np.maximum(houses.peak_kw, smallest_kw) / smallest_kw
    price: Floats = one_eur * size ** figures.at("plant.scale_exponent")
    return price


def _lifted_share(houses: Stock, limit_c: float, figures: Figures) -> Floats:
    """Share of the hot water energy that the network cannot give (n, 1): (T hot - T network) / (T hot - T cold), 0 to 1."""
    own, collective = (figures.at("hot_water_c", kind) for kind in ("individual", "collective"))
    target_c = np.where(houses.shared, collective, own)[:, None]
    share: Floats = np.clip((target_c - limit_c) / (target_c - figures.at("cold_water_c")), 0.0, 1.0)
    return share


def _measures(inside: Inside, effects: Packages, case: NetworkCase) -> dict[str, Floats]:
    """The columns of numbers of an offer, buildings x packages."""
    terms, weigh, houses = case.terms, case.economics, inside.stock
    figures = terms.figures
    ahead, rate = float(weigh.horizon_years), weigh.society_rate_share
    own_parts: list[tuple[Floats, Floats]] = [
        (inside.distribution_eur, np.array(figures.at("collective.distribution_life_years"))),
        (inside.booster_eur, np.array(figures.at(f"{inside.booster}.life_years"))),
        (effects.renovation_eur, effects.renovation_life_years),
        (effects.emitters_eur, np.array(effects.emitters_life_years)),
    ]
    own_eur = sum((amount for amount, _ in own_parts), np.zeros_like(houses.peak_kw))
    set_years, set_upkeep = (
        case.parameters.at(f"project.{what}", weigh.day, "delivery_sets") for what in ("life_years", "upkeep_share")
    )
    capital = inside.set_eur * annuity_share(set_years, rate)
    capital = sum((amount * annuity_share(life, rate) for amount, life in own_parts), capital)
    booster_upkeep = inside.booster_eur * figures.at(f"{inside.booster}.upkeep_share")
    upkeep = inside.set_eur * set_upkeep + booster_upkeep
    peak_kw = inside.booster_kw * figures.at("peak_coincidence_share")
    electricity = inside.power_kwh * case.power_eur_per_kwh + peak_kw * terms.power["society_eur_per_kw"]
    costs_inside = capital + upkeep + electricity
    vat = terms.vat_share(houses)
    own = sum(
        (amount * annuity_share(np.minimum(life, ahead), weigh.owner_rate_share) for amount, life in own_parts), np.zeros_like(own_eur)
    )  # fmt: skip
    fee_eur = case.tariff.connection_eur * houses.units[:, None] + np.zeros_like(own_eur)
    emission = inside.heat_kwh * case.source.emission_kg_per_kwh + inside.power_kwh * terms.power["emission_kg_per_kwh"]
    return {
        "flow_c": houses.flow_c,
        "investment_eur": own_eur + inside.set_eur,
        "delivery_set_eur": inside.set_eur,
        "vat_eur": own_eur * vat,
        "inside_eur_per_year": costs_inside,
        "heat_kwh": inside.heat_kwh,
        "hot_water_kwh": inside.hot_water_kwh,
        "peak_kw": inside.network_kw,
        "electricity_kwh": inside.power_kwh,
        "electric_peak_kw": inside.booster_kw,
        "emission_kg": emission,
        "spf": houses.useful_kwh / np.maximum(inside.heat_kwh, 1e-9),
        "society_eur_per_year": costs_inside + inside.heat_kwh * case.heat_eur_per_kwh,
        "owner_investment_eur": own_eur * (1.0 + vat) + fee_eur,
        "owner_eur_per_year": (own + booster_upkeep) * (1.0 + vat)
        + fee_eur * annuity_share(ahead, weigh.owner_rate_share)
        + _owner_bills(inside, case),
    }


def _owner_bills(inside: Inside, case: NetworkCase) -> Floats:
    """What the owner pays for heat and for the electricity of booster and ventilation [EUR/year], VAT included."""
    tariff, power, houses = case.tariff, case.terms.power, inside.stock
    monthly_kw = inside.booster_kw * case.terms.figures.at("monthly_peak_share")
    bills: Floats = (
        inside.heat_kwh * tariff.energy_eur_per_kwh
        + houses.units[:, None] * tariff.fixed_eur_per_year
        + inside.network_kw * tariff.capacity_eur_per_kw
        + inside.power_kwh * power["owner_eur_per_kwh"]
        + monthly_kw * power["owner_eur_per_kw"]
    )
    return bills
