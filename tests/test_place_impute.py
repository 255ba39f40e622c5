"""Completing buildings: party walls, forms, ages, sizes and dwellings, against cases worked out by hand."""

import csv
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import read_parameters
from koppelkans.place.impute import complete
from koppelkans.place.impute_draws import drawn_class, normal_draws, uniform_draws
from koppelkans.place.impute_form import number_spacing_m, type_shares_by_spacing
from koppelkans.place.impute_stock import HOUSE_TYPES, RESIDENTIAL_TYPES, stock_of

CRS = "EPSG:31370"
LILLE, ANTWERPEN, LEUVEN = "13019", "11002", "24062"
EMPTY = {float: np.nan, str: None, int: 0, bool: False}
DTYPES = {float: "float64", str: "str", int: "int64", bool: "bool"}


def records(rows: dict[str, dict], *, level: str = "A") -> gpd.GeoDataFrame:
    """Records as a reader would hand them over: what a row does not say is empty."""
    known = {key: {"level": level, "record_from": "register", **row} for key, row in rows.items()}
    index = pd.Index(list(known), name="building", dtype="str")
    data = {
        item.name: pd.Series(
            [row.get(item.name, EMPTY[item.kind]) for row in known.values()], index=index, dtype=DTYPES[item.kind]
        )
        for item in tables.RECORDS.columns
    }
    shapes = gpd.GeoSeries([row["shape"] for row in known.values()], index=index, crs=CRS)
    return tables.check(tables.RECORDS, gpd.GeoDataFrame(data, index=index, geometry=shapes, crs=CRS))


def house(x: float, y: float = 0, width: float = 6, depth: float = 10, **known) -> dict:
    number = known.pop("number", f"{int(x)}-{int(y)}")
    return {
        "shape": box(x, y, x + width, y + depth),
        "street": "Krekelstraat",
        "house_number": number,
        "addresses": 1,
        **known,
    }


def shed(x: float, y: float = 0, width: float = 5, depth: float = 6, **known) -> dict:
    return {"shape": box(x, y, x + width, y + depth), **known}


def street_of_points(
    count: int, spacing_m: float, *, street: str = "Veldpad", level: str = "D", **known
) -> gpd.GeoDataFrame:
    rows = {
        f"{street}-{n}": {
            "shape": Point(spacing_m * n, 0),
            "street": street,
            "house_number": str(2 * n + 2),
            "addresses": 1,
            **known,
        }
        for n in range(count)
    }
    return records(rows, level=level)


def completed(found: gpd.GeoDataFrame, addresses=None, *, nis: str | None = LILLE, country: str = "BE", seed: int = 1):
    buildings, remarks = complete(found, addresses, nis=nis, country=country, seed=seed)
    return buildings, tables.remarks(remarks)


def figure(key: str, scope: str = "all") -> float:
    return read_parameters().at(key, date(2025, 1, 1), scope)


# ------------------------------------------------------------------------------------------------------------- form, by polygons


def test_three_houses_in_a_row_share_their_side_walls():
    buildings, remarks = completed(records({"left": house(0), "middle": house(6), "right": house(12)}))
    assert buildings["type"].to_dict() == {"left": "semi_detached", "middle": "terraced", "right": "semi_detached"}
    assert buildings.loc["middle", "exposed_perimeter_m"] == pytest.approx(
        12.0, abs=1.3
    )  # 2 x 6 m, corners within the gap count
    assert buildings.loc["left", "party_share"] == pytest.approx(10 / 32, abs=0.03)
    assert set(buildings["type_from"]) == {"derived"}
    assert (remarks["about"] == "buildings.type").any()


def test_a_shed_against_the_house_leaves_it_detached():
    buildings, _ = completed(records({"house": house(0), "shed": shed(6)}))
    assert buildings.loc["house", "type"] == "detached"
    assert buildings.loc["house", "exposed_perimeter_m"] == pytest.approx(32.0)
    assert buildings.loc["shed", ["use", "type", "heated", "dwellings"]].tolist() == ["annex", "annex", False, 0]


@pytest.mark.parametrize(("gap_m", "form"), [(0.2, "semi_detached"), (0.6, "detached")])
def test_small_gaps_are_drawing_errors_and_larger_ones_are_passages(gap_m, form):
    buildings, _ = completed(records({"one": house(0), "other": house(6 + gap_m)}))
    assert buildings["type"].tolist() == [form, form]


def test_corners_that_touch_are_no_party_wall():
    buildings, _ = completed(records({"one": house(0), "other": house(6, 10)}))
    assert buildings["type"].tolist() == ["detached", "detached"]


def test_two_neighbours_on_one_side_make_a_semi_detached_house():
    buildings, _ = completed(records({"long": house(0, depth=20), "near": house(6), "far": house(6, 10)}))
    assert buildings.loc["long", "type"] == "semi_detached"


def test_two_parts_of_one_home_are_not_neighbours():
    buildings, _ = completed(
        records({"front": house(0, number="7"), "back": house(6, number="7"), "next": house(0, 10, number="9")})
    )
    assert buildings["type"].to_dict() == {"front": "semi_detached", "back": "detached", "next": "semi_detached"}


def test_a_form_that_the_source_states_is_kept():
    buildings, _ = completed(records({"one": house(0, type="terraced", record_from="user")}))
    assert buildings.loc["one", ["type", "type_from"]].tolist() == ["terraced", "user"]


# ------------------------------------------------------------------------------------------------------------ form, by addresses


def test_spacing_is_the_nearest_number_on_the_same_side():
    rows = {number: {"shape": Point(x, y), "street": "Veldpad", "house_number": number, "addresses": 1}
            for number, x, y in [("1", 0, 10), ("2", 0, 0), ("4", 7, 0), ("6", 30, 0), ("3", 50, 10)]}  # fmt: skip
    spacing = number_spacing_m(records(rows, level="D"), None)
    assert spacing.round(6).to_dict() == {"1": 50, "2": 7, "4": 7, "6": 23, "3": 50}


def test_spacing_is_measured_between_all_addresses_not_between_the_records():
    found = street_of_points(2, 20.0, level="C")
    points = gpd.GeoDataFrame(
        {"street": "VELDPAD", "house_number": ["2", "3", "4"], "box_number": None, "postcode": None, "municipality": None},
        geometry=[Point(0, 0), Point(9, 9), Point(8, 0)], crs=CRS,
    )  # fmt: skip
    assert number_spacing_m(found, points).tolist() == [8.0, 8.0]


def test_type_shares_follow_bayes():
    """At 11 m, the median of a semi-detached house, worked out from the Flemish shares of 2018 and the lognormal densities."""
    stock = stock_of(None, "BE", read_parameters())
    buildings = {"terraced": 650_421, "semi_detached": 582_778, "detached": 895_837}
    weight = {}
    for form in HOUSE_TYPES:
        median, spread = figure("place.spacing.median_m", form), figure("place.spacing.ln_sd", form)
        weight[form] = buildings[form] * np.exp(-0.5 * (np.log(11 / median) / spread) ** 2) / spread
    apartments = 127_983 / (sum(buildings.values()) + 127_983)
    expected = [weight[form] / sum(weight.values()) * (1 - apartments) for form in HOUSE_TYPES]
    shares = type_shares_by_spacing(
        pd.Series([11.0, np.nan, 11.0]), pd.Series([False, False, True]), stock, read_parameters()
    )
    assert shares[0] == pytest.approx([*expected, apartments])
    assert shares[1, :3] == pytest.approx(stock.house_shares * (1 - apartments))
    assert shares[2, 3] == 0
    assert shares.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(("spacing_m", "nis", "form"), [(6.0, LEUVEN, "terraced"), (30.0, LILLE, "detached")])
def test_dense_numbers_are_rows_and_sparse_numbers_stand_free(spacing_m, nis, form):
    buildings, remarks = completed(street_of_points(200, spacing_m), nis=nis)
    houses = buildings[buildings["type"] != "apartment_building"]
    assert (houses["type"] == form).mean() > 0.8
    assert set(buildings["type_from"]) == {"statistics"}
    assert (remarks["level"] == "warning").sum() == 2  # institutions and apartments do not show in addresses


@given(
    spacing=st.lists(st.floats(0, 2000) | st.just(np.nan), min_size=1, max_size=20),
    nis=st.sampled_from([None, LILLE, ANTWERPEN]),
)
@settings(max_examples=25, deadline=None)
def test_type_shares_are_shares(spacing, nis):
    stock = stock_of(nis, "BE", read_parameters())
    shares = type_shares_by_spacing(
        pd.Series(spacing, dtype=float), pd.Series(False, index=range(len(spacing))), stock, read_parameters()
    )
    assert np.isfinite(shares).all()
    assert (shares >= 0).all()
    assert shares.sum(axis=1) == pytest.approx(1)


# ------------------------------------------------------------------------------------------------------- use, heated or not


def addressed_row(count: int) -> dict[str, dict]:
    return {f"h{n}": house(20 * n, number=str(n)) for n in range(count)}


def test_large_buildings_by_address_where_addresses_are_complete():
    found = records(
        {
            **addressed_row(6),
            "works": house(0, 50, 40, 30),
            "stable": shed(100, 50, 40, 30),
            "barn": shed(200, 50, 10, 20),
        }
    )
    buildings, remarks = completed(found)
    assert buildings.loc["works", ["use", "type", "heated", "dwellings"]].tolist() == [
        "other",
        "non_residential",
        True,
        0,
    ]
    assert buildings.loc["stable", ["use", "type", "heated", "dwellings"]].tolist() == [
        "other",
        "non_residential",
        False,
        0,
    ]
    assert buildings.loc["barn", ["use", "heated"]].tolist() == ["annex", False]
    warned = remarks[remarks["level"] == "warning"]
    assert warned["text"].str.contains("1 gebouwen (samen 1.200 m²", regex=False).any()
    assert warned["about"].eq("buildings.heated").sum() == 1


def test_without_addresses_size_decides():
    found = records(
        {"block": shed(0, 0, 20, 20), "house": shed(100, 0, 10, 10), "hall": shed(200, 0, 40, 30), "shed": shed(300)}
    )
    buildings, remarks = completed(found, nis=None, country="AT")
    assert buildings["type"].tolist() == ["apartment_building", "detached", "non_residential", "annex"]
    assert buildings["heated"].tolist() == [True, True, True, False]
    assert remarks["text"].str.contains("buiten België (AT)", regex=False).any()


def test_what_the_source_says_of_use_is_kept():
    found = records(
        {**addressed_row(3), "school": house(0, 50, 40, 30, use="school"), "garage": house(0, 100, use="annex")}
    )
    buildings, _ = completed(found)
    assert buildings.loc["school", ["use", "use_from", "type", "type_from"]].tolist() == [
        "school",
        "register",
        "non_residential",
        "register",
    ]
    assert buildings.loc["school", "storeys"] == figure("place.storeys", "school")
    assert not buildings.loc["garage", "heated"]


def test_a_volume_beyond_any_house_is_flagged_as_non_residential():
    known = {"addresses": 1, "ground_m2": 220.0}
    found = records({
        "house": {"shape": Point(0, 0), "volume_m3": 660.0, "addresses": 1, "ground_m2": 100.0}, "bulky": {"shape": Point(9, 0), "volume_m3": 5067.0, **known},
        "high": {"shape": Point(18, 0), "volume_m3": 2300.0, "addresses": 1, "ground_m2": 100.0},
    }, level="C")  # fmt: skip
    buildings, remarks = completed(found, nis="71016")
    assert buildings["use"].tolist() == ["residential", "other", "other"]
    assert buildings.loc["house", ["storeys", "storeys_from"]].tolist() == [
        pytest.approx(6.6 / figure("place.storey_height_m")),
        "derived",
    ]
    assert buildings.loc["house", "floor_area_m2"] == pytest.approx(660 / figure("place.storey_height_m"))
    assert buildings.loc["house", ["floor_area_from", "footprint_m2"]].tolist() == ["derived", 100.0]
    assert remarks["text"].str.contains("2 gebouwen", regex=False).any()


# --------------------------------------------------------------------------------------------------------------------- dwellings


def test_boxes_and_stated_dwellings_make_apartment_buildings():
    found = records(
        {
            "boxed": house(0, boxes=8),
            "stated": house(50, dwellings=3.0, record_from="user"),
            "double": house(100, addresses=2),
        }
    )
    buildings, _ = completed(found)
    assert buildings["type"].tolist() == ["apartment_building", "apartment_building", "detached"]
    assert buildings["dwellings"].tolist() == [8, 3, 2]
    assert buildings["dwellings_from"].tolist() == ["register", "user", "register"]


def test_a_high_rise_without_boxes_counts_its_house_numbers_as_a_lower_bound():
    found = records({"tower": house(0, 0, 20, 20, type="apartment_building", storeys=15.0, addresses=2)})
    buildings, remarks = completed(found, nis=ANTWERPEN)
    assert buildings.loc["tower", ["dwellings", "dwellings_from"]].tolist() == [2, "register"]
    (warning,) = remarks.loc[remarks["text"].str.contains("ondergrens"), "text"]
    assert "3,4 keer" in warning  # 170,219 / 24,748 = 6.88 dwellings per building, against 2 counted
    assert "gemeente Antwerpen" in warning


def test_a_low_apartment_building_gets_dwellings_by_floor_area():
    found = records({"flats": house(0, 0, 20, 15, type="apartment_building", storeys=3.0)})
    buildings, remarks = completed(found)
    assert buildings.loc["flats", ["dwellings", "dwellings_from"]].tolist() == [10, "statistics"]  # 900 m2 / 90
    assert remarks["text"].str.contains("naar hun vloeroppervlakte").any()


def test_drawn_apartment_buildings_have_the_mean_of_the_municipality():
    buildings, _ = completed(street_of_points(4000, 6.0, type="apartment_building"), nis=LEUVEN)
    assert buildings["dwellings"].min() == 2
    assert buildings["dwellings"].mean() == pytest.approx(37_581 / 3_747, rel=0.06)


def test_where_boxes_are_counted_a_building_without_is_a_house():
    found = records(
        {
            "boxed": house(0, boxes=4),
            **{f"h{n}": house(20 * n, 50, 20, 20, number=str(n), addresses=2) for n in range(4)},
        }
    )
    buildings, remarks = completed(found)
    assert (buildings["type"] == "apartment_building").sum() == 1
    assert not remarks["text"].str.contains("Zonder busnummers zijn appartementen").any()


# ------------------------------------------------------------------------------------------------------------------- floor area


def test_floor_area_is_footprint_times_storeys():
    buildings, _ = completed(
        records({"known": house(0, storeys=2.5), "typical": house(50), "given": house(100, floor_area_m2=99.0)})
    )
    assert buildings["floor_area_m2"].tolist() == pytest.approx([150.0, 60 * figure("place.storeys", "detached"), 99.0])
    assert buildings["floor_area_from"].tolist() == ["derived", "typology", "register"]
    assert buildings.loc["given", ["storeys", "storeys_from"]].tolist() == [pytest.approx(1.65), "derived"]


def test_areas_of_addresses_spread_around_the_typology():
    buildings, _ = completed(street_of_points(4000, 20.0, type="detached", built_year=1960.0))
    typical = figure("place.floor_area.tabula_m2", "detached.1946_1970") * figure("place.floor_area.scale_share")
    assert buildings["floor_area_m2"].mean() == pytest.approx(typical, rel=0.03)
    assert np.log(buildings["floor_area_m2"]).std() == pytest.approx(figure("place.floor_area.ln_sd"), rel=0.05)
    assert buildings["footprint_m2"].isna().all()
    assert buildings["party_share"].isna().all()


# --------------------------------------------------------------------------------------------------------------------------- age


def test_ages_follow_the_type_in_the_municipality():
    """Detached houses of Lille: 174 of 4,398 to 1945, 348 from 2012; each on a street of its own."""
    rows = {
        f"d{n}": {"shape": Point(n, 0), "street": f"straat {chr(97 + n % 26)}{n}", "type": "detached"}
        for n in range(4000)
    }
    buildings, _ = completed(records(rows, level="D"))
    assert (buildings["built_year"] <= 1945).mean() == pytest.approx((114 + 21 + 155) / 4398, abs=0.012)
    assert (buildings["built_year"] >= 2012).mean() == pytest.approx(348 / 4398, abs=0.015)
    assert buildings["built_year"].between(1850, 2024).all()
    assert buildings["period"].tolist() == tables.period_of(buildings["built_year"]).tolist()


def test_houses_of_one_street_share_their_age():
    rows = {f"b{n}": {"shape": Point(n, 0), "street": f"straat {n // 10}", "type": "detached"} for n in range(3000)}
    buildings, _ = completed(records(rows, level="D"))
    street, stranger = buildings["period"].shift(1), buildings["period"].shift(10)
    assert (buildings["period"] == street).mean() > (buildings["period"] == stranger).mean() + 0.1


def test_a_known_year_is_kept_with_its_provenance():
    buildings, _ = completed(records({"old": house(0, built_year=1905.0, record_from="user"), "new": house(50)}))
    assert buildings.loc["old", ["built_year", "built_year_from", "period"]].tolist() == [1905, "user", "to_1945"]
    assert buildings.loc["new", "built_year_from"] == "statistics"


# --------------------------------------------------------------------------------------------------------------- the building stock


def test_the_municipality_comes_first_and_flanders_after():
    own, flanders, wallonia = (stock_of(nis, "BE", read_parameters()) for nis in (LILLE, "23096", "62063"))
    assert own.house_shares == pytest.approx(np.array([396, 1101, 4399]) / 5896)
    assert own.dwellings_per_apartment_building == pytest.approx(1229 / 283)
    assert (own.own_municipality, flanders.own_municipality) == (True, False)
    after_1981 = flanders.class_shares[:, flanders.first_years > 1981].sum(axis=1)
    assert after_1981 == pytest.approx([80_399 / 650_421, 164_113 / 582_778, 391_373 / 895_837, 53_881 / 127_983])
    to_2011 = wallonia.last_years <= 2011
    to_1970 = wallonia.class_shares[:, wallonia.last_years <= 1970].sum(axis=1) / wallonia.class_shares[:, to_2011].sum(
        axis=1
    )
    assert to_1970[[0, 3]] == pytest.approx([2_126_913 / 3_329_750, 656_743 / 1_193_035])
    assert "België" in wallonia.title
    for stock in (own, flanders, wallonia):
        assert stock.class_shares.sum(axis=1) == pytest.approx(1)


def published() -> list[dict[str, str]]:
    with (Path(__file__).parent / "published" / "place_stock.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", published(), ids=lambda row: f"{row['figure']} {row['scope']}")
def test_the_flemish_stock_against_published_figures(row):
    stock = stock_of(None, "BE", read_parameters())
    dwellings = stock.dwellings.loc[list(RESIDENTIAL_TYPES)].to_numpy(dtype=float)
    if row["figure"] == "dwelling_share":
        ours = dwellings[RESIDENTIAL_TYPES.index(row["scope"])] / dwellings.sum()
    else:
        rows = slice(0, 3) if row["scope"] == "houses" else slice(3, 4)
        # of what stood in 2006: half of the class 2002-2011 was built by then
        standing = np.select([stock.last_years <= 2001, stock.first_years == 2002], [1.0, 0.5])
        to_1970 = (stock.class_shares * (stock.last_years <= 1970)).sum(axis=1)
        ours = (to_1970 * dwellings)[rows].sum() / ((stock.class_shares * standing).sum(axis=1) * dwellings)[rows].sum()
    assert ours == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))


# ------------------------------------------------------------------------------------------------------------------------ chance


def test_draws_are_the_same_on_every_machine():
    draws = uniform_draws(pd.Index(["a", "b", "é"]), 1, "age")
    assert draws == pytest.approx([0.925134461320362, 0.4201478637486552, 0.71061484899987], abs=1e-12)


def test_draws_look_like_chance():
    keys = pd.Index([f"k{n}" for n in range(20_000)])
    uniform, normal = uniform_draws(keys, 1, "x"), normal_draws(keys, 1, "x")
    assert np.abs(np.sort(uniform) - np.arange(20_000) / 20_000).max() < 0.02
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.03))
    for other in (uniform_draws(keys, 2, "x"), uniform_draws(keys, 1, "y")):
        assert abs(np.corrcoef(uniform, other)[0, 1]) < 0.03


def test_a_draw_falls_in_its_class():
    shares = np.array([[0.2, 0.0, 0.8]] * 4)
    assert drawn_class(shares, np.array([0.0, 0.19, 0.2, 0.999])).tolist() == [0, 0, 2, 2]


def mixed() -> gpd.GeoDataFrame:
    polygons = {
        **addressed_row(8),
        "row1": house(0, 40, number="40"),
        "row2": house(6, 40, number="42"),
        "shed": shed(12, 40),
        "works": house(0, 80, 40, 30),
    }
    points = {
        f"p{n}": {
            "shape": Point(7 * n, 200),
            "street": "Veldpad",
            "house_number": str(2 * n + 1),
            "addresses": 1,
            "level": "B",
        }
        for n in range(8)
    }
    return records({**polygons, **points})


@given(order=st.permutations(range(20)), seed=st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_does_not_matter(order, seed):
    found = mixed()
    straight, _ = completed(found, seed=seed)
    shuffled, _ = completed(found.iloc[order], seed=seed)
    pd.testing.assert_frame_equal(pd.DataFrame(shuffled.loc[straight.index]), pd.DataFrame(straight))


def test_another_seed_draws_another_neighbourhood_with_the_same_forms():
    one, other = completed(mixed(), seed=1)[0], completed(mixed(), seed=2)[0]
    assert (one["built_year"] != other["built_year"]).any()
    polygons = one.geometry.geom_type == "Polygon"
    assert (one.loc[polygons, "type"] == other.loc[polygons, "type"]).all()


@given(
    built=st.none() | st.integers(1300, 2024), storeys=st.none() | st.floats(1, 20), area=st.none() | st.floats(20, 5000),
    dwellings=st.none() | st.integers(1, 50), boxes=st.integers(0, 50), point=st.booleans(),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_what_a_record_knows_is_kept(built, storeys, area, dwellings, boxes, point):
    row = house(
        0,
        built_year=built,
        storeys=storeys,
        floor_area_m2=area,
        dwellings=dwellings,
        boxes=boxes,
        record_from="measured",
    )
    shape = Point(0, 0) if point else row["shape"]
    buildings, _ = completed(records({"b": {**row, "shape": shape}}))
    (made,) = buildings.to_dict("records")
    for name, value in (("built_year", built), ("storeys", storeys), ("floor_area_m2", area), ("dwellings", dwellings)):
        if value is not None:
            assert made[name] == pytest.approx(value)
            assert made[f"{name.removesuffix('_m2')}_from"] == "measured"
    assert made["dwellings"] >= (boxes if dwellings is None else 1)
    assert made["heated"]


# -------------------------------------------------------------------------------------------------------------- whole tables


def test_the_given_table_is_not_touched():
    found = mixed()
    before = found.copy()
    completed(found)
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(before))


def test_multipolygons_and_another_name_of_the_geometry_are_welcome():
    found = records(
        {
            "one": house(0),
            "court": {
                **house(50),
                "shape": Polygon([(50, 0), (70, 0), (70, 20), (50, 20)], [[(55, 5), (55, 15), (65, 15), (65, 5)]]),
            },
        }
    )
    buildings, _ = completed(found.rename_geometry("geom").rename_geometry("geometry"))
    assert buildings.loc["court", "footprint_m2"] == pytest.approx(300)
    assert list(buildings.columns) == [*tables.BUILDINGS.column_names, "geometry"]


def test_no_records_give_no_buildings():
    buildings, remarks = completed(tables.RECORDS.empty(CRS))
    assert len(buildings) == 0
    assert not remarks["about"].str.startswith("buildings.").any()


def test_every_remark_speaks_two_languages_and_names_its_method():
    _, remarks = completed(mixed(), nis=None)
    assert remarks["text"].str.len().gt(40).all()
    assert remarks["text_en"].str.len().gt(40).all()
    assert remarks["method"].str.startswith("impute-").all()
    assert remarks["rows_share"].dropna().between(0, 1).all()


def test_records_that_break_their_contract_are_refused():
    with pytest.raises(DataError, match="column addresses is missing"):
        completed(mixed().drop(columns="addresses"))
    with pytest.raises(DataError, match="column storeys: 1 rows hold 99"):
        completed(mixed().assign(storeys=[99.0, *[np.nan] * 19]))


# ----------------------------------------------------------------------------------------------------------------- a real village


@pytest.fixture(scope="module")
def village():
    from koppelkans.place.read import read_place
    from koppelkans.place.shipped import shipped_places

    if "wechelderzande" not in shipped_places():
        pytest.skip("wechelderzande is not shipped")
    return read_place("wechelderzande")


def test_the_village_looks_like_a_village(village):
    heated = village.buildings[village.buildings["heated"]]
    houses = heated[heated["type"].isin(HOUSE_TYPES)]
    assert 1400 < len(heated) < 1650
    assert houses["type"].value_counts(normalize=True)["detached"] > 0.7
    assert 150 < houses["floor_area_m2"].mean() < 220


def test_addresses_alone_give_nearly_the_types_and_areas_of_the_polygons(village):
    """The same village as at level D: three forms in four right, mean area of a house within 10 %."""
    addresses = village.addresses
    rows = {
        f"a{n}": {"shape": shape, "street": street, "house_number": number, "addresses": 1}
        for n, (shape, street, number) in enumerate(
            zip(addresses.geometry, addresses["street"], addresses["house_number"], strict=True)
        )
    }
    drawn, _ = completed(records(rows, level="D"), addresses)
    true = village.buildings[village.buildings["type"].isin(HOUSE_TYPES)]
    met = drawn.sjoin_nearest(
        true[["type", "floor_area_m2", "geometry"]], max_distance=3, lsuffix="drawn", rsuffix="true"
    )
    met = met[~met.index.duplicated()]
    assert (met["type_drawn"] == met["type_true"]).mean() > 0.7
    houses = met[met["type_drawn"] != "apartment_building"]
    assert houses["floor_area_m2_drawn"].mean() == pytest.approx(houses["floor_area_m2_true"].mean(), rel=0.1)
