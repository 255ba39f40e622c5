"""What the business case of a heat network was computed from, so that it can be computed again elsewhere."""

from __future__ import annotations

from koppelkans.tables.contract import column, table

PROJECT_PARTS = ("assets", "customers", "supply", "terms")

PROJECT_BASIS = table(
    "project_basis", key="item", title="Grondslag van het zakenplan",
    columns=[
        column("part", str, title="Deel", description="assets, customers, supply of heat, or terms", choices=PROJECT_PARTS),
        column("name", str, title="Waarvan", description="asset or class of customers; the part itself for supply and terms"),
        column("quantity", str, title="Grootheid", description="name of the quantity, unit at its end"),
        column("value", float, title="Waarde", description="for the whole design, in the unit of the quantity"),
        column("chosen", bool, title="Gekozen", description="the municipality chose it in the scenario"),
    ],
)  # fmt: skip
