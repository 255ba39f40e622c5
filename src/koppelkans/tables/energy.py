"""What the engine says of buildings beside their demand: hours, coincidence, renovation, energy labels and calibration."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.vocabulary import CALORIFIC, DEPTHS, EPC_LABELS, EPC_RULES, METER_LEVELS

METERS = table(
    "meters", key="row", title="Gemeten gas", per_building=True,
    columns=[
        column("level", str, title="Niveau", description="what the total is about", choices=METER_LEVELS),
        column("name", str, title="Naam", description="key of the building, street name, sector code or municipality"),
        column("year", int, low=1990, high=2100, title="Jaar", description="year of metering"),
        column("gas_kwh", float, low=0, title="Gas", description="metered total of the year, not corrected for weather"),
        column("connections", float, low=0, title="Aansluitingen", description="meters in the total; empty where not known", nullable=True),
        column("calorific", str, title="Verbrandingswaarde", description="gross or net calorific value of the kWh", choices=CALORIFIC),
        column("source", str, title="Bron", description="attribution line"),
    ],
)  # fmt: skip
"""Metered gas totals of any mix of levels, as given with a place."""

HOURS = table(
    "hours", key="hour", title="Warmte per uur",
    columns=[
        column("outdoor_c", float, low=-40, high=50, title="Buitentemperatuur", description="hourly mean, weather year of the run"),
        column("space_heat_kw", float, low=0, title="Ruimtewarmte", description="all heated buildings, scaled to their expected yearly use"),
        column("hot_water_kw", float, low=0, title="Warm water", description="all heated buildings, expected"),
        column("cold_kw", float, low=0, title="Koude", description="all heated buildings, if they were cooled to the comfort limit"),
        column("space_heat_after_kw", float, low=0, title="Ruimtewarmte na het plan", description="the same after the renovation of the plan"),
    ],
)  # fmt: skip
"""8,760 hours of the whole place: key is the hour of the year in winter time, "0000" to "8759"."""

COINCIDENCE = table(
    "coincidence", key="homes", title="Gelijktijdigheid",
    columns=[
        column("dwellings", int, low=1, title="Woningen", description="number of dwellings together"),
        column("space_heat_share", float, low=0, high=1.01, title="Ruimtewarmte", description="peak of the sum over the sum of peaks"),
        column("hot_water_share", float, low=0, high=1.01, title="Warm water", description="the same for draws of hot water without store"),
        column("design_share", float, low=0, high=1.01, title="Ontwerp", description="share of the sum of building peaks that a pipe to so many homes carries"),
        column("hot_water_kw", float, low=0, title="Tapvermogen per woning", description="coincident power of instantaneous hot water per dwelling"),
    ],
)  # fmt: skip

RENOVATIONS = table(
    "renovations", key="renovation", title="Renovatietrappen per gebouw", per_building=True,
    columns=[
        column("building", str, title="Gebouw", description="key of the building"),
        column("rung", int, low=0, high=20, title="Trede", description="0 as it is, then ever deeper"),
        column("measures", str, title="Maatregelen", description="measures joined by +; empty for as it is"),
        column("depth", str, title="Diepte", description="by the share of the theoretical need that is saved", choices=DEPTHS),
        column("need_kwh", float, low=0, title="Theoretische vraag", description="TABULA seasonal need after the package, useful"),
        column("space_share", float, low=0, high=1.01, title="Rest van de ruimtewarmte", description="expected space heat after, as share of now"),
        column("peak_share", float, low=0, high=1.01, title="Rest van de piek", description="space-heating peak after, as share of now"),
        column("heat_loss_w_per_k", float, low=0, title="Warmteverlies", description="transmission and ventilation after"),
        column("investment_eur", float, low=0, title="Investering", description="all measures, without VAT or support"),
        column("life_years", float, low=1, high=100, title="Levensduur", description="investment over the sum of each part per year of its life"),
        column("roof_eur", float, low=0, title="Dak", description="part of the investment"),
        column("wall_eur", float, low=0, title="Muur", description="part of the investment"),
        column("floor_eur", float, low=0, title="Vloer", description="part of the investment"),
        column("glazing_eur", float, low=0, title="Beglazing", description="part of the investment"),
        column("ventilation_eur", float, low=0, title="Ventilatie", description="part of the investment"),
        column("electricity_kwh", float, low=0, title="Stroom voor ventilatie", description="yearly use of fans that the package adds"),
    ],
)  # fmt: skip

STOP_INSULATING = table(
    "stop_insulating", key="building", title="Waar isoleren ophoudt te lonen", per_building=True,
    columns=[
        column("rung", int, low=0, high=20, title="Trede", description="of the fossil-free individual solution of least cost to society, whatever the ordering"),
        column("saved_share", float, low=0, high=1, title="Bespaard", description="of the theoretical need as it is"),
        column("next_rung_eur_per_kwh", float, title="Prijs van de volgende trede", description="yearly cost of the next rung per kWh of expected heat that it saves; empty on the last", nullable=True),
    ],
)  # fmt: skip

EPC = table(
    "epc", key="row", title="Energielabel per gebouw, als kansverdeling", per_building=True,
    columns=[
        column("building", str, title="Gebouw", description="key of the building; dwellings only"),
        column("rule", str, title="Regel", description="version of the EPC rule", choices=EPC_RULES),
        column("score_kwh_per_m2", float, title="Score nu", description="median of the modelled score, gas reference"),
        column("after_score_kwh_per_m2", float, title="Score na het plan", description="median of the modelled score after the plan"),
        *(column(f"{label.lower()}_share", float, low=0, high=1.001, title=f"Kans op {label}", description=f"probability of label {label} now") for label in EPC_LABELS),
        *(column(f"after_{label.lower()}_share", float, low=0, high=1.001, title=f"Kans op {label} na het plan", description=f"probability of label {label} after the plan") for label in EPC_LABELS),
    ],
)  # fmt: skip
"""A model of the label, never the EPC of a house: every row is a distribution."""

LABEL_MIGRATION = table(
    "label_migration", key="row", title="Verschuiving van labels",
    columns=[
        column("rule", str, title="Regel", description="version of the EPC rule", choices=EPC_RULES),
        column("from_label", str, title="Van", description="label now", choices=EPC_LABELS),
        column("to_label", str, title="Naar", description="label after the plan", choices=EPC_LABELS),
        column("dwellings", float, low=0, title="Woningen", description="expected number of dwellings"),
    ],
)  # fmt: skip

EPC_TERMS = table(
    "epc_terms", key="row", title="Het label, term voor term",
    columns=[
        column("rule", str, title="Regel", description="version of the EPC rule", choices=EPC_RULES),
        column("home", str, title="Woning", description="typical dwelling, in Dutch"),
        column("home_en", str, title="Home", description="typical dwelling, in English"),
        column("system", str, title="Installatie", description="heating system, in Dutch"),
        column("system_en", str, title="System", description="heating system, in English"),
        column("need_kwh_per_m2", float, low=0, title="Ruimtewarmte", description="useful space heat"),
        column("distribution_kwh_per_m2", float, low=0, title="Verdeling", description="losses of distribution"),
        column("hot_water_kwh_per_m2", float, low=0, title="Warm water", description="useful hot water"),
        column("expenditure", float, low=0, title="Opwekkingsfactor", description="final over useful energy"),
        column("primary_factor", float, low=0, title="Primaire factor", description="primary over final energy"),
        column("auxiliary_kwh_per_m2", float, low=0, title="Hulpenergie", description="primary energy of pumps and fans"),
        column("score_kwh_per_m2", float, title="Score", description="sum"),
        column("label", str, title="Label", description="label of the score under the rule", choices=EPC_LABELS),
    ],
)  # fmt: skip

OBLIGATIONS = table(
    "obligations", key="obligation", title="Verplichtingen op het label",
    columns=[
        column("who", str, title="Wie", description="who is obliged, in Dutch"),
        column("who_en", str, title="Who", description="who is obliged, in English"),
        column("label", str, title="Label", description="worst label that is allowed", choices=EPC_LABELS),
        column("from_year", int, low=2000, high=2100, title="Vanaf", description="first year in which it applies"),
        column("within_years", float, low=0, high=50, title="Termijn", description="years after the event that obliges"),
        column("dwellings_now", float, low=0, title="Woningen nu eronder", description="expected dwellings worse than the label now"),
        column("dwellings_after", float, low=0, title="Woningen erna eronder", description="expected dwellings worse than the label after the plan"),
        column("standing", str, title="Status", description="rank of the source", choices=("official", "secondary", "unverified")),
        column("source", str, title="Bron", description="where it was read"),
    ],
)  # fmt: skip

CALIBRATION = table(
    "calibration", key="row", title="IJking op gemeten gas", per_building=True,
    columns=[
        column("level", str, title="Niveau", description="what the total is about", choices=METER_LEVELS),
        column("name", str, title="Naam", description="building, street, sector or municipality"),
        column("year", int, low=1990, high=2100, title="Jaar", description="year of metering"),
        column("buildings", int, low=0, title="Gebouwen", description="heated buildings of the place in it"),
        column("connections", float, low=0, title="Aansluitingen", description="meters in the total", nullable=True),
        column("metered_kwh", float, low=0, title="Gemeten", description="gas, gross calorific value, in the weather of a normal year"),
        column("prior_kwh", float, low=0, title="Model vooraf", description="gas that the model expects before any meter"),
        column("posterior_kwh", float, low=0, title="Model erna", description="gas that the model expects with all meters"),
        column("posterior_low_kwh", float, low=0, title="Model erna p10", description="10 % chance of less"),
        column("posterior_high_kwh", float, low=0, title="Model erna p90", description="10 % chance of more"),
        column("used", bool, title="Gebruikt", description="false where the total could not be right; the remark says why"),
    ],
)  # fmt: skip
