"""The library of cross-sections: all that fit above and below ground and that no other betters, per class of width, kept on disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from koppelkans.errors import DataError
from koppelkans.street.space.kernels import Ints, undominated
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.surface import ALTERNATING, FRONTS, TREES, YIELDS, Surfaces, joined, surface_now, surfaces
from koppelkans.street.space.underground import FREE, layouts, placement, rooms, variant_of
from koppelkans.tables.space import CYCLE_KINDS, DIRECTIONS, SIDES

GAINS = ("bays", "trees", "canopy_m2", "storage_m3", "bed_m2", "depaved_m2", "loading")
CLEARANCES = ("heat_water_m", "tree_clearance_m")
Class = tuple[float, bool]
Today = tuple[float, bool, str]
"""A class and how the street is built along: of each there is one cross-section of today."""


@dataclass(frozen=True, slots=True)
class Library:
    """Cross-sections of several classes. ``room``, ``lines`` (rows, variants): see ``underground.rooms``; ``today``: row of today per class and front."""

    surfaces: Surfaces
    room: Ints
    lines: Ints
    names: tuple[str, ...]
    today: dict[Today, int]

    def rows(self, which: Class, front: str = FRONTS[0]) -> Ints:
        """Rows of one class; the first is the street of today, built along as ``front`` says."""
        found = self.surfaces
        new = np.flatnonzero((found.width_m == which[0]) & (found.main == which[1]) & ~found.now)
        return np.concatenate([[self.today[*which, front]], new]).astype(np.int64)


def pattern_library(classes: Sequence[Class], rules: SpaceRules, folder: Path | None = None) -> Library:
    """The cross-sections of some classes (width in m, road with buses or not), dominated ones left out; those of today first, one per front.

    ``folder``: where libraries are kept between runs, by a hash of all figures and of this code; None: the cache folder of the user. A folder that cannot be
    written or read only costs time.
    Method: docs/method.md#street-space-library.
    """
    place = (cache_folder() if folder is None else folder) / f"{rules.key}-{_code()}"
    parts = [_kept(place, which, rules) for which in classes]
    if not parts:
        parts = [(surfaces(0.0, main=False, rules=rules), *rooms(surfaces(0.0, main=False, rules=rules), rules))]
    found = joined([part[0] for part in parts])
    starts = np.cumsum([0, *(len(part[0]) for part in parts)])[:-1].tolist()
    return Library(
        surfaces=found,
        room=np.concatenate([part[1] for part in parts]),
        lines=np.concatenate([part[2] for part in parts]),
        names=_names(found),
        today={
            (*which, front): start + place
            for which, start in zip(classes, starts, strict=False)
            for place, front in enumerate(FRONTS)
        },
    )


def cache_folder() -> Path:
    """Where libraries are kept: ``XDG_CACHE_HOME``, ``LOCALAPPDATA`` or ``~/.cache``; for a user without a home, the temporary folder."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    except RuntimeError:
        base = tempfile.gettempdir()
    return Path(base) / "koppelkans" / "patterns"


@cache
def _code() -> str:
    """Changes when the code that makes libraries does."""
    here = Path(__file__).parent
    texts = [(here / f"{name}.py").read_bytes() for name in ("kernels", "library", "rules", "surface", "underground")]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


Part = tuple[Surfaces, Ints, Ints]


def _kept(folder: Path, which: Class, rules: SpaceRules) -> Part:
    path = folder / f"{which[0]:g}-{'main' if which[1] else 'local'}.npz"
    read = _read(path)
    if read is not None:
        return read
    made = class_library(which, rules)
    _write(path, made)
    return made


def class_library(which: Class, rules: SpaceRules) -> Part:
    """Today's cross-section for each front and all that are not dominated, of one class, with room and borehole lines per underground variant."""
    width, main = which
    every = surfaces(width, main=main, rules=rules)
    room, lines = rooms(every, rules)
    fits = np.asarray((room > 0).any(axis=1))
    every, room, lines = every.rows(fits), room[fits], lines[fits]
    gains = every.yields[:, [YIELDS.index(name) for name in GAINS]]
    cost = every.yields[:, [YIELDS.index("cost_eur")]]
    values = np.concatenate([gains, -cost, every.footway[:, None], room, lines], axis=1).astype(float)
    best = undominated(np.ascontiguousarray(values), every.direction * len(CYCLE_KINDS) + every.cycle)
    today = joined([surface_now(width, main=main, rules=rules, front=front) for front in FRONTS])
    room_now, lines_now = rooms(today, rules)
    return (
        joined([today, every.rows(best)]),
        np.concatenate([room_now, room[best]]),
        np.concatenate([lines_now, lines[best]]),
    )


def _read(path: Path) -> Part | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            found = Surfaces(*(kept[item.name] for item in fields(Surfaces)))
            return found, kept["room"], kept["lines"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _write(path: Path, made: Part) -> None:
    arrays = {item.name: getattr(made[0], item.name) for item in fields(Surfaces)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays, room=made[1], lines=made[2])
        Path(name).replace(path)
    except OSError:
        return


def _names(found: Surfaces) -> tuple[str, ...]:
    """A key per cross-section that a planner can read and freeze: width, road, direction, cycle, footway, left and right strip; or width, ``now`` and front."""
    names, fronts = [], 0
    for row in range(len(found)):
        head = f"{found.width_m[row]:.1f}|{'main' if found.main[row] else 'local'}"
        if found.now[row]:
            front = FRONTS[fronts % len(FRONTS)]
            names.append(f"{head}|now" if front == FRONTS[0] else f"{head}|now|{front}")
            fronts += 1
            continue
        left, right = (
            SIDES[side] + ("+garden" if garden else "")
            for side, garden in zip(found.sides[row].tolist(), found.gardens[row].tolist(), strict=True)
        )
        way, cycle = DIRECTIONS[int(found.direction[row])], CYCLE_KINDS[int(found.cycle[row])]
        names.append(f"{head}|{way}|{cycle}|{found.walk_m[row]:g}|{left}|{right}")
    return tuple(names)


def check_clearances(rules: SpaceRules, *, heat_class: int) -> None:
    """Raises DataError that names every clearance or corridor that no street of any width can keep, heat pair of ``heat_class`` (0: none) included."""
    widest = surfaces(rules.at("class_to_m"), main=False, rules=rules)
    plain = widest.rows((widest.sides == 0).all(axis=1) & (widest.direction == 0))
    green = widest.rows(np.isin(widest.sides, (ALTERNATING, TREES)).all(axis=1) & (widest.direction == 0))
    variant = int(variant_of(heat_class, True))

    def fits(rows: Surfaces, figures: SpaceRules) -> bool:
        return any(placement(layout, variant, FREE, figures) is not None for layout in layouts(rows, figures))

    faults = []
    for rows, names in ((plain, ("heat_water_m",)), (green, CLEARANCES)):
        if len(rows) and not fits(rows, rules):
            to_blame = [name for name in names if fits(rows, rules.changed(**{name: 0.0}))] or ["corridor_m"]
            faults += [f"street_space.{name} = {rules.figures[name].get('all', 0):g} m: no cross-section of {rules.at('class_to_m'):g} m or narrower keeps it" for name in to_blame]  # fmt: skip
    if faults:
        raise DataError("clearances below ground that no street can keep; lower them", sorted(set(faults)))
