"""The words of the data model: levels, classes and units, each with its order."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = ("A", "B", "C", "D")
"""A polygons and streets, B streets and addresses, C building records as points, D addresses only."""

PROVENANCE = ("measured", "register", "derived", "user", "statistics", "typology")
"""Where a value comes from: read in a source (measured, register, user), computed from geometry (derived), or imputed."""

IMPUTED = ("statistics", "typology")

TYPES = ("detached", "semi_detached", "terraced", "apartment_building", "non_residential", "annex")
USES = (
    "residential", "office", "retail", "hospitality", "school", "health_care", "sport", "culture", "worship", "industry",
    "other", "annex",
)  # fmt: skip
PERIODS = ("to_1945", "1946_1970", "1971_1990", "1991_2005", "2006_2011", "from_2012")
PERIOD_FIRST_YEARS = (0, 1946, 1971, 1991, 2006, 2012)

INDIVIDUAL_SOLUTIONS = (
    "gas_boiler", "hybrid_heat_pump", "air_heat_pump", "ground_heat_pump", "high_temperature_heat_pump",
    "collective_gas_boiler", "collective_heat_pump",
)  # fmt: skip
NETWORK_SOLUTIONS = ("network_high", "network_middle", "network_low", "network_ambient")
"""Connection to a heat network at 90/60, 70/40 or 55/25 °C, or at 15/10 °C with a heat pump in the building."""
LIFTED_SOLUTIONS = ("network_ambient",)
"""Networks too cool to heat with: a heat pump in each building lifts their heat."""
SOLUTIONS = (*INDIVIDUAL_SOLUTIONS, *NETWORK_SOLUTIONS)
FOSSIL_SOLUTIONS = ("gas_boiler", "hybrid_heat_pump", "collective_gas_boiler")
DEPTHS = ("as_is", "light_renovation", "medium_renovation", "deep_renovation")
"""Renovation by the share of the theoretical need that it saves: light to 30 %, medium to 60 %, deep above."""

PACKAGES = ("as_is", "low_temperature_emitters", "light_renovation", "medium_renovation", "deep_renovation")
"""What is done in a building: nothing, only new emitters, or a renovation of some depth (with new emitters where they help)."""

MEASURES = (
    "roof", "roof_deep", "wall_cavity", "wall_external", "floor", "glazing", "glazing_deep", "ventilation_exhaust",
    "ventilation_balanced",
)  # fmt: skip
EPC_LABELS = ("A", "B", "C", "D", "E", "F")
EPC_RULES = ("today", "today_detailed_network", "electricity_1_9", "two_axis")
METER_LEVELS = ("building", "street", "sector", "municipality")
CALORIFIC = ("gross", "net")
ORDERINGS = ("efficiency_first", "fossil_free_first", "date_leads")
CONNECTION_REASONS = (
    "pays",
    "must",
    "no_advantage",
    "does_not_pay",
    "not_reachable",
    "temperature",
    "never",
    "capacity",
    "no_network",
)
CONNECTED_BECAUSE = ("own_value", "shared_way", "compulsory")
CARRIERS = ("gas", "electricity", "heat")
REMARK_LEVELS = ("info", "assumption", "warning")
DENSITY_CLASSES = ("below_0.5", "0.5_to_1.0", "1.0_to_1.5", "from_1.5")

UNITS = {
    "_eur_per_kwh": "EUR/kWh", "_eur_per_kw": "EUR/kW", "_eur_per_year": "EUR/jaar", "_eur_per_m": "EUR/m",
    "_eur_per_m2": "EUR/m²", "_eur": "EUR", "_kwh_per_m2": "kWh/m²", "_kwh_per_year": "kWh/jaar", "_mwh_per_m": "MWh/m", "_mwh": "MWh",
    "_kwh": "kWh", "_kw": "kW", "_w_per_k": "W/K", "_w_per_m2k": "W/m²K", "_w_per_m": "W/m", "_m2": "m²", "_m3": "m³",
    "_bar": "bar", "_mm": "mm", "_m": "m", "_c": "°C", "_k": "K", "_kg_per_kwh": "kg/kWh", "_kg": "kg", "_tonnes": "t", "_years": "jaar",
    "_year": "jaartal", "_eur_per_mwh": "EUR/MWh", "_pa_per_m": "Pa/m", "_m_per_s": "m/s", "_hours": "uur", "_share": "aandeel 0-1", "_incl_vat": "EUR incl. btw",
}  # fmt: skip
"""Unit by the suffix of a name; the longest suffix that fits wins."""


def unit_of(name: str) -> str:
    """Unit of a quantity, read from the suffix of its name; empty for a name without unit."""
    fitting = [suffix for suffix in UNITS if name.endswith(suffix)]
    return UNITS[max(fitting, key=len)] if fitting else ""


def period_of(built_year: pd.Series) -> pd.Series:
    """TABULA construction period of each construction year."""
    place = np.searchsorted(np.array(PERIOD_FIRST_YEARS), built_year.to_numpy(), side="right") - 1
    return pd.Series(np.array(PERIODS, dtype=object)[place], index=built_year.index, name="period", dtype="str")
