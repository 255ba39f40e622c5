"""The columns readers understand: our name for each, and the names under which sources write it."""

from __future__ import annotations

import re

import pandas as pd

BUILDING_COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("building_id", "grar_gebouw_id", "object_id", "objectid", "oidn", "osm_way", "osm_id", "id", "uidn"),
    "street": ("addr_street", "street_crab", "straatnm", "straatnaam", "straat", "street_file"),
    "house_number": ("addr_housenumber", "house_nr", "huisnr", "huisnummer"),
    "box_number": ("busnr", "busnummer"),
    "postcode": ("addr_postcode", "postcode", "postinfo"),
    "municipality": ("gemeente", "gemeentenaam", "addr_city"),
    "nis": ("niscode",),
    "source_class": ("building", "lbltype"),
    "grb_type": (),
    "status": ("gebouwstatus",),
    "use": ("gebruik",),
    "type": (),
    "protected": (),
    "heritage": ("ref_onroerenderfgoed",),
    "amenity": (), "office": (), "shop": (), "leisure": (), "tourism": (),
    "house_numbers_counted": ("n_adres",),
    "dwellings": ("woningen", "building_flats"),
    "built_year": ("bouwjaar", "construction_year", "start_date"),
    "storeys": ("bouwlagen", "building_levels", "levels"),
    "floor_area_m2": ("vloeroppervlakte", "vloeroppervlakte_m2"),
    "footprint_m2": ("oppervl", "opp_m2", "area_m2"),
    "volume_m3": ("v_air_m3",),
    "roof_m2": ("a_roof_m2",),
    "wall_m2": (),
    "window_m2": (),
    "ground_m2": ("a_floor_m2",),
    "roof_w_per_m2k": ("u_dak", "u_roof", "u_roof_w_m2k", "u_waarde_dak"),
    "wall_w_per_m2k": ("u_muur", "u_wall", "u_wall_w_m2k", "u_waarde_muur"),
    "window_w_per_m2k": ("u_raam", "u_window", "u_window_w_m2k", "u_waarde_raam"),
    "ground_w_per_m2k": ("u_vloer", "u_floor", "u_floor_w_m2k", "u_waarde_vloer"),
    "epc_score_kwh_per_m2": ("epc_kengetal", "epc_kwh_m2", "kengetal", "energiescore", "epc_score"),
    "metered_gas_kwh": ("gas_kwh", "gasverbruik_kwh"),
    "x": ("centroid_x",), "y": ("centroid_y",), "wkt": ("shape", "the_geom"),
}  # fmt: skip
ADDRESS_COLUMNS: dict[str, tuple[str, ...]] = {
    "street": ("straat", "straatnaam", "straatnm", "addr_street", "street_nl"),
    "house_number": ("huisnr", "huisnummer", "addr_housenumber", "hnrlabel"),
    "box_number": ("busnr", "busnummer", "addr_unit"),
    "postcode": ("postinfo", "addr_postcode", "pkancode"),
    "municipality": ("gemeente", "gemeentenaam", "addr_city", "commune_nl"),
    "x": (), "y": (), "lat": (), "lon": (),
}  # fmt: skip
STREET_COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("ws_oidn", "osm_way", "osm_id", "id"),
    "street": ("lstrnm", "straatnaam", "straat", "name"),
    "street_right": ("rstrnm",),
    "road_class": ("highway", "lblmorf", "wegcat"),
    "surface": ("lblverh", "lblverhard"),
    "width_m": ("width", "breedte"),
    "status": ("lblstatus",),
    "object": (),
    "bridge": (), "tunnel": (), "layer": (),
}  # fmt: skip
LINK_COLUMNS: dict[str, tuple[str, ...]] = {
    "building": ("gbgoidn",),
    "street": ("straatnm",),
    "house_number": ("huisnr",),
    "box_number": ("busnr",),
    "flat_number": ("appartnr",),
    "postcode": (),
}
AREA_COLUMNS: dict[str, tuple[str, ...]] = {"key": ("wijkcode", "code"), "name": ("naam",)}
WIDTH_COLUMNS: dict[str, tuple[str, ...]] = {"key": ("ws_oidn",), "width_m": ("breedte",)}

COLUMNS = {
    "buildings": BUILDING_COLUMNS, "buildings_points": BUILDING_COLUMNS, "streets": STREET_COLUMNS,
    "addresses": ADDRESS_COLUMNS, "areas": AREA_COLUMNS, "address_links": LINK_COLUMNS, "road_widths": WIDTH_COLUMNS,
    "landuse": {}, "waterways": {},
}  # fmt: skip
"""Per role of a layer: our columns, each with the names that sources use, best first."""

SUMMED = {
    "wall_m2": ("a_ext_s_m2", "a_ext_w_m2", "a_ext_n_m2", "a_ext_e_m2"),
    "window_m2": ("a_win_s_m2", "a_win_w_m2", "a_win_n_m2", "a_win_e_m2"),
}
"""Columns that sources split by orientation."""
NUMBERS = (
    "dwellings", "built_year", "storeys", "floor_area_m2", "footprint_m2", "volume_m3", "roof_m2", "wall_m2", "window_m2",
    "ground_m2", "roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k", "epc_score_kwh_per_m2",
    "metered_gas_kwh", "house_numbers_counted", "width_m", "x", "y", "lat", "lon",
)  # fmt: skip
TAGGED = ("storeys", "built_year", "width_m", "dwellings")
"""Columns that OpenStreetMap writes as free text (``3.5 m``, ``1930s``): the first number counts."""


def plain(name: str) -> str:
    """A column name without its signs and capitals: ``addr:street`` and ``addr_street`` are the same."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def renamed(frame: pd.DataFrame, role: str) -> pd.DataFrame:
    """The columns of a layer that its role knows, under our names; the others fall away.

    A name of ours in the source always counts; else the first known name of the source that is not empty.
    """
    theirs = {plain(name): name for name in frame.columns if name != "geometry"}
    found: dict[str, pd.Series] = {}
    for ours, names in COLUMNS[role].items():
        present = [theirs[name] for name in (ours, *names) if name in theirs]
        filled = [name for name in present if frame[name].notna().any()]
        if ours == "key":
            filled = [name for name in filled if frame[name].notna().all()]
        if filled:
            found[ours] = frame[filled[0]]
    if COLUMNS[role] is BUILDING_COLUMNS:
        found |= _of_buildings(frame, theirs, found)
    kept = pd.DataFrame(found, index=frame.index)
    return kept if "geometry" not in frame.columns else frame[["geometry"]].join(kept)


def _of_buildings(frame: pd.DataFrame, theirs: dict[str, str], found: dict[str, pd.Series]) -> dict[str, pd.Series]:
    added: dict[str, pd.Series] = {}
    for ours, parts in SUMMED.items():
        present = [theirs[part] for part in parts if part in theirs]
        if ours not in found and present:
            added[ours] = frame[present].sum(axis=1, min_count=len(present))
    # GRB writes its class as TYPE (1 main building, else annex); our own ``type`` is a word.
    if "type" in theirs and ("lbltype" in theirs or pd.api.types.is_numeric_dtype(frame[theirs["type"]])):
        added["grb_type"] = frame[theirs["type"]]
        found.pop("type", None)
        found.pop("source_class", None)
        if "lbltype" in theirs:
            added["source_class"] = frame[theirs["lbltype"]]
    # The heritage code of OpenStreetMap's two tags: one of them is enough.
    if "heritage" in theirs and "ref_onroerenderfgoed" in theirs:
        added["heritage"] = (
            frame[theirs["heritage"]]
            .astype("str")
            .where(frame[theirs["heritage"]].notna(), frame[theirs["ref_onroerenderfgoed"]])
        )
    return added


def numeric(frame: pd.DataFrame, factors: dict[str, float]) -> tuple[pd.DataFrame, list[str]]:
    """The same layer with its quantities as numbers, multiplied by the stated factors; and the faults found in them."""
    changed: dict[str, pd.Series] = {}
    faults = []
    for name in [name for name in NUMBERS if name in frame.columns]:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            values = values.astype("str")
            if name in TAGGED:
                values = values.str.extract(r"(-?\d+(?:\.\d+)?)", expand=False)
            parsed = pd.to_numeric(values, errors="coerce")
            wrong = parsed.isna() & values.notna()
            if wrong.any():
                shown = ", ".join(values[wrong].head(3))
                faults.append(
                    f"column {name}: {int(wrong.sum())} rows hold {shown} ({_keys(frame.index[wrong])}), expected a number "
                    "with a decimal point; convert the column in the source"
                )
            values = parsed
        changed[name] = values.astype("float64") * factors.get(name, 1.0)
    return frame.assign(**changed), faults


def _keys(keys: pd.Index) -> str:
    return ", ".join(str(key) for key in keys[:3]) + (", ..." if len(keys) > 3 else "")
