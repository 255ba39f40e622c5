"""Rows for pages with maps: legend and streets from a small JSON file, buildings from a file that is searched by street and key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404

_AT_ONCE = 500
_BUILDINGS = "team.sqlite"


def map_facts(bundle: Path, audience: str) -> dict[str, Any]:
    """Bounds, layers, streets and attribution of a map. Raises Http404 when the plan has no map."""
    file = bundle / f"map_{audience}.json"
    try:
        changed = file.stat().st_mtime_ns
    except OSError as error:
        raise Http404("map") from error
    return _read(file, changed)


@lru_cache(maxsize=64)
def _read(file: Path, changed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def building_rows(bundle: Path, street: str | None = None, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    """Rows of buildings by street and house number; of one street when it is named."""
    where, values = ("WHERE street = ?", [street]) if street is not None else ("", [])
    query = f"SELECT * FROM buildings {where} ORDER BY rowid LIMIT ? OFFSET ?"  # noqa: S608 - where is ours
    return list(_rows(bundle, query, [*values, limit, offset]))


def building_count(bundle: Path, street: str | None = None) -> int:
    """Number of heated buildings, of one street when it is named."""
    where, values = ("WHERE street = ?", [street]) if street is not None else ("", [])
    return int(next(_rows(bundle, f"SELECT count(*) AS n FROM buildings {where}", values))["n"])  # noqa: S608


def streets_of(bundle: Path) -> list[str]:
    """Names of all streets with heated buildings; the empty name stands for buildings without one."""
    return [row["street"] for row in _rows(bundle, "SELECT DISTINCT street FROM buildings ORDER BY street", [])]


def buildings_named(bundle: Path, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rows of the buildings with these keys, by key; keys that the plan does not have are left out."""
    wanted = sorted(set(keys))
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        query = f"SELECT * FROM buildings WHERE building IN ({marks})"  # noqa: S608 - question marks alone
        found |= {row["building"]: row for row in _rows(bundle, query, part)}
    return found


def keys_of_street(bundle: Path, street: str) -> list[str]:
    """Keys of all heated buildings of a street."""
    return [row["building"] for row in _rows(bundle, "SELECT building FROM buildings WHERE street = ?", [street])]


def _rows(bundle: Path, query: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    file = bundle / _BUILDINGS
    if not file.is_file():
        raise Http404("buildings")
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
        opened.row_factory = sqlite3.Row
        for row in opened.execute(query, values):
            yield {**row, "connected": bool(row["connected"])} if "connected" in row.keys() else dict(row)  # noqa: SIM118
