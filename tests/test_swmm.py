"""The storage of streets in a storm: cases by hand, against the rational formula, and what the command says."""

import sys
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from koppelkans.cli import app
from koppelkans.errors import DataError, KoppelkansError
from koppelkans.plan import save_plan
from koppelkans.verify.storage import Storm, Street, simulated, simulated_storage, storm_streets, swmm_input
from street_plan import street_plan

STORM = Storm(
    rain_mm=30.0, hours=1.0, sealed_share=0.85, green_share=0.15, soak_mm_per_hour=20.0, roughness=0.013, slope_share=0.02
)  # fmt: skip
SEALED = Street("sealed", 1_000.0, 0.85, 5.0, 0.0, 0.0)
TANK = SEALED._replace(storage_m3=6.0)


@pytest.fixture
def swmm():
    """SWMM itself; the tests that run it are left out where the extra is not installed."""
    pytest.importorskip("swmm.toolkit", reason="koppelkans[swmm] is not installed")


def patterns(storage_m3=(4.0, 0.0, 9.0)):
    """Three planned sections and one that is not: 600 m2 each, one of 600 m2 with a third of green."""
    return pd.DataFrame(
        {
            "state": ["computed", "kept", "computed", "not_planned"], "class_m": [12.0, 12.0, 12.0, None], "sealed_m2": [400.0, 600.0, 600.0, 0.0],
            "depaved_m2": [200.0, 0.0, 0.0, 0.0], "storage_m3": [*storage_m3, 0.0], "bed_m2": [20.0, 0.0, 30.0, 0.0],
        },
        index=pd.Index(["a", "b", "c", "d"], name="section"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- by hand


def test_without_storage_the_runoff_is_rain_times_area_times_share(swmm):
    found = simulated([SEALED], STORM)
    assert found.rain_m3 == pytest.approx(30.0)
    assert found.runoff_m3 == pytest.approx(0.85 * 30.0, rel=1e-3)
    assert found.sewer_m3 == found.runoff_m3
    assert found.held_m3 == 0


def test_the_peak_without_storage_is_that_of_the_rational_formula(swmm):
    found = simulated([SEALED], STORM)
    assert found.rational_l_per_s == pytest.approx(0.85 * 30.0 / 3_600 * 1_000)  # mm/h on 1,000 m2 is 1/3.6 l/s each
    assert found.peak_l_per_s == pytest.approx(found.rational_l_per_s, rel=5e-3)


def test_a_closed_tank_holds_its_volume_and_spills_the_rest(swmm):
    found = simulated([TANK], STORM)
    assert found.held_m3 == pytest.approx(6.0, rel=2e-3)
    assert found.overflow_m3 == pytest.approx(25.5 - 6.0, rel=2e-3)
    assert (found.stores, found.unfilled) == (1, 0)
    assert found.held_mm == pytest.approx(6.0, rel=2e-3)
    assert found.differs_share == pytest.approx(0.0, abs=2e-3)


def test_a_bed_soaks_away_water_while_it_is_full(swmm):
    """Full after 6 m3 of 7.08 l/s, about a quarter of an hour; 20 m2 of bed take 20 mm/h, 0.4 m3, in each hour that water stands in it."""
    found = simulated([TANK._replace(bed_m2=20.0)], STORM)
    assert 6.2 < found.held_m3 < 6.8


def test_storage_larger_than_the_rain_of_its_own_street_stays_partly_empty(swmm):
    found = simulated([SEALED._replace(section="large", storage_m3=100.0), SEALED], STORM)
    assert found.held_m3 == pytest.approx(25.5, rel=1e-3)
    assert found.unfilled_m3 == pytest.approx(100.0 - 25.5, rel=1e-3)
    assert found.sewer_m3 == pytest.approx(25.5, rel=1e-3)  # the rain of the other street
    assert found.differs_share == pytest.approx(-0.745, abs=2e-3)


def test_streets_of_today_are_sealed_and_store_nothing():
    now, then = (storm_streets(patterns(), STORM, when) for when in ("now", "then"))
    assert [one.runoff_share for one in now] == pytest.approx([0.85] * 3)
    assert [one.runoff_share for one in then] == pytest.approx([0.85 * 2 / 3 + 0.15 / 3, 0.85, 0.85])
    assert [one.storage_m3 for one in now] == [0.0] * 3
    assert [(one.section, one.area_m2, one.flow_m, one.storage_m3) for one in then] == [
        ("a", 600.0, 6.0, 4.0), ("b", 600.0, 6.0, 0.0), ("c", 600.0, 6.0, 9.0),
    ]  # fmt: skip


def test_sections_without_a_cross_section_are_no_subcatchment():
    text = swmm_input(storm_streets(patterns(), STORM, "then"), STORM)
    assert [line for line in text.splitlines() if line.startswith("; ")] == ["; a", "; b", "; c"]
    assert [line.split()[2] for line in text.splitlines() if line.startswith("s") and " rain " in line] == ["b0", "sewer", "b2"]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- properties


@given(
    st.floats(50, 5_000), st.floats(0.1, 0.95), st.floats(0, 200), st.floats(0, 100), st.sampled_from([0.5, 1.0, 3.0])
)
@settings(max_examples=15, deadline=None)
def test_no_water_is_lost(area_m2, runoff_share, storage_m3, bed_m2, hours):
    pytest.importorskip("swmm.toolkit", reason="koppelkans[swmm] is not installed")
    street = Street("one", area_m2, runoff_share, 5.0, round(storage_m3, 2), round(bed_m2, 1))
    found = simulated([street, SEALED], replace(STORM, hours=hours))
    assert found.runoff_m3 == pytest.approx(0.03 * (area_m2 * runoff_share + 850.0), rel=3e-3)
    assert found.held_m3 + found.sewer_m3 == pytest.approx(found.runoff_m3)
    assert found.held_m3 >= min(street.storage_m3, 0.03 * area_m2 * runoff_share) * (1 - 5e-3) - 1e-3
    assert found.peak_l_per_s <= found.rational_l_per_s * (1 + 1e-2)


def test_the_same_streets_give_the_same_water_twice(swmm):
    assert simulated_storage(patterns(), STORM) == simulated_storage(patterns(), STORM)


# ------------------------------------------------------------------------------------------------------- refusals and command


def test_no_cross_section_is_refused():
    with pytest.raises(DataError, match="no street of this plan has a cross-section"):
        storm_streets(patterns().assign(state="not_planned"), STORM, "then")


def test_without_swmm_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "swmm.toolkit", None)
    with pytest.raises(KoppelkansError, match=r"pip install 'koppelkans\[swmm\]'"):
        simulated([SEALED], STORM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A plan of thirty sections of 720 m2: 4 m3 of storage each, three with more than their own rain."""
    plan = street_plan()
    streets = plan["street_patterns"]
    many = pd.Series([60.0 if at < 3 else 4.0 for at in range(len(streets))], index=streets.index)
    streets = streets.assign(sealed_m2=600.0, depaved_m2=120.0, bed_m2=20.0, storage_m3=many)
    home = tmp_path_factory.mktemp("plan")
    save_plan(replace(plan, tables={**plan.tables, "street_patterns": streets}), home)
    return home


def test_the_command_prints_now_and_then_and_keeps_the_input(swmm, folder, tmp_path):
    answer = CliRunner().invoke(app, ["verify", str(folder), "--swmm", "--keep", str(tmp_path / "streets.inp")])
    assert answer.exit_code == 0, answer.output
    assert "21,600 m² straat" in answer.output
    assert "LET OP" in answer.output
    assert "In 3 van de 30 secties met berging" in answer.output
    assert (tmp_path / "streets.inp").read_text(encoding="utf-8").startswith("[TITLE]")
    assert [path.name for path in tmp_path.iterdir()] == ["streets.inp"]


def test_the_command_refuses_keep_alone_and_a_plan_without_streets(folder, tmp_path):
    assert CliRunner().invoke(app, ["verify", str(folder), "--keep", str(tmp_path / "x.inp")]).exit_code == 2
    (tmp_path / "old").mkdir()
    answer = CliRunner().invoke(app, ["verify", str(tmp_path / "old"), "--swmm"])
    assert isinstance(answer.exception, DataError)
