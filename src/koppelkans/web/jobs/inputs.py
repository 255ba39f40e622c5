"""What a plan is made from, as one hash: runs with the same hash share one plan folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.scenario import Scenario
    from koppelkans.web.places.models import Place


def inputs_hash(place: Place, scenario: Scenario | Mapping[str, Any]) -> str:
    """SHA-256 over the files of the place, the scenario as canonical JSON, and the version of the engine: 64 hexadecimal digits.

    Raises ValueError for a place that has neither the name of a shipped place nor a hash of its files.
    """
    source = f"shipped:{place.shipped}" if place.shipped else place.content_hash
    if not source:
        raise ValueError(f"place {place.pk} has no files that were hashed")
    if isinstance(scenario, Mapping):
        from koppelkans.scenario import Scenario

        scenario = Scenario.model_validate(scenario)  # a choice left out and the same choice by default are the same
    chosen = scenario.model_dump(mode="json")
    text = json.dumps(
        [source, version("koppelkans"), chosen], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
