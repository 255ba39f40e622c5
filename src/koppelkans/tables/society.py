"""Tables about society: the households of a neighbourhood or of Flanders as weighted cells."""

from __future__ import annotations

from koppelkans.tables.contract import column, table

TENURES = ("owner", "private_tenant", "social_tenant")
HEATINGS = ("gas", "oil", "electric", "heat_pump", "heat_network", "other")
"""How a home is heated today; ``electric`` is resistance heating, ``other`` is wood, coal or bottled gas."""

CELLS = table(
    "cells", key="cell", title="Bevolking in cellen",
    columns=[
        column("weight", float, low=0, title="Gezinnen", description="number of households that the cell stands for"),
        column("quartile", int, low=1, high=4, title="Inkomenskwartiel", description="quarter of the Flemish households by income, 1 is the poorest"),
        column("tenure", str, title="Statuut", description="owner or tenant", choices=TENURES),
        column("vulnerable", bool, title="Kwetsbaar", description="has the social tariff"),
        column("persons", float, low=1, title="Personen", description="mean number of people per household"),
        column("heating", str, title="Verwarming", description="main heating today", choices=HEATINGS),
        column("electricity_kwh", float, low=0, title="Stroom", description="a year and household, heating with electricity included"),
        column("gas_kwh", float, low=0, title="Gas", description="a year and household, gross calorific value"),
        column("heat_kwh", float, low=0, title="Warmte van een net", description="a year and household"),
        column("oil_kwh", float, low=0, title="Stookolie", description="a year and household, gross calorific value"),
        column("peak_kw", float, low=0, title="Maandpiek", description="mean of the twelve monthly peaks"),
        column("area", str, title="Netgebied", description="grid area of the operator"),
        column("has_gas", bool, title="Gasaansluiting", description="heats with gas, so pays the gas network"),
    ],
)  # fmt: skip
