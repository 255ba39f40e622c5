"""The fields of a scenario as the model of the engine declares them, with their words: what forms and labels are made from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from koppelkans.scenario import Scenario

WORDS = Path(__file__).parent / "words"
GROUPS = ("basis", "sources", "network", "street", "space", "response", "rules", "renovation", "limits")
"""Groups of the form, in the order in which they are asked."""

LARGEST_WHOLE = 2_147_483_647
"""Largest whole number where the model states none: what the solver can hold."""

NOT_ASKED = (
    "weather_file",
    "existing_pipes",
    "heat_network.phases",
    "street.assets",
    "street.works",
    "street.owners",
    "street.has_gas",
    "street.gas_entry_m",
    "choices",
    "heat_network.must_connect",
    "heat_network.never_connect",
)
"""Not in the form: a file on the server is not the user's to name; decisions per building are taken on the page of a plan; owners of works, and where gas
comes in, stand in a scenario file."""

_GROUP_OF = {
    "sources": "sources",
    "peak": "network",
    "storage": "network",
    "heat_network": "network",
    "street": "street",
    "renovation": "renovation",
    "response": "response",
    "limits": "limits",
}
_RULES = {
    "reference_date", "price_world", "carbon_path", "society_rate_share", "owner_rate_share", "income_category", "grid_area",
    "stand_ins", "hold",
}  # fmt: skip
_EXPERT = {
    "data_draws",
    "seed",
    "weigh_figures",
    "heat_network.ascent_rounds",
    "heat_network.search_rounds",
    "heat_network.robustness_draws",
    "heat_network.robustness_shares",
    "heat_network.uptake_draws",
    "renovation.rounds",
    "response.bands",
    "response.price_nodes",
    "street.rounds",
    "street.tries",
    "street.month_nodes",
    "street.trench_rounds",
    "street.draws",
    "street.absences",
    "street.variations",
}


@dataclass(frozen=True, slots=True)
class ScenarioField:
    """One field of the model. ``path``: with dots, ``sources.x_m`` for a field of every source.

    ``kind``: whole, number, flag, choice, date, text, lines (a list of words), pairs (words by word), shares (a list of numbers).
    ``above``: the value must be larger than ``low``, not equal to it. ``percent``: shown times one hundred.
    """

    path: str
    kind: str
    default: Any
    optional: bool
    low: float | None = None
    high: float | None = None
    above: bool = False
    values: tuple[str, ...] = ()

    @property
    def percent(self) -> bool:
        """Whether people write it in hundredths."""
        return self.kind == "shares" or (self.kind == "number" and self.path.endswith("_share"))

    @property
    def open_ended(self) -> bool:
        """Whether the model states no upper bound."""
        return self.high is None or self.high == LARGEST_WHOLE

    @property
    def group(self) -> str:
        """The group of the form that it stands in."""
        if self.path in _EXPERT:
            return "limits"
        if self.path.startswith("street.space."):
            return "space"
        first = self.path.split(".")[0]
        return _GROUP_OF.get(first, "rules" if first in _RULES else "basis")

    @property
    def asked(self) -> bool:
        """Whether the form asks it: not what has only one answer."""
        return len(self.values) != 1 and not any(f"{self.path}.".startswith(f"{name}.") for name in NOT_ASKED)


@cache
def scenario_fields() -> tuple[ScenarioField, ...]:
    """Every field of the scenario, in the order of the model."""
    return tuple(_fields(Scenario, ""))


def _fields(model: type[BaseModel], prefix: str) -> Iterator[ScenarioField]:
    for name, info in model.model_fields.items():
        path = prefix + name
        kind = _without_none(info.annotation)
        inner = get_args(kind)[0] if get_origin(kind) is list else kind
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, path + ".")
        elif get_origin(kind) is dict and get_origin(get_args(kind)[0]) is Literal:
            for key in get_args(get_args(kind)[0]):
                yield ScenarioField(f"{path}.{key}", "number", None, optional=True, low=0.0)
        else:
            yield _field(path, info)


def _field(path: str, info: FieldInfo) -> ScenarioField:
    kind = _without_none(info.annotation)
    bounds = {name: getattr(item, name) for item in info.metadata for name in ("ge", "gt", "le") if hasattr(item, name)}
    return ScenarioField(
        path=path,
        kind=_kind(kind),
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        optional=kind is not info.annotation,
        low=bounds.get("ge", bounds.get("gt")),
        high=bounds.get("le", LARGEST_WHOLE if kind is int else None),
        above="gt" in bounds,
        values=get_args(kind) if get_origin(kind) is Literal else (),
    )


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation


def _kind(kind: Any) -> str:
    plain = {bool: "flag", int: "whole", float: "number", str: "text", date: "date"}
    if kind in plain:
        return plain[kind]
    return {Literal: "choice", tuple: "shares", list: "lines", dict: "pairs"}[get_origin(kind)]


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How a field is called: label, unit, explanation, the figure that holds when it is empty, and the words of its values."""

    label: str
    unit: str
    help: str
    parameter: str
    options: Mapping[str, str]


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((WORDS / f"scenario.{language}.toml").read_text(encoding="utf-8"))


def field_words(path: str, language: str) -> FieldWords:
    """The words of a field; those of one key of a table of amounts are the words of the table with the key's own."""
    known = _words(language)["fields"]
    if path in known:
        return _field_words(known[path], known[path].get("label", ""))
    table, key = path.rsplit(".", 1)
    entry = known[table]
    return _field_words({**entry, "options": {}}, f"{entry['label']}: {entry['options'][key]}")


def _field_words(entry: Mapping[str, Any], label: str) -> FieldWords:
    unit, explained, parameter = (str(entry.get(name, "")) for name in ("unit", "help", "parameter"))
    return FieldWords(label, unit, explained, parameter, entry.get("options", {}))


def group_words(group: str, language: str) -> tuple[str, str]:
    """Title and explanation of a group of fields."""
    entry = _words(language)["groups"][group]
    return str(entry["label"]), str(entry["help"])


@cache
def figure_when_empty(key: str, day: date) -> tuple[str, float, str] | None:
    """Label, value and standing of the figure that holds when a field is left empty; None when the day has none."""
    from koppelkans.errors import ParameterError
    from koppelkans.parameters import read_parameters

    figures = read_parameters()
    label = next((entry.label for entry in figures if entry.key == key), key)
    try:
        found = figures.value(key, day)
    except ParameterError:
        return None
    return label, float(found.value), str(found.standing)
