"""The streets of a place as a graph: sections between junctions, and where each building would leave the street."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.place import graph_lines, graph_pieces, names
from koppelkans.place.graph_attach import attached
from koppelkans.place.graph_lines import Whole, connected_parts
from koppelkans.place.graph_pieces import Pieces
from koppelkans.place.graph_rules import road_rules
from koppelkans.place.graph_widths import section_widths
from koppelkans.place.impute_stock import AS_OF
from koppelkans.tables import RemarkRow, remark


@dataclass(frozen=True, slots=True)
class Mended:
    """What had to be assumed or left out to make a graph of the lines, each a number."""

    bridged: int
    unmarked: int
    """Crossings at a point that is no vertex of both lines."""
    nothing: int
    """Lines without length, or too short to matter."""
    doubles: int


def street_graph(
    streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, *, parameters: Parameters
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[RemarkRow]]:
    """Tables ``sections`` and ``attachments`` of a place, and the remarks.

    streets, buildings: tables of the place, at levels A and B.
    A section runs from junction or dead end to the next, over nodes where one street goes on in the same class. Ends within
    ``streets.snap_m`` meet; loose ends within ``streets.gap_m`` of a line are bridged (remark). Lines that cross form a junction, but for
    bridges and tunnels. A section has the key of the street line that it begins with, and its number along that line: the order of
    the rows does not matter.
    Method: docs/method.md#street-graph.
    """
    ordered = streets.sort_index()
    rules, rows = road_rules(ordered)
    pieces, mended = _pieces(ordered, rules, parameters)
    if not len(pieces.row):
        nothing = gpd.GeoDataFrame(tables.SECTIONS.empty(streets.crs), crs=streets.crs)
        return nothing, tables.ATTACHMENTS.empty(), [*rows, _no_route()]
    sections, group = _sections(ordered, rules, pieces)
    widths, about_widths = section_widths(sections, group, buildings, parameters)
    sections = sections.drop(columns="width_m").join(widths)
    attachments, about_attachments = attached(sections, buildings, parameters)
    rows += _mend_remarks(ordered, mended, parameters)
    rows += _component_remarks(sections, attachments)
    columns = [*tables.SECTIONS.column_names, "geometry"]
    return sections[columns], attachments, [*rows, *about_widths, *about_attachments]


def _pieces(streets: gpd.GeoDataFrame, rules: pd.DataFrame, parameters: Parameters) -> tuple[Pieces, Mended]:
    """The street lines cut at every junction, what lies double or is too short left out."""
    snap_m = parameters.at("streets.snap_m", AS_OF)
    lines, nothing = graph_lines.street_lines(streets)
    lines, shrunk = graph_lines.snapped(lines, snap_m)
    lines, bridged = graph_lines.bridged(lines, snap_m, parameters.at("streets.gap_m", AS_OF))
    crossed, unmarked = graph_pieces.crossings(lines, snap_m)
    shapes, line = graph_pieces.cut_lines(lines.shapes, crossed + graph_pieces.touching_ends(lines, snap_m))
    pieces = graph_pieces.pieces_of(shapes, lines.row[line], np.arange(len(line), dtype=np.float64))
    pieces, short = graph_pieces.contracted(pieces, snap_m)
    pieces = graph_pieces.unlooped(pieces)
    # of two lines on one spot the named one stays, then the one that may hold a pipe
    order = np.lexsort((~rules["trench"], streets["street"].isna()))
    pieces, doubles = graph_pieces.distinct(pieces, np.argsort(order)[pieces.row], snap_m)
    return pieces, Mended(bridged, unmarked, nothing + shrunk + short, doubles)


def _sections(streets: gpd.GeoDataFrame, rules: pd.DataFrame, pieces: Pieces) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """The sections with everything but their width by facade, and the group of their road."""
    same = pd.DataFrame({
        "street": names.letters(streets["street"]), "road_class": streets["road_class"], "structure": streets["structure"],
    })  # fmt: skip
    kind = same.groupby(list(same), dropna=False, sort=False).ngroup().to_numpy()
    joined, section = graph_pieces.joined(pieces, kind[pieces.row].astype(np.intp))
    source = streets.index.to_series().iloc[joined.row]
    number = source.groupby(source.to_numpy()).cumcount() + 1
    key = pd.Index(source + "-" + number.astype("str"), name="section", dtype="str")
    node = _node_keys(joined)
    trench = rules["trench"].to_numpy()[joined.row]
    data = {
        "street": streets["street"].to_numpy()[joined.row], "road_class": streets["road_class"].to_numpy()[joined.row],
        "surface": _of_longest(streets["surface"], pieces, section), "width_m": _of_longest(streets["width_m"], pieces, section),
        "from_node": node[joined.start], "to_node": node[joined.stop], "length_m": joined.length_m, "trench": trench,
        "component": _components(joined, trench),
    }  # fmt: skip
    text = dict.fromkeys(("street", "road_class", "surface", "from_node", "to_node", "component"), "str")
    frame = gpd.GeoDataFrame(data, index=key, geometry=joined.shapes, crs=streets.crs).astype(text)
    return frame, pd.Series(rules["group"].to_numpy()[joined.row], index=key)


def _of_longest(values: pd.Series, pieces: Pieces, section: Whole) -> np.ndarray:
    """Of each section the value that its longest piece with a value has."""
    of_pieces = pd.DataFrame({"section": section, "length_m": pieces.length_m, "value": values.to_numpy()[pieces.row]})
    longest = of_pieces.sort_values("length_m", ascending=False, kind="stable").groupby("section")["value"].first()
    return longest.to_numpy()


def _node_keys(pieces: Pieces) -> np.ndarray:
    """Key of each node: its coordinates to the centimetre."""
    x, y = (pd.Series(pieces.nodes[:, axis]).map("{:.2f}".format) for axis in (0, 1))
    return (x + "_" + y).to_numpy()


def _components(pieces: Pieces, trench: np.ndarray) -> np.ndarray:
    """Name of the connected part of the trench routes that each section belongs to: n1 the longest; empty for no trench route."""
    part = connected_parts(pieces.start[trench], pieces.stop[trench], len(pieces.nodes))[pieces.start]
    length_m = pd.Series(pieces.length_m[trench].round(2)).groupby(part[trench]).sum()
    # nodes are numbered from the south-west: of two equally long parts the one that begins there comes first
    rank = length_m.sort_values(ascending=False, kind="stable").index
    called = pd.Series([f"n{number}" for number in range(1, len(rank) + 1)], index=rank, dtype="str")
    return pd.Series(part).where(trench).map(called).to_numpy()


# ------------------------------------------------------------------------------------------------------------------- remarks


def _mend_remarks(streets: gpd.GeoDataFrame, mended: Mended, parameters: Parameters) -> list[RemarkRow]:
    rows = []
    gap_m, snap_m = parameters.at("streets.gap_m", AS_OF), parameters.at("streets.snap_m", AS_OF)
    if mended.bridged:
        rows.append(_about(
            f"{mended.bridged} losse straateinden zijn verbonden met een straat op hoogstens {gap_m:g} m.",
            f"{mended.bridged} loose street ends were joined to a street at most {gap_m:g} m away.",
        ))  # fmt: skip
    if mended.unmarked:
        known = streets["structure"].notna().any()
        rows.append(_about(
            f"{mended.unmarked} kruisingen zonder gemeenschappelijk punt gelden als kruispunt: "
            + ("geen van beide lijnen is daar een brug of tunnel." if known else "de straten zeggen niet waar bruggen en tunnels liggen."),
            f"{mended.unmarked} crossings without a shared point count as junctions: "
            + ("neither line is a bridge or tunnel there." if known else "the streets do not say where bridges and tunnels are."),
        ))  # fmt: skip
    if mended.nothing or mended.doubles:
        rows.append(_about(
            f"Weggelaten bij het maken van de straatsecties: {mended.nothing} stukken korter dan {snap_m:g} m en {mended.doubles} stukken die dubbel liggen.",
            f"Left out when making street sections: {mended.nothing} pieces shorter than {snap_m:g} m and {mended.doubles} pieces that lie double.",
            level="info",
        ))  # fmt: skip
    return rows


def _about(text: str, text_en: str, level: str = "assumption") -> RemarkRow:
    return remark("sections", text, text_en, level=level, method="street-graph")


def _no_route() -> RemarkRow:
    return remark(
        "sections", "Geen enkele straat mag een warmteleiding dragen: een net is hier niet te tekenen.",
        "No street may hold a heat pipe: no network can be drawn here.", level="warning", method="street-graph",
    )  # fmt: skip


def _component_remarks(sections: gpd.GeoDataFrame, attachments: pd.DataFrame) -> list[RemarkRow]:
    routes = sections[sections["trench"]]
    if routes.empty:
        return [_no_route()]
    length_m = routes.groupby("component")["length_m"].sum()
    largest = str(length_m.idxmax())
    length_share = float(length_m[largest] / length_m.sum())
    home = sections["component"].loc[attachments["section"]]
    building_share = float((home == largest).mean()) if len(home) else 0.0
    if len(length_m) == 1:
        return []
    return [
        remark(
            "sections",
            f"De straten waar een leiding mag liggen vormen {len(length_m)} losse netten; het grootste heeft {length_share:.1%} van de lengte en {building_share:.1%} van de aangesloten gebouwen. "
            "De rest is van daar niet te bereiken: paden en naamloze of ontbrekende wegen liggen ertussen.",
            f"The streets where a pipe may be laid form {len(length_m)} separate networks; the largest has {length_share:.1%} of the length and {building_share:.1%} of the attached buildings. "
            "The rest cannot be reached from there: paths and unnamed or missing roads lie between.",
            level="warning", rows_share=1 - building_share, method="street-graph",
        )
    ]  # fmt: skip
