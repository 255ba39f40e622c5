"""Tables that only the project team sees: every street, building, pipe and payment of a plan, by view.

They are read from the plan folder when a page asks for them. What a column means comes from the contract of its table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from koppelkans.web.plans import response_tables, street_tables, team_rows
from koppelkans.web.plans.plan_tables import read_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class TeamTable:
    """A table of a view: how it is read from the tables of a plan folder, and the contracts that explain its columns.

    ``tender``: closed as long as the tender is. ``years``: columns with years that the engine computed. ``filters``: columns that a
    reader may choose a value of. ``method``: anchor in the method.
    """

    key: str
    view: str
    title: Promise | str
    rows: Callable[[Path], pd.DataFrame]
    contracts: tuple[str, ...]
    method: str = ""
    tender: bool = False
    years: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


TABLES = (
    TeamTable("straten", "straten", gettext_lazy("Alle straten"), team_rows.streets, ("line_density", "thresholds"), "line-density", filters=("density_class",)),
    TeamTable("secties", "straten", gettext_lazy("Aansluitdrempel per straatsectie"), team_rows.plain("thresholds"), ("thresholds",), "threshold", filters=("street",)),
    TeamTable(
        "gebouwen", "gebouwen", gettext_lazy("Alle verwarmde gebouwen"), team_rows.buildings, ("buildings", "demand", "choices", "schedule"), "indicators-energy",
        years=("first_year",), filters=("street", "solution", "use"),
    ),
    TeamTable("ontwerpen", "net", gettext_lazy("Ontwerp per temperatuur"), team_rows.plain("network_variants"), ("network_variants",), "network-design"),
    TeamTable("leidingen", "net", gettext_lazy("Leidingen"), team_rows.pipes, ("pipes",), "network-design", filters=("street", "kind")),
    TeamTable("aansluitingen", "net", gettext_lazy("Aansluiting per gebouw"), team_rows.connections, ("connections", "buildings"), "network-design", filters=("street", "reason")),
    TeamTable(
        "secties-net", "net", gettext_lazy("Wat elke straatsectie kan dragen"), team_rows.plain("network_sections"), ("network_sections",), "network-explanations",
        tender=True, filters=("street",),
    ),
    TeamTable(
        "perioden-net", "net", gettext_lazy("Het net in perioden"), team_rows.plain("network_phases"), ("network_phases",), "network-phases", tender=True,
        years=("built_year",), filters=("street",),
    ),
    TeamTable(
        "uptake-net", "net", gettext_lazy("Het net als niet iedereen aansluit"), team_rows.plain("network_uptake"), ("network_uptake",), "network-robustness",
    ),
    TeamTable(
        "verlies-net", "net", gettext_lazy("Verlies van een bron of een grote afnemer"), lambda folder: read_table(folder, "network_losses").drop(columns="loss"),
        ("network_losses",), "network-robustness", tender=True, filters=("kind", "repair"),
    ),
    TeamTable("lotingen-net", "net", gettext_lazy("Het net bij andere cijfers"), team_rows.plain("network_draws"), ("network_draws",), "network-robustness"),
    TeamTable(
        "omslag-net", "net", gettext_lazy("Hoe vast elke aansluiting ligt"), team_rows.switches, ("network_switches", "buildings"), "network-robustness",
        filters=("street", "connected"),
    ),
    TeamTable("later-net", "net", gettext_lazy("Wie later aansluit"), team_rows.plain("network_joiners"), ("network_joiners",), "network-robustness"),
    TeamTable("opwekkers", "net", gettext_lazy("Opwekkers van het warmtenet"), team_rows.plain("supply"), ("supply",), "supply", tender=True),
    TeamTable(
        "bronnen-gebruik", "net", gettext_lazy("Wat elke warmtebron geeft"), team_rows.plain("network_sources"), ("network_sources",), "network-sources", tender=True,
    ),
    TeamTable("bronnen", "net", gettext_lazy("Warmtebronnen van het scenario"), team_rows.sources, (), "network-design", tender=True),
    TeamTable(
        "grootboek", "geld", gettext_lazy("Grootboek: betaler, ontvanger, waarvoor"), team_rows.ledger, ("ledger",), "indicators-finance",
        tender=True, years=("first_payment_year", "last_payment_year"), filters=("payer", "payee"),
    ),
    TeamTable("zakenplan", "geld", gettext_lazy("Zakenplan bij verschillende aansluiting"), team_rows.plain("project"), ("project",), "project", tender=True),
    TeamTable(
        "zakenplan-jaren", "geld", gettext_lazy("Zakenplan per jaar"), lambda folder: read_table(folder, "project_years").drop(columns="row"),
        ("project_years",), "project", tender=True, years=("year",), filters=("uptake",),
    ),
    TeamTable(
        "grondslag", "geld", gettext_lazy("Waarop het zakenplan steunt"), team_rows.basis, ("project_basis",), "exchange-workbook", tender=True, filters=("part",)
    ),
    TeamTable("prijzen", "geld", gettext_lazy("Energieprijzen"), team_rows.plain("prices"), ("prices",), "energy-prices"),
    TeamTable("facturen", "gezinnen", gettext_lazy("Facturen per gezin en verwarming"), team_rows.bills, ("bills",), "bills", filters=("household", "heating")),
    TeamTable("gezinnen", "gezinnen", gettext_lazy("Voorbeeldgezinnen"), team_rows.households, ("households",), "typical-households"),
    TeamTable(
        "reactie", "gezinnen", gettext_lazy("Hoe woningen verwarmd worden, verwacht"), response_tables.shares, ("response_shares",), "response-plan", years=("year",),
        filters=("response_scope", "name", "response_option", "year"),
    ),
    TeamTable("momenten", "gezinnen", gettext_lazy("Wanneer er beslist wordt"), response_tables.moments, ("response_moments",), "response-moments", years=("year",), filters=("moment", "response_option")),
    TeamTable("vast", "gezinnen", gettext_lazy("Wie vastzit"), response_tables.stuck, ("response_stuck",), "response-choice", years=("year",), filters=("household_group", "stuck_reason")),
    TeamTable("evenwicht", "net", gettext_lazy("Evenwichten van het warmtenet"), response_tables.equilibrium, ("equilibrium",), "equilibria"),
    TeamTable("naar-prijs", "net", gettext_lazy("Aansluitingen naar warmteprijs"), response_tables.curve, ("response_curve",), "equilibria", years=("year",), filters=("section", "year")),
    TeamTable("takken", "net", gettext_lazy("Beslissing per tak van het warmtenet"), team_rows.plain("branch_decisions"), ("branch_decisions",), "build-decision", filters=("small", "builds")),
    TeamTable("net-betalingen", "geld", gettext_lazy("Betalingen van het warmtenet bij de prijs die ontstaat"), response_tables.payments, ("network_payments",), "network-payments", years=("year",), filters=("payer", "payee", "what")),
    TeamTable("overbrugd", "net", gettext_lazy("Getekend, overbrugd, afgehaakt"), response_tables.pipeline, ("response_pipeline",), "response-choice", years=("year",), filters=("section", "step")),
    TeamTable("gedrag-geld", "geld", gettext_lazy("Geldstromen van het gedrag"), response_tables.money, ("response_money",), "response-plan", years=("year",), filters=("payer", "payee", "what")),
    TeamTable(
        "cijfers", "aannames", gettext_lazy("Cijfers van wet en techniek, met status en invloed"), team_rows.figures, ("figures",), "influence", filters=("standing",)
    ),
    TeamTable("kanttekeningen", "aannames", gettext_lazy("Kanttekeningen"), team_rows.remarks, ("remarks",), filters=("level",)),
    TeamTable(
        "beurten", "kalender", gettext_lazy("Gebouwen per straat en periode"), team_rows.turns, ("schedule", "buildings"), "schedule",
        years=("first_year",), filters=("street", "first_year"),
    ),
    TeamTable(
        "grenzen", "kalender", gettext_lazy("Grenzen per periode"), lambda folder: read_table(folder, "schedule_limits").drop(columns="row"),
        ("schedule_limits",), "schedule", years=("first_year",), filters=("limit",),
    ),
    TeamTable(
        "profielen", "straten", gettext_lazy("Straatprofiel per sectie"), street_tables.street_patterns, ("street_patterns",), "street-space-choice", filters=("street", "state"),
    ),
    TeamTable("alle-profielen", "straten", gettext_lazy("Straatprofielen"), street_tables.patterns, ("patterns",), "street-space-patterns"),
    TeamTable("stroken", "straten", gettext_lazy("Stroken van de straatprofielen"), street_tables.strips, ("pattern_strips",), "street-space-underground", filters=("pattern",)),
    TeamTable("eisen", "straten", gettext_lazy("Wat van de straatruimte gevraagd is"), street_tables.titled("space_targets"), ("space_targets",), "street-space-choice"),
    TeamTable("botsingen", "straten", gettext_lazy("Eisen die botsen"), street_tables.space_clashes, ("space_clashes",), "street-space-clash"),
    TeamTable(
        "parkeren-groen", "straten", gettext_lazy("Parkeren tegenover groen en water"), lambda folder: read_table(folder, "space_pareto").drop(columns="point"),
        ("space_pareto",), "street-space-pareto",
    ),
    TeamTable("ruimtewinst", "straten", gettext_lazy("Wat het brengt dat parkeren mag schuiven"), street_tables.titled("space_dividend"), ("space_dividend",), "street-space-dividend"),
    TeamTable("nieuwe-profielen", "kalender", gettext_lazy("Nieuwe profielen en de werken"), street_tables.titled("space_plans"), ("space_plans",), "integration-dividend-space", years=("mean_green_year",)),
    TeamTable("klimaatpact", "straten", gettext_lazy("Klimaatpact: aandeel van de straten"), street_tables.titled("lekp"), ("lekp",), "lekp"),
    TeamTable("activa", "straten", gettext_lazy("Wat in de straat ligt"), street_tables.assets, ("assets",), "street-assets", filters=("asset_kind", "owner", "drawn")),
    TeamTable(
        "werkenkalender", "kalender", gettext_lazy("Werkenkalender"), street_tables.calendar, ("calendar",), "works-calendar", years=("planned_year",),
        filters=("street", "work_kind", "owner", "status"),
    ),
    TeamTable(
        "openingen", "kalender", gettext_lazy("Openingen van de straat"), street_tables.of_works("openings"), ("openings",), "works-calendar", years=("planned_year",), filters=("street",),
    ),
    TeamTable(
        "werken", "kalender", gettext_lazy("Werken in de straat"), street_tables.of_works("works"), ("works",), "street-works", years=("due_year",), filters=("street", "work_kind", "owner"),
    ),
    TeamTable(
        "hoeveelheden", "kalender", gettext_lazy("Hoeveelheden per werk"), street_tables.of_works("work_quantities"), ("work_quantities",), "works-account",
        years=("planned_year",), filters=("street", "work_kind", "owner"),
    ),
    TeamTable("dividend", "kalender", gettext_lazy("Wat samen plannen bespaart"), team_rows.plain("dividend"), ("dividend",), "dividend", years=("mean_live_year",)),
    TeamTable("wie-betaalt", "kalender", gettext_lazy("Wie betaalt wat"), street_tables.owner_shares, ("owner_shares",), "dividend-shares"),
    TeamTable("afwezig", "kalender", gettext_lazy("Wat het kost als een partner niet meedoet"), street_tables.absence, ("owner_absence",), "dividend-shares"),
    TeamTable("grenzen-werken", "kalender", gettext_lazy("Wat één eenheid meer waard is"), street_tables.shadow_prices, ("shadow_prices",), "works-account", years=("year",), filters=("limit",)),
    TeamTable("stevig", "kalender", gettext_lazy("Hoe stevig is het verschil"), street_tables.titled("works_robustness"), ("works_robustness",), "dividend-robustness", years=("mean_live_year",)),
    TeamTable("lotingen", "kalender", gettext_lazy("Gelote activa"), street_tables.titled("drawn_assets"), ("drawn_assets",), "dividend-robustness"),
    TeamTable("rondes-net", "kalender", gettext_lazy("Warmtenet en kalender per ronde"), team_rows.plain("trench_rounds"), ("trench_rounds",), "street-loop"),
    TeamTable(
        "plaats-net", "net", gettext_lazy("Plaats voor het warmtenet in de straat"), team_rows.plain("heat_corridors"), ("heat_corridors",), "heat-corridors", tender=True,
        filters=("street", "state"),
    ),
    TeamTable("drempel-sleuf", "kalender", gettext_lazy("Aansluitdrempel met en zonder gedeelde sleuf"), team_rows.plain("trench_thresholds"), ("trench_thresholds",), "threshold-shared", filters=("street",)),
    TeamTable("eigenaars", "kalender", gettext_lazy("Wie in de straat werkt"), street_tables.owners, ("owners",), "street-works"),
    TeamTable("indicatoren-werken", "kalender", gettext_lazy("Indicatoren van de werken"), street_tables.titled("works_indicators"), ("works_indicators",), "dividend", filters=("scope",)),
)  # fmt: skip
"""The tables of the team, by view in the order of the page."""


def tables_of(view: str) -> list[TeamTable]:
    """The tables of a view."""
    return [table for table in TABLES if table.view == view]


def table_named(view: str, key: str) -> TeamTable | None:
    """One table of a view, or None."""
    return next((table for table in tables_of(view) if table.key == key), None)


def contents(table: TeamTable, folder: Path, *, closed: bool) -> pd.DataFrame:
    """The rows of a table; remarks that matter to a tender are left out while it is ``closed``."""
    found = table.rows(folder)
    if table.key == "kanttekeningen" and closed:
        names = [str(name) for name in team_rows.sources(folder)["name"]]
        text = found["text" if "text" in found else "text_en"]
        told = text.map(lambda words: any(name in words for name in names))
        found = found[(found["about"] != "project") & ~((found["about"] == "network") & told)]
    return found
