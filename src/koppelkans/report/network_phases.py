"""The network in periods: a map of the street sections by the period in which their pipes are laid, and what each period takes."""

from __future__ import annotations

import pandas as pd

from koppelkans.report import palette
from koppelkans.report.document import Block, Figure, Heading, Paragraph, Table
from koppelkans.report.maps import Layer, Mark
from koppelkans.report.material import cells
from koppelkans.report.published_network import PublishedNetwork

ANCHOR = "net-perioden"
"""Of the heading: what stands below it holds years that the engine computed."""
_THOUSAND = 1e3
_HUES = palette.PARTS[:6]
_WIDEST, _STEP, _THINNEST = 5.2, 0.5, 2.2
_LATER = palette.Line(palette.SOFT_INK, 1.6, ("1", "3"))


def phases_blocks(network: PublishedNetwork) -> list[Block]:
    """Heading, map and table of the periods; nothing in a plan without periods, or whose network may not be published."""
    pieces = network.table("network_phases")
    if not network.publishable or pieces.empty:
        return []
    words, place = network.material.words, network.material.plan.place.title
    figure = Figure(
        "map-phases", network.material.drawn(phases_layer(network)), words("netphases.caption", place=place), words("netphases.alt", place=place),
        words("netphases.map_note"), "network-phases",
    )  # fmt: skip
    return [
        Heading(words("netphases.title"), ANCHOR),
        Paragraph(words.rich("netphases.lead")),
        figure,
        _table(network, pieces),
    ]


def phases_layer(network: PublishedNetwork) -> Layer:
    """Street sections with a pipe by period, each drawn whole, over all streets drawn thin; heat sources as squares."""
    words, sections = network.material.words, network.sections
    years = section_years(network.table("network_phases"))
    named = years.map(lambda year: "later" if pd.isna(year) else str(int(year)))
    marks = [Mark("", "", "street", list(sections.geometry))]
    for style in _order(years):
        here = sections[sections.index.isin(named.index[named == style])]
        said = _said(network, style)
        marks += [
            Mark(str(name) or words("netmap.no_street"), said, style, list(part.geometry))
            for name, part in here.assign(street=here["street"].fillna("").astype("str")).groupby("street")
        ]
    styles = {"street": palette.STREET} | dict(zip(_order(years), _lines(_order(years)), strict=True))
    titles = {"street": words.name("diameter_classes", "street")} | {
        style: _said(network, style) for style in _order(years)
    }
    spots = {source.name: (source.x_m, source.y_m) for source in network.material.plan.scenario.sources}
    return Layer(styles, titles, marks, spots)


def section_years(pieces: pd.DataFrame) -> pd.Series:
    """Per section with a pipe the first year of the period in which the first of its pieces is laid; empty where none is."""
    return pieces.dropna(subset="section").groupby("section")["built_year"].min()


def _order(years: pd.Series) -> list[str]:
    known = [str(int(year)) for year in sorted(years.dropna().unique())]
    return [*known, *(["later"] if years.isna().any() else [])]


def _lines(styles: list[str]) -> list[palette.Line]:
    """A line per period, the first the thickest; from the seventh on dashed."""
    return [
        _LATER if style == "later" else palette.Line(
            _HUES[at % len(_HUES)], max(_WIDEST - _STEP * at, _THINNEST), () if at < len(_HUES) else ("6", "3")
        )
        for at, style in enumerate(styles)
    ]  # fmt: skip


def _said(network: PublishedNetwork, style: str) -> str:
    words = network.material.words
    return words("netphases.later") if style == "later" else words("netphases.from_year", year=style)


def _table(network: PublishedNetwork, pieces: pd.DataFrame) -> Table:
    words, notation = network.material.words, network.material.notation
    period = pieces["built_year"].map(lambda year: "later" if pd.isna(year) else str(int(year)))
    summed = pieces.groupby(period)[["length_m", "investment_eur", "heat_mwh"]].sum()
    first = pieces["temporary_source"].groupby(period).sum()
    rows = [
        cells(
            _said(network, style), notation.rounded(summed["length_m"][style], 2), notation.rounded(summed["investment_eur"][style] / _THOUSAND, 2),
            notation.share(summed["heat_mwh"][style] / max(summed["heat_mwh"].sum(), 1e-9)), notation.number(int(first[style])),
        )
        for style in _order(pieces["built_year"])
    ]  # fmt: skip
    names = ("period", "metres", "cost", "heat", "temporary")
    header = tuple(words(f"netphases.{name}_column") for name in names)
    return Table(
        words("netphases.table"),
        header,
        tuple(rows),
        (False, *[True] * 4),
        words("netphases.note"),
        method="network-phases",
    )
