"""Disclosure control: threshold, dominance, and a reader who attacks the published table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import disclosure, tables
from koppelkans.disclosure import RULES, TOTAL
from koppelkans.errors import DataError


def _series(values, name="heat_kwh"):
    return pd.Series(values, index=[f"b{n}" for n in range(len(values))], dtype=float, name=name)


def _groups(sizes):
    labels = [name for name, size in sizes.items() for _ in range(size)]
    return pd.Series(labels, index=[f"b{n}" for n in range(len(labels))], dtype="str", name="street")


# -------------------------------------------------------------------------------------------------------------- cases by hand


def test_a_cell_of_nine_is_refused_and_of_ten_allowed():
    groups = _groups({"nine": 9, "ten": 10})
    found = disclosure.cells(_series([1.0] * 19), groups)
    assert found["contributors"].to_dict() == {"nine": 9, "ten": 10}
    assert found["allowed"].to_dict() == {"nine": False, "ten": True}
    assert found.loc["ten", "largest_share"] == pytest.approx(0.1)
    assert found.loc["ten", "two_largest_share"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ([9.0] + [1.0] * 9, True),  # largest exactly half
        ([9.1] + [1.0] * 9, False),  # largest more than half
        ([42.5, 42.5] + [15 / 8] * 8, True),  # two largest exactly 85 of 100
        ([43.0, 43.0] + [14 / 8] * 8, False),
    ],
)
def test_dominance_at_its_edges(values, allowed):
    assert disclosure.allowed_total(_series(values)) is allowed


def test_an_empty_sum_is_never_published():
    assert disclosure.allowed_total(_series([])) is False


def test_one_hidden_cell_hides_the_smallest_cell_beside_it():
    groups = _groups({"a": 4, "b": 12, "c": 30})
    found = disclosure.published_sums(_series([2.0] * 46), groups)
    assert found.hidden["heat_kwh"].to_dict() == {"a": True, "b": True, "c": False, TOTAL: False}
    seen = disclosure.attack(
        disclosure.with_totals(pd.DataFrame({"heat_kwh": [8.0, 24.0, 60.0]}, index=list("abc"))), found.hidden
    )
    assert seen["low"].tolist() == pytest.approx([0, 0], abs=1e-4)
    assert seen["high"].tolist() == pytest.approx([32, 32], abs=1e-4)  # 92 in all, 60 shown


def test_the_attack_finds_a_value_that_stands_alone():
    values = disclosure.with_totals(pd.DataFrame({"x": [3.0, 20.0], "y": [40.0, 50.0]}, index=["r", "s"]))
    hidden = values.isna()
    hidden.loc["r", "x"] = True
    seen = disclosure.attack(values, hidden)
    assert seen.loc[0, ["low", "high"]].tolist() == pytest.approx([3.0, 3.0], abs=1e-5)


def test_a_two_way_table_needs_four_hidden_cells():
    rows = pd.Series(["r"] * 55 + ["s"] * 60, dtype="str")
    columns = pd.Series(["x"] * 5 + ["y"] * 20 + ["z"] * 30 + ["x"] * 15 + ["y"] * 20 + ["z"] * 25, dtype="str")
    found = disclosure.published_counts(rows, columns)
    assert found.hidden.loc["r", "x"]
    assert int(found.hidden.to_numpy().sum()) == 4
    assert not found.hidden[TOTAL].any()
    assert not found.hidden.loc[TOTAL].any()


def test_row_totals_that_stand_elsewhere_are_never_hidden():
    rows = pd.Series(["r"] * 12 + ["s"] * 30, dtype="str")
    columns = pd.Series(["x"] * 3 + ["y"] * 9 + ["y"] * 15 + ["x"] * 15, dtype="str")
    found = disclosure.published_counts(rows, columns)
    assert found.values[TOTAL].tolist() == [12, 30, 42]
    assert found.hidden.loc[["r", "s"], ["x", "y"]].to_numpy().all()


def test_small_columns_are_joined_when_that_shows_more():
    rows = pd.Series(["r"] * 78 + ["s"] * 60, dtype="str")
    columns = pd.Series(["a"] * 40 + ["b"] * 20 + ["c"] * 9 + ["d"] * 9 + ["a"] * 40 + ["b"] * 20, dtype="str")
    found = disclosure.coarsened_counts(rows, columns, order=list("abcd"), joined="rest")
    assert found.complete
    assert found.values["rest"].tolist() == [18, 0, 18]
    ordered = disclosure.coarsened_counts(rows, columns, order=list("abcd"))
    assert ordered.complete
    assert list(ordered.values.columns) == ["a", "b", "c|d", TOTAL]


def test_columns_stay_apart_when_nothing_is_hidden():
    rows = pd.Series(["r"] * 40, dtype="str")
    columns = pd.Series(["a"] * 20 + ["b"] * 20, dtype="str")
    assert list(disclosure.coarsened_counts(rows, columns, order=["a", "b"]).values.columns) == ["a", "b", TOTAL]


def test_empty_combinations_stay_visible():
    rows = pd.Series(["r"] * 20 + ["s"] * 20, dtype="str")
    columns = pd.Series(["x"] * 20 + ["x"] * 10 + ["y"] * 10, dtype="str")
    found = disclosure.published_counts(rows, columns)
    assert found.complete
    assert found.values.loc["r", "y"] == 0


def test_a_small_total_hides_everything():
    found = disclosure.published_sums(_series([1.0] * 8), _groups({"a": 4, "b": 4}))
    assert found.hidden.to_numpy().all()


def test_small_streets_become_one_row_that_passes_itself():
    sizes = {"long": 40, "short": 6, "lane": 5}
    merged = disclosure.merged_small_groups(_series([1.0] * 51), _groups(sizes), rest="rest")
    assert merged.value_counts().to_dict() == {"long": 40, "rest": 11}


def test_one_small_street_takes_the_smallest_other_with_it():
    merged = disclosure.merged_small_groups(
        _series([1.0] * 58), _groups({"long": 40, "mid": 15, "lane": 3}), rest="rest"
    )
    assert merged.value_counts().to_dict() == {"long": 40, "rest": 18}


def test_a_dominated_street_takes_enough_with_it_to_hide_its_size():
    values = _series([*[1.0] * 40, *[1.0] * 12, 500.0, *[1.0] * 11])
    merged = disclosure.merged_small_groups(values, _groups({"long": 40, "mid": 12, "hall": 12}), rest="rest")
    assert merged.isna().all()  # one hall of 500 dominates even the whole: nothing may be shown
    values = _series([*[8.0] * 40, *[2.0] * 12, 60.0, *[1.0] * 11])
    merged = disclosure.merged_small_groups(values, _groups({"long": 40, "mid": 12, "hall": 12}), rest="rest")
    # hall (71) and mid (24) make 95, and 60 of 95 still dominates: the long street goes in as well
    assert merged.value_counts().to_dict() == {"rest": 64}


def test_buildings_without_a_street_join_the_rest():
    groups = _groups({"long": 40, "mid": 12, "": 12}).replace("", None)
    merged = disclosure.merged_small_groups(_series([1.0] * 64), groups, rest="rest")
    assert merged.isna().sum() == 0
    assert merged.value_counts().to_dict() == {"long": 40, "rest": 24}


def test_nothing_is_published_when_all_together_is_too_little():
    merged = disclosure.merged_small_groups(_series([1.0] * 7), _groups({"a": 4, "b": 3}), rest="rest")
    assert merged.isna().all()


def test_medians_need_ten_buildings():
    found = disclosure.quantiles(_series([*range(9), *range(11)]), _groups({"nine": 9, "eleven": 11}))
    assert found.loc["nine", ["p10", "median", "p90"]].isna().all()
    assert found.loc["eleven", ["p10", "median", "p90"]].tolist() == [1, 5, 9]


# -------------------------------------------------------------------------------------------------------------- refusals


def test_rows_per_building_are_refused():
    with pytest.raises(DataError, match="table demand has rows per building: a working file, never published"):
        disclosure.require_aggregate(tables.DEMAND, tables.DEMAND.empty())


def test_vulnerability_per_building_is_named_in_the_refusal():
    frame = pd.DataFrame({"vulnerable": [True]}, index=pd.Index(["b1"], name="building"))
    with pytest.raises(DataError, match="carries vulnerable"):
        disclosure.require_aggregate(tables.HOUSEHOLDS, frame)


def test_aggregates_are_handed_back():
    frame = tables.LINE_DENSITY.empty()
    assert disclosure.require_aggregate(tables.LINE_DENSITY, frame) is frame


@pytest.mark.parametrize("bad", [-1.0, float("nan")])
def test_a_missing_or_negative_contribution_is_refused(bad):
    with pytest.raises(DataError, match="heat_kwh: 1 rows are empty or negative \\(b1\\)"):
        disclosure.cells(_series([1.0, bad]), _groups({"a": 2}))


# -------------------------------------------------------------------------------------------------------------- properties

amounts = st.floats(0.1, 1e5)


@given(st.lists(st.tuples(amounts, st.sampled_from("abcde")), min_size=1, max_size=80))
@settings(max_examples=40, deadline=None)
def test_what_is_published_keeps_threshold_and_dominance(rows):
    values = _series([value for value, _ in rows])
    groups = pd.Series([name for _, name in rows], index=values.index, dtype="str")
    found = disclosure.published_sums(values, groups)
    for name in found.values.index[~found.hidden["heat_kwh"]]:
        members = values if name == TOTAL else values[groups == name]
        ordered = np.sort(members.to_numpy())[::-1]
        assert len(ordered) >= RULES.contributors
        assert ordered[0] <= RULES.largest_share * ordered.sum() * (1 + 1e-6)
        assert ordered[:2].sum() <= RULES.two_largest_share * ordered.sum() * (1 + 1e-6)


@given(
    st.integers(2, 5).flatmap(
        lambda across: st.lists(st.lists(st.integers(0, 60), min_size=across, max_size=across), min_size=2, max_size=6)
    )
)
@settings(max_examples=30, deadline=None)
def test_no_hidden_count_can_be_known_closely(counts):
    frame = disclosure.with_totals(pd.DataFrame(counts, dtype=float).rename(index=str, columns=str))
    found = disclosure.protected(frame, (frame >= RULES.contributors) | (frame == 0))
    kept = frame.notna() & (np.array(frame.columns) == TOTAL)
    assert not disclosure.protected(frame, (frame >= RULES.contributors) | kept, keep=kept).hidden[TOTAL].any()
    assert (found.values.isna() == found.hidden).to_numpy().all()
    assert not found.values.isin(range(1, RULES.contributors)).to_numpy().any()
    for cell in disclosure.attack(frame, found.hidden).itertuples():
        open_below = cell.low <= cell.value * (1 - RULES.protection_share) + 1e-3
        open_above = cell.high >= cell.value * (1 + RULES.protection_share) - 1e-3
        assert open_below or open_above
        if 0 < cell.value < RULES.contributors:
            assert open_below
            assert open_above


@given(st.lists(st.tuples(amounts, st.sampled_from(["", *"abcdefg"])), min_size=1, max_size=120))
@settings(max_examples=40, deadline=None)
def test_every_merged_group_passes_and_hides_its_members(rows):
    values = _series([value for value, _ in rows])
    groups = pd.Series([name or None for _, name in rows], index=values.index, dtype="str")
    merged = disclosure.merged_small_groups(values, groups, rest="rest")
    if merged.isna().any():
        assert merged.isna().all()
        return
    assert disclosure.cells(values, merged)["allowed"].all()
    inside = values[merged == "rest"].groupby(groups[merged == "rest"].fillna("")).sum()
    if len(inside):
        frame = disclosure.with_totals(inside.to_frame())
        hidden = frame.notna() & (np.array(frame.index) != TOTAL)[:, None]
        assert len(inside) > 1
        assert (
            disclosure.attack(frame, hidden)["high"] >= (1 + RULES.protection_share) * inside.to_numpy() - 1e-2
        ).all()


# --------------------------------------------------------------------------------------------------- parts, neighbours, margins


def test_only_buildings_that_add_something_count_as_contributors():
    adds = pd.Series([1.0] * 9 + [0.0] * 11 + [1.0] * 20, name="saved")
    who, rows = pd.Series(range(40)), pd.Series(["few"] * 20 + ["many"] * 20)
    found = disclosure.published_parts(adds, who, rows).values["saved"]
    # nine of twenty add: hidden, and the others with them, for the total would tell
    assert found.isna().tolist() == [True, True, False]
    assert found[TOTAL] == 29.0
    assert disclosure.published_sums(adds, rows).complete


def test_a_building_that_adds_to_several_cells_counts_once_in_their_total():
    who = pd.Series(list(range(8)) * 3)
    parts, trades = pd.Series(1.0, index=who.index, name="eur"), pd.Series(["roof"] * 8 + ["wall"] * 8 + ["floor"] * 8)
    assert disclosure.published_parts(parts, who, trades).hidden.all().all()


def test_a_cell_to_which_nobody_adds_is_zero_in_the_open():
    parts = pd.Series([2.0] * 12 + [0.0] * 3, name="eur")
    rows = pd.Series(["roof"] * 12 + ["wall"] * 3)
    found = disclosure.published_parts(parts, pd.Series(range(15)), rows, pd.Series(["2027"] * 15)).values
    assert found["2027"].to_dict() == {"roof": 24.0, "wall": 0.0, TOTAL: 24.0}


def test_neighbours_join_until_every_group_may_be_published():
    groups = pd.Series(["a"] * 30 + ["b"] * 4 + ["c"] * 12 + ["d"] * 40)
    found = disclosure.merged_neighbours(pd.Series(1.0, index=groups.index), groups, order=list("abcd"))
    assert found.value_counts().to_dict() == {"d": 40, "a": 30, "b|c": 16}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_joined_neighbours_leave_nothing_to_hide(sizes):
    order = [str(number) for number in range(len(sizes))]
    groups = pd.Series([name for name, size in zip(order, sizes, strict=True) for _ in range(size)], dtype="str")
    found = disclosure.merged_neighbours(pd.Series(1.0, index=groups.index), groups, order=order)
    counts = found.value_counts()
    assert len(counts) <= 1 or counts.min() >= RULES.contributors
    assert sorted("|".join(counts.index).split("|")) == sorted(set(groups)) if len(groups) else counts.empty


def test_totals_on_both_sides_are_never_hidden():
    rows = pd.Series(["x"] * 33 + ["y"] * 27)
    columns = pd.Series(["a"] * 30 + ["b"] * 3 + ["a"] * 12 + ["b"] * 15)
    found = disclosure.published_crosstab(rows, columns)
    assert found.values[TOTAL].tolist() == [33.0, 27.0, 60.0]
    assert found.values.loc[TOTAL].tolist() == [42.0, 18.0, 60.0]
    assert found.hidden.loc["x", "b"]
