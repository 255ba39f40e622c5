"""The plan made by hand with its network, and a business case that the engine really computed for it."""

from dataclasses import replace
from datetime import date

import pandas as pd

import network_fixture
import plan_fixture
from koppelkans.money.project import Supply, asset_classes, project, project_terms
from koppelkans.money.project_basis import project_basis
from koppelkans.parameters import read_parameters
from koppelkans.plan.record import Plan
from koppelkans.scenario import Scenario

DAY = date(2026, 11, 1)
FIGURES = read_parameters().choosing(stand_ins={}, hold=("gas.social_tariff", "gas.excise"))
SUPPLY = Supply(source_eur_per_mwh=30.0, loss_mwh=110.0, pump_mwh=4.0, power_eur_per_mwh=150.0)
CUSTOMERS = pd.DataFrame(
    {"heat_mwh": [554.0, 80.0], "connections": [44.0, 1.0], "capacity_kw": [240.0, 40.0]},
    index=["households", "institutions"],
)
SCENARIO = Scenario(name="net", title="Met warmtebron", sources=[network_fixture.SOURCE])
UPTAKES = (0.3, 0.5)


def assets(pipes, terms):
    laid = pipes.groupby("kind")["investment_eur"].sum()
    amounts = {
        "main_pipes": laid["main"],
        "service_pipes": laid["service"],
        "delivery_sets": 37 * 4_200.0,
        "source_connection": 50_000.0,
    }
    return asset_classes(amounts, terms=terms, parameters=FIGURES, day=DAY)


def case(pipes, terms, uptakes=UPTAKES, supply=SUPPLY):
    """Tables PROJECT and PROJECT_YEARS of the engine under some terms."""
    summary, years, _ = project(
        assets(pipes, terms), CUSTOMERS, supply, terms=terms, uptake_shares=uptakes, start_year=2027
    )
    return summary, years


def plan(**chosen) -> Plan:
    """``chosen``: terms of the business case that the municipality chooses."""
    made = plan_fixture.plan_with_network(SCENARIO)
    terms = project_terms(FIGURES, DAY, chosen)
    pipes = made["pipes"]
    summary, years = case(pipes, terms)
    basis = project_basis(assets(pipes, terms), CUSTOMERS, SUPPLY, terms)
    return replace(made, tables={**made.tables, "project": summary, "project_years": years, "project_basis": basis})
