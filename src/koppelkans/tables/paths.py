"""What the engine says of the way there: three orderings, works by period under limits, proofs, and what data are worth."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.vocabulary import PACKAGES, SOLUTIONS

ORDERING_RESULTS = table(
    "orderings", key="ordering", title="Drie volgordes",
    columns=[
        column("chosen", bool, title="Gekozen", description="the ordering of the scenario"),
        column("society_eur_per_year", float, title="Jaarkost maatschappij", description="once all is done"),
        column("owner_eur_per_year", float, title="Jaarkost eigenaars", description="once all is done"),
        column("present_cost_eur", float, title="Contante kost", description="society, over the horizon, with the pace of the ordering"),
        column("investment_eur", float, low=0, title="Investering", description="without VAT or support"),
        column("emission_after_tonnes", float, low=0, title="Uitstoot erna", description="CO2 a year once all is done"),
        column("emission_horizon_tonnes", float, low=0, title="Uitstoot samen", description="CO2 over the horizon, with the pace of the ordering"),
        column("need_after_kwh_per_m2", float, low=0, title="Vraag erna", description="mean theoretical need of dwellings after the packages"),
        column("dwellings", float, low=0, title="Woningen", description="dwellings in heated buildings"),
        column("fossil_free_dwellings", float, low=0, title="Fossielvrije woningen", description="once all is done"),
        column("fossil_free_below_a_dwellings", float, low=0, title="Fossielvrij, onder label A", description="fossil-free dwellings whose label is expected below A under the rule of today"),
        column("light_dwellings", float, low=0, title="Lichte renovatie", description="dwellings with a light renovation"),
        column("medium_dwellings", float, low=0, title="Middelgrote renovatie", description="dwellings with a medium renovation"),
        column("deep_dwellings", float, low=0, title="Diepe renovatie", description="dwellings with a deep renovation"),
        column("deep_avoided_dwellings", float, title="Vermeden diepe renovaties", description="deep renovations fewer than with efficiency first"),
        column("last_year", int, low=2000, high=2150, title="Laatste jaar", description="year in which the last building is done at the pace of the ordering"),
    ],
)  # fmt: skip

SCHEDULE = table(
    "schedule", key="building", title="Werken per periode", per_building=True,
    columns=[
        column("first_year", int, low=2000, high=2150, title="Eerste jaar", description="first year of the period of the works; the period after the last means not within the horizon"),
        column("solution", str, title="Oplossing", description="heat solution", choices=SOLUTIONS),
        column("package", str, title="Ingreep", description="depth of the works in the building", choices=PACKAGES),
        column("measures", str, title="Maatregelen", description="measures joined by +"),
        column("present_cost_eur", float, title="Contante kost", description="society, over the horizon, waiting included"),
    ],
)  # fmt: skip

SCHEDULE_LIMITS = table(
    "schedule_limits", key="row", title="Grenzen per periode",
    columns=[
        column("limit", str, title="Grens", description="budget, trade, emissions or feeder", choices=("budget", "roof", "wall", "floor", "glazing", "ventilation", "installation", "emissions", "feeder")),
        column("name", str, title="Naam", description="feeder; empty for limits of the whole place"),
        column("first_year", int, low=2000, high=2150, title="Eerste jaar", description="first year of the period"),
        column("unit", str, title="Eenheid", description="unit of available and used"),
        column("available", float, low=0, title="Beschikbaar", description="in the whole period"),
        column("used", float, low=0, title="Gebruikt", description="by the plan"),
        column("price_eur", float, low=0, title="Schaduwprijs", description="what one more unit would save, present value, EUR per unit"),
    ],
)  # fmt: skip

PROOFS = table(
    "proofs", key="step", title="Bewijs per stap",
    columns=[
        column("cost_eur", float, title="Kost", description="of the answer that the plan uses"),
        column("bound_eur", float, title="Ondergrens", description="no answer costs less"),
        column("gap_share", float, low=0, title="Afstand", description="(cost - bound) / cost"),
        column("kind", str, title="Soort", description="recomputed by separate code, or solver", choices=("recomputed", "solver")),
        column("limit", str, title="Grens aan het werk", description="the count that ended the search"),
    ],
)  # fmt: skip

DATA_VALUE = table(
    "data_value", key="data", title="Wat gegevens waard zijn",
    columns=[
        column("title", str, title="Gegevens", description="what is known, in Dutch"),
        column("title_en", str, title="Data", description="what is known, in English"),
        column("building_error_share", float, low=0, title="Fout per gebouw", description="mean absolute error of the heat of a building, share of the mean"),
        column("street_error_share", float, low=0, title="Fout per straat", description="mean absolute error of the heat of a street, share of the mean street"),
        column("total_error_share", float, low=0, title="Fout van het gebied", description="absolute error of the total"),
        column("changed_share", float, low=0, high=1, title="Andere beslissingen", description="buildings whose best solution or package differs from that with the truth"),
        column("changed_buildings", float, low=0, title="Gebouwen met een andere beslissing", description="mean over the draws"),
        column("regret_eur_per_year", float, low=0, title="Spijt", description="society cost of deciding with these data instead of the truth"),
    ],
)  # fmt: skip
