"""Two maps of a heat network: mains by diameter, and the share of dwellings that each street needs. Never a service pipe.

A main that serves too few buildings shows no diameter, and is drawn along its whole street section, so that its end points at no
house. A threshold is drawn for the whole street that it was published for.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans.report import palette
from koppelkans.report.maps import Layer, Mark
from koppelkans.report.published_network import PublishedNetwork

_DIAMETERS = {"to_50": 50, "to_100": 100, "to_200": 200}
_SHARES = {"to_30": 0.3, "to_50": 0.5, "to_70": 0.7, "to_100": 1.0}
_FAVOURABLE, _NEVER = "favourable", "impossible"


def diameter_class(diameter_mm: float) -> str:
    """The class of line width of a main."""
    return next((name for name, most in _DIAMETERS.items() if diameter_mm <= most), "above_200")


def threshold_class(share: float, low_share: float = float("nan")) -> str:
    """The class of a threshold; where no share is enough, ``favourable`` if one is at the low end of the band, else ``impossible``."""
    beyond = _FAVOURABLE if low_share <= 1 else _NEVER
    return next((name for name, most in _SHARES.items() if share <= most), beyond)


def network_layer(network: PublishedNetwork) -> Layer:
    """Mains in the streets by class of diameter, over all streets drawn thin; the heat source where it lies inside the map."""
    material, words = network.material, network.material.words
    marks = [Mark("", "", "street", list(network.sections.geometry))]
    mains = network.mains
    few = network.sections[network.sections.index.isin(mains.loc[~mains["shown"], "section"])]
    marks += [
        Mark(_street(network, name), words("netmap.few_said"), "few", list(here.geometry))
        for name, here in few.assign(street=few["street"].fillna("").astype("str")).groupby("street")
    ]
    shown = mains[mains["shown"]]
    classes = shown["diameter_mm"].map(diameter_class)
    for (style, name), here in shown.groupby([classes, shown["street"].fillna("")]):
        marks.append(Mark(_street(network, name), _said(network, str(name), here), str(style), list(here.geometry)))
    drawn = {mark.style for mark in marks}
    styles = {name: line for name, line in {"street": palette.STREET, **palette.PIPES}.items() if name in drawn}
    titles = {name: words.name("diameter_classes", name) for name in styles}
    spots = {source.name: (source.x_m, source.y_m) for source in material.plan.scenario.sources}
    return Layer(styles, titles, marks, spots)


def _street(network: PublishedNetwork, name: Any) -> str:
    return str(name) or network.material.words("netmap.no_street")


def _said(network: PublishedNetwork, name: str, mains: pd.DataFrame) -> str:
    """What a reader may know of the mains of one class in one street: diameters, and the density of the network there."""
    words, notation = network.material.words, network.material.notation
    smallest, largest = int(mains["diameter_mm"].min()), int(mains["diameter_mm"].max())
    diameter = f"DN {smallest}" if smallest == largest else f"DN {smallest}–{largest}"
    density = network.streets["density_mwh_per_m"].get(name)
    if density is None or pd.isna(density):
        return words("netmap.main_said", diameter=diameter)
    return words("netmap.main_density_said", diameter=diameter, density=notation.rounded(density, 2))


def threshold_layer(network: PublishedNetwork) -> Layer:
    """Published streets by the share of dwellings they need."""
    words = network.material.words
    streets, sections = network.streets, network.sections
    known = streets[streets["known"].eq(True)]
    rest = sections[~sections["street"].isin(known.index)]
    marks = [Mark("", "", "hidden", list(rest.geometry))]
    for name, row in known.iterrows():
        here = sections.geometry[sections["street"] == name]
        marks.append(
            Mark(str(name), threshold_said(network, row), threshold_class(row["share"], row["low_share"]), list(here))
        )
    styles = {"hidden": palette.NOT_PUBLISHED, **palette.THRESHOLDS}
    titles = {name: words.name("threshold_classes", name) for name in palette.THRESHOLDS} | {
        "hidden": words("map.hidden")
    }
    return Layer(styles, titles, marks, {})


def threshold_said(network: PublishedNetwork, row: pd.Series) -> str:
    """The threshold of a street in words, with its band."""
    words = network.material.words
    low, high = threshold_text(network, row["low_share"]), threshold_text(network, row["high_share"])
    share = threshold_text(network, row["share"])
    return (
        words("netmap.threshold_said", share=share)
        if low == high
        else words("netmap.threshold_band_said", share=share, low=low, high=high)
    )


def threshold_text(network: PublishedNetwork, share: float) -> str:
    """A threshold as a percentage; ``impossible`` where not even all dwellings are enough."""
    if pd.isna(share) or share > 1:
        return network.material.words("netmap.impossible")
    return network.material.notation.share(share)
