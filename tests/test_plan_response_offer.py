"""A heat price promised beforehand: faults of the scenario, who pays what it falls short of cost, what is kept above it, and the refusal on the command line."""

from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

import krekelwijk
import plan_fixture
from koppelkans import cli, tables
from koppelkans.errors import ScenarioError
from koppelkans.lab.response_rows import answer_of
from koppelkans.money.equilibrium.answer import equilibria, share_ages
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.money.flows import balances
from koppelkans.parameters import read_parameters
from koppelkans.plan import read_plan
from koppelkans.plan.response import ResponseInputs, respond_under, response_part
from koppelkans.plan.response_market import prices_looked_at
from koppelkans.plan.response_money import COVER
from koppelkans.plan.response_tables import response_tables
from koppelkans.report.document import Paragraph, blocks_of, words_of
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.report.response import response_section
from koppelkans.scenario import Response, read_scenario

VAT = 1.06
BELOW, ABOVE = 30.0, 60.0
CHOICES = """
name = "beloofd"
weigh_figures = false
data_draws = 0
[[sources]]
name = "bron"
x_m = 180030.0
y_m = 209980.0
capacity_kw = 5000.0
supply_c = 80.0
price_eur_per_mwh = 10.0
[heat_network]
robustness_draws = 0
robustness_shares = []
[street]
draws = 0
rounds = 1
tries = 0
[response]
bands = false
price_rule = "offered"
offered_price_eur_per_mwh = 30.0
"""


def koppelkans(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A neighbourhood in a folder of its own, and beside it the promise without and with who pays the rest."""
    folder = tmp_path_factory.mktemp("offer")
    (folder / "place").mkdir()
    krekelwijk.geopackage(folder / "place" / "krekelwijk.gpkg")
    (folder / "zonder.toml").write_text(CHOICES, encoding="utf-8")
    (folder / "betaald.toml").write_text(CHOICES + 'price_payer = "flanders"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def paid(home):
    """The plan that the command line makes with a price below cost and a payer."""
    made = koppelkans(
        "plan", home / "place" / "krekelwijk.gpkg", "--scenario", home / "betaald.toml", "--out", home / "plan"
    )
    assert made.exit_code == 0, made.output
    return read_plan(home / "plan")


@pytest.fixture(scope="module")
def rules():
    return read_parameters()


def choosing(plan, price, **chosen):
    """The scenario of the plan with another promise."""
    part = Response(bands=False, price_rule="offered", offered_price_eur_per_mwh=price, **chosen)
    return plan.scenario.model_copy(update={"response": part})


@pytest.fixture(scope="module")
def base(paid, rules):
    return respond_under(paid, rules)


# -------------------------------------------------------------------------------------------------------------------- scenario


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('price_rule = "offered"', 'response.offered_price_eur_per_mwh: found None; price_rule "offered" needs'),
        ("offered_price_eur_per_mwh = 80.0", 'found 80.0; price_rule is "cost_plus", under which no price is promised'),
        ('price_rule = "regulated"\nprice_payer = "flanders"', 'price_payer: found \'flanders\'; price_rule is "regulated"'),
        ('price_rule = "offered"\noffered_price_eur_per_mwh = 0.0', "offered_price_eur_per_mwh: found 0.0"),
        ('price_rule = "offered"\noffered_price_eur_per_mwh = 80.0\nprice_payer = "state"', "'municipality' or 'flanders'"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_is_one_message(tmp_path, lines, said):
    file = tmp_path / "s.toml"
    file.write_text(f"[response]\n{lines}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_scenario(file)
    assert said in str(error.value)
    assert len(error.value.faults) == 1


def test_all_faults_come_at_once(tmp_path):
    file = tmp_path / "s.toml"
    file.write_text(
        '[response]\nprice_rule = "gas_parity"\noffered_price_eur_per_mwh = 80.0\nprice_payer = "flanders"\nprice_nodes = 2\n',
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as error:
        read_scenario(file)
    assert [fault.split(":")[0].removeprefix("key response.") for fault in error.value.faults] == [
        "offered_price_eur_per_mwh",
        "price_payer",
        "price_nodes",
    ]


# -------------------------------------------------------------------------------------------------------------- below the cost


def test_below_cost_without_a_payer_is_one_message_and_nothing_is_written(home, paid, monkeypatch, capsys):
    words = ["plan", home / "place" / "krekelwijk.gpkg", "--scenario", home / "zonder.toml", "--out", home / "none"]
    monkeypatch.setattr("sys.argv", ["koppelkans", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert "zonder.toml: response.offered_price_eur_per_mwh is 30 EUR/MWh with VAT" in said
    lump = paid["network_payments"].query("what == @COVER")["amount_eur"].sum()
    assert f"nobody pays the difference ({lump:,.0f} EUR in 2027, without VAT)" in said
    assert "response.price_payer (municipality or flanders), or offer 4" in said
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if "koppelkans:" in line]) == 1
    assert not (home / "none").exists()


def test_the_payer_pays_once_what_the_price_falls_short_of_cost(paid, base):
    payments = paid["network_payments"]
    lump = payments[payments["what"] == COVER]
    assert lump[["payer", "payee", "year"]].to_numpy().tolist() == [["flanders", "heat_company", 2027]]
    # by hand: (cost - price) times the heat that is sold, each year counted at its end
    project, seen = base.market.project, base.equilibria.seen
    heat = payments[payments["what"] == "heat at the source"]
    sold_mwh = heat["amount_eur"] / project.heat_cost_eur_per_mwh
    worth = (1 + project.rate_share) ** -(heat["year"] - project.start_year + 1.0)
    cost = seen.project.required_eur_per_mwh(BELOW / VAT)
    assert lump["amount_eur"].sum() == pytest.approx((cost - BELOW / VAT) * (sold_mwh * worth).sum(), rel=1e-6)
    asked = base.case.asked
    engine = equilibria(
        base.market.curve, project, PricingRule.offered(BELOW / VAT, payer="flanders"), coordination=Coordination.cautious(),
        ages=share_ages(asked.parameters, asked.day),
    )  # fmt: skip
    assert engine.outcome.why == "price covered"
    assert lump["amount_eur"].sum() == pytest.approx(engine.outcome.cover_eur, rel=1e-9)


def test_all_payments_close(paid):
    payments = paid["network_payments"]
    received, spent = (payments[payments[side] == "heat_company"].groupby("year")["amount_eur"].sum() for side in ("payee", "payer"))  # fmt: skip
    pd.testing.assert_series_equal(received, spent, check_names=False, atol=1e-6)
    for name in ("network_payments", "response_money"):
        assert balances(paid[name]).sum() == pytest.approx(0, abs=1e-6)
        assert tables.check(tables.TABLES[name], paid[name]) is paid[name]


def test_the_lump_is_public_money_in_plan_and_laboratory(paid, base, rules):
    lump = base.equilibria.outcome.cover_eur
    booked = paid["response_money"].query("what == @COVER")
    assert booked["amount_eur"].tolist() == pytest.approx([lump])
    unpaid = replace(base, equilibria=replace(base.equilibria, outcome=replace(base.equilibria.outcome, why="price covers")))  # fmt: skip
    others = response_tables(unpaid)
    public = others["response_money"].query("payer in ['flanders', 'municipality']")["amount_eur"].sum()
    assert base.figures["public_eur"] == pytest.approx(public + lump)
    costs = [answer_of(made).cost_eur["flanders"] for made in (response_tables(base), others)]
    assert costs[0] - costs[1] == pytest.approx(lump)
    city = respond_under(paid, rules, scenario=choosing(paid, BELOW, price_payer="municipality"), like=base)
    assert set(response_tables(city)["network_payments"].query("what == @COVER")["payer"]) == {"municipality"}


def test_bands_and_levers_get_no_network_for_an_answer_and_the_plan_a_refusal(paid, base, rules):
    unpaid = choosing(paid, BELOW)
    run = respond_under(paid, rules, scenario=unpaid, like=base)
    assert (run.equilibria.outcome.why, run.figures["network_share"]) == ("price does not cover", 0)
    with pytest.raises(ScenarioError, match="nobody pays the difference"):
        response_part(ResponseInputs.of_plan(paid, rules, unpaid))


def test_a_guarantee_covers_what_more_customers_would_make_right(paid, base, rules):
    seen = base.equilibria.seen.project
    share, cost = seen.signed_share(BELOW / VAT) * 0.99, seen.required_eur_per_mwh(BELOW / VAT) * VAT
    with pytest.raises(ScenarioError) as refused:  # with the customers of a higher price heat costs a little more
        response_part(ResponseInputs.of_plan(paid, rules, choosing(paid, cost + 0.05)))
    assert "nobody pays" in str(refused.value)
    guaranteed = choosing(paid, cost + 0.05, coordination="guarantee", share_asked=share)
    part = response_part(ResponseInputs.of_plan(paid, rules, guaranteed))
    outcome = part.run.equilibria.outcome
    assert outcome.why == "guarantee"
    payments = part.tables["network_payments"].query("payer == 'municipality'")
    assert set(payments["what"]) == {"guarantee of connections"}
    assert any("De gemeente waarborgt de ontbrekende klanten" in row["text"] for row in part.remarks)


# -------------------------------------------------------------------------------------------------------------- above the cost


def test_above_cost_the_company_keeps_the_rest_and_says_so(paid, base, rules):
    part = response_part(ResponseInputs.of_plan(paid, rules, choosing(paid, ABOVE)))
    found = part.run.equilibria
    assert found.outcome.why == "price covers"
    assert part.run.heat_price_eur_per_mwh == pytest.approx(ABOVE)
    assert not (part.tables["network_payments"]["what"] == COVER).any()
    kept = f"{found.seen.project.value_eur(ABOVE / VAT):,.0f}"
    assert any(f"The heat company keeps {kept} EUR above its costs" in row["text_en"] for row in part.remarks)
    assert part.run.response.connected.sum() < base.response.connected.sum()


def test_the_price_that_a_refusal_names_covers_its_cost(paid, rules):
    with pytest.raises(ScenarioError) as refused:
        response_part(ResponseInputs.of_plan(paid, rules, choosing(paid, BELOW)))
    named = float(str(refused.value).split("or offer ")[1].split()[0])
    there = respond_under(paid, rules, scenario=choosing(paid, named))
    short = respond_under(paid, rules, scenario=choosing(paid, named - 0.5))
    assert (there.equilibria.outcome.why, short.equilibria.outcome.why) == ("price covers", "price does not cover")


def test_the_promised_price_is_a_price_of_the_table_also_above_the_highest(base):
    asked = base.case.asked
    nodes = prices_looked_at(asked, 10.0, 60.0)
    assert BELOW / VAT in nodes
    high = replace(asked, scenario=choosing(base.case.asked, 500.0))
    assert prices_looked_at(high, 10.0, 60.0)[-1] == pytest.approx(500.0 / VAT)


# ---------------------------------------------------------------------------------------------------------------------- report


@pytest.mark.parametrize(
    ("language", "verdict", "who"),
    [
        ("nl", "komt er doordat een overheid bijpast", "De Vlaamse overheid past het verschil bij"),
        ("en", "comes because a government pays the rest", "Flanders pays the difference"),
    ],
)
def test_the_report_says_who_pays_how_much(paid, language, verdict, who):
    # the neighbourhood itself is too small to publish: its outcome stands in a larger one
    names = [name for name in paid.tables if name.startswith("response_")] + [
        "equilibrium",
        "remarks",
        "branch_decisions",
    ]
    larger = plan_fixture.plan()
    plan = replace(larger, scenario=paid.scenario, tables={**larger.tables, **{name: paid[name] for name in names}})
    section = response_section(Material(plan, Words(language), Notation(language)))
    said = " ".join(words_of(block.text) for block in blocks_of(section.blocks) if isinstance(block, Paragraph))
    amount = f"{paid['network_payments'].query('what == @COVER')['amount_eur'].sum():,.0f}"
    assert verdict in said
    assert who in said
    assert (amount if language == "en" else amount.replace(",", ".")) in said
