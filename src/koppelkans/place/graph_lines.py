"""Street lines made fit to meet: single simple parts, ends that nearly touch brought together, small gaps bridged."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Shapes = npt.NDArray[np.object_]
Whole = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

DECIMALS = 2
"""Coordinates are kept to the centimetre: two points with the same coordinates are the same point."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Simple lines of positive length, and for each the row of the street table that it comes from."""

    shapes: Shapes
    row: Whole
    raised: Flags
    """On a bridge or in a tunnel: meets other lines only at a vertex that both have."""

    @property
    def length_m(self) -> Floats:
        """Length of each line [m]."""
        return np.asarray(shapely.length(self.shapes), dtype=np.float64)

    def kept(self, keep: Flags) -> Lines:
        """The lines that are true in ``keep``."""
        return Lines(self.shapes[keep], self.row[keep], self.raised[keep])

    def at_grade(self, one: Whole, other: Whole) -> Flags:
        """Whether both lines of each pair lie on the ground."""
        return np.asarray(~self.raised[one] & ~self.raised[other])


def street_lines(streets: gpd.GeoDataFrame) -> tuple[Lines, int]:
    """The lines of a street table, in its order, and how many parts without length were left out.

    Lines of several parts are taken apart; a line that crosses or touches itself is cut there.
    """
    parts, row = shapely.get_parts(streets.geometry.to_numpy(), return_index=True)
    parts = rounded(parts)
    long = shapely.length(parts) > 0
    parts, row, gone = parts[long], row[long], int((~long).sum())
    knotted = ~shapely.is_simple(parts)
    pieces, source = shapely.get_parts(shapely.node(parts[knotted]), return_index=True)
    shapes = np.concatenate([parts[~knotted], rounded(pieces)])
    row = np.concatenate([row[~knotted], row[knotted][source]]).astype(np.intp)
    order = np.argsort(row, kind="stable")
    raised = streets["structure"].notna().to_numpy()[row[order]]
    return Lines(shapes[order], row[order], raised), gone


def rounded(shapes: Shapes) -> Shapes:
    """The same shapes with coordinates to the centimetre, repeated points left out."""
    return np.asarray(shapely.remove_repeated_points(shapely.transform(shapes, centimetres)), dtype=object)


def centimetres(xy: Floats) -> Floats:
    """Coordinates to the centimetre, without negative zero."""
    return np.round(xy, DECIMALS) + 0.0


def snapped(lines: Lines, snap_m: float) -> tuple[Lines, int]:
    """The lines with ends that lie within ``snap_m`` of each other in one point, and how many shrank to nothing.

    The point is the most south-western of the ends, so that the order of the lines does not matter.
    """
    xy, place = np.unique(end_points(lines.shapes), axis=0, return_inverse=True)
    points = points_at(xy)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=snap_m)
    home = connected_parts(one, other, len(xy))  # smallest member: np.unique sorts by x, then y
    if (home == np.arange(len(home))).all():
        return lines, 0
    moved = replace(lines, shapes=rounded(with_ends(lines.shapes, xy[home[place.ravel()]])))
    long = moved.length_m > 0
    return moved.kept(long), int((~long).sum())


def bridged(lines: Lines, snap_m: float, gap_m: float) -> tuple[Lines, int]:
    """The lines with loose ends drawn on to the nearest line within ``gap_m``, and how many gaps were bridged.

    A loose end is the end of one line only and lies further than ``snap_m`` from all others. Not drawn on: lines on a bridge or in a
    tunnel, lines shorter than two gaps, and towards lines that the same line meets already.
    """
    ends = end_points(lines.shapes)
    owner = np.tile(np.arange(len(lines.shapes)), 2)
    _, place, times = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    points = points_at(ends)
    end, line = shapely.STRtree(lines.shapes).query(points, predicate="dwithin", distance=gap_m)
    apart_m = np.asarray(shapely.distance(points[end], lines.shapes[line]))
    foreign = owner[end] != line
    held = np.zeros(len(ends), dtype=bool)
    held[end[foreign & (apart_m <= snap_m)]] = True
    loose = ~held & (times[place.ravel()] == 1) & (lines.length_m[owner] >= 2 * gap_m)
    keep = foreign & loose[end] & lines.at_grade(owner[end], line)
    keep[keep] = ~shapely.dwithin(lines.shapes[owner[end[keep]]], lines.shapes[line[keep]], snap_m)
    end, line, apart_m = end[keep], line[keep], apart_m[keep]
    order = np.lexsort((lines.row[line], np.round(apart_m, DECIMALS), end))
    end, line = end[order], line[order]
    end, first = np.unique(end, return_index=True)
    targets = _targets(points[end], lines.shapes[line[first]], snap_m)
    one_way = _one_way(ends[end], targets)
    end, targets = end[one_way], targets[one_way]
    return replace(lines, shapes=_drawn_on(lines.shapes, end, targets)), len(end)


def _targets(points: Shapes, lines: Shapes, snap_m: float) -> Floats:
    """Where each point is joined to its line: the nearest point of it, or its end when that is as near as makes no difference."""
    nearest = shapely.get_point(shapely.shortest_line(lines, points), 0)
    for number in (0, -1):
        tip = shapely.get_point(lines, number)
        nearest = np.where(shapely.dwithin(tip, nearest, snap_m), tip, nearest)
    return centimetres(shapely.get_coordinates(nearest))


def _one_way(points: Floats, targets: Floats) -> Flags:
    """False for one of every two loose ends that reach for each other: joining them once is enough."""
    there = pd.MultiIndex.from_arrays([*points.T, *targets.T])
    back = pd.MultiIndex.from_arrays([*targets.T, *points.T])
    west = (points[:, 0] < targets[:, 0]) | ((points[:, 0] == targets[:, 0]) & (points[:, 1] < targets[:, 1]))
    return np.asarray(west | ~back.isin(there))


def _drawn_on(shapes: Shapes, end: Whole, targets: Floats) -> Shapes:
    """The lines with a vertex more before their first (end < n) or after their last point (end >= n)."""
    count = len(shapes)
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    front = end < count
    # one stable sort by line puts the new first points before and the new last points behind the vertices of their line
    xy = np.concatenate([targets[front], xy, targets[~front]])
    line = np.concatenate([end[front], line, end[~front] - count])
    order = np.argsort(line, kind="stable")
    return np.asarray(shapely.linestrings(xy[order], indices=line[order]), dtype=object)


def points_at(xy: Floats) -> Shapes:
    """A point at each pair of coordinates."""
    return np.asarray(shapely.points(xy), dtype=object)


def end_points(shapes: Shapes) -> Floats:
    """First points of all lines, then last points of all lines; one row each."""
    return shapely.get_coordinates(np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)]))


def with_ends(shapes: Shapes, ends: Floats) -> Shapes:
    """The lines with other end points: first points of all lines, then last points of all lines."""
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(line, np.arange(len(shapes)))
    last = np.searchsorted(line, np.arange(len(shapes)), side="right") - 1
    xy[first], xy[last] = ends[: len(shapes)], ends[len(shapes) :]
    return np.asarray(shapely.linestrings(xy, indices=line), dtype=object)


def connected_parts(one: Whole, other: Whole, count: int) -> Whole:
    """For each of ``count`` things the smallest one that it is connected with through the pairs (one, other)."""
    label = np.arange(count, dtype=np.intp)
    while True:
        lower = np.minimum(label[one], label[other])
        hooked = label.copy()
        np.minimum.at(hooked, label[one], lower)
        np.minimum.at(hooked, label[other], lower)
        hooked = hooked[hooked]
        if (hooked == label).all() and (label[one] == label[other]).all():
            return label
        label = hooked
