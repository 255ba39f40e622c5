"""The check of the engine in a process of its own: ``python -m koppelkans.web.places.checker ANSWERS PLACE...`` writes a file of JSON.

It reads what strangers upload, so it lowers its own limits first, and nothing it does can take a web process down.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MOST_MEMORY_BYTES = 6_000_000_000
MOST_FILE_BYTES = 100_000_000
"""It writes its answers; what a library insists on writing stays small."""


def place_status(source: str | Path) -> dict[str, Any]:
    """What the site keeps of a place: see ``Place.status``. Raises DataError with every fault."""
    from importlib.metadata import version

    from koppelkans.place import check_place

    found = check_place(source)
    counts = {name: int(rows) for name, rows in found.counts.items()}
    levels = {str(level): float(share) for level, share in found.levels.items()}
    dates = sorted({item.dated for item in found.attributions if item.dated and item.layer != "areas"})
    remarks = found.remarks.astype(object).where(found.remarks.notna(), None)
    return {
        "title": found.title, "municipality": found.municipality, "nis": found.nis, "grid_area": found.grid_area, "country": found.country,
        "crs": found.crs, "levels": levels, "counts": counts, "dated": "; ".join(dates),
        "attributions": [
            {"layer": item.layer, "line": item.line, "licence": item.licence, "dated": item.dated, "note": item.note} for item in found.attributions
        ],
        "remarks": remarks[["about", "level", "text", "text_en", "rows_share", "method"]].to_dict("records"),
        "missing": _missing(counts, levels), "network_possible": counts.get("sections", 0) > 0, "engine_version": version("koppelkans"),
    }  # fmt: skip


def _missing(counts: dict[str, int], levels: dict[str, float]) -> list[str]:
    """What would make the plan better: outlines, streets, meters, statistics."""
    outlines = [] if "A" in levels else ["outlines"]
    return outlines + [name for name in ("streets", "meters", "sector_statistics") if not counts.get(name)]


def answer(source: str) -> dict[str, Any]:
    """The status of one place, or why there is none."""
    from koppelkans.errors import KoppelkansError

    try:
        return {"status": place_status(Path(source) if Path(source).is_absolute() else source)}
    except KoppelkansError as error:
        return {"message": error.message, "faults": list(error.faults)}
    except MemoryError:
        return {"memory": True}


def main() -> None:
    """One answer per place, as one list in the file that was asked for."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file, *sources = sys.argv[1:]
    answers = [answer(source) for source in sources]
    Path(file).write_text(json.dumps(answers, ensure_ascii=False, allow_nan=False), encoding="utf-8")


if __name__ == "__main__":
    main()
