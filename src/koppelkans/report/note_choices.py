"""In which choices the compared scenarios differ, in words; choices per building only as a number of buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from koppelkans import tables
from koppelkans.report.material import Material
from koppelkans.report.notation import Notation
from koppelkans.scenario import HeatNetwork, Renovation, Scenario, Source

_OWN_NAMES = ("name", "title")
_PER_BUILDING = ("must", "never", "must_connect", "never_connect")

Named = tuple[str, Material]


def choice_lines(plans: Sequence[Named]) -> list[str]:
    """A heading and one line per choice in which the plans differ: the choice, and what each plan has."""
    words = plans[0][1].words
    chosen = [_choices(material.plan.scenario) for _, material in plans]
    lines = []
    for key in chosen[0]:
        values = [
            _value_words(key, choices[key], material) for choices, (_, material) in zip(chosen, plans, strict=True)
        ]
        if len({repr(choices[key]) for choices in chosen}) > 1:
            told = [
                words("note.choice_value", plan=name, value=value)
                for (name, _), value in zip(plans, values, strict=True)
            ]
            lines.append(
                f"- {words('note.choice_line', choice=words.name('scenario_keys', key), values='; '.join(told))}"
            )
    return [f"## {words('note.choices')}", "", *(lines or [words("note.choices_none")])]


def _choices(scenario: Scenario) -> dict[str, Any]:
    """Every choice of a scenario by its key, those about network, renovation and single buildings beside the others."""
    own = {
        key: getattr(scenario, key)
        for key in Scenario.model_fields
        if key not in (*_OWN_NAMES, "heat_network", "renovation", "choices")
    }
    network = {key: getattr(scenario.heat_network, key) for key in HeatNetwork.model_fields}
    works = {key: getattr(scenario.renovation, key) for key in Renovation.model_fields}
    return {**own, **network, **works, "must": scenario.choices.must, "never": scenario.choices.never}


def _value_words(key: str, value: Any, material: Material) -> str:  # noqa: PLR0911 - one line per kind of choice
    words, notation, nothing = material.words, material.notation, material.words("note.no_source")
    if key in _PER_BUILDING:
        return words("note.buildings", count=len(value))
    if key == "sources":
        return ", ".join(_source_words(source, material) for source in value) or nothing
    match value:
        case None | bool() | str():
            return words.name("scenario_values", value)
        case date():
            return notation.day(value)
        case int() | float():
            return _number(key, value, notation)
        case Mapping():
            return ", ".join(f"{name} = {one}" for name, one in value.items()) or nothing
        case Sequence():
            return (
                ", ".join(_number(key, one, notation) if isinstance(one, float) else str(one) for one in value)
                or nothing
            )
    return str(value)


def _number(key: str, value: float, notation: Notation) -> str:
    if key.endswith(("_share", "_shares")):
        return notation.share(value, 1)
    if key.endswith("_year"):
        return str(value)
    unit = tables.unit_of(key)
    return notation.quantity(value, unit) if unit else notation.number(value)


def _source_words(source: Source, material: Material) -> str:
    words, notation = material.words, material.notation
    return words(
        "note.source", name=source.name, kw=notation.number(source.capacity_kw), supply=notation.number(source.supply_c),
        price=notation.number(source.price_eur_per_mwh), basis=words("network.assumption" if source.assumption else "network.given"),
    )  # fmt: skip
