"""Whose data the layers of a place are: as place.toml states, else as their columns betray."""

from __future__ import annotations

from collections.abc import Iterable

from koppelkans.place.columns import plain
from koppelkans.place.layers import Layer, Layers
from koppelkans.place.model import Attribution
from koppelkans.place.settings import Settings
from koppelkans.tables import RemarkRow, remark

OSM = ("(c) OpenStreetMap contributors", "ODbL 1.0")
OPEN_FLANDERS = "Modellicentie Gratis Hergebruik of Gratis Open Data Licentie Vlaanderen"
KNOWN: tuple[tuple[str, set[str], tuple[str, str]], ...] = (
    ("any", {"osm_way"}, OSM),
    ("any", {"osm_id"}, OSM),
    ("any", {"highway"}, OSM),
    ("streets", {"wikidata", "object"}, OSM),
    ("any", {"gebouwstatus"}, ("Bron: Digitaal Vlaanderen, Gebouwenregister", OPEN_FLANDERS)),
    ("any", {"grar_gebouw_id"}, ("Bron: Digitaal Vlaanderen, Gebouwen- en adressenregister", OPEN_FLANDERS)),
    (
        "any",
        {"oidn", "oppervl"},
        ("Bron: Grootschalig Referentie Bestand Vlaanderen (GRB), Digitaal Vlaanderen", OPEN_FLANDERS),
    ),
    (
        "any",
        {"gbgoidn"},
        ("Bron: Grootschalig Referentie Bestand Vlaanderen (GRB), Digitaal Vlaanderen", OPEN_FLANDERS),
    ),
    ("any", {"ws_oidn"}, ("Bron: Wegenregister, Digitaal Vlaanderen", OPEN_FLANDERS)),
    ("any", {"lstrnm", "rstrnm"}, ("Bron: Wegenregister, Digitaal Vlaanderen", OPEN_FLANDERS)),
    ("addresses", {"postcode", "gemeente", "straat", "huisnr"}, ("Bron: CRAB, Digitaal Vlaanderen", OPEN_FLANDERS)),
    ("addresses", {"street_nl", "huisnr"}, ("Bron: CRAB, Digitaal Vlaanderen", OPEN_FLANDERS)),
    (
        "areas",
        {"wijkcode"},
        (
            "Wijken voor omgevingsanalyse. (c) gemeentebesturen, verzameld door Data & Analyse van de Vlaamse provincies",
            "Modellicentie Gratis Hergebruik 1.0",
        ),
    ),
)
"""Role of the layer, columns that betray its source, and the line and licence of that source."""


def attributions(layers: Layers, settings: Settings) -> tuple[tuple[Attribution, ...], list[RemarkRow]]:
    """The attribution of every layer, and a remark on the layers that nobody is named for.

    Stated ones come first; a layer without one takes the line of the source that its columns betray.
    Method: docs/method.md#place-sources.
    """
    stated = [Attribution(item.layer, item.line, item.licence, item.dated, item.note) for item in settings.attribution]
    named = {item.layer for item in stated}
    missing = [layer for layer in layers.by_role.values() if not {layer.role, layer.name} & named]
    found = [(layer, *_source(layer)) for layer in missing]
    guessed = [
        Attribution(layer.role, line, licence, "", "afgeleid uit de kolommen") for layer, line, licence in found if line
    ]
    nameless = sorted(layer.name for layer, line, _ in found if not line)
    rows: list[RemarkRow] = []
    if nameless:
        listed = ", ".join(nameless)
        rows.append(
            remark(
                "layers",
                f"Van wie de laag {listed} komt is niet vermeld; zet bron en licentie in place.toml ([[attribution]]) voor er iets van verschijnt.",
                f"Whose data layer {listed} holds is not stated; put source and licence in place.toml ([[attribution]]) before it is shown.",
                level="warning",
                method="place-sources",
            )
        )
    return (*stated, *guessed), rows


def _source(layer: Layer) -> tuple[str, str]:
    fields = _plain(layer.fields)
    for role, betraying, (line, licence) in KNOWN:
        if role in ("any", layer.role) and betraying <= fields:
            return line, licence
    return "", ""


def _plain(fields: Iterable[str]) -> set[str]:
    return {plain(name) for name in fields}
