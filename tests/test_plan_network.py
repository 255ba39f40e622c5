"""The heat network in the plan: who connects, what it costs as a whole, and that every chapter tells the same story."""

import subprocess
from dataclasses import replace

import pandas as pd
import pytest

import krekelwijk
from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.plan import make_plan, plan_folder, read_plan, save_plan
from koppelkans.plan.fingerprint import table_hashes
from koppelkans.scenario import HeatNetwork, Scenario
from koppelkans.verify import CERTIFICATE, verify_plan
from krekelwijk import planned, source


@pytest.fixture(scope="module")
def plan():
    return planned(heat_network=HeatNetwork(must_connect=["t1", "t2", "t3"]))


def test_the_sum_over_buildings_is_the_cost_of_the_whole(plan):
    row = plan["network_variants"].query("chosen").iloc[0]
    chosen = plan["options"].loc[plan["choices"].index + "|" + plan["choices"]["solution"], "society_eur_per_year"]
    assert chosen.sum() == pytest.approx(row["whole_eur_per_year"], rel=1e-9)
    assert row["bound_eur_per_year"] <= row["whole_eur_per_year"]
    assert 0 <= row["gap_share"] <= 1


def test_connected_buildings_have_the_network_and_only_they(plan):
    joined = plan["connections"].query("connected").index
    on_network = plan["choices"].index[plan["choices"]["solution"].isin(tables.NETWORK_SOLUTIONS)]
    assert set(joined) == set(on_network) >= {"t1", "t2", "t3"}
    services = plan["pipes"].query("kind == 'service'")
    assert set(services["building"]) == set(joined)


def test_pipes_form_a_tree_that_carries_everything_to_the_source(plan):
    pipes = plan["pipes"]
    assert not pipes["to_node"].duplicated().any()
    roots = set(pipes["from_node"]) - set(pipes["to_node"])
    assert len(roots) == 1
    first = pipes[pipes["from_node"].isin(roots)]
    assert first["buildings"].sum() == plan["connections"]["connected"].sum()
    assert pipes["investment_eur"].sum() == pytest.approx(
        plan["network_variants"].query("chosen")["investment_eur"].iloc[0]
    )


def test_the_ledger_holds_the_network_once(plan):
    ledger = plan["ledger"]
    balance = (
        ledger.groupby("payee")["amount_eur"].sum().sub(ledger.groupby("payer")["amount_eur"].sum(), fill_value=0.0)
    )
    assert balance.sum() == pytest.approx(0, abs=0.01)
    built = ledger.query("payer == 'heat_company' and payee == 'installer' and what == 'heat network'")[
        "amount_eur"
    ].sum()
    assert built == pytest.approx(plan["project"].at["plan", "investment_eur"], abs=1.0)
    inside = plan["options"].loc[plan["choices"].index + "|" + plan["choices"]["solution"]]
    works = ledger.query("what == 'works on heating and building'")["amount_eur"].sum()
    assert works < inside["investment_eur"].sum()


def test_thresholds_cover_the_sections_of_the_design(plan):
    mains = plan["pipes"].query("kind == 'main'")["section"].dropna().unique()
    assert set(mains) <= set(plan["thresholds"].index)
    assert (plan["thresholds"]["trench_eur_per_m"] > 0).all()


def test_it_comes_back_from_the_folder(plan, tmp_path):
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    again = read_plan(tmp_path / "plan")
    assert table_hashes(again.tables) == table_hashes(plan.tables)
    assert again.place.sections is not None
    import pyogrio

    assert set(pyogrio.list_layers(tmp_path / "plan" / "plan.gpkg")[:, 0]) == {
        "buildings",
        "streets",
        "pipes",
        "sources",
        "connections",
        "works",
        "street_openings",
        "street_patterns",
    }


def test_dear_heat_is_left_alone_and_explained():
    dear = planned(sources=[source(price_eur_per_mwh=400)])
    assert dear["pipes"].empty
    assert not dear["network_variants"]["chosen"].any()
    assert not dear["connections"]["connected"].any()
    alone = make_plan(krekelwijk.place(), Scenario(weigh_figures=False))
    pd.testing.assert_frame_equal(dear["choices"], alone["choices"])


def test_a_second_dearer_source_changes_nothing(plan):
    chosen = HeatNetwork(must_connect=["t1", "t2", "t3"])
    two = planned(sources=[source(), source(name="duur", price_eur_per_mwh=90)], heat_network=chosen)
    assert list(two["network_variants"].index) == list(plan["network_variants"].index)
    assert set(two["network_variants"].query("chosen")["source"]) == {"bron"}
    pd.testing.assert_frame_equal(two["connections"], plan["connections"])


def test_what_must_connect_beyond_the_source_names_the_clash():
    with pytest.raises(InfeasibleError, match="kW"):
        planned(sources=[source(capacity_kw=1)], heat_network=HeatNetwork(must_connect=["t1", "t2"]))


def test_a_regime_above_the_source_is_refused():
    with pytest.raises(InfeasibleError, match="90"):
        planned(heat_network=HeatNetwork(regime="high"))


def test_without_streets_no_network_is_assessed():
    place = replace(krekelwijk.place(), streets=None, sections=None, attachments=None)
    made = make_plan(place, Scenario(weigh_figures=False, sources=[source()]))
    assert made["network_variants"].empty
    assert "Network not assessed" in " ".join(made["remarks"]["text_en"])


# ------------------------------------------------------------------------------------------------------------- the certificate


@pytest.fixture
def saved(plan, tmp_path):
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    return tmp_path / "plan"


def test_the_certificate_of_a_plan_holds(plan, saved):
    found = verify_plan(saved)
    row = plan["network_variants"].query("chosen").iloc[0]
    assert found.faults == []
    assert found.connected == plan["connections"]["connected"].sum()
    assert found.objective_eur == pytest.approx(row["whole_eur_per_year"] - row["without_eur_per_year"], abs=0.01)
    assert plan["proofs"].loc["network", "kind"] == "recomputed"


def test_a_plan_without_a_network_has_a_certificate_that_none_is_cheaper(tmp_path):
    plan = planned(sources=[source(price_eur_per_mwh=400)])
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    assert not plan["network_variants"]["chosen"].any()
    found = verify_plan(tmp_path / "plan")
    assert found.faults == []
    assert found.bound_eur <= 0


def changed_table(folder, table, change):
    path = folder / "tables" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    change(frame)
    frame.to_parquet(path)


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("network_variants", lambda frame: frame.__setitem__("bound_eur_per_year", frame["bound_eur_per_year"] + 500), "the plan prints a bound"),
        ("network_variants", lambda frame: frame.__setitem__("whole_eur_per_year", frame["whole_eur_per_year"] - 1), "the plan prints a cost"),
        ("pipes", lambda frame: frame.__setitem__("length_m", frame["length_m"] * 0.9), "m in the plan and"),
        ("connections", lambda frame: frame.__setitem__("connected", ~frame["connected"]), "is connected in the"),
        ("connections", lambda frame: frame.__setitem__("advantage_eur_per_year", frame["advantage_eur_per_year"] + 1), "EUR a year in the plan and"),
    ],
    ids=["bound", "cost", "pipes", "connections", "worth"],
)  # fmt: skip
def test_tables_that_say_something_else_are_found(saved, table, change, message):
    changed_table(saved, table, change)
    assert any(message in fault for fault in verify_plan(saved).faults)


def test_another_certificate_is_found_and_the_command_line_says_so(saved, koppelkans_command):
    good = subprocess.run([*koppelkans_command, "verify", str(saved)], capture_output=True, text=True, check=False)
    assert (good.returncode, "Het bewijs klopt" in good.stdout) == (0, True)
    file = saved / CERTIFICATE
    file.write_text(
        file.read_text(encoding="ascii").replace('"bound_kind":"replayed"', '"bound_kind":"solver"'), encoding="ascii"
    )
    bad = subprocess.run([*koppelkans_command, "verify", str(saved)], capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "checksum" in bad.stdout
    file.unlink()
    none = subprocess.run([*koppelkans_command, "verify", str(saved)], capture_output=True, text=True, check=False)
    assert (none.returncode, "holds no network.certificate.json" in none.stderr) == (1, True)
