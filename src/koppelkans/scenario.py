"""The scenario: what the municipality chooses. A TOML file, read strictly; unknown keys are refused with a suggestion."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from koppelkans.errors import ScenarioError, suggestion
from koppelkans.solve import Limits

Trade = Literal["roof", "wall", "floor", "glazing", "ventilation", "installation"]
SourceKind = Literal[
    "stated", "waste_heat", "surface_water", "borehole", "sewer", "air", "biomass", "gas_boiler", "electric_boiler"
]
FEWEST_STREET_DRAWS = 20
STAND_IN_AREA = "antwerpen"
"""Whose tariffs stand in, with a remark, where neither scenario nor place names a grid area."""


class Chosen(BaseModel):
    """A part of the scenario: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Chosen):
    """A heat source: always stated by the user. ``x_m``, ``y_m`` in the coordinate system of the place.

    ``fixed_eur_per_year``: what it costs a year once the network uses it, whatever it gives.
    ``gas_kwh_per_kwh`` and ``electricity_kwh_per_kwh``: what a kWh of its heat uses, for the energy label; waste heat uses none.

    With a ``kind`` its plant is sized and run hour by hour beside the stated price. Then ``base_kw``: power of that plant (empty: chosen,
    at most ``capacity_kw``); ``source_c``: constant temperature of what it draws from; ``input_eur_per_mwh``: price of bought heat or wood;
    ``investment_eur_per_kw``; ``yearly_mwh``: most heat a year; ``months`` in which it runs; ``borehole_m``: metres of a field;
    ``cooling``: buildings give the heat of passive cooling back to the boreholes. Empty: the figure of the parameters, or no bound.
    """

    name: str
    x_m: float
    y_m: float
    capacity_kw: float = Field(gt=0, le=1_000_000)
    supply_c: float = Field(ge=10, le=130)
    price_eur_per_mwh: float = Field(ge=0, le=500)
    fixed_eur_per_year: float = Field(default=0.0, ge=0, le=100_000_000)
    emission_kg_per_kwh: float = Field(default=0.0, ge=0, le=1)
    gas_kwh_per_kwh: float = Field(default=0.0, ge=0, le=3)
    electricity_kwh_per_kwh: float = Field(default=0.0, ge=0, le=1.5)
    available_from_year: int | None = Field(default=None, ge=2000, le=2100)
    assumption: bool = True
    note: str = ""
    kind: SourceKind = "stated"
    base_kw: float | None = Field(default=None, gt=0, le=1_000_000)
    source_c: float | None = Field(default=None, ge=-10, le=130)
    input_eur_per_mwh: float | None = Field(default=None, ge=0, le=500)
    investment_eur_per_kw: float | None = Field(default=None, ge=0, le=20_000)
    yearly_mwh: float | None = Field(default=None, gt=0, le=10_000_000)
    months: list[int] = Field(default_factory=list)
    borehole_m: float | None = Field(default=None, gt=0, le=10_000_000)
    cooling: bool = False

    @field_validator("months")
    @classmethod
    def _months_of_a_year(cls, months: list[int]) -> list[int]:
        if any(not 1 <= month <= 12 for month in months) or len(set(months)) != len(months):
            raise ValueError("months from 1 to 12, each once; empty: all year")
        return months


class Peak(Chosen):
    """A boiler for the coldest hours beside the sources. ``capacity_kw`` empty: chosen at least cost."""

    kind: Literal["none", "gas_boiler", "electric_boiler"] = "none"
    capacity_kw: float | None = Field(default=None, gt=0, le=1_000_000)


class Storage(Chosen):
    """A tank of hot water at the source. ``volume_m3`` empty: chosen at least cost."""

    kind: Literal["none", "tank"] = "none"
    volume_m3: float | None = Field(default=None, gt=0, le=1_000_000)


class Choices(Chosen):
    """What the municipality decides by hand, by building key: solutions that must or must never be used there, and ``measures`` joined by
    + that are taken there, no more and no less (empty: none).
    """

    must: dict[str, str] = Field(default_factory=dict)
    never: dict[str, list[str]] = Field(default_factory=dict)
    measures: dict[str, str] = Field(default_factory=dict)


class Phase(Chosen):
    """A period in which the network is built: from ``year`` to the next, with a budget in euro or in metres of trench; what is left goes to the next.

    With ``sections`` nothing is chosen: these lie at the end of the period, those of earlier periods included.
    """

    year: int = Field(ge=2000, le=2100)
    budget_eur: float | None = Field(default=None, ge=0, le=1e11)
    budget_m: float | None = Field(default=None, ge=0, le=1e8)
    sections: list[str] | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Phase:
        if sum(one is not None for one in (self.budget_eur, self.budget_m, self.sections)) != 1:
            raise ValueError(f"phase {self.year}: give one of budget_eur, budget_m and sections")
        return self

    @property
    def given(self) -> str:
        """What the phase is bounded by: the name of its key."""
        return next(name for name in ("budget_eur", "budget_m", "sections") if getattr(self, name) is not None)


class HeatNetwork(Chosen):
    """What the municipality decides about a heat network. Empty: the figure of the parameters. Euros without VAT, real rates.

    ``tariff_eur_per_kwh``, ``fixed_eur_per_year``, ``capacity_eur_per_kw`` (a year) and ``service_eur_per_year`` are what customers
    pay; ``depreciation_years``, ``debt_years`` and ``concession_years`` are three clocks, each its own. ``uptake_shares``: smaller
    shares of the design at which the business case is shown too. ``must_connect``, ``never_connect``: building keys.
    ``ascent_rounds`` and ``search_rounds`` bound the work on the design: more gives a better network and a tighter bound.
    ``phases``: periods in which the network is built; empty: all at once. ``robustness_draws``: draws of uncertain figures for which the network is
    designed anew; ``robustness_shares``: parts of the design that may connect, each drawn ``uptake_draws`` times; 0 leaves them out.
    """

    regime: Literal["auto", "high", "middle", "low", "ambient"] = "auto"
    must_connect: list[str] = Field(default_factory=list)
    never_connect: list[str] = Field(default_factory=list)
    tariff_eur_per_kwh: float | None = Field(default=None, ge=0, le=1)
    fixed_eur_per_year: float | None = Field(default=None, ge=0, le=10_000)
    capacity_eur_per_kw: float | None = Field(default=None, ge=0, le=1_000)
    service_eur_per_year: float | None = Field(default=None, ge=0, le=10_000)
    connection_fee_eur: float | None = Field(default=None, ge=0, le=100_000)
    grant_share: float | None = Field(default=None, ge=0, le=1)
    social_share: float | None = Field(default=None, ge=0, le=1)
    depreciation_years: int | None = Field(default=None, ge=1, le=100)
    debt_years: int | None = Field(default=None, ge=1, le=100)
    concession_years: int | None = Field(default=None, ge=1, le=100)
    ramp_years: int | None = Field(default=None, ge=1, le=50)
    gearing_share: float | None = Field(default=None, ge=0, le=1)
    interest_share: float | None = Field(default=None, ge=0, le=0.3)
    project_rate_share: float | None = Field(default=None, ge=0, le=0.3)
    uptake_shares: tuple[float, ...] = (0.3, 0.5, 0.7)
    ascent_rounds: int = Field(default=1, ge=1, le=10_000)
    search_rounds: int = Field(default=2, ge=1, le=10_000)
    robustness_draws: int = Field(default=2, ge=0, le=1_000)
    robustness_shares: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8)
    uptake_draws: int = Field(default=20, ge=0, le=1_000)
    phases: list[Phase] = Field(default_factory=list)

    @field_validator("phases")
    @classmethod
    def _phases_in_order(cls, phases: list[Phase]) -> list[Phase]:
        years = [phase.year for phase in phases]
        if years != sorted(set(years)):
            raise ValueError(f"phases must rise in year, each once; found {', '.join(map(str, years))}")
        if len({phase.given for phase in phases}) > 1:
            raise ValueError("phases must all give the same: budget_eur, budget_m or sections")
        return phases

    @field_validator("uptake_shares", "robustness_shares")
    @classmethod
    def _part_of_the_design(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < share < 1 for share in shares) or len(set(shares)) != len(shares):
            raise ValueError("shares between 0 and 1, each once; the whole design is always shown")
        return shares

    @model_validator(mode="after")
    def _must_or_never(self) -> HeatNetwork:
        both = sorted(set(self.must_connect) & set(self.never_connect))
        if both:
            raise ValueError(f"buildings both in must_connect and in never_connect: {', '.join(both[:3])}")
        return self

    def terms(self) -> dict[str, float]:
        """The terms of the business case that are chosen here, by name."""
        others = {
            "regime",
            "must_connect",
            "never_connect",
            "uptake_shares",
            "ascent_rounds",
            "search_rounds",
            "phases",
            "robustness_draws",
            "robustness_shares",
            "uptake_draws",
        }
        return {name: float(value) for name, value in self.model_dump(exclude=others, exclude_none=True).items()}


class Renovation(Chosen):
    """What bounds the works in buildings. Empty: the figure of the parameters, or no bound. Euros without VAT.

    ``target_kwh_per_m2``: need that efficiency first aims at; ``comfort_floor_kwh_per_m2``: need that every dwelling is brought under where
    it can be, whatever the solution. ``budget_eur_per_year`` and ``trade_eur_per_year`` (by trade) bound the works of a year,
    ``emission_cut_share`` the emission of the last period (share below now), ``street_kw`` the electric peak that each street may add.
    ``owner_eur_per_year`` is the most that a dwelling may cost its owner a year, own money as annuity and bills together: dearer options are
    left out wherever another is left. ``periods`` of ``period_years`` are weighed; ``rounds`` bounds the work on the proof.
    """

    target_kwh_per_m2: float | None = Field(default=None, gt=0, le=500)
    comfort_floor_kwh_per_m2: float | None = Field(default=None, gt=0, le=1_000)
    budget_eur_per_year: float | None = Field(default=None, ge=0)
    trade_eur_per_year: dict[Trade, float] = Field(default_factory=dict)
    emission_cut_share: float | None = Field(default=None, ge=0, le=1)
    street_kw: float | None = Field(default=None, ge=0)
    owner_eur_per_year: float | None = Field(default=None, ge=0)
    periods: int = Field(default=6, ge=1, le=12)
    period_years: int = Field(default=5, ge=1, le=15)
    rounds: int = Field(default=200, ge=1, le=100_000)

    @field_validator("trade_eur_per_year")
    @classmethod
    def _not_negative(cls, amounts: dict[Trade, float]) -> dict[Trade, float]:
        if any(amount < 0 for amount in amounts.values()):
            raise ValueError("amounts of zero or more, EUR a year")
        return amounts


class StreetOwner(Chosen):
    """An owner of works in the streets. Empty: the usual of its role. ``budget_eur_per_year`` and ``crews_m`` (metres a year) are no hard
    limits: going beyond has a price. ``takes_part``: shares openings and moves dates; ``flexibility_years``: how far it brings a renewal forward.
    """

    role: Literal["city", "sewer_manager", "grid_operator", "heat_company", "water_company", "regional_road_agency"]
    owner: str | None = None
    name: str | None = None
    budget_eur_per_year: float | None = None
    crews_m: float | None = None
    rate_share: float | None = None
    takes_part: bool = True
    flexibility_years: int | None = None


class StreetSpace(Chosen):
    """What is asked of the space of the streets together. Empty: not asked. Shares of the bays of today, of street area for ``canopy_share``.

    ``cycle_sections``: sections that need room for cyclists; with ``cycle_by_class`` instead: main roads and collectors where it fits. ``frozen``: section to
    pattern. ``hub_bays``, ``opened_bays`` and ``shared_cars`` may stand in for bays on the street, at most so many.
    """

    street_parking_share: float | None = Field(default=None, ge=0, le=2)
    parking_share: float | None = Field(default=None, ge=0, le=3)
    canopy_share: float | None = Field(default=None, ge=0, le=1)
    storage_mm: float | None = Field(default=None, ge=0, le=500)
    depaved_m2: float | None = Field(default=None, ge=0)
    trees: float | None = Field(default=None, ge=0)
    loading_bays: float | None = Field(default=None, ge=0)
    boreholes: float | None = Field(default=None, ge=0)
    footway_m: float | None = Field(default=None, ge=0.5, le=5)
    keep_directions: bool = False
    cycle_by_class: bool = False
    cycle_sections: list[str] = Field(default_factory=list)
    frozen: dict[str, str] = Field(default_factory=dict)
    hub_bays: float = Field(default=0.0, ge=0)
    opened_bays: float = Field(default=0.0, ge=0)
    shared_cars: float = Field(default=0.0, ge=0)


class Street(Chosen):
    """What the municipality decides about works in the streets: a calendar of ``years`` from the start of the plan.

    ``assets`` and ``works``: files beside the scenario with what lies there and with planned works; empty: assets drawn from statistics. ``heat_worth_factor``:
    the slider between cost and time. ``fixed_years``: by key of a work the year in which it is frozen. ``agreed_shares``: by owner its part of all
    shared openings, as agreed. ``rounds`` bounds the work on the proof of the calendar, ``tries`` (per section) that on the calendar itself, ``month_nodes`` that on its months. ``trench_rounds``: how often the price of the trench after sharing
    goes back to the heat network, at most. ``heat_corridors``: what the design of the network makes of streets without room for its pipes: nothing, a price for moving others, or no main there. ``draws``: neighbourhoods of drawn assets over which results are spread (0 or at least 20). ``absences`` and
    ``variations``: also plan without each owner, and with other dates, costs and worth of heat.
    """

    years: int = Field(default=25, ge=5, le=40)
    assets: str | None = None
    works: str | None = None
    owners: list[StreetOwner] = Field(default_factory=list)
    has_gas: bool | None = None
    gas_entry_m: tuple[float, float] | None = None
    heat_worth_factor: float = Field(default=1.0, ge=0, le=100)
    protected_years: int | None = Field(default=None, ge=0, le=20)
    greening_share: float | None = Field(default=None, ge=0, le=1)
    fixed_years: dict[str, int] = Field(default_factory=dict)
    agreed_shares: dict[str, float] = Field(default_factory=dict)
    rounds: int = Field(default=40, ge=1, le=100_000)
    tries: int = Field(default=1, ge=0, le=100_000)
    month_nodes: int = Field(default=1, ge=1)
    trench_rounds: int = Field(default=0, ge=0, le=4)
    heat_corridors: Literal["off", "price", "forbid"] = "off"
    draws: int = Field(default=20, ge=0, le=1_000)
    absences: bool = False
    variations: bool = False
    space: StreetSpace = Field(default_factory=StreetSpace)

    @field_validator("draws")
    @classmethod
    def _enough_draws(cls, draws: int) -> int:
        if 0 < draws < FEWEST_STREET_DRAWS:
            raise ValueError(f"0 or at least {FEWEST_STREET_DRAWS} draws: fewer say nothing of the spread")
        return draws


class Response(Chosen):
    """What the municipality chooses about the response: what owners and a heat company do under the rules, each for its own account.

    ``on``: whether it is computed; ``last_year``: last year of the response. ``coordination``: which of two equilibria happens - price and decision from few
    customers (cautious), signatures that bind from a number on (conditional), missing revenue covered by the municipality (guarantee), a duty to connect with
    exemptions (duty); ``share_asked``: part of the dwellings that signs first under the last three (empty: the share at which the network pays). ``company``: whose
    return it asks; ``price_rule``: heat at cost, at most what gas costs, or as a regulator would set it. ``guidance_share``: how far owners are guided (0 not, 1 from
    door to door), with which ``campaign_years`` before a street opens, and at most ``dossiers_per_year`` (empty: no limit) households. ``uptake_shares``: plain readings
    beside the response. ``price_nodes``: heat prices for which the answer is computed; ``bands``: also under other energy prices and at the ends of the weakest
    figures of behaviour, where figures are weighed (``weigh_figures``).
    """

    on: bool = True
    last_year: int = Field(default=2055, ge=2020, le=2100)
    coordination: Literal["cautious", "conditional", "guarantee", "duty"] = "cautious"
    share_asked: float | None = Field(default=None, gt=0, le=1)
    company: Literal["municipal", "cooperative", "private"] = "municipal"
    price_rule: Literal["cost_plus", "gas_parity", "regulated"] = "cost_plus"
    guidance_share: float = Field(default=0.0, ge=0, le=1)
    campaign_years: int = Field(default=3, ge=0, le=10)
    dossiers_per_year: float | None = Field(default=None, ge=0)
    uptake_shares: tuple[float, ...] = (0.3, 0.5, 0.7)
    price_nodes: int = Field(default=9, ge=5, le=60)
    bands: bool = True

    @field_validator("uptake_shares")
    @classmethod
    def _shares(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < share <= 1 for share in shares) or len(set(shares)) != len(shares):
            raise ValueError("shares above 0 and at most 1, each once")
        return shares


class Scenario(Chosen):
    """All choices of one run.

    ``reference_date`` decides which law holds; ``price_world`` which wholesale prices; ``stand_ins`` (parameter -> scope) and
    ``hold`` (parameters whose last value is kept after its end) answer gaps in the figures, each with a remark.
    ``weigh_figures``: whether the influence of every uncertain figure is computed; without it indicators have no band.
    ``ordering``: efficiency first, fossil-free first, or the date leads and the solution sets the insulation; ``fossil_free_year`` is that
    date. ``weather_file``: an EPW of the user's own instead of the typical year of Uccle. ``existing_pipes``: a GeoPackage or GeoJSON with heat
    pipes that lie there already, with a column ``dn`` or ``capacity_kw``; both beside the scenario. ``data_draws``: synthetic truths over which
    the worth of data is weighed; 0 leaves it out.
    """

    name: str = "basis"
    title: str = "Basisscenario zonder warmtebron"
    reference_date: date = date(2026, 11, 1)
    start_year: int = Field(default=2027, ge=2020, le=2100)
    horizon_years: int = Field(default=30, ge=1, le=60)
    mode: Literal["optimum"] = "optimum"
    price_world: Literal["low", "calm", "high"] = "calm"
    carbon_path: Literal["low", "central", "high"] = "central"
    society_rate_share: float = Field(default=0.03, ge=0, le=0.2)
    owner_rate_share: float = Field(default=0.04, ge=0, le=0.2)
    fossil_free: bool = True
    ordering: Literal["efficiency_first", "fossil_free_first", "date_leads"] = "date_leads"
    fossil_free_year: int = Field(default=2050, ge=2020, le=2150)
    weather_file: str | None = None
    existing_pipes: str | None = None
    data_draws: int = Field(default=2, ge=0, le=100)
    income_category: Literal["cat1", "cat2", "cat3", "cat4"] = "cat2"
    grid_area: str | None = None
    design_outdoor_c: float | None = Field(default=None, ge=-30, le=10)
    seed: int = Field(default=1, ge=0)
    stand_ins: dict[str, str] = Field(default_factory=dict)
    hold: list[str] = Field(default_factory=lambda: ["gas.social_tariff", "gas.excise"])
    weigh_figures: bool = True
    sources: list[Source] = Field(default_factory=list)
    peak: Peak = Field(default_factory=Peak)
    storage: Storage = Field(default_factory=Storage)
    choices: Choices = Field(default_factory=Choices)
    heat_network: HeatNetwork = Field(default_factory=HeatNetwork)
    renovation: Renovation = Field(default_factory=Renovation)
    street: Street = Field(default_factory=Street)
    response: Response = Field(default_factory=Response)
    limits: Limits = Field(default_factory=Limits)

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        if not name or not all(sign.isalnum() or sign in "-_" for sign in name):
            raise ValueError("letters, digits, - and _ only")
        return name

    @model_validator(mode="after")
    def _names_once(self) -> Scenario:
        names = [source.name for source in self.sources]
        if len(set(names)) != len(names):
            raise ValueError("two heat sources have the same name")
        return self


def read_scenario(path: Path | str) -> Scenario:
    """The scenario in a TOML file. Raises ScenarioError that lists every fault: key, what was found, what was expected."""
    file = Path(path)
    if not file.exists():
        raise ScenarioError(f"no scenario file at {file}")
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{file.name} is not TOML: {error}") from error
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        raise ScenarioError(f"{file.name} cannot be used", validation_faults(error, Scenario)) from error


def validation_faults(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Every fault of a file, one line each, with a suggestion for a mistyped key."""
    return [_fault(item, model) for item in error.errors(include_url=False)]


def _fault(item: Any, model: type[BaseModel]) -> str:
    path = ".".join(str(part) for part in item["loc"]) or "the file"
    if item["type"] == "extra_forbidden":
        return f"key {path} is not known; {suggestion(str(item['loc'][-1]), _known_keys(model))}"
    if item["type"] == "missing":
        return f"key {path} is missing: {item['msg'].lower()}"
    return f"key {path}: found {item['input']!r}; {item['msg'].removeprefix('Value error, ')}"


def _known_keys(model: type[BaseModel]) -> set[str]:
    names = set(model.model_fields)
    for part in (
        Source,
        Peak,
        Storage,
        Choices,
        HeatNetwork,
        Renovation,
        Street,
        StreetSpace,
        StreetOwner,
        Response,
        Limits,
    ):
        names |= set(part.model_fields) if model is Scenario else set()
    return names
