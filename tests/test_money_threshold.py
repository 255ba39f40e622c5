"""The connection threshold: the worked table, agreement with the business case, branches, band, refusals."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.money.project import Supply, project_terms
from koppelkans.money.project_cash import project_cash
from koppelkans.money.project_returns import annuity_share, npv_eur
from koppelkans.money.project_terms import customer_classes
from koppelkans.money.threshold import Worth, connection_threshold, section_worth, thresholds
from koppelkans.parameters import read_parameters

PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "threshold.csv")
DAY = date(2026, 11, 1)
FIGURES = read_parameters().choosing(stand_ins={}, hold=("gas.social_tariff", "gas.excise"))
TERMS = project_terms(FIGURES, DAY)


def worked_worth(years: int) -> Worth:
    annuity = annuity_share(years, 0.05)
    return Worth(
        trench_share=annuity + 0.015, margin_eur_per_mwh=38.0, large_margin_eur_per_mwh=38.0, fixed_eur_per_year=350.0,
        connection_eur_per_year=(6_500.0 - 3_000.0) * annuity,
    )  # fmt: skip


def one(trench, large, dwellings, heat, worth) -> float:
    return float(
        connection_threshold(*(np.array([float(value)]) for value in (trench, large, dwellings, heat)), worth)[0]
    )


@pytest.mark.parametrize("row", PUBLISHED.index)
def test_every_cell_of_the_worked_table(row):
    cell = PUBLISHED.loc[row]
    found = one(
        cell["trench_eur_per_m"],
        cell["large_mwh_per_m"],
        0.25,
        0.25 * 11.0,
        worked_worth(int(cell["depreciation_years"])),
    )
    assert found == pytest.approx(cell["published_share"], abs=cell["tolerance_share"])


def test_per_metre_or_in_total_is_the_same():
    worth = worked_worth(30)
    assert one(900, 1, 0.25, 2.75, worth) == pytest.approx(one(90_000, 100, 25, 275, worth))


def test_large_customers_alone_can_carry_a_street_and_a_street_can_be_impossible():
    worth = worked_worth(30)
    assert one(900, 10, 0, 0, worth) == 0.0
    assert np.isnan(one(900, 1, 0, 0, worth))
    assert np.isnan(one(900, 0, 0.25, 2.75, replace(worth, connection_eur_per_year=1_000.0)))
    assert one(4_500, 0, 0.25, 2.75, worth) > 1


@settings(max_examples=30, deadline=None)
@given(
    trench=st.floats(1e4, 1e6), large_mwh=st.floats(0, 300), dwellings=st.integers(5, 200), heat=st.floats(5, 30),
    years=st.integers(5, 50), rate=st.floats(0.001, 0.1), fee=st.floats(0, 6_000),
)  # fmt: skip
def test_the_business_case_breaks_even_at_the_threshold(trench, large_mwh, dwellings, heat, years, rate, fee):
    """One branch, everybody from the first year, no loan, no grant, assets that live as long as the concession."""
    terms = replace(
        TERMS, tariff_eur_per_kwh=0.1, fixed_eur_per_year=350.0, service_eur_per_year=0.0, administration_eur_per_year=0.0,
        capacity_eur_per_kw=0.0, connection_fee_eur=fee, grant_share=0.0, social_share=0.0, gearing_share=0.0, ramp_years=1,
        concession_years=years, depreciation_years=years, project_rate_share=rate,
    )  # fmt: skip
    annuity = annuity_share(years, rate)
    worth = Worth(annuity + 0.015, 80.0, 80.0, 350.0, (6_500.0 - fee) * annuity)
    share = one(trench, large_mwh, dwellings, dwellings * heat, worth)
    if not 0.01 < share <= 1:
        return
    assets = pd.DataFrame(
        {"investment_eur": [trench, 6_500.0 * dwellings], "life_years": years, "depreciation_years": years, "upkeep_share": [0.015, 0.0]},
        index=["main_pipes", "delivery_sets"],
    )  # fmt: skip
    customers = pd.DataFrame(  # large customers are there whatever the share, without connection cost or fee
        {"heat_mwh": [dwellings * heat, large_mwh / share], "connections": [float(dwellings), 0.0], "capacity_kw": 0.0},
        index=["households", "institutions"],
    )
    case = project_cash(assets, customer_classes(customers, 0.0), Supply(20.0, 0.0, 0.0, 0.0), terms=terms, share=share)
    assert npv_eur(case.project_eur, rate) == pytest.approx(0.0, abs=1e-6 * trench)


# -------------------------------------------------------------------------------------------------------------------- sections


def sections(**columns) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "street": ["Kerkstraat", "Kerkstraat", "Dreef", None],
            "trench_eur_per_m": [900.0, 800.0, 700.0, 700.0],
            "length_m": [100.0, 200.0, 50.0, 80.0],
            "dwellings": [40, 60, 5, 0],
            "dwelling_heat_mwh": [480.0, 600.0, 60.0, 0.0],
            "large_heat_mwh": [0.0, 100.0, 0.0, 0.0],
            "parent": [None, "s1", "s2", None],
        },
        index=["s1", "s2", "s3", "s4"],
    )
    return frame.assign(**columns)


def computed(frame=None, terms=TERMS) -> pd.DataFrame:
    found, _ = thresholds(
        sections() if frame is None else frame, terms=terms, heat_cost_eur_per_mwh=25.0, parameters=FIGURES, day=DAY
    )
    return found


def test_sections_and_branches_follow_the_formula():
    found = computed()
    worth = section_worth(TERMS, 25.0, parameters=FIGURES, day=DAY)
    assert found.loc["s2", "share"] == pytest.approx(one(160_000, 100, 60, 600, worth))
    assert found.loc["s1", "branch_share"] == pytest.approx(one(90_000 + 160_000 + 35_000, 100, 105, 1_140, worth))
    assert found.loc["s2", "branch_share"] == pytest.approx(one(195_000, 100, 65, 660, worth))
    assert found.loc["s3", "branch_share"] == pytest.approx(found.loc["s3", "share"])
    assert found.loc["s2", ["heat_mwh_per_m", "large_mwh_per_m"]].tolist() == [3.5, 0.5]
    assert np.isnan(found.loc["s4", "share"])


def test_what_a_dwelling_brings_by_hand():
    terms = replace(TERMS, social_share=0.0)
    worth = section_worth(terms, 25.0, parameters=FIGURES, day=DAY)
    term = annuity_share(30, 0.05)
    assert worth.margin_eur_per_mwh == pytest.approx(75 - 25)
    assert worth.trench_share == pytest.approx(term + 0.01)
    assert worth.fixed_eur_per_year == pytest.approx(180 + 60 - 75 - 0.02 * 4_000 - 0.01 * 2_500)
    assert worth.connection_eur_per_year == pytest.approx((2_500 - 3_000) * term + 4_000 * annuity_share(20, 0.05))


def test_the_band_holds_the_threshold():
    found = computed().dropna(subset=["share"])
    assert (found["low_share"] <= found["share"]).all()
    assert (found["high_share"].fillna(np.inf) >= found["share"]).all()
    assert (found["low_share"] < found["high_share"].fillna(np.inf)).any()


def test_what_is_chosen_narrows_the_band():
    chosen = {
        "tariff_eur_per_kwh": 0.075,
        "fixed_eur_per_year": 180,
        "service_eur_per_year": 60,
        "connection_fee_eur": 3_000,
    }
    narrow, wide = computed(terms=project_terms(FIGURES, DAY, chosen)), computed()
    assert (narrow["share"].dropna() == wide["share"].dropna()).all()
    assert (narrow.loc["s1":"s3", "low_share"] > wide.loc["s1":"s3", "low_share"]).all()


def test_longer_depreciation_and_a_cheaper_trench_lower_the_threshold():
    base = computed()
    assert (
        computed(terms=replace(TERMS, depreciation_years=45)).loc["s1":"s3", "share"] < base.loc["s1":"s3", "share"]
    ).all()
    shared = computed(sections(trench_eur_per_m=[450.0, 400.0, 350.0, 350.0]))
    assert (shared.loc["s1":"s3", "branch_share"] < base.loc["s1":"s3", "branch_share"]).all()


def test_order_of_rows_does_not_matter():
    turned = computed(sections().iloc[::-1])
    pd.testing.assert_frame_equal(turned.loc[["s1", "s2", "s3", "s4"]], computed())


def test_remarks_say_how_many_never_pay_and_what_moves_the_band():
    assert computed()["share"].isna().tolist() == [False, False, False, True]
    assert (computed()["share"] > 1).tolist() == [False, False, True, False]
    _, remarks = thresholds(sections(), terms=TERMS, heat_cost_eur_per_mwh=25.0, parameters=FIGURES, day=DAY)
    assert any(row["text"].startswith("In 2 van de 4 straatsecties") for row in remarks)
    assert all(row["method"] == "threshold" for row in remarks)


def test_no_sections_is_an_empty_table():
    assert len(tables.check(tables.THRESHOLDS, computed(sections().iloc[:0]))) == 0


def test_sections_that_cannot_be_weighed_are_all_named():
    frame = sections(length_m=[0.0, 1, 1, 1], parent=[None, "nergens", None, None], dwellings=[1, -2, 3, 4])
    with pytest.raises(DataError) as error:
        computed(frame)
    assert "1 sections without length (s1)" in str(error.value)
    assert "hang on a section that is not there (s2)" in str(error.value)
    assert "column dwellings: negative or missing for 1 sections (s2)" in str(error.value)


def test_a_circle_of_sections_is_refused():
    with pytest.raises(DataError, match="go round in a circle"):
        computed(sections(parent=["s3", "s1", "s2", None]))
