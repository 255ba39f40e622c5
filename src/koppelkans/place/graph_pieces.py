"""Street lines cut where they meet, and the pieces joined again to sections between junctions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from koppelkans.place.graph_lines import (
    DECIMALS,
    Floats,
    Lines,
    Shapes,
    Whole,
    centimetres,
    connected_parts,
    end_points,
    points_at,
    rounded,
    with_ends,
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Lines between two nodes: shape, row of the street table, place along that row, and the nodes of both ends."""

    shapes: Shapes
    row: Whole
    position: Floats
    """Order along the row of the street table."""
    start: Whole
    stop: Whole
    nodes: Floats
    """Coordinates of each node."""

    @property
    def length_m(self) -> Floats:
        """Length of each piece [m]."""
        return np.asarray(shapely.length(self.shapes), dtype=np.float64)

    @property
    def degree(self) -> Whole:
        """How many ends meet in each node."""
        return np.bincount(np.concatenate([self.start, self.stop]), minlength=len(self.nodes))


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where lines are cut: number of the line and the point."""

    line: Whole
    xy: Floats

    def __add__(self, other: Cuts) -> Cuts:
        return Cuts(np.concatenate([self.line, other.line]), np.concatenate([self.xy, other.xy]))


def pieces_of(shapes: Shapes, row: Whole, position: Floats) -> Pieces:
    """The shapes as pieces, with a node for every distinct end point."""
    nodes, place = np.unique(end_points(shapes), axis=0, return_inverse=True)
    place = place.ravel().astype(np.intp)
    return Pieces(shapes, row, position, place[: len(shapes)], place[len(shapes) :], nodes)


# ------------------------------------------------------------------------------------------------------------------- cutting


def crossings(lines: Lines, snap_m: float) -> tuple[Cuts, int]:
    """Where two lines cross, touch or begin to overlap; and the number of crossings without a vertex of both.

    Lines on a bridge or in a tunnel meet others only at a vertex that both have.
    """
    one, other = shapely.STRtree(lines.shapes).query(lines.shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    met, pair = shapely.get_parts(shapely.intersection(lines.shapes[one], lines.shapes[other]), return_index=True)
    # where two lines run together only the ends of what they share count
    runs = shapely.get_type_id(met) == shapely.GeometryType.LINESTRING
    tips_of_runs = [shapely.get_point(met[runs], end) for end in (0, -1)]
    met, pair = np.concatenate([met[~runs], *tips_of_runs]), np.concatenate([pair[~runs], pair[runs], pair[runs]])
    proper = np.arange(len(met)) < (~runs).sum()
    xy = centimetres(shapely.get_coordinates(met))
    at = points_at(xy)
    one, other = one[pair], other[pair]
    all_xy, of_line = shapely.get_coordinates(lines.shapes, return_index=True)
    vertices = np.asarray(shapely.multipoints(all_xy, indices=of_line), dtype=object)
    shared = (shapely.distance(at, vertices[one]) == 0) & (shapely.distance(at, vertices[other]) == 0)
    keep = shared | lines.at_grade(one, other)
    tips = shapely.boundary(lines.shapes)
    inside = proper & ~shapely.dwithin(at, tips[one], snap_m) & ~shapely.dwithin(at, tips[other], snap_m)
    unmarked = len(np.unique(xy[keep & ~shared & inside], axis=0))
    return Cuts(one[keep], xy[keep]) + Cuts(other[keep], xy[keep]), unmarked


def touching_ends(lines: Lines, snap_m: float) -> Cuts:
    """Where an end of one line lies within ``snap_m`` of another line, both on the ground: the other is cut at that end."""
    ends = end_points(lines.shapes)
    owner = np.tile(np.arange(len(lines.shapes)), 2)
    end, line = shapely.STRtree(lines.shapes).query(points_at(ends), predicate="dwithin", distance=snap_m)
    keep = (owner[end] != line) & lines.at_grade(owner[end], line)
    return Cuts(line[keep], ends[end[keep]])


def cut_lines(shapes: Shapes, cuts: Cuts) -> tuple[Shapes, Whole]:
    """The lines cut at points on or near them, in order along each line, and the number of the line of each part."""
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(line, np.arange(len(shapes)))
    tip = np.zeros(len(line), dtype=bool)
    tip[first] = tip[np.searchsorted(line, np.arange(len(shapes)), side="right") - 1] = True
    step_m = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step_m[first] = 0.0
    along_m = np.cumsum(step_m)
    along_m -= along_m[first][line]
    cut_m = shapely.line_locate_point(shapes[cuts.line], points_at(cuts.xy))
    # points on one spot stand side by side after sorting; those of a cut lie at most rounding away from the vertex they share
    line = np.concatenate([line, cuts.line])
    along_m = np.round(np.concatenate([along_m, cut_m]), DECIMALS)
    xy, divides = np.concatenate([xy, cuts.xy]), np.concatenate([tip, np.ones(len(cuts.line), dtype=bool)])
    order = np.lexsort((xy[:, 1], xy[:, 0], along_m, line))
    line, xy, divides = line[order], xy[order], divides[order]
    new = np.ones(len(line), dtype=bool)
    new[1:] = (line[1:] != line[:-1]) | (xy[1:] != xy[:-1]).any(axis=1)
    spot = np.cumsum(new) - 1
    divides = np.bincount(spot, weights=divides) > 0
    line, xy = line[new], xy[new]
    here = np.flatnonzero(divides)
    same = line[here[1:]] == line[here[:-1]]
    begin, end = here[:-1][same], here[1:][same]
    size = end - begin + 1
    part = np.repeat(np.arange(len(begin)), size)
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.asarray(shapely.linestrings(xy[begin[part] + within], indices=part), dtype=object), line[begin]


# ------------------------------------------------------------------------------------------------------------------- joining


def contracted(pieces: Pieces, snap_m: float) -> tuple[Pieces, int]:
    """The pieces without those shorter than ``snap_m``, whose ends become one node; and how many there were.

    The node with most ends stays in its place, the most south-western one of equals.
    """
    short = pieces.length_m < snap_m
    if not short.any():
        return pieces, 0
    by = np.lexsort((np.arange(len(pieces.nodes)), -pieces.degree))
    rank = np.argsort(by)
    home = by[connected_parts(rank[pieces.start[short]], rank[pieces.stop[short]], len(by))[rank]]
    ends = pieces.nodes[home[np.concatenate([pieces.start[~short], pieces.stop[~short]])]]
    shapes = rounded(with_ends(pieces.shapes[~short], ends))
    long = shapely.length(shapes) > 0
    kept = pieces_of(shapes[long], pieces.row[~short][long], pieces.position[~short][long])
    return kept, len(pieces.row) - len(kept.row)


def unlooped(pieces: Pieces) -> Pieces:
    """The pieces with every loop (both ends in one node) cut halfway, so that each has two different ends."""
    loop = np.flatnonzero(pieces.start == pieces.stop)
    if not len(loop):
        return pieces
    middle = shapely.line_interpolate_point(pieces.shapes[loop], 0.5, normalized=True)
    shapes, parent = cut_lines(pieces.shapes, Cuts(loop, centimetres(shapely.get_coordinates(middle))))
    return pieces_of(shapes, pieces.row[parent], np.arange(len(parent), dtype=np.float64))


def distinct(pieces: Pieces, preference: Whole, snap_m: float) -> tuple[Pieces, int]:
    """The pieces without those that lie within ``snap_m`` of another between the same nodes; and how many there were.

    preference: per piece; the lowest stays.
    """
    pair = pd.DataFrame({
        "low": np.minimum(pieces.start, pieces.stop), "high": np.maximum(pieces.start, pieces.stop),
        "piece": np.arange(len(pieces.row)), "preference": preference,
    })  # fmt: skip
    beside = pair[pair.duplicated(["low", "high"], keep=False)]
    met = beside.merge(beside, on=["low", "high"], suffixes=("", "_other"))
    worse = (met["preference"] > met["preference_other"]) | (
        (met["preference"] == met["preference_other"]) & (met["piece"] > met["piece_other"])
    )
    met = met[worse]
    same = shapely.hausdorff_distance(pieces.shapes[met["piece"]], pieces.shapes[met["piece_other"]]) < snap_m
    gone = np.unique(met["piece"].to_numpy()[same])
    if not len(gone):
        return pieces, 0
    keep = np.ones(len(pieces.row), dtype=bool)
    keep[gone] = False
    return pieces_of(pieces.shapes[keep], pieces.row[keep], pieces.position[keep]), len(gone)


def joined(pieces: Pieces, kind: Whole) -> tuple[Pieces, Whole]:
    """The pieces joined across nodes where two of one kind meet and nothing else; and the number of the section of each piece.

    kind: per piece; equal for pieces of the same street and class. A section takes row, position and direction of its first piece.
    A ring without junction, or with one, is kept open at its most south-western and north-eastern node.
    """
    one, other, node = _through(pieces, kind)
    part = connected_parts(one, other, len(pieces.row))
    closed = np.isin(part[one], _rings(pieces, part, node))
    order = pd.DataFrame({"part": part[one], "node": node})[closed].groupby("part")["node"].agg(["min", "max"])
    stay = np.isin(node, order.to_numpy())
    part = connected_parts(one[~stay], other[~stay], len(pieces.row))
    _, section, size = np.unique(part, return_inverse=True, return_counts=True)
    # pieces stand in the order of their position, so that the first of each section is the one that leads
    first = np.unique(section, return_index=True)[1]
    shapes = pieces.shapes[first].copy()
    several = np.flatnonzero(size > 1)
    member = np.isin(section, several)
    order_of = np.argsort(section[member], kind="stable")
    group = np.searchsorted(several, section[member][order_of])
    bundles = shapely.multilinestrings(pieces.shapes[member][order_of], indices=group)
    lines = np.asarray(shapely.line_merge(bundles), dtype=object)
    head, tail = (shapely.line_locate_point(lines, shapely.get_point(shapes[several], end)) for end in (0, -1))
    shapes[several] = np.where(head > tail, np.asarray(shapely.reverse(lines), dtype=object), lines)
    return pieces_of(shapes, pieces.row[first], pieces.position[first]), section.astype(np.intp)


def _through(pieces: Pieces, kind: Whole) -> tuple[Whole, Whole, Whole]:
    """The two pieces and the node, wherever exactly two pieces of one kind meet."""
    ends = np.concatenate([pieces.start, pieces.stop])
    node = np.flatnonzero(pieces.degree == 2)
    order = np.argsort(ends, kind="stable")
    first = np.searchsorted(ends[order], node)
    one, other = order[first] % len(pieces.row), order[first + 1] % len(pieces.row)
    keep = (one != other) & (kind[one] == kind[other])
    return one[keep], other[keep], node[keep]


def _rings(pieces: Pieces, part: Whole, through: Whole) -> Whole:
    """Parts that end where they begin, or nowhere."""
    ends = pd.DataFrame({"part": np.tile(part, 2), "node": np.concatenate([pieces.start, pieces.stop])})
    tips = ends[~ends["node"].isin(through)].groupby("part")["node"].nunique()
    return np.setdiff1d(part, tips.index[tips == 2].to_numpy())
