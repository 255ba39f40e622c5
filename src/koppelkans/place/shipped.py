"""Places that come with the engine, and where a place of the user's own stands."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from koppelkans.errors import DataError
from koppelkans.place.layers import READABLE

SHIPPED = Path(__file__).parent / "data" / "places"
PIONEERS = Path(__file__).parent / "data" / "pioneers"
"""Addresses of the pioneer neighbourhoods: read by name like a shipped place, but not listed as examples to plan with."""


@dataclass(frozen=True, slots=True)
class Located:
    """A place on disk: its name, the files that may hold its layers, and the file with its settings."""

    name: str
    files: tuple[Path, ...]
    settings: Path


def shipped_places() -> list[str]:
    """Names of the places that come with the engine, in alphabetical order."""
    return sorted(folder.name for folder in SHIPPED.iterdir() if (folder / "place.toml").is_file())


def pioneer_places() -> list[str]:
    """Names of the pioneer neighbourhoods of which addresses come with the engine, in alphabetical order."""
    return sorted(folder.name for folder in PIONEERS.iterdir() if (folder / "place.toml").is_file())


def shipped_scenario(name: str) -> Path | None:
    """The example scenario of a shipped place, or None."""
    file = SHIPPED / name / "scenario.toml"
    return file if name in shipped_places() and file.is_file() else None


def located(source: str | Path) -> Located:
    """Where a place stands: a shipped name, a folder, or one file.

    Raises DataError when there is nothing, with names that come near.
    """
    if isinstance(source, str) and source in shipped_places():
        return _in_folder(SHIPPED / source)
    if isinstance(source, str) and source in pioneer_places():
        return _in_folder(PIONEERS / source)
    path = Path(source)
    if path.is_dir():
        return _in_folder(path)
    if path.is_file():
        return Located(path.stem, (path,), path.with_suffix(".toml"))
    known = shipped_places()
    near = difflib.get_close_matches(str(source).lower(), known, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"shipped places: {', '.join(known)}"
    raise DataError(f"no place {source}: neither a shipped place nor a folder or file on this machine; {hint}")


def _in_folder(folder: Path) -> Located:
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.suffix.lower() in READABLE)
    if not files:
        endings = ", ".join(sorted(READABLE))
        raise DataError(
            f"folder {folder} holds no file with layers; expected a GeoPackage or another file ending on {endings}"
        )
    return Located(folder.name, tuple(files), folder / "place.toml")
