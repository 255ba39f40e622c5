"""ESDL out and in: what is written is read by the library of TNO and by our own reader; what cannot be used is refused in one message."""

import tomllib
from dataclasses import replace

import geopandas as gpd
import pytest
from typer.testing import CliRunner

import exchange_fixture
import plan_fixture
from koppelkans.cli import app
from koppelkans.errors import DataError, KoppelkansError
from koppelkans.exchange import esdl_text
from koppelkans.exchange.parts import import_esdl, scenario_text
from koppelkans.place.formats_esdl import read_esdl
from koppelkans.scenario import Source

MILLIMETRE = 0.002


@pytest.fixture(scope="module")
def plan():
    return plan_fixture.plan_with_network(exchange_fixture.SCENARIO)


@pytest.fixture(scope="module")
def text(plan):
    return esdl_text(plan)


@pytest.fixture(scope="module")
def written(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("esdl") / "plan.esdl"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ours(written, plan):
    return read_esdl(written, crs=plan.place.crs)


@pytest.fixture(scope="module")
def theirs(written):
    """Assets by class, as pyESDL reads them: software that nobody here wrote."""
    from esdl.esdl_handler import EnergySystemHandler

    system = EnergySystemHandler().load_file(str(written))
    assets = {}
    for asset in system.instance[0].area.asset:
        assets.setdefault(type(asset).__name__, []).append(asset)
    return system, assets


# ------------------------------------------------------------------------------------------------------------------------- out


def test_pyesdl_reads_the_pipes_of_the_design(theirs, plan):
    _, assets = theirs
    supply = [pipe for pipe in assets["Pipe"] if not pipe.name.endswith("_ret")]
    back = [pipe for pipe in assets["Pipe"] if pipe.name.endswith("_ret")]
    pipes = plan["pipes"]
    assert len(supply) == len(back) == len(pipes)
    found = {pipe.originalIdInSource: pipe for pipe in supply}
    assert {key: pipe.length for key, pipe in found.items()} == pipes["length_m"].to_dict()
    assert {key: pipe.diameter.name for key, pipe in found.items()} == {
        key: f"DN{size}" for key, size in pipes["diameter_mm"].items()
    }
    euros = {key: pipe.costInformation.investmentCosts.value * pipe.length for key, pipe in found.items()}
    assert euros == pytest.approx(pipes["investment_eur"].to_dict())
    assert all(next(iter(pipe.related)).name == f"{pipe.name}_ret" for pipe in supply)
    points = {pipe.name: [(point.lat, point.lon) for point in pipe.geometry.point] for pipe in assets["Pipe"]}
    assert all(points[f"{pipe.name}_ret"] == points[pipe.name][::-1] for pipe in supply)


def test_pyesdl_reads_demands_sources_and_temperatures(theirs, plan):
    system, assets = theirs
    services = plan["pipes"].query("kind == 'service'").set_index("building")
    demands = {demand.originalIdInSource: demand for demand in assets["HeatingDemand"]}
    assert {key: demand.power for key, demand in demands.items()} == pytest.approx(
        (services["design_kw"] * 1_000).to_dict()
    )
    energy = {key: demand.port[0].profile[0].value for key, demand in demands.items()}
    assert energy == pytest.approx(services["heat_mwh"].to_dict())
    (source,) = assets["HeatProducer"]
    assert (source.name, source.power) == ("Restwarmte molen", 600_000.0)
    assert source.costInformation.variableOperationalCosts.value == 30.0
    carriers = {carrier.name: carrier for carrier in system.energySystemInformation.carriers.carrier}
    assert carriers["Warmte"].supplyTemperature == 70.0
    assert carriers["Warmte_ret"].returnTemperature == 40.0
    lines = [item.attribution for item in system.energySystemInformation.dataSources.dataSource]
    assert lines == [item.line for item in plan.place.attributions]


def test_every_port_is_joined_to_one_that_is_joined_back(theirs):
    """The network made by hand has a gap of drawing between its mains, none between its nodes where they share one."""
    _, assets = theirs
    ports = [port for kind in assets.values() for asset in kind for port in asset.port]
    joined = [port for port in ports if len(port.connectedTo)]
    assert len(joined) > len(ports) / 2
    for port in joined:
        for other in port.connectedTo:
            assert port in other.connectedTo
            assert type(port) is not type(other)
            assert port.carrier is other.carrier


def test_a_branch_goes_through_a_joint(theirs):
    _, assets = theirs
    assert {joint.port[0].carrier.name for joint in assets["Joint"]} == {"Warmte", "Warmte_ret"}
    assert all(len(joint.port[0].connectedTo) + len(joint.port[1].connectedTo) > 2 for joint in assets["Joint"])


def test_the_file_says_for_whom_it_is(text):
    assert text.index("VERTROUWELIJK") < text.index("<esdl:EnergySystem")
    assert "do not publish" in text


def test_the_same_plan_gives_the_same_document(plan, text):
    assert esdl_text(plan) == text
    other = replace(plan, run=replace(plan.run, plan_hash="beef" * 12))
    assert esdl_text(other) != text


def test_a_plan_without_a_network_has_nothing_for_esdl():
    with pytest.raises(DataError, match="no heat network, so there is nothing to write in ESDL"):
        esdl_text(plan_fixture.plan())


def test_names_with_signs_of_xml_are_written(plan):
    odd = plan.scenario.model_copy(
        update={"sources": [Source(**{**plan.scenario.sources[0].model_dump(), "note": '<&"> 5 €'})]}
    )
    assert "&lt;&amp;&quot;&gt; 5 €" in esdl_text(replace(plan, scenario=odd))


# ------------------------------------------------------------------------------------------------------------- out and in again


def test_a_plan_comes_back_as_it_went(ours, plan):
    pipes = plan["pipes"]
    assert ours.pipes["length_m"].tolist() == pipes["length_m"].tolist()
    assert ours.pipes["diameter_mm"].tolist() == pipes["diameter_mm"].tolist()
    assert set(ours.pipes["supply_c"]) == {70.0}
    assert set(ours.pipes["return_c"]) == {40.0}
    assert ours.pipes.crs == plan.place.crs
    apart = ours.pipes.geometry.reset_index(drop=True).hausdorff_distance(pipes.geometry.reset_index(drop=True))
    assert apart.max() < MILLIMETRE
    services = pipes.query("kind == 'service'")
    assert ours.demands["power_kw"].tolist() == pytest.approx(services["design_kw"].tolist())
    assert ours.demands["heat_mwh"].tolist() == pytest.approx(services["heat_mwh"].tolist())


def test_the_source_comes_back_as_a_source_of_a_scenario(ours):
    (found,) = ours.sources
    source = Source(**found)
    assert (source.name, source.capacity_kw, source.supply_c, source.price_eur_per_mwh) == (
        "Restwarmte molen",
        600.0,
        75.0,
        30.0,
    )
    assert (source.x_m, source.y_m) == pytest.approx((2.0, -8.0), abs=MILLIMETRE)


# -------------------------------------------------------------------------------------------------------------------------- in

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<esdl:EnergySystem xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:esdl="http://www.tno.nl/esdl" name="proef">'
)
CARRIERS = (
    '<energySystemInformation xsi:type="esdl:EnergySystemInformation"><carriers xsi:type="esdl:Carriers">'
    '<carrier xsi:type="esdl:HeatCommodity" id="h" supplyTemperature="70.0"/><carrier xsi:type="esdl:HeatCommodity" id="r" returnTemperature="40.0"/>'
    '<carrier xsi:type="esdl:GasCommodity" id="g"/></carriers></energySystemInformation>'
)
POINT = '<geometry xsi:type="esdl:Point" lat="51.2" lon="4.4"/>'
LINE = '<geometry xsi:type="esdl:Line"><point xsi:type="esdl:Point" lat="51.2" lon="4.4"/><point xsi:type="esdl:Point" lat="51.201" lon="4.4"/></geometry>'


def asset(kind, inside, **about):
    told = "".join(f' {name}="{value}"' for name, value in {"id": kind, "name": kind, **about}.items())
    return f'<asset xsi:type="esdl:{kind}"{told}>{inside}</asset>'


def port(kind="OutPort", carrier="h", inside=""):
    return f'<port xsi:type="esdl:{kind}" id="{kind}{carrier}" carrier="{carrier}">{inside}</port>'


def system(*assets):
    return f'{HEAD}{CARRIERS}<instance xsi:type="esdl:Instance"><area xsi:type="esdl:Area" id="a">{"".join(assets)}</area></instance></esdl:EnergySystem>'


def read(tmp_path, content, crs="EPSG:31370"):
    path = tmp_path / "proef.esdl"
    path.write_text(content, encoding="utf-8")
    return read_esdl(path, crs=crs)


def test_a_return_pipe_is_told_by_its_carrier_its_partner_or_its_name(tmp_path):
    def pipe(name, carrier, **about):
        ports = port(carrier=carrier) if carrier else ""
        return asset("Pipe", ports + LINE, **{"id": name, "name": name, "diameter": "DN100", **about})

    found = read(tmp_path, system(
        pipe("a", "h", related="b"), pipe("b", "r", related="a"), pipe("c", "h", related="d"), pipe("d", "h", related="c"),
        pipe("e_ret", "", related="e"), pipe("e", "", related="e_ret"), pipe("gas", "g"), pipe("f", "h", state="OPTIONAL"),
    ))  # fmt: skip
    assert list(found.pipes.index) == ["a", "c", "e"]
    assert found.pipes["return_c"].iloc[0] == 40.0
    assert found.pipes["length_m"].to_list() == pytest.approx([111.3] * 3, abs=0.2)
    assert "(3)" in found.remarks[0]["text_en"]
    assert "(1)" in found.remarks[0]["text_en"]


def test_the_bore_gives_the_nominal_diameter(tmp_path):
    pipes = [asset("Pipe", port() + LINE, id=f"p{bore}", innerDiameter=bore) for bore in ("0.1071", "0.3127", "0.0209")]
    assert read(tmp_path, system(*pipes)).pipes["diameter_mm"].tolist() == [100.0, 300.0, 20.0]


def test_a_stated_length_wins_and_a_large_difference_is_said(tmp_path):
    found = read(tmp_path, system(asset("Pipe", port() + LINE, diameter="DN50", length="500", capacity="2500000")))
    assert found.pipes["length_m"].tolist() == [500.0]
    assert found.pipes["capacity_kw"].tolist() == [2_500.0]
    assert any("more than 10 %" in row["text_en"] for row in found.remarks)


@pytest.mark.parametrize(
    ("unit", "value", "price"),
    [
        ('unit="EURO" perUnit="WATTHOUR" perMultiplier="MEGA"', "30", 30.0), ('unit="EURO" perUnit="WATTHOUR" perMultiplier="KILO"', "0.03", 30.0),
        ('unit="EURO" perUnit="JOULE" perMultiplier="GIGA"', "10", 36.0), ('unit="EURO"', "30", None), ('unit="EURO" perUnit="WATT"', "30", None),
    ],
)  # fmt: skip
def test_a_price_counts_when_it_is_per_unit_of_energy(tmp_path, unit, value, price):
    cost = (
        f'<costInformation xsi:type="esdl:CostInformation"><variableOperationalCosts xsi:type="esdl:SingleValue" value="{value}">'
        f'<profileQuantityAndUnit xsi:type="esdl:QuantityAndUnitType" physicalQuantity="COST" {unit}/></variableOperationalCosts></costInformation>'
    )
    found = read(tmp_path, system(asset("ResidualHeatSource", port() + POINT + cost, power="2000000")))
    (source,) = found.sources
    assert source["capacity_kw"] == 2_000.0
    assert source["supply_c"] == 70.0
    assert source.get("price_eur_per_mwh") == (pytest.approx(price) if price else None)
    assert any(row["level"] == "warning" for row in found.remarks) == (price is None)


def test_heat_pumps_of_houses_are_no_source_and_their_demand_counts(tmp_path):
    inside = asset("HeatPump", port(), power="8000") + asset("HeatingDemand", POINT, power="5000")
    house = asset("Building", inside + POINT)
    found = read(
        tmp_path,
        system(
            house,
            asset("HeatPump", port() + POINT, id="big", name="big", power="500000"),
            asset("GasHeater", port(carrier="g") + POINT, power="1"),
        ),
    )
    assert [item["name"] for item in found.sources] == ["big"]
    assert found.demands["power_kw"].tolist() == [5.0]


def test_coordinates_of_a_named_system_are_read(tmp_path):
    shape = '<geometry xsi:type="esdl:Point" CRS="EPSG:31370" lat="212000" lon="152000"/>'
    (source,) = read(tmp_path, system(asset("HeatProducer", port() + shape, power="1000"))).sources
    assert (source["x_m"], source["y_m"]) == pytest.approx((152_000, 212_000))


def test_two_assets_of_one_name_stay_two(tmp_path):
    sources = [asset("HeatProducer", port() + POINT, id=name, name="bron", power="1000") for name in ("a", "b")]
    assert [item["name"] for item in read(tmp_path, system(*sources)).sources] == ["bron", "bron (2)"]


# -------------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("geen xml", "cannot be read as XML"),
        ("", "cannot be read as XML"),
        ("<html></html>", "begins with html, expected esdl:EnergySystem"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD.split("\n")[1] + "</esdl:EnergySystem>", "DOCTYPE"),
        (system(), "nothing can be taken from it"),
        (system(asset("Pipe", port(carrier="g") + LINE, diameter="DN50")), "nothing can be taken from it"),
        (system(asset("Pipe", port(), diameter="DN50")), "pipe Pipe has no geometry"),
        (system(asset("Pipe", port() + LINE)), "pipe Pipe has no diameter, inner diameter or capacity"),
        (system(asset("Pipe", port() + POINT, diameter="DN50")), "geometry of kind Point, expected Line"),
        (system(asset("HeatProducer", port() + POINT)), "heat source HeatProducer has no power"),
        (system(asset("HeatProducer", port(), power="1")), "heat source HeatProducer has no geometry"),
        (system(asset("HeatProducer", port() + POINT.replace("/>", ' CRS="Simple"/>'), power="1")), "coordinate system Simple is not known"),
        (system(asset("HeatProducer", port() + POINT.replace("51.2", "451.2"), power="1")), "outside -180 to 180"),
        (system(asset("HeatProducer", port() + POINT.replace("51.2", ""), power="1")), "a coordinate is missing"),
    ],
    ids=lambda value: value[:20] if len(value) < 90 else "",
)  # fmt: skip
def test_what_cannot_be_used_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=r"proef\.esdl") as fault:
        read(tmp_path, content)
    assert message in str(fault.value)


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(DataError) as fault:
        read(tmp_path, system(asset("HeatProducer", port()), asset("Pipe", port() + LINE)))
    assert len(fault.value.faults) == 3


def test_no_file_is_said(tmp_path):
    with pytest.raises(DataError, match="no ESDL file at"):
        read_esdl(tmp_path / "nergens.esdl", crs="EPSG:31370")


# -------------------------------------------------------------------------------------------------------------- parts of a scenario


def test_a_network_in_esdl_becomes_a_scenario_with_its_pipes(written, plan, tmp_path):
    paths, _ = import_esdl(written, tmp_path / "net", crs=plan.place.crs)
    assert [path.name for path in paths] == ["scenario.toml", "bestaande_leidingen.gpkg"]
    text = paths[0].read_text(encoding="utf-8")
    assert 'existing_pipes = "bestaande_leidingen.gpkg"' in text
    (source,) = tomllib.loads(text)["sources"]
    assert Source(**source).capacity_kw == 600.0
    pipes = gpd.read_file(paths[1])
    assert pipes["dn"].tolist() == plan["pipes"]["diameter_mm"].tolist()
    assert pipes.crs == plan.place.crs
    with pytest.raises(KoppelkansError, match=r"holds scenario\.toml and bestaande_leidingen\.gpkg already"):
        import_esdl(written, tmp_path / "net", crs=plan.place.crs)


def test_what_the_file_does_not_say_is_a_line_to_fill_in(tmp_path):
    found = read(
        tmp_path, system(asset("HeatProducer", port(carrier="g") + POINT, power="1000", name="bron &quot;\\&quot; 1"))
    )
    text = scenario_text(found, "proef.esdl")
    (source,) = tomllib.loads(text)["sources"]
    assert source["name"] == 'bron "\\" 1'
    assert "existing_pipes" not in text
    assert "# price_eur_per_mwh = " in text
    assert "# supply_c = " in text


def test_the_command_writes_the_parts(written, tmp_path):
    answer = CliRunner().invoke(app, ["import", str(written), "--out", str(tmp_path / "net")])
    assert answer.exit_code == 0, answer.output
    assert "bestaande_leidingen.gpkg" in answer.output


def test_two_plants_at_one_spot_both_feed_the_network(plan, tmp_path):
    first = plan.scenario.sources[0]
    both = plan.scenario.model_copy(update={"sources": [first, first.model_copy(update={"name": "Piekketel"})]})
    path = tmp_path / "twee.esdl"
    path.write_text(esdl_text(replace(plan, scenario=both)), encoding="utf-8")
    assert [item["name"] for item in read_esdl(path, crs=plan.place.crs).sources] == ["Restwarmte molen", "Piekketel"]
    far = plan.scenario.model_copy(update={"sources": [first, first.model_copy(update={"name": "Ver", "x_m": 900.0})]})
    path.write_text(esdl_text(replace(plan, scenario=far)), encoding="utf-8")
    assert [item["name"] for item in read_esdl(path, crs=plan.place.crs).sources] == ["Restwarmte molen"]
