"""What the interface for machines takes and gives; each field is listed here, so that nothing else leaves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path, Query, Schema
from pydantic import ConfigDict, Field

LARGEST_ID = 2**63 - 1
MOST_ROWS = 100

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Slug = Annotated[str, Path(min_length=1, max_length=60, pattern="^[-a-zA-Z0-9_]{1,60}$")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="rows at most")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="rows passed over")]
ViewName = Literal[
    "kaart", "straten", "gebouwen", "net", "geld", "gezinnen", "uitstoot", "aannames", "kalender", "stroom"
]
Language = Literal["nl", "en"]


class Fault(Schema):
    """What went wrong: in one sentence, and every fault on a line."""

    detail: str
    faults: list[str] = []


FAULTS = {
    401: "no valid key",
    403: "the key may not do this",
    404: "not there, or not public, or not for this key",
    409: "not in the state for this",
    422: "the request or the scenario is not what it should be; every fault is listed",
    429: "too many requests; wait",
}


class PartnerOut(Schema):
    """An organisation in a project."""

    name: str
    kind: str
    part: str


class PlannedDateOut(Schema):
    """A date or price that was decided or planned, by whom."""

    what: str
    street: str
    value: str
    status: str
    owner: str
    reference: str


class ProjectRow(Schema):
    """A neighbourhood in the list."""

    slug: str
    title: str
    municipality: str
    phase: str
    by_city: bool
    pioneer: bool


class ProjectOut(ProjectRow):
    """A neighbourhood. ``area``: outline as GeoJSON geometry in WGS 84."""

    summary: str
    summary_en: str
    first_question: str
    first_question_en: str
    area: dict[str, Any] | None
    area_source: str
    partners: list[PartnerOut]
    planned_dates: list[PlannedDateOut]


class ProjectPage(Schema):
    """Some neighbourhoods, and how many there are."""

    count: int
    items: list[ProjectRow]


class PlaceOut(Schema):
    """A place and the status of its data. ``levels``: share of buildings by level of detail, A to D."""

    id: int
    title: str
    levels: dict[str, Any]
    network_possible: bool | None
    dated: str
    attributions: list[dict[str, Any]]


class PlanRow(Schema):
    """A published plan in the list."""

    id: int
    project: str
    title: str
    published_at: datetime
    engine_version: str
    plan_hash: str


class PlanPage(Schema):
    """Some published plans, and how many there are."""

    count: int
    items: list[PlanRow]


class Indicator(Schema):
    """A figure a plan is judged by, with its band; ``value`` null: not computed. ``method``: anchor on the page of methods."""

    key: str
    title: str
    title_en: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    method: str


class FactsOut(Schema):
    """What a published plan says in figures, and what it stands on."""

    title: str
    municipality: str
    mode: str
    levels: list[str]
    network_assessed: bool
    has_network: bool
    attributions: list[dict[str, Any]]
    bounds: list[float] | None
    crs: str
    plan_hash: str
    engine_version: str
    made_on: str
    valid_until: str
    reproducible: bool
    standings: dict[str, int]
    indicators: list[Indicator]


class RowsOut(Schema):
    """Rows of a public table, and how many there are."""

    count: int
    items: list[dict[str, Any]]


class Section(Schema):
    """A chapter of a view, as HTML without scripts or styles."""

    anchor: str
    title: str
    html: str


class ViewOut(Schema):
    """A public view of a plan."""

    view: str
    language: str
    sections: list[Section]


class RunIn(Schema):
    """A run to begin. ``scenario``: what differs from the built-in scenario, with the keys of a scenario file."""

    model_config = ConfigDict(extra="forbid")

    place: int = Field(ge=1, le=LARGEST_ID)
    title: str = Field(min_length=1, max_length=160)
    scenario: dict[str, Any] = {}


class RunOut(Schema):
    """Where a run is. ``progress``: 0 to 1; ``plan``: address of its page when it is done."""

    id: int
    project: str
    place: int
    title: str
    state: str
    progress: float
    step: str
    message: str
    faults: list[str]
    plan_hash: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None
    plan: str | None


class RunPage(Schema):
    """Some runs of a project, and how many there are."""

    count: int
    items: list[RunOut]


class VersionOut(Schema):
    """Which engine answers, and today's date here."""

    engine_version: str
    today: date
