"""Indicative heat density per street, by class; with its error band where the data have no street axes."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.report import maps, palette
from koppelkans.report.document import Atlas, Block, Details, Figure, Notice, Paragraph, Section, Table, Text, plain
from koppelkans.report.material import KWH_PER_MWH, Material, cells

_SHOWN = 20


def density_layer(material: Material) -> maps.Layer:
    """Streets by class of heat density; where the place has no street lines, the points of each street in its colour."""
    words, place = material.words, material.plan.place
    if place.streets is not None and not place.streets.empty:
        drawn, lines, rest = place.streets, palette.DENSITY_LINES, palette.NOT_PUBLISHED
        shapes = drawn.geometry
    else:
        drawn, lines, rest = (
            place.buildings[place.buildings["heated"]],
            palette.DENSITY_DOTS,
            palette.NOT_PUBLISHED_DOTS,
        )
        shapes = drawn.geometry.centroid
    streets = material.streets
    marks = [maps.Mark("", "", "hidden", list(shapes[~drawn["street"].isin(streets.index)]))]
    for name, row in streets.iterrows():
        said = words("map.density_said", density=material.notation.rounded(row["density_mwh_per_m"], 2))
        marks.append(maps.Mark(str(name), said, row["density_class"], list(shapes[drawn["street"] == name])))
    titles = {key: words.name("classes", key) for key in tables.DENSITY_CLASSES} | {"hidden": words("map.hidden")}
    return maps.Layer({"hidden": rest, **lines}, titles, marks, {})


def map_figure(material: Material, name: str) -> Figure:
    """The map of streets by class, with the sources of its data."""
    words, place = material.words, material.plan.place
    counts = material.classes.value_counts()
    spoken = ", ".join(
        words("map.alt_class", count=int(counts.get(key, 0)), name=words.name("classes", key))
        for key in tables.DENSITY_CLASSES
    )  # fmt: skip
    caption = words("map.caption" if place.streets is not None else "map.caption_points", place=place.title)
    return Figure(
        name, material.drawn(density_layer(material)), caption, words("map.alt", place=place.title, classes=spoken)
    )


_ATLAS_LABELS = (
    "layer", "streets", "choose", "move", "nearer", "farther", "west", "east", "north", "south", "whole", "keys", "hint",
)  # fmt: skip


def atlas_of(material: Material, figures: tuple[Figure, ...]) -> Atlas:
    """Maps of the same window as one map with layers; the name of a figure, ``map-`` apart, is that of its layer."""
    words = material.words
    titles = tuple(words.name("netmap", figure.name.removeprefix("map-")) for figure in figures)
    return Atlas(figures, titles, {name: words(f"netmap.{name}") for name in _ATLAS_LABELS})


def density_section(material: Material) -> Section:
    """The chapter on where a heat network is worth a closer look."""
    words = material.words
    density, streets = material.printed("line_density"), material.streets
    blocks: list[Block] = [Paragraph(words.rich("density.lead"), "lead")]
    if (density["length_from"] == "points").any():
        blocks.append(Notice("warning", words("levels.warning"), plain(words("density.points"))))
    if density.empty or streets.empty:
        key = "density.no_rows" if density.empty else "density.none"
        return Section("warmtedichtheid", words("density.title"), (*blocks, Paragraph(plain(words(key)))))
    blocks += [_class_table(material), *_street_tables(material)]
    return Section("warmtedichtheid", words("density.title"), tuple(blocks))


def _class_table(material: Material) -> Table:
    words, streets = material.words, material.streets
    total = float(streets["heat_mwh"].sum())
    rows = []
    for name in reversed(tables.DENSITY_CLASSES):
        here = streets[streets["density_class"] == name]
        heat = float(here["heat_mwh"].sum())
        share = material.notation.share(heat / total) if total else ""
        rows.append(cells(words.name("classes", name), material.count(len(here)), material.amount(heat), share))
    header = tuple(words(f"density.{name}_column") for name in ("class", "streets", "heat", "share"))
    return Table(words("density.classes"), header, tuple(rows), (False, True, True, True), words("density.note"))


def _street_tables(material: Material) -> list[Block]:
    words, streets = material.words, material.streets
    rows = [_street_row(material, str(name), row) for name, row in streets.iterrows()]
    rest = _rest_row(material)
    header = tuple(
        words(f"density.{name}_column")
        for name in ("street", "buildings", "heat", "length", "density", "band", "class")
    )
    numeric = (False, True, True, True, True, True, False)
    if len(rows) <= _SHOWN:
        return [Table(words("density.table"), header, (*rows, *rest), numeric)]
    first = Table(words("density.first", count=_SHOWN), header, tuple(rows[:_SHOWN]), numeric)
    others = Table(words("density.others"), header, (*rows[_SHOWN:], *rest), numeric)
    return [first, Details(words("density.others"), (others,))]


def _street_row(material: Material, name: str, row: pd.Series) -> tuple[Text, ...]:
    notation = material.notation
    return cells(
        name,
        notation.number(row["buildings"]),
        notation.rounded(row["heat_mwh"]),
        notation.rounded(row["length_m"], 2),
        notation.rounded(row["density_mwh_per_m"], 2),
        notation.range(row["low_mwh_per_m"], row["high_mwh_per_m"], 2),
        material.words.name("classes", row["density_class"]),
    )


def _rest_row(material: Material) -> list[tuple[Text, ...]]:
    """The streets that are too small to stand alone, and buildings without a street name, together."""
    words, inside = material.words, material.street_groups == ""
    if not inside.any():
        return []
    heated = material.heated[inside]
    count = heated["street"].nunique()
    name = words("page.other_streets", count=count)
    if heated["street"].isna().any():
        name = f"{name}, {words('page.no_street')}" if count else words("page.no_street")
    heat = heated["heat_kwh"].sum() / KWH_PER_MWH
    return [cells(name, material.count(len(heated)), material.amount(heat), "", "", "", "")]
