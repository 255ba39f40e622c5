"""The parts of a scenario about the streets: who works there, what is asked of their space, and the calendar of the works."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from koppelkans.scenario.chosen import Chosen

FEWEST_STREET_DRAWS = 20


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
