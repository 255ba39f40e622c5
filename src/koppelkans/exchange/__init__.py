"""How does a plan leave for the tools of others: ESDL for heat networks, a workbook for a bank, a GeoPackage for QGIS?

``export_plan`` writes one file of a plan folder; ``esdl_text`` and ``workbook_bytes`` give the content. All of them are working files of the team.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.exchange.esdl import esdl_text
    from koppelkans.exchange.files import export_plan
    from koppelkans.exchange.workbook import workbook_bytes

_HOMES = {
    "esdl_text": "koppelkans.exchange.esdl",
    "export_plan": "koppelkans.exchange.files",
    "workbook_bytes": "koppelkans.exchange.workbook",
}

__all__ = ["esdl_text", "export_plan", "workbook_bytes"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module koppelkans.exchange has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
