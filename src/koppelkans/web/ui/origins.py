"""Where shipped data and scripts come from: read from the files that carry them, so that this page cannot disagree with them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import koppelkans

VENDORED = Path(__file__).parent / "static" / "ui" / "vendor" / "vendored.toml"
SHIPPED = ("places", "pioneers")


@cache
def places() -> list[dict[str, Any]]:
    """Each shipped place with its attributions, one row per line and licence: ``title``, ``municipality``, ``rows`` (layers, line, licence, dated)."""
    data = Path(koppelkans.__path__[0]) / "place" / "data"
    found = [_place(file) for folder in SHIPPED for file in sorted((data / folder).glob("*/place.toml"))]
    return sorted(found, key=lambda place: str(place["title"]))


def _place(file: Path) -> dict[str, Any]:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in content.get("attribution", []):
        key = (one["line"], one.get("licence", ""), one.get("dated", ""))
        row = rows.setdefault(
            key, {"line": one["line"], "licence": one.get("licence", ""), "dated": one.get("dated", ""), "layers": []}
        )
        row["layers"].append(one["layer"])
    return {
        "title": content["place"]["title"],
        "municipality": content["place"].get("municipality", ""),
        "rows": list(rows.values()),
    }


@cache
def vendored() -> list[dict[str, Any]]:
    """Scripts and letters of others that the pages carry: name, version, licence, home."""
    if not VENDORED.is_file():
        return []
    content = tomllib.loads(VENDORED.read_text(encoding="utf-8"))
    rows = {}
    for name, one in content.items():
        if isinstance(one, dict):
            rows[one.get("package", one.get("name", name))] = {"name": one.get("package", one.get("name", name)), **one}
    return list(rows.values())
