"""Flemish registers: GRB with its address links, Gebouwenregister, Wegenregister."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from koppelkans.errors import DataError
from koppelkans.place import names
from koppelkans.place.layers import Layer, Layers
from koppelkans.tables import RemarkRow, remark

REALISED = "gerealiseerd"
IN_USE = ("in gebruik", "4")
"""Wegenregister: label and code of a segment in use."""
PAGE_ROWS = 10_000
"""Rows of one page of the register service: a layer of exactly so many rows is cut off."""
UNKNOWN_CODES = (-8, -9)
"""Wegenregister: not known, not applicable."""


def register_rules(layers: Layers) -> Layers:
    """The layers after the rules of the registers they come from; each rule that touches rows leaves a remark."""
    for role in ("buildings", "buildings_points"):
        layer = layers[role]
        if layer is not None:
            layers = layers.replaced(*_realised_only(layer))
    buildings = layers["buildings"]
    if buildings is not None and not buildings.has_geometry:
        layers = _placed_by_address(layers, buildings)
    roads = layers["streets"]
    if roads is not None and roads.has_geometry and {"status", "street_right"} & set(roads.frame.columns):
        layers = layers.replaced(*_roads_in_use(roads, layers["road_widths"]))
    return layers


def _realised_only(layer: Layer) -> tuple[Layer, list[RemarkRow]]:
    """Gebouwenregister: planned and historic buildings are ghosts, and demand would be counted twice."""
    frame, rows = layer.frame, []
    if len(frame) == PAGE_ROWS:
        rows.append(
            remark(
                layer.role,
                f"{layer.where} telt precies {PAGE_ROWS} rijen: dat is één pagina van de registerdienst, dus wellicht ontbreken gebouwen.",
                f"{layer.where} has exactly {PAGE_ROWS} rows: that is one page of the register service, so buildings are probably missing.",
                level="warning",
                method="place-formats",
            )
        )
    if "status" not in frame.columns:
        return layer, rows
    kept = frame[frame["status"].astype("str").str.lower() == REALISED]
    gone = len(frame) - len(kept)
    if gone:
        rows.append(
            remark(
                layer.role,
                f"{gone} van {len(frame)} rijen van het Gebouwenregister zijn niet gerealiseerd (gehistoreerd, gepland of in aanbouw) en tellen niet mee.",
                f"{gone} of {len(frame)} rows of the building register are not realised (historic, planned or under construction) and do not count.",
                level="info",
                rows_share=gone / len(frame),
                method="place-formats",
            )
        )
    return layer.holding(kept), rows


def link_counts(links: pd.DataFrame) -> pd.DataFrame:
    """Per GRB building: house numbers and boxes counted in the address links, its first street, number and postcode.

    Boxes are counted from BUSNR (or APPARTNR), ``nvt`` being none: this is where apartments show.
    Result: index building; columns addresses, boxes (int), street, house_number, postcode (text).
    """
    clean = address_links(links)
    box = clean["box_number"].fillna(clean["flat_number"]).astype("str")
    numbered = clean["street_key"].fillna("") + "|" + clean["house_number"].fillna("")
    clean = clean.assign(number=numbered, box=(numbered + "|" + box).where(box.notna()))
    grouped = clean.groupby("building")
    ordered = clean.assign(order=clean["house_number"].str.extract(r"(\d+)", expand=False).astype("float64"))
    first = ordered.sort_values(["order", "house_number"]).groupby("building").first()
    return pd.DataFrame(
        {
            "addresses": grouped["number"].nunique(),
            "boxes": grouped["box"].nunique(),
            "street": first["street"],
            "house_number": first["house_number"],
            "postcode": first["postcode"],
        }
    )


def address_links(links: pd.DataFrame) -> pd.DataFrame:
    """GRB address links with clean text columns: building, street, street_key, house_number, box_number, flat_number, postcode."""
    empty = pd.Series(None, index=links.index, dtype="str")
    clean = {
        name: names.text(links[name]) if name in links else empty
        for name in ("building", "street", "box_number", "flat_number", "postcode")
    }
    number = names.house_numbers(links["house_number"]) if "house_number" in links else empty
    return pd.DataFrame({**clean, "house_number": number, "street_key": names.letters(clean["street"])})


def _placed_by_address(layers: Layers, buildings: Layer) -> Layers:
    """A Gbg table without shapes (dbf): its buildings stand at the address point of their first address link."""
    links, addresses = layers["address_links"], layers["addresses"]
    if links is None or addresses is None or not addresses.has_geometry:
        raise DataError(
            f"{buildings.where} has no geometry; expected polygons, or beside it an address-link table (TblGbgAdr) and address "
            "points. Export the layer with its shapes (Gbg.shp) or add both files"
        )
    wanted = link_counts(links.frame).drop(columns=["addresses", "boxes"]).dropna(subset=["street", "house_number"])
    wanted = wanted[wanted.index.isin(buildings.frame.index)]
    points = addresses.frame
    place = pd.DataFrame(
        {
            "street_key": names.letters(names.text(points["street"])), "house_number": names.house_numbers(points["house_number"]),
            "point": points.geometry.to_numpy(),
        }
    ).drop_duplicates(["street_key", "house_number"])  # fmt: skip
    wanted = wanted.assign(street_key=names.letters(wanted["street"])).reset_index(names="building")
    met = wanted.merge(place, on=["street_key", "house_number"]).set_index("building")
    kept = buildings.frame.loc[met.index]
    frame = gpd.GeoDataFrame(
        kept, geometry=gpd.GeoSeries(met["point"].to_numpy(), index=kept.index, crs=points.crs), crs=points.crs
    )
    lost = len(buildings.frame) - len(frame)
    row = remark(
        "buildings",
        f"{buildings.where} heeft geen vormen: {len(frame)} gebouwen staan op hun eerste adrespunt, {lost} zonder gevonden adres vallen weg (bijgebouwen, andere wijken).",
        f"{buildings.where} has no shapes: {len(frame)} buildings stand at their first address point, {lost} without a located address are left out (annexes, other areas).",
        level="warning", rows_share=lost / max(len(buildings.frame), 1), method="place-formats",
    )  # fmt: skip
    kept_roles = {
        role: layer for role, layer in layers.by_role.items() if role not in ("buildings", "buildings_points")
    }
    return Layers(kept_roles, layers.csv_files, layers.remarks).replaced(
        buildings.holding(frame, "buildings_points"), [row]
    )


def _roads_in_use(layer: Layer, widths: Layer | None) -> tuple[Layer, list[RemarkRow]]:
    """Wegenregister: segments in use, the left street name else the right one, the mean of the recorded widths."""
    frame, rows = layer.frame, []
    if "status" in frame.columns:
        kept = frame[names.text(frame["status"]).str.lower().isin(IN_USE)]
        gone = len(frame) - len(kept)
        if gone:
            rows.append(
                remark(
                    "streets",
                    f"{gone} wegsegmenten zijn niet in gebruik (gepland, in aanbouw of buiten gebruik) en tellen niet mee.",
                    f"{gone} road segments are not in use (planned, under construction or closed) and do not count.",
                    level="info",
                    rows_share=gone / len(frame),
                    method="place-formats",
                )
            )
        frame = kept
    if "street_right" in frame.columns:
        left = names.text(frame["street"]) if "street" in frame else pd.Series(None, index=frame.index, dtype="str")
        frame = frame.assign(street=left.fillna(names.text(frame["street_right"])).astype("str"))
    if widths is not None and "width_m" in widths.frame:
        known = widths.frame["width_m"].where(~widths.frame["width_m"].isin(UNKNOWN_CODES))
        frame = frame.assign(width_m=frame.index.to_series().map(known.groupby(level=0).mean()))
    return layer.holding(frame), rows


def as_points(table: pd.DataFrame, crs: object) -> gpd.GeoDataFrame | None:
    """A table with its place in columns (x, y or wkt in ``crs``; lat, lon) as a layer; None when it has none."""
    if "wkt" in table.columns and table["wkt"].notna().all():
        shapes = shapely.from_wkt(
            table["wkt"].astype("str").str.replace(r"^SRID=\d+;", "", regex=True).to_numpy(), on_invalid="ignore"
        )
        return gpd.GeoDataFrame(table.drop(columns="wkt"), geometry=shapes, crs=crs)
    if {"x", "y"} <= set(table.columns):
        shapes = gpd.points_from_xy(table["x"], table["y"])
        return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=shapes, crs=crs)
    if {"lat", "lon"} <= set(table.columns):
        shapes = gpd.points_from_xy(table["lon"], table["lat"])
        return gpd.GeoDataFrame(table.drop(columns=["lat", "lon"]), geometry=shapes, crs="EPSG:4326").to_crs(crs)
    return None
