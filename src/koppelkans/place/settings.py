"""What ``place.toml`` may say about a place of the user's own; read strictly, unknown keys are refused with a suggestion."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from koppelkans.errors import DataError, suggestion

ROLES = (
    "buildings",
    "buildings_points",
    "streets",
    "addresses",
    "areas",
    "address_links",
    "road_widths",
    "landuse",
    "waterways",
)
"""What a layer can be; the names under ``[layers]``."""

Role = Literal[
    "buildings", "buildings_points", "streets", "addresses", "areas", "address_links", "road_widths", "landuse", "waterways"
]  # fmt: skip
GridArea = Literal[
    "antwerpen", "halle_vilvoorde", "imewo", "kempen", "limburg", "midden_vlaanderen", "west", "zenne_dijle"
]


class Stated(BaseModel):
    """A part of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class About(Stated):
    """Section ``[place]``. ``crs``: layers in another coordinate system are converted to it when they enter."""

    name: str | None = None
    title: str | None = None
    municipality: str | None = None
    nis: str | None = Field(default=None, pattern=r"^\d{5}$")
    grid_area: GridArea | None = None
    grid_area_note: str = ""
    """Why the grid area is an assumption, in Dutch (and in English below); empty when it is confirmed."""
    grid_area_note_en: str = ""
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    dated: str = ""
    crs: str | None = None
    note: str = ""


class LayerStated(Stated):
    """Section ``[layers.ROLE]``: where the layer stands, ``columns`` (ours = theirs) and ``factors`` (our column = times)."""

    file: str | None = None
    layer: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    factors: dict[str, float] = Field(default_factory=dict)
    complete: bool | None = None
    """False: a sample, never the stock; None: judged by its number of rows beside the addresses."""


class TableStated(Stated):
    """Section ``[tables.NAME]``: a CSV file and how its numbers are written."""

    file: str
    separator: str | None = None
    """The sign between columns; found in the first line when left out."""
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " "] | None = None
    encoding: str = "utf-8"
    columns: dict[str, str] = Field(default_factory=dict)


class AttributionStated(Stated):
    """Section ``[[attribution]]``: whose data a layer is."""

    layer: str
    line: str
    licence: str
    dated: str = ""
    note: str = ""


class Reading(Stated):
    """Section ``[reading]``: limits of the reader. They are choices of method, so they can be changed per place."""

    match_m: float = Field(default=5.0, ge=0, le=50)
    """An address belongs to the nearest polygon within this distance, when street and number do not decide."""
    same_number_m: float = Field(default=250.0, ge=0, le=5_000)
    """Equal street and number count only within this distance: the same name can exist twice."""
    point_match_m: float = Field(default=12.0, ge=0, le=50)
    """The same as match_m for buildings that are points: half a house deeper."""
    street_m: float = Field(default=60.0, ge=0, le=500)
    """A building without address belongs to the nearest named street within this distance."""
    small_annex_m2: float = Field(default=25.0, ge=0, le=100)
    """A building without address, smaller than this, is an annex: a shed or garage."""
    partial_share: float = Field(default=0.5, ge=0, le=1)
    """A building layer with fewer rows than this share of the addresses is a sample, never the stock."""
    stray_m: float = Field(default=3_000.0, ge=0, le=100_000)
    """Addresses farther than this from the area are strays."""
    foreign_share: float = Field(default=0.05, ge=0, le=1)
    """Addresses of another municipality are dropped when they are fewer than this share."""
    overlap_m2: float = Field(default=1.0, ge=0, le=100)
    """Two polygons overlap when they share more than this."""


class Settings(Stated):
    """The whole file; every section may be absent."""

    place: About = Field(default_factory=About)
    layers: dict[Role, LayerStated] = Field(default_factory=dict)
    tables: dict[str, TableStated] = Field(default_factory=dict)
    attribution: list[AttributionStated] = Field(default_factory=list)
    reading: Reading = Field(default_factory=Reading)


def read_settings(file: Path) -> Settings:
    """The settings in a TOML file; the defaults when there is none. Raises DataError that lists every fault."""
    if not file.is_file():
        return Settings()
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} is not TOML: {error}; correct it and read again") from error
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        faults = [_fault(item) for item in error.errors(include_url=False)]
        raise DataError(f"{file.name} cannot be used; correct these keys", faults) from error


def _fault(item: Any) -> str:
    steps = [str(step) for step in item["loc"] if step != "[key]"]
    path = ".".join(steps)
    if item["type"] == "extra_forbidden":
        return f"key {path} is not known; {suggestion(steps[-1], _keys_at(steps[:-1]))}"
    if item["type"] == "literal_error" and item["loc"][-1] == "[key]":
        return f"key {path} is not known; {suggestion(steps[-1], ROLES)}"
    if item["type"] == "missing":
        return f"key {path} is missing"
    return f"key {path}: found {item['input']!r}; {item['msg']}"


def _keys_at(steps: list[str]) -> list[str]:
    """Known keys of the section a path of steps leads to."""
    model: type[BaseModel] = Settings
    for step in steps:
        if step not in model.model_fields:
            continue  # the name of a layer or table, or the place in a list
        annotation = model.model_fields[step].annotation
        parts = [annotation, *get_args(annotation)]
        found = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        if found:
            model = found[0]
    return list(model.model_fields)
