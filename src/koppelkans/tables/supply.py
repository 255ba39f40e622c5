"""What the engine says of the supply of a heat network: plants and their cost, the whole, and the typical hours behind it."""

from __future__ import annotations

from koppelkans.tables.contract import column, table

PLANT_KINDS = (
    "stated", "waste_heat", "surface_water", "borehole", "sewer", "air", "biomass", "gas_boiler", "electric_boiler", "tank", "shortage",
)  # fmt: skip
"""What makes heat for a network; ``stated`` is a source of which only price and emission are given."""

SUPPLY = table(
    "supply", key="plant", title="Opwekkers van het warmtenet",
    columns=[
        column("kind", str, title="Soort", description="what makes or keeps the heat", choices=PLANT_KINDS),
        column("capacity_kw", float, low=0, title="Vermogen", description="heat that it can give; empty for a tank", nullable=True),
        column("volume_m3", float, low=0, title="Inhoud", description="water in a tank", nullable=True),
        column("borehole_m", float, low=0, title="Boring", description="metres of borehole of a field", nullable=True),
        column("heat_mwh", float, low=0, title="Warmte", description="heat given a year; of a tank what it gives back"),
        column("heat_share", float, low=0, high=1, title="Aandeel", description="part of the heat of the network; zero for a tank"),
        column("full_load_hours", float, low=0, high=8_784, title="Vollasturen", description="heat a year over capacity", nullable=True),
        column("spf", float, low=0, title="Seizoensrendement", description="heat a year over electricity a year, of a heat pump or electric boiler", nullable=True),
        column("electricity_mwh", float, low=0, title="Stroom", description="a year"),
        column("gas_mwh", float, low=0, title="Gas", description="a year, gross calorific value"),
        column("wood_mwh", float, low=0, title="Hout", description="wood chips a year"),
        column("drawn_mwh", float, low=0, title="Uit de bron", description="heat drawn from water, ground, air, sewer or industry a year"),
        column("regenerated_mwh", float, low=0, title="Teruggegeven", description="heat of cooling put back into the boreholes a year"),
        column("investment_eur", float, low=0, title="Investering", description="without VAT"),
        column("capital_eur_per_year", float, low=0, title="Vaste jaarkost", description="annuity, upkeep and electricity connection"),
        column("running_eur_per_year", float, low=0, title="Lopende jaarkost", description="fuel, electricity, bought heat and wear, carbon apart"),
        column("eur_per_mwh", float, low=0, title="Kost van de warmte", description="fixed and running cost over the heat given", nullable=True),
        column("emission_tonnes", float, low=0, title="CO2", description="a year"),
    ],
)  # fmt: skip

SUPPLY_TOTAL = table(
    "supply_total", key="network", title="Warmtevoorziening van het net",
    columns=[
        column("heat_mwh", float, low=0, title="Warmte aan de bron", description="a year, losses of the network included"),
        column("peak_kw", float, low=0, title="Piek", description="of the design day"),
        column("eur_per_mwh", float, low=0, title="Kost van de warmte", description="all plants together, carbon apart"),
        column("low_eur_per_mwh", float, low=0, title="Kost laag", description="uncertain figures of plants moved one at a time, joined as independent"),
        column("high_eur_per_mwh", float, low=0, title="Kost hoog", description="the same, upwards"),
        column("carbon_eur_per_mwh", float, low=0, title="CO2-kost", description="emission at the price of carbon for society; beside the cost"),
        column("stated_eur_per_mwh", float, low=0, title="Opgegeven prijs", description="the price that the design of the network used"),
        column("renewable_share", float, low=0, high=1, title="Hernieuwbaar", description="heat from water, ground, air, sewer and wood; empty when a source is only stated", nullable=True),
        column("residual_share", float, low=0, high=1, title="Restwarmte", description="waste heat taken over; empty when a source is only stated", nullable=True),
        column("emission_kg_per_kwh", float, low=0, title="CO2 per kWh", description="of the heat at the source"),
        column("stated_emission_kg_per_kwh", float, low=0, title="Opgegeven CO2 per kWh", description="with which the plan reckons"),
        column("efficient", bool, title="Energie-efficiënt", description="half or more renewable and waste heat together, as far as known"),
        column("primary_factor", float, low=0, title="Primaire energiefactor", description="for the label, never below the least value of the rule"),
        column("computed_factor", float, low=0, title="Factor zonder ondergrens", description="primary energy over delivered heat as computed"),
        column("shortage_mwh", float, low=0, title="Tekort", description="heat that no plant can give, a year"),
        column("regeneration_share", float, low=0, title="Regeneratie", description="heat put back over heat drawn from boreholes; empty without a field", nullable=True),
    ],
)  # fmt: skip

SUPPLY_HOURS = table(
    "supply_hours", key="row", title="Typische uren van de warmtevoorziening",
    columns=[
        column("typical_day", str, title="Typische dag", description="month and group of days by load; design: the day of the peak"),
        column("month", int, low=1, high=12, title="Maand", description="of the days that it stands for"),
        column("hour", int, low=0, high=23, title="Uur", description="of the day, winter time"),
        column("weight", float, low=0, title="Dagen", description="days a year that the typical day stands for"),
        column("plant", str, title="Opwekker", description="key of the plant"),
        column("heat_kw", float, title="Warmte", description="given; negative when a tank is filled"),
    ],
)  # fmt: skip
