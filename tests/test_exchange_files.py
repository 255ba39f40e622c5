"""`koppelkans export`: one file of a plan, whole or not at all; layers of the GeoPackage; refusals."""

from dataclasses import replace

import geopandas as gpd
import pyogrio
import pytest
from typer.testing import CliRunner

import exchange_fixture
import plan_fixture
from koppelkans.cli import app
from koppelkans.errors import DataError, KoppelkansError
from koppelkans.exchange import export_plan
from koppelkans.exchange import files as exchange_files
from koppelkans.plan import plan_folder, save_plan
from koppelkans.plan.network_layers import network_layers


@pytest.fixture(scope="module")
def plan():
    return exchange_fixture.plan()


@pytest.fixture(scope="module")
def folder(plan, tmp_path_factory):
    target = tmp_path_factory.mktemp("plannen") / "net"
    with plan_folder(target) as home:
        save_plan(plan, home)
    return target


@pytest.mark.parametrize("kind", ["esdl", "xlsx", "gpkg"])
def test_the_command_writes_the_file_and_says_who_may_have_it(folder, tmp_path, kind):
    path = tmp_path / f"uit.{kind}"
    answer = CliRunner().invoke(app, ["export", str(folder), "--to", kind, "--out", str(path)])
    assert answer.exit_code == 0, answer.output
    assert path.stat().st_size > 10_000
    assert "Vertrouwelijk" in answer.output
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_without_a_name_the_file_stands_in_the_plan_folder(folder):
    assert export_plan(folder, "xlsx") == folder / "plan.xlsx"
    assert (folder / "plan.xlsx").read_bytes() == (export_plan(folder, "xlsx")).read_bytes()


def test_a_plan_read_from_its_folder_gives_the_same_esdl(folder, plan, tmp_path):
    written = export_plan(folder, "esdl", tmp_path / "net.esdl")
    assert written.read_text(encoding="utf-8") == exchange_files.esdl_text(plan)


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no plan"):
        export_plan(tmp_path, "xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_plan_without_a_network_leaves_no_file(tmp_path):
    target = tmp_path / "zonder"
    with plan_folder(target) as home:
        save_plan(plan_fixture.plan(), home)
    for kind in ("esdl", "xlsx"):
        with pytest.raises(DataError, match="no heat network"):
            export_plan(target, kind)
        assert not (target / f"plan.{kind}").exists()
    assert [item for item in target.iterdir() if "partial" in item.name] == []


def test_a_fault_while_writing_keeps_the_file_that_was_there(folder, tmp_path, monkeypatch):
    path = tmp_path / "net.esdl"
    path.write_text("oud", encoding="utf-8")

    def full(_plan, target):
        target.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exchange_files.KINDS, "esdl", exchange_files.Kind(full, "plan.esdl"))
    with pytest.raises(KoppelkansError, match="No space left on device; nothing was left behind"):
        export_plan(folder, "esdl", path)
    assert path.read_text(encoding="utf-8") == "oud"
    assert [item.name for item in tmp_path.iterdir()] == ["net.esdl"]


def test_an_unknown_kind_and_a_folder_as_name_are_refused(folder, tmp_path):
    with pytest.raises(KoppelkansError, match="cannot be written as docx"):
        export_plan(folder, "docx")
    with pytest.raises(KoppelkansError, match="is a folder; name a file"):
        export_plan(folder, "xlsx", tmp_path)
    with pytest.raises(KoppelkansError, match="nothing was left behind"):
        export_plan(folder, "esdl", tmp_path / "nergens" / "net.esdl")


# ---------------------------------------------------------------------------------------------------------------- GeoPackage


def test_the_geopackage_has_the_layers_of_a_network(folder, tmp_path):
    path = export_plan(folder, "gpkg", tmp_path / "plan.gpkg")
    assert {"buildings", "streets", "pipes", "sources", "connections"} <= {
        name for name, _ in pyogrio.list_layers(path)
    }
    pipes = gpd.read_file(path, layer="pipes")
    wanted = {
        "kind",
        "section",
        "diameter_mm",
        "length_m",
        "design_kw",
        "flow_kg_per_s",
        "velocity_m_per_s",
        "loss_mwh",
        "investment_eur",
        "cost_eur_per_m",
    }
    assert wanted <= set(pipes.columns)


def test_the_design_flow_is_the_power_over_what_the_water_gives_off(plan):
    figures = plan["figures"].iloc[:1].assign(value=4_000.0)
    figures.index = ["heat_network.water.heat_capacity_j_per_kgk@all"]
    pipes = network_layers(replace(plan, tables={**plan.tables, "figures": figures}))["pipes"]
    # 12 kW at 70/40 with 4 kJ/(kg K): 12 / (4 x 30) = 0.1 kg/s
    one = pipes.assign(at=pipes["flow_kg_per_s"] / pipes["design_kw"] * 12.0)
    assert one["at"].to_list() == pytest.approx([0.1] * len(pipes))


def test_sources_carry_no_price(plan):
    sources = network_layers(plan)["sources"]
    assert not [name for name in sources.columns if "eur" in name]
    assert sources[["name", "used", "capacity_kw"]].to_dict("records") == [
        {"name": "Restwarmte molen", "used": True, "capacity_kw": 600.0}
    ]


def test_connections_stand_where_their_pipe_ends(plan):
    layer, connections = network_layers(plan)["connections"], plan["connections"]
    assert list(layer.index) == list(connections.index)
    service = plan["pipes"].query("kind == 'service'").iloc[0]
    assert layer.geometry[service["building"]].distance(service.geometry) < 1e-9
    assert layer.loc[service["building"], "pipe"] == service.name
    apart = connections.index[~connections["connected"]]
    assert layer.loc[apart, "pipe"].isna().all()
    assert plan.place.buildings.geometry.loc[apart].contains(layer.geometry.loc[apart]).all()


def test_a_plan_without_a_network_has_no_layers_of_it():
    assert network_layers(plan_fixture.plan()) == {}
