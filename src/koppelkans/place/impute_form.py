"""The form of a building: party walls from polygons; detached, semi-detached or terraced; which are apartment buildings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from koppelkans.parameters import Parameters
from koppelkans.place.impute_draws import Floats, drawn_class, uniform_draws
from koppelkans.place.impute_stock import AS_OF, HOUSE_TYPES, RESIDENTIAL_TYPES, Stock
from koppelkans.place.impute_use import addresses_complete, says_house, share_of
from koppelkans.place.names import letters
from koppelkans.tables import RemarkRow, remark


def party_walls(shapes: gpd.GeoSeries, heated: pd.Series, home: pd.Series, parameters: Parameters) -> pd.DataFrame:
    """Walls shared with heated neighbours: ``exposed_perimeter_m``, ``party_share``, ``sides`` (0, 1 or 2 sides built against).

    shapes: polygons, index building. home: street and number as one text; polygons of one home are not each other's neighbour.
    A wall is shared where the boundary lies within a small gap of a heated polygon, over at least a minimum length: corners that touch
    do not count, and neither does an annex. Two neighbours make two sides when the building lies between them: the point halfway between
    the middles of both walls is well inside it. On one long wall that point lies on the wall.

    Method: docs/method.md#impute-form.
    """
    gap_m = parameters.at("place.party_wall.gap_m", AS_OF)
    own = np.asarray(shapes.array, dtype=object)
    beside = own[heated.to_numpy()]
    number = np.flatnonzero(heated.to_numpy())
    one, other = shapely.STRtree(beside).query(own, predicate="dwithin", distance=gap_m)
    numbers = home.to_numpy(dtype=object)
    same_home = pd.notna(numbers[one]) & (numbers[one] == numbers[number[other]])
    pair = (number[other] != one) & ~same_home
    one, other = one[pair], other[pair]
    reach = shapely.buffer(beside[other], gap_m, cap_style="flat", join_style="mitre")
    shared = shapely.intersection(shapely.boundary(own[one]), reach)
    long = shapely.length(shared) >= parameters.at("place.party_wall.min_length_m", AS_OF)
    one, shared = one[long], shared[long]

    perimeter = shapely.length(own)
    shared_m = np.bincount(one, weights=shapely.length(shared), minlength=len(own))
    party_share = np.clip(shared_m / np.maximum(perimeter, gap_m), 0.0, 1.0)
    sides = _sides(own, one, shared, parameters.at("place.party_wall.depth_min_m", AS_OF))
    return pd.DataFrame(
        {"exposed_perimeter_m": perimeter * (1.0 - party_share), "party_share": party_share, "sides": sides},
        index=shapes.index,
    )


def _sides(
    own: npt.NDArray[np.object_], one: npt.NDArray[np.intp], shared: npt.NDArray[np.object_], depth_m: float
) -> npt.NDArray[np.int64]:
    middle = shapely.centroid(shared)
    walls = pd.DataFrame({"one": one, "x": shapely.get_x(middle), "y": shapely.get_y(middle)})
    pairs = walls.merge(walls, on="one")
    between = shapely.points((pairs["x_x"] + pairs["x_y"]) / 2, (pairs["y_x"] + pairs["y_y"]) / 2)
    deep = shapely.distance(between, shapely.boundary(own[pairs["one"]])) >= depth_m
    sides = np.zeros(len(own), dtype=np.int64)
    sides[one] = 1
    sides[pairs.loc[deep, "one"].to_numpy()] = 2
    return sides


def number_spacing_m(records: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame | None) -> pd.Series:
    """Distance from each record to the nearest of the previous and next house number on its side of the street [m]; index building.

    Measured between address points (between the records themselves without addresses); empty for a record without street or number, or
    alone on its side.
    """
    columns = ["street", "house_number", "postcode"]
    points = records.loc[records.geometry.geom_type == "Point"] if addresses is None else addresses
    known = points.loc[points["street"].notna() & points["house_number"].notna(), columns]
    at = points.geometry.loc[known.index]
    known = known.assign(
        x=at.x.to_numpy(), y=at.y.to_numpy(), name=letters(known["street"]), area=known["postcode"].fillna(""),
        number=known["house_number"].str.extract(r"(\d+)", expand=False).astype("float64"),
    ).dropna(subset="number")  # fmt: skip
    known = known.assign(parity=known["number"] % 2, home=home_of(known))
    known = known.sort_values(["name", "area", "parity", "number", "house_number", "x", "y"]).drop_duplicates(
        ["home", "area"]
    )
    street_side = known.groupby(["name", "area", "parity"])
    before_m = np.hypot(street_side["x"].diff(), street_side["y"].diff())
    after_m = np.hypot(street_side["x"].diff(-1), street_side["y"].diff(-1))
    nearest = pd.Series(np.fmin(before_m, after_m).to_numpy(), index=known["home"].to_numpy())
    nearest = nearest[~nearest.index.duplicated()]
    return home_of(records).map(nearest).astype("float64").rename("spacing_m")


def home_of(records: pd.DataFrame) -> pd.Series:
    """Street and house number as one text; empty when either is missing."""
    return letters(records["street"]) + " " + records["house_number"].str.strip().str.upper()


def type_shares_by_spacing(spacing_m: pd.Series, one_family: pd.Series, stock: Stock, parameters: Parameters) -> Floats:
    """Probability of each residential type per record; columns as ``RESIDENTIAL_TYPES``, rows sum to 1.

    Bayes:  P(type | d) ~ P(type) f(d | type),  P the share among the houses of the municipality, f lognormal with median and spread by
    type. Apartment buildings keep the share of the municipality, for spacing says nothing about them, and have none among the records
    known to be ``one_family``. Without spacing the share stands alone.
    """
    median = parameters.table("place.spacing.median_m", AS_OF).loc[list(HOUSE_TYPES)].to_numpy()
    spread = parameters.table("place.spacing.ln_sd", AS_OF).loc[list(HOUSE_TYPES)].to_numpy()
    distance = np.log(spacing_m.clip(lower=1.0).to_numpy())[:, None]
    far = (distance - np.log(median)) / spread
    # exponents relative to the best type: a house 200 m from the next would otherwise underflow in every type
    exponent = -0.5 * far**2
    likelihood = np.exp(exponent - exponent.max(axis=1, keepdims=True)) / spread
    likelihood = np.where(np.isnan(likelihood), 1.0, likelihood)
    houses = likelihood * stock.house_shares
    apartments = np.where(one_family, 0.0, stock.apartment_share)[:, None]
    return np.hstack([houses * (1.0 - apartments) / houses.sum(axis=1, keepdims=True), apartments])


def types(
    records: gpd.GeoDataFrame,
    known: pd.DataFrame,
    walls: pd.DataFrame,
    spacing_m: pd.Series,
    stock: Stock,
    parameters: Parameters,
    seed: int,
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Form of each building and its provenance; index building.

    known: ``use``, ``heated``, ``footprint_m2``. Order: the source (type, several boxes or dwellings); non-residential and annex by
    use; several house numbers on one large polygon, or, where addresses are incomplete, a polygon too large for one family: apartment
    building; polygon: number of sides built against; point: drawn by spacing and the shares of the stock.

    Method: docs/method.md#impute-form.
    """
    home = known["use"] == "residential"
    several = (records["boxes"] >= 2) | (records["dwellings"] >= 2)
    said = records["type"].mask(records["type"].isna() & home & several, "apartment_building")
    drawn_polygon = records.geometry.geom_type != "Point"
    blocks = _apartment_polygons(records, known, parameters) & drawn_polygon & home
    by_sides = walls["sides"].map(dict(enumerate(reversed(HOUSE_TYPES))))
    one_family = _fits_one_family(records, known, parameters)
    shares = type_shares_by_spacing(spacing_m, one_family | _boxes_known(records), stock, parameters)
    position = drawn_class(shares, uniform_draws(records.index, seed, "type"))
    drawn = pd.Series(np.array(RESIDENTIAL_TYPES, dtype=object)[position], index=records.index)

    by_use = known["use"].where(known["use"] == "annex", "non_residential").where(~home)
    by_size = by_sides.where(drawn_polygon).mask(blocks, "apartment_building")
    form = said.fillna(by_use).fillna(by_size).fillna(drawn)
    origin = np.select(
        [said.notna(), ~home, drawn_polygon],
        [records["record_from"], known["use_from"], "derived"],
        default="statistics",
    )
    result = pd.DataFrame(
        {"type": form.astype("str"), "type_from": pd.Series(origin, index=records.index, dtype="str")}
    )
    return result, _remarks(result, known["heated"], home, drawn_polygon, stock)


def _apartment_polygons(records: gpd.GeoDataFrame, known: pd.DataFrame, parameters: Parameters) -> pd.Series:
    numbered = (records["addresses"] >= 2) & (
        known["footprint_m2"] >= parameters.at("place.apartment.footprint_min_m2", AS_OF)
    )
    unnumbered = ~_fits_one_family(records, known, parameters) & ~addresses_complete(records, parameters)
    found: pd.Series = ~says_house(records) & ~_boxes_known(records) & (numbered | unnumbered)
    return found


def _fits_one_family(records: gpd.GeoDataFrame, known: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Whether the size is known (floor area, volume or footprint) and not too large for one family."""
    by_volume = records["volume_m3"] / parameters.at("place.storey_height_m", AS_OF)
    by_footprint = known["footprint_m2"] * records["storeys"].fillna(parameters.at("place.storeys", AS_OF, "terraced"))
    gross_m2: pd.Series = records["floor_area_m2"].fillna(by_volume).fillna(by_footprint)
    return gross_m2 <= parameters.at("place.house.floor_area_max_m2", AS_OF)


def _boxes_known(records: gpd.GeoDataFrame) -> pd.Series:
    """Whether the source of these records counts boxes: then a building without boxes is a house."""
    known: pd.Series = records["boxes"].groupby(records["level"]).transform("max") > 0
    return known


def _remarks(
    result: pd.DataFrame, heated: pd.Series, home: pd.Series, drawn_polygon: pd.Series, stock: Stock
) -> list[RemarkRow]:
    rows = []
    by_polygon = heated & home & drawn_polygon & (result["type_from"] == "derived")
    by_draw = heated & home & (result["type_from"] == "statistics")
    if by_polygon.any():
        rows.append(remark(
            "buildings.type",
            "Open, halfopen of gesloten bebouwing volgt uit de muren die de getekende gebouwen met verwarmde buren delen; "
            "een eigen bijgebouw telt niet mee.",
            "Detached, semi-detached or terraced follows from the walls that the drawn buildings share with heated neighbours; "
            "an annex of one's own does not count.",
            level="info", rows_share=share_of(by_polygon, heated), method="impute-form",
        ))  # fmt: skip
    if by_draw.any():
        rows.append(remark(
            "buildings.type",
            "Het type van een adres zonder getekend gebouw is geloot uit het gebouwenpark "
            f"({stock.title}), gewogen met de afstand tot het volgende huisnummer. Per adres is het een kans, geen waarneming: in een "
            "nagemeten dorp klopte het voor drie op de vier adressen, in een gemengd centrum voor de helft.",
            f"The type of an address without a drawn building is drawn from the building stock ({stock.title_en}), weighted by the distance "
            "to the next house number. Per address it is a chance, not an observation: where it was checked it was right for three addresses "
            "in four in a village, for half in a mixed centre.",
            rows_share=share_of(by_draw, heated), method="impute-form",
        ))  # fmt: skip
    return rows
