"""``koppelkans export`` and ``import``: a plan for the tools of others, and a network of others for a scenario."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

out, err = Console(), Console(stderr=True)


class Kind(StrEnum):
    """What a plan can be written as."""

    esdl = "esdl"
    xlsx = "xlsx"
    gpkg = "gpkg"
    works = "works"
    ics = "ics"
    geojson = "geojson"
    lekp = "lekp"


CONTENT = {
    Kind.esdl: "het warmtenet in ESDL, met een vraag per aansluiting",
    Kind.xlsx: "het zakenplan als werkboek met levende formules",
    Kind.gpkg: "gebouwen, straten en het net voor QGIS",
    Kind.works: "hoeveelheden van de werken per straat en eigenaar, als werkboek",
    Kind.ics: "de werkenkalender voor een agenda (iCalendar)",
    Kind.geojson: "de werken in de woorden van GIPOD, om een aanvraag voor te bereiden",
    Kind.lekp: "wat de straten bijdragen aan het klimaatpact (CSV)",
}


def export(
    folder: Annotated[Path, typer.Argument(metavar="PLAN", help="Map van een plan. Folder of a plan.")],
    kind: Annotated[Kind, typer.Option("--to", help="esdl, xlsx, gpkg, works, ics, geojson of lekp")],
    file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Bestand; standaard in de planmap: plan.esdl, plan.xlsx, plan.gpkg, works.xlsx, works.ics, works.geojson, lekp.csv. File.",
        ),
    ] = None,
) -> None:
    """Schrijf een plan voor andere programma's: ESDL, werkboeken, GeoPackage, agenda, GIPOD, klimaatpact. Write a plan for the tools of others."""
    from koppelkans.exchange import export_plan

    with err.status(f"{folder} wordt geschreven als {kind.value}"):
        path = export_plan(folder, kind.value, file)
    out.print(f"[bold]{escape(str(path))}[/]: {CONTENT[kind]}", soft_wrap=True, highlight=False)
    out.print(
        "[yellow]![/] Vertrouwelijk werkbestand van het projectteam: gegevens per gebouw of prijzen voor een aanbesteding. Niet publiceren. "
        "Confidential: do not publish.", soft_wrap=True, highlight=False,
    )  # fmt: skip


def import_network(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="ESDL-bestand met een warmtenet. ESDL file with a heat network.")
    ],
    folder: Annotated[
        Path, typer.Option("--out", help="Map voor het scenario en de leidingen. Folder for scenario and pipes.")
    ],
    crs: Annotated[
        str, typer.Option("--crs", help="Coördinatenstelsel van het gebied. Coordinate system of the place.")
    ] = "EPSG:31370",
) -> None:
    """Maak van een warmtenet in ESDL een scenario: warmtebronnen en bestaande leidingen. Turn a heat network in ESDL into a scenario."""
    from koppelkans.exchange.parts import import_esdl

    paths, remarks = import_esdl(file, folder, crs=crs)
    for path in paths:
        out.print(f"[bold]{escape(str(path))}[/]", soft_wrap=True, highlight=False)
    for row in remarks:
        sign = "[yellow]![/] " if row["level"] == "warning" else ""
        out.print(f"{sign}{escape(row['text'])}", soft_wrap=True, highlight=False)
