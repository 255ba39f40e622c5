"""A place: one neighbourhood as tables, from files at any level of detail.

Question: what buildings, streets and addresses are there, what is known of each, and what had to be assumed?
Readers of Flemish registers, OpenStreetMap and the user's own files; checks; missing attributes from sourced statistics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.place.model import Place
    from koppelkans.place.read import check_place, read_place
    from koppelkans.place.shipped import shipped_places, shipped_scenario

__all__ = ["Place", "check_place", "read_place", "shipped_places", "shipped_scenario"]

_HOME = {
    "Place": "model",
    "check_place": "read",
    "read_place": "read",
    "shipped_places": "shipped",
    "shipped_scenario": "shipped",
}


def __getattr__(name: str) -> Any:
    # loaded when asked for: the command line answers --help without the geography libraries
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"koppelkans.place.{_HOME[name]}"), name)
