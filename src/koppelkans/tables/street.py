"""What lies in a street, what is to be done there, and who does it."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.vocabulary import PROVENANCE

ASSET_KINDS = ("sewer", "gas", "water", "electricity", "telecom", "road", "footway", "trees")
WORK_KINDS = ("heat", "sewer", "water", "cable", "gas", "reconstruction", "greening", "drains")
"""Kinds of work, in the order of the works calendar."""
WORK_STATUSES = ("decided", "planned", "computed")
"""Decided by its owner; announced with a date; proposed here. The first two keep their year."""
OWNER_ROLES = ("city", "sewer_manager", "grid_operator", "heat_company", "water_company", "regional_road_agency")
CONDITIONS = ("1", "2", "3", "4", "5")
"""From 1, as new, to 5, at the end of its life."""

ASSETS = table(
    "assets", key="asset", title="Wat in de straat ligt", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section that it lies in"),
        column("kind", str, title="Soort", description="what it is", choices=ASSET_KINDS),
        column("owner", str, title="Eigenaar", description="who owns it, a key of the owners"),
        column("built_year", int, low=1850, high=2100, title="Jaar van aanleg", description="year in which it was laid or last rebuilt"),
        column("life_years", float, low=1, high=300, title="Levensduur", description="years from laying to the end of its life"),
        column("condition", str, title="Toestand", description="1 as new to 5 at the end; empty where nobody looked", choices=CONDITIONS, nullable=True),
        column("length_m", float, low=0, high=100_000, title="Lengte", description="length in the section"),
        column("dn_mm", float, low=10, high=5_000, title="Diameter", description="nominal diameter of a pipe, where known", nullable=True),
        column("drawn", bool, title="Geloot", description="age drawn from statistics: true of a neighbourhood, never of one street"),
        column("assets_from", str, title="Herkomst", description="where the row comes from", choices=PROVENANCE),
    ],
)  # fmt: skip
"""One row per section, kind and owner. Rows that are ``drawn`` never appear by street in anything public."""

WORKS = table(
    "works", key="work", title="Werken in de straat", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section that is opened"),
        column("street", str, title="Straat", description="street name", nullable=True),
        column("kind", str, title="Soort werk", description="what is done", choices=WORK_KINDS),
        column("owner", str, title="Opdrachtgever", description="who decides and pays, a key of the owners"),
        column("status", str, title="Status", description="decided, planned, or computed here", choices=WORK_STATUSES),
        column("drawn", bool, title="Geloot", description="its date follows from a drawn age"),
        column("release_year", int, low=1900, high=2300, title="Vroegst", description="first year in which it may be done"),
        column("due_year", float, low=1900, high=2300, title="Nodig in", description="year from which being late costs; empty where nothing presses", nullable=True),
        column("last_year", int, low=1900, high=2400, title="Laatst", description="last year in which it may be done; beyond the horizon: it may wait until after"),
        column("fixed_year", float, low=1900, high=2300, title="Vastgelegd in", description="year that is fixed; empty where it is free", nullable=True),
        column("own_eur", float, low=0, title="Eigen kost", description="without opening and closing the street, without VAT"),
        column("life_years", float, low=1, high=300, title="Levensduur", description="years until it is repeated; empty: never", nullable=True),
        column("source", str, title="Waaruit", description="asset, network, owner or wish that it follows from"),
    ],
)  # fmt: skip
"""One row per work. Works that are ``drawn`` never appear by street in anything public."""

OWNERS = table(
    "owners", key="owner", title="Wie in de straat werkt",
    columns=[
        column("name", str, title="Naam", description="as shown"),
        column("name_en", str, title="Naam (en)", description="as shown in English; the same where the scenario names the owner"),
        column("role", str, title="Rol", description="what it answers for", choices=OWNER_ROLES),
        column("budget_eur_per_year", float, low=0, title="Budget", description="for works and their openings, without VAT; empty: no limit", nullable=True),
        column("crews_m", float, low=0, title="Ploegen", description="metres of street a year that its crews can do, of each kind of work; empty: the usual capacity", nullable=True),
        column("rate_share", float, low=0, high=0.3, title="Rentevoet", description="real rate with which it weighs later years"),
        column("takes_part", bool, title="Doet mee", description="shares openings with others and moves its dates for them"),
        column("flexibility_years", int, low=0, high=60, title="Speling", description="years that it can bring a renewal forward"),
    ],
)  # fmt: skip
