"""The data model: contracts refuse every fault at once, in words that a user can act on."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors
from shapely.geometry import Point, Polygon

import krekelwijk
from koppelkans import tables
from koppelkans.errors import DataError


def ledger(**changed) -> pd.DataFrame:
    data = {
        "payer": ["a", "b"],
        "payee": ["x", "y"],
        "what": ["gas", "gas"],
        "year": [2027, 2028],
        "amount_eur": [1.0, 2.0],
    }
    return pd.DataFrame({**data, **changed}, index=pd.Index(["1", "2"], name="row"))


@pytest.mark.parametrize("declared", tables.TABLES.values(), ids=list(tables.TABLES))
def test_the_empty_table_keeps_its_own_contract(declared):
    tables.check(declared, declared.empty("EPSG:31370"))


def test_krekelwijk_keeps_its_contract_and_may_be_reordered():
    buildings = krekelwijk.buildings()
    assert tables.check(tables.BUILDINGS, buildings.iloc[::-1]) is not None
    assert len(buildings) == 12


def test_all_faults_are_told_at_once_with_rows_and_units():
    wrong = ledger(year=[1000, 2028], amount_eur=[-5.0, np.inf], what=["gas", None]).assign(note="x")
    wrong.index = pd.Index(["1", "1"], name="row")
    with pytest.raises(DataError) as error:
        tables.check(tables.LEDGER, wrong, where="money.csv")
    text = str(error.value)
    assert "table ledger (money.csv)" in text
    for part in (
        "occur more than once (1)",
        "column note is not known",
        "hold 1000",
        "-5.0 EUR",
        "inf EUR",
        "column what: 1 rows are empty",
    ):
        assert part in text
    assert len(error.value.faults) >= 6


def test_a_missing_column_is_named_with_what_was_expected():
    with pytest.raises(DataError, match="column amount_eur is missing, expected at least 0 EUR"):
        tables.check(tables.LEDGER, ledger().drop(columns="amount_eur"))


@pytest.mark.parametrize(
    ("shape", "crs", "message"),
    [
        (Point(0, 0), 31370, "1 rows are Point"),
        (Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), 31370, "Self-intersection"),
        (Polygon(), 31370, "1 rows are empty"),
        (Polygon([(0, 0), (1, 1), (1, 0)]), 4326, "in degrees"),
        (Polygon([(0, 0), (1, 1), (1, 0)]), None, "no coordinate system"),
    ],
)
def test_geometry_that_cannot_be_used_is_refused(shape, crs, message):
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shape], crs=crs, index=pd.Index(["w"], name="area"))
    with pytest.raises(DataError, match=message):
        tables.check(tables.AREAS, frame)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("heat_kwh", "kWh"),
        ("price_eur_per_kwh", "EUR/kWh"),
        ("roof_m2", "m²"),
        ("length_m", "m"),
        ("density_mwh_per_m", "MWh/m"),
        ("street", ""),
    ],
)
def test_the_unit_is_read_from_the_longest_suffix(name, unit):
    assert tables.unit_of(name) == unit


@given(st.integers(1200, 2100))
@settings(max_examples=50)
def test_every_year_falls_in_the_period_that_contains_it(year):
    period = tables.period_of(pd.Series([year])).iloc[0]
    place = tables.PERIODS.index(period)
    assert tables.PERIOD_FIRST_YEARS[place] <= year
    assert place == len(tables.PERIODS) - 1 or year < tables.PERIOD_FIRST_YEARS[place + 1]


def test_a_remark_made_twice_stands_once():
    row = tables.remark("buildings", "tekst", "text", rows_share=0.5)
    frame = tables.remarks([row, row, tables.remark("streets", "andere", "other")])
    assert frame["text"].tolist() == ["tekst", "andere"]
    tables.check(tables.REMARKS, frame)


KINDS = {
    "share": tables.column("x_share", float, low=0, high=1, title="", description=""),
    "gap": tables.column("x_eur", float, nullable=True, title="", description=""),
    "count": tables.column("dwellings", int, low=0, high=5, title="", description=""),
    "word": tables.column("word", str, choices=("a", "b"), title="", description=""),
    "text": tables.column("text", str, nullable=True, title="", description=""),
    "flag": tables.column("flag", bool, title="", description=""),
}
VALUES = st.one_of(
    st.lists(st.one_of(st.floats(-0.5, 1.5), st.sampled_from([np.nan, np.inf, 0.0, 1.0])), max_size=4).map(
        lambda v: pd.Series(v, dtype="float64")
    ),
    st.lists(st.integers(-1, 6), max_size=4).map(lambda v: pd.Series(v, dtype="int64")),
    st.lists(st.sampled_from(["a", "b", "c", None]), max_size=4).map(lambda v: pd.Series(v, dtype="str")),
    st.lists(st.booleans(), max_size=4).map(lambda v: pd.Series(v, dtype="bool")),
)


@given(kind=st.sampled_from(list(KINDS)), values=VALUES)
@settings(max_examples=150, deadline=None)
def test_the_quick_look_at_a_column_and_the_schema_agree(kind, values):
    item = KINDS[kind]
    one = tables.table("ones", key="one", title="", columns=[item])
    frame = pd.DataFrame({item.name: values.to_numpy() if values.dtype != "str" else values.array})
    frame.index = pd.Index([str(row) for row in range(len(frame))], name="one", dtype="str")
    try:
        one.schema.validate(frame, lazy=True)
    except SchemaErrors:
        assert tables.table_faults(one, frame)
    else:
        assert not tables.table_faults(one, frame)
