"""One plan: ``make_plan(place, scenario)`` is the only place that knows the order of the chapters.

``save_plan`` and ``read_plan`` keep it in a folder; ``compare`` sets plans side by side. Names are loaded when they are first used:
the words of the steps cost nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.plan.folder import plan_folder, read_plan, save_plan
    from koppelkans.plan.make import make_plan
    from koppelkans.plan.record import Plan
    from koppelkans.plan.side_by_side import compare

_HOMES = {
    "Plan": "koppelkans.plan.record",
    "compare": "koppelkans.plan.side_by_side",
    "make_plan": "koppelkans.plan.make",
    "plan_folder": "koppelkans.plan.folder",
    "read_plan": "koppelkans.plan.folder",
    "save_plan": "koppelkans.plan.folder",
}

__all__ = ["Plan", "compare", "make_plan", "plan_folder", "read_plan", "save_plan"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module koppelkans.plan has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
