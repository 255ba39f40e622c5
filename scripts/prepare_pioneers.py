"""Cuts the pioneer neighbourhoods and the outlines of all projects: ``python scripts/prepare_pioneers.py FOLDER``.

FOLDER holds ``addresses/crab_2013_vlaanderen_31370.parquet`` (every address of Flanders, CRAB 2013) and
``boundaries/wijken_ggw7_vlaanderen_brussel_31370.gpkg`` (the official neighbourhoods). Written are

- ``place/data/pioneers/NAME/``: addresses and neighbourhood of each pioneer as GeoParquet, with ``place.toml``;
- ``web/projects/areas.json``: outline of each project in WGS 84, five decimals;
- ``web/projects/flanders.json``: Flanders and Brussels by province, generalised, in degrees, for the map of projects.

The official neighbourhood is never the outline of a project: each ``note`` says what it is. The same originals give the same files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

PACKAGE = Path(__file__).parents[1] / "src" / "koppelkans"
PLACES = PACKAGE / "place" / "data" / "pioneers"
SITE = PACKAGE / "web" / "projects"
LAMBERT_72, WGS_84 = 31370, 4326
WIJKEN_LINE = (
    "Wijken voor omgevingsanalyse. (c) gemeentebesturen, verzameld door Data & Analyse van de Vlaamse provincies"
)
WIJKEN_LICENCE = "Modellicentie Gratis Hergebruik 1.0"
PROVINCE_M = 700.0
"""Detail left in the outline of a province; the map of projects is a few hundred pixels wide."""
OUTLINE_M = 5.0

PIONEERS = {
    "leuven_ter_elst": ("Heverlee Tervuursesteenweg (Ter Elst)", "Leuven", "24062", ["24062W07"]),
    "turnhout_parkwijk": ("Turnhout Zuidelijke wijken (Parkwijk)", "Turnhout", "13040", ["13040W06"]),
    "brugge_sint_gillis": ("Brugge Centrum Noordwest (Sint-Gillis)", "Brugge", "31005", ["31005W07"]),
    "temse_centrum": ("Temse centrum (Wonderland)", "Temse", "46025", ["46025A0W"]),
    "zoersel_bloemenwijk": ("Bloemenwijk/Hallehof", "Zoersel", "11055", ["11055W01"]),
    "mortsel": ("Mortsel", "Mortsel", "11029", [f"11029W{number:02d}" for number in range(1, 9)]),
    "beringen_mijn": ("Beringen-Mijn (Mijncité)", "Beringen", "71004", ["71004W02"]),
    "antwerpen_linkeroever": ("Antwerpen Linkeroever", "Antwerpen", "11002", ["11002Z11"]),
    "mechelen_centrum": ("Mechelen Centrum (Vesten)", "Mechelen", "12025", ["12025W03"]),
}
"""Title, municipality, NIS code and the official neighbourhoods of each pioneer; that of Gent is a shipped place of its own."""

OTHER_AREAS = {
    "gent_muide_meulestede": ["44021W10"],
    "wechelderzande": ["13019W04"],
    "brugge_sint_jozef": ["31005W27"],
    "genk_winterslag": ["71016W24", "71016W28", "71016W29"],
}
PROVINCES = {
    "10": "Antwerpen", "20001": "Vlaams-Brabant", "04": "Brussel", "30": "West-Vlaanderen", "40": "Oost-Vlaanderen", "70": "Limburg",
}  # fmt: skip

SETTINGS = """# Wijk van {municipality}: alleen adressen, niveau D. Gemaakt met scripts/prepare_pioneers.py.

[place]
name = "{name}"
title = "{title}"
municipality = "{municipality}"
nis = "{nis}"
country = "BE"
dated = "2013"
note = "De omtrek is die van de officiële wijk, niet die van een project. Gebouwen van na 2013 ontbreken."

[[attribution]]
layer = "addresses"
line = "Bron: CRAB, Digitaal Vlaanderen (AGIV), 2013"
licence = "Gratis Open Data Licentie Vlaanderen (niet bevestigd)"
dated = "2013-10"
note = "Alleen huisnummers: appartementen zijn niet te tellen. Verzameld in pietercolpaert/crab-tools."

[[attribution]]
layer = "areas"
line = "{line}"
licence = "{licence}"
dated = "2026-03"
note = "Vereenvoudigd tot 5 m."
"""


def write_place(name: str, wijken: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame) -> None:
    """Addresses inside the neighbourhoods of one pioneer, the neighbourhoods themselves, and the settings."""
    title, municipality, nis, codes = PIONEERS[name]
    own = wijken.loc[wijken["wijkcode"].isin(codes)].reset_index(drop=True)
    inside = addresses.iloc[shapely.STRtree(addresses.geometry.to_numpy()).query(own.union_all(), predicate="contains")]
    rows = inside.sort_values(["postcode", "straat", "huisnr"], kind="stable").reset_index(drop=True)
    folder = PLACES / name
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "addresses.parquet", compression="zstd")
    own.to_parquet(folder / "wijk.parquet", compression="zstd")
    text = SETTINGS.format(
        name=name, title=title, municipality=municipality, nis=nis, line=WIJKEN_LINE, licence=WIJKEN_LICENCE
    )
    (folder / "place.toml").write_text(text, encoding="utf-8")


def outlines(wijken: gpd.GeoDataFrame) -> dict[str, Any]:
    """The outline of each project as GeoJSON geometry in WGS 84, five decimals (about a metre)."""
    codes = {name: values[3] for name, values in PIONEERS.items()} | OTHER_AREAS
    found = {}
    for name, wanted in sorted(codes.items()):
        own = wijken.loc[wijken["wijkcode"].isin(wanted)]
        if len(own) != len(wanted):
            raise SystemExit(f"{name}: expected neighbourhoods {wanted}, found {sorted(own['wijkcode'])}")
        shape = gpd.GeoSeries([own.union_all().simplify(OUTLINE_M)], crs=LAMBERT_72).to_crs(WGS_84)
        found[name] = rounded(json.loads(shapely.to_geojson(shape.iloc[0])), 5)
    return found


def provinces(wijken: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Each province as rings of [longitude, latitude], small parts left out."""
    first = wijken["wijkcode"].str[:2].map({"21": "04", "23": "20001", "24": "20001"})
    key = first.fillna(wijken["wijkcode"].str[0] + "0")
    closed = wijken.assign(geometry=wijken.buffer(30.0)).dissolve(key).buffer(-30.0)
    general = closed.simplify(PROVINCE_M)
    found = []
    for code, shape in sorted(
        general.items(), key=lambda item: item[0] == "04"
    ):  # Brussels last: it is drawn over its surroundings
        large = shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.area > 4 * PROVINCE_M**2])
        lonlat = gpd.GeoSeries(
            [shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in large.geoms])], crs=LAMBERT_72
        ).to_crs(WGS_84)
        geometry = rounded(json.loads(shapely.to_geojson(lonlat.iloc[0])), 3)
        found.append({"name": PROVINCES[str(code)], "geometry": geometry})
    return found


def rounded(tree: Any, digits: int) -> Any:
    """A GeoJSON geometry with its coordinates rounded."""
    if isinstance(tree, dict):
        return {key: rounded(value, digits) for key, value in tree.items()}
    if isinstance(tree, list):
        return [rounded(value, digits) for value in tree]
    return round(tree, digits) if isinstance(tree, float) else tree


def main(folder: Path) -> None:
    """Everything."""
    wijken = pyogrio.read_dataframe(folder / "boundaries" / "wijken_ggw7_vlaanderen_brussel_31370.gpkg").sort_values(
        "wijkcode"
    )
    table = pd.read_parquet(folder / "addresses" / "crab_2013_vlaanderen_31370.parquet")
    table = table.loc[(table["x"] != 0) & table["gemeente"].isin({values[1] for values in PIONEERS.values()})]
    texts = table[["postcode", "gemeente", "straat", "huisnr"]].astype("str")
    addresses = gpd.GeoDataFrame(texts, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=LAMBERT_72)
    for name in PIONEERS:
        write_place(name, wijken, addresses)
    credit = {"attribution": WIJKEN_LINE, "licence": WIJKEN_LICENCE}
    areas, flanders = {**credit, "areas": outlines(wijken)}, {**credit, "provinces": provinces(wijken)}
    (SITE / "areas.json").write_text(
        json.dumps(areas, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    (SITE / "flanders.json").write_text(
        json.dumps(flanders, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
