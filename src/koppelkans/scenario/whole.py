"""All choices of one run, and how they are read from a TOML file: every fault is told, with a suggestion for a mistyped key."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from koppelkans.errors import ScenarioError, suggestion
from koppelkans.scenario.chosen import Chosen
from koppelkans.scenario.heat import Choices, HeatNetwork, Peak, Renovation, Source, Storage
from koppelkans.scenario.response import Response
from koppelkans.scenario.street import Street, StreetOwner, StreetSpace
from koppelkans.solve import Limits

STAND_IN_AREA = "antwerpen"
"""Whose tariffs stand in, with a remark, where neither scenario nor place names a grid area."""


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

    @model_validator(mode="after")
    def _response_goes_on(self) -> Scenario:
        if self.response.on and self.response.last_year <= self.start_year:
            raise ValueError(
                f"response.last_year is {self.response.last_year}, expected a year after start_year ({self.start_year}); "
                "choose a later one, or leave the response out (response.on = false)"
            )
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
