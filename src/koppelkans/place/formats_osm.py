"""OpenStreetMap: what its tags say about a building, and an extract in one file taken apart into layers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from koppelkans.place.columns import plain

# fmt: off
USE_OF_CLASS = {
    **dict.fromkeys((
        "house", "detached", "semidetached_house", "terrace", "bungalow", "apartments", "residential", "dormitory", "cabin",
        "static_caravan", "houseboat", "villa", "farm",
    ), "residential"),
    **dict.fromkeys(("office", "commercial", "government", "townhall"), "office"),
    **dict.fromkeys(("retail", "shop", "supermarket", "kiosk"), "retail"),
    **dict.fromkeys(("hotel", "pub", "restaurant"), "hospitality"),
    **dict.fromkeys(("school", "kindergarten", "university", "college"), "school"),
    **dict.fromkeys(("hospital", "clinic", "nursing_home"), "health_care"),
    **dict.fromkeys(("sports_hall", "sports_centre", "stadium", "grandstand", "pavilion", "riding_hall"), "sport"),
    **dict.fromkeys(("museum", "theatre", "cinema", "community_centre"), "culture"),
    **dict.fromkeys((
        "church", "chapel", "cathedral", "mosque", "temple", "synagogue", "monastery", "religious", "shrine", "presbytery",
    ), "worship"),
    **dict.fromkeys(("industrial", "warehouse", "manufacture", "factory", "hangar"), "industry"),
    **dict.fromkeys(("civic", "public", "train_station", "transportation", "fire_station", "bridge"), "other"),
    **dict.fromkeys((
        "shed", "garage", "garages", "carport", "hut", "roof", "greenhouse", "barn", "stable", "cowshed", "sty", "farm_auxiliary",
        "service", "transformer_tower", "ruins", "construction", "container", "boathouse", "storage_tank", "silo", "toilets",
        "parking", "bunker", "tent", "bijgebouw", "outbuilding",
    ), "annex"),
}
USE_OF_AMENITY = {
    **dict.fromkeys(("school", "kindergarten", "university", "college", "music_school"), "school"),
    **dict.fromkeys(("hospital", "clinic", "doctors", "nursing_home", "social_facility", "dentist"), "health_care"),
    **dict.fromkeys(("restaurant", "bar", "pub", "cafe", "fast_food", "hotel", "nightclub"), "hospitality"),
    **dict.fromkeys(("place_of_worship", "monastery"), "worship"),
    **dict.fromkeys(("theatre", "cinema", "library", "arts_centre", "community_centre"), "culture"),
    **dict.fromkeys(("bank", "police", "townhall", "post_office", "courthouse", "fire_station"), "office"),
    **dict.fromkeys(("fuel", "pharmacy", "marketplace"), "retail"),
    **dict.fromkeys(("parking", "bicycle_parking", "shelter", "toilets"), "annex"),
    **dict.fromkeys(("public_building", "prison"), "other"),
}
TYPE_OF_CLASS = {
    "detached": "detached", "bungalow": "detached", "villa": "detached", "semidetached_house": "semi_detached",
    "terrace": "terraced", "apartments": "apartment_building",
}
SURELY_HOMES = ("apartments", "residential", "terrace", "semidetached_house", "dormitory")
"""Classes of which a shop or office inside does not change the main use."""
# fmt: on


def use_of(frame: pd.DataFrame) -> pd.Series:
    """Main use of each building by its class and tags; missing where they do not say (``yes``).

    A tag of its own (amenity, shop, office) counts before the class, but not in a building of homes.
    """
    by_class = _column(frame, "source_class").str.lower().map(USE_OF_CLASS)
    by_tag = _column(frame, "amenity").map(USE_OF_AMENITY)
    by_tag = by_tag.fillna(_column(frame, "shop").where(lambda tags: tags.isna(), "retail"))
    by_tag = by_tag.fillna(_column(frame, "office").where(lambda tags: tags.isna(), "office"))
    by_tag = by_tag.fillna(
        _column(frame, "tourism").map({"hotel": "hospitality", "guest_house": "hospitality", "museum": "culture"})
    )
    by_tag = by_tag.fillna(
        _column(frame, "leisure").map({"sports_centre": "sport", "sports_hall": "sport", "stadium": "sport"})
    )
    homes = _column(frame, "source_class").isin(SURELY_HOMES) | by_class.eq("annex")
    return by_class.where(by_tag.isna() | homes, by_tag).astype("str")


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame.columns:
        return frame[name].astype("str")
    return pd.Series(None, index=frame.index, dtype="str")


def osm_layers(frame: pd.DataFrame) -> dict[str, gpd.GeoDataFrame]:
    """An extract that holds everything in one layer, taken apart by tag and shape into the layers of a place."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return {}
    tags = frame.rename(columns={name: plain(name) for name in frame.columns if name != "geometry"})
    tags = tags.loc[:, ~tags.columns.duplicated()]
    polygon = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    line = frame.geom_type.isin(["LineString", "MultiLineString"])
    built = _column(tags, "building")
    building = polygon & built.notna() & (built != "no")
    land = pd.Series(False, index=frame.index)
    for tag in ("landuse", "leisure", "natural"):
        land |= _column(tags, tag).notna()
    parts = {
        "buildings": building,
        "streets": line & _column(tags, "highway").notna(),
        "addresses": (frame.geom_type == "Point") & _column(tags, "addr_housenumber").notna(),
        "waterways": line & _column(tags, "waterway").notna(),
        "landuse": polygon & ~building & land,
    }
    return {role: tags[rows].dropna(axis=1, how="all") for role, rows in parts.items() if rows.any()}
