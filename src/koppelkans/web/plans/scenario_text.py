"""A scenario as the TOML that the engine reads, and back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from koppelkans.errors import ScenarioError
from koppelkans.scenario import Scenario, validation_faults

MOST_BYTES = 200_000


def scenario_toml(scenario: Scenario) -> str:
    """The scenario as TOML, everything that is chosen and every default: ``scenario_of_toml`` gives the same scenario back."""
    tree = scenario.model_dump(exclude_none=True)
    lines = [f"{key} = {_value(value)}" for key, value in tree.items() if not _is_table(key, value)]
    for key, value in tree.items():
        if key == "sources":
            for source in value:
                lines += ["", "[[sources]]", *(f"{name} = {_value(found)}" for name, found in source.items())]
        elif _is_table(key, value):
            lines += ["", f"[{key}]", *(f"{_key(name)} = {_value(found)}" for name, found in value.items())]
    return "\n".join(lines) + "\n"


def scenario_of_toml(content: bytes) -> Scenario:
    """The scenario in the bytes of an uploaded file. Raises ScenarioError that lists every fault."""
    if len(content) > MOST_BYTES:
        raise ScenarioError(
            f"the scenario file has {len(content):,} bytes, expected at most {MOST_BYTES:,}; is it a scenario in TOML?"
        )
    try:
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ScenarioError(f"the file is not TOML: {error}") from error
    if tree.get("weather_file"):
        raise ScenarioError(
            "the scenario file names a weather_file; in the browser the typical year of Uccle holds: leave the key out, or compute on the command line"
        )
    if tree.get("existing_pipes"):
        raise ScenarioError(
            "the scenario file names existing_pipes, which the browser cannot read: leave the key out, or compute on the command line"
        )
    street = tree.get("street")
    named = [key for key in ("assets", "works") if isinstance(street, Mapping) and street.get(key)]
    if named:
        raise ScenarioError(
            f"the scenario file names street.{named[0]}, a file which the browser cannot read: leave the key out, or compute on the command line"
        )
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        raise ScenarioError("the scenario file cannot be used", validation_faults(error, Scenario)) from error


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, Mapping) or key == "sources"


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _text(name)


def _text(text: str) -> str:
    """A TOML string: a JSON string, but for the one control character that JSON lets through."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {_value(found)}" for key, found in value.items())
        return f"{{ {inner} }}" if inner else "{ }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(found) for found in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value) if isinstance(value, bool) else repr(value)
