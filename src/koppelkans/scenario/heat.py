"""The parts of a scenario about heat: sources with their plant, what must or must never be used where, the network, and the works in buildings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from koppelkans.scenario.chosen import Chosen

Trade = Literal["roof", "wall", "floor", "glazing", "ventilation", "installation"]
SourceKind = Literal[
    "stated", "waste_heat", "surface_water", "borehole", "sewer", "air", "biomass", "gas_boiler", "electric_boiler"
]


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
