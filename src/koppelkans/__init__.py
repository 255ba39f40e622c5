"""koppelkans: one integrated plan out of fossil fuels for an existing neighbourhood in Flanders.

    from koppelkans import read_place, read_scenario, make_plan, compare

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.errors import (
        DataError,
        InfeasibleError,
        KoppelkansError,
        OutOfRangeError,
        ParameterError,
        ScenarioError,
    )
    from koppelkans.place import read_place
    from koppelkans.plan import compare, make_plan, read_plan
    from koppelkans.scenario import read_scenario

_HOMES = {
    "read_place": "koppelkans.place",
    "read_scenario": "koppelkans.scenario",
    "make_plan": "koppelkans.plan",
    "read_plan": "koppelkans.plan",
    "compare": "koppelkans.plan",
    "KoppelkansError": "koppelkans.errors",
    "DataError": "koppelkans.errors",
    "ScenarioError": "koppelkans.errors",
    "ParameterError": "koppelkans.errors",
    "InfeasibleError": "koppelkans.errors",
    "OutOfRangeError": "koppelkans.errors",
}

__all__ = [
    "DataError",
    "InfeasibleError",
    "KoppelkansError",
    "OutOfRangeError",
    "ParameterError",
    "ScenarioError",
    "compare",
    "make_plan",
    "read_place",
    "read_plan",
    "read_scenario",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module koppelkans has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
