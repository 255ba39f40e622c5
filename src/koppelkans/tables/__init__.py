"""The data model: every table of the engine, declared once.

A table is a DataFrame with a text key as index. Its declaration carries type, unit, range, meaning and labels; the checks, the
data page, the templates and the labels on screen all come from it. ``check`` reports every fault of a table at once.
"""

from koppelkans.tables.computed import (
    BILLS,
    CHOICES,
    DEMAND,
    FIGURES,
    HOUSEHOLDS,
    INDICATORS,
    LEDGER,
    LINE_DENSITY,
    OPTIONS,
    PRICES,
    REMARKS,
    SUPPORT,
)
from koppelkans.tables.contract import Column, Table, check, column, first_keys, geometry_faults, table, table_faults
from koppelkans.tables.given import (
    ADDRESSES,
    AREAS,
    ATTACHMENTS,
    BUILDINGS,
    RECORDS,
    SECTIONS,
    SECTOR_STATISTICS,
    STREETS,
)
from koppelkans.tables.network import CONNECTIONS, NETWORK_VARIANTS, PIPES, PROJECT, PROJECT_YEARS, THRESHOLDS
from koppelkans.tables.notes import RemarkRow, remark, remarks
from koppelkans.tables.vocabulary import (
    CARRIERS,
    CONNECTION_REASONS,
    DENSITY_CLASSES,
    FOSSIL_SOLUTIONS,
    IMPUTED,
    INDIVIDUAL_SOLUTIONS,
    LEVELS,
    NETWORK_SOLUTIONS,
    PACKAGES,
    PERIOD_FIRST_YEARS,
    PERIODS,
    PROVENANCE,
    REMARK_LEVELS,
    SOLUTIONS,
    TYPES,
    UNITS,
    USES,
    period_of,
    unit_of,
)

TABLES = {
    declared.name: declared
    for declared in (
        RECORDS, BUILDINGS, STREETS, SECTIONS, ATTACHMENTS, ADDRESSES, AREAS, SECTOR_STATISTICS, DEMAND, PRICES, SUPPORT, OPTIONS, CHOICES, LINE_DENSITY,
        NETWORK_VARIANTS, PIPES, CONNECTIONS, THRESHOLDS, PROJECT, PROJECT_YEARS, LEDGER, BILLS, HOUSEHOLDS, INDICATORS, REMARKS, FIGURES,
    )
}  # fmt: skip

__all__ = [
    "ADDRESSES",
    "AREAS",
    "ATTACHMENTS",
    "BILLS",
    "BUILDINGS",
    "CARRIERS",
    "CHOICES",
    "CONNECTIONS",
    "CONNECTION_REASONS",
    "DEMAND",
    "DENSITY_CLASSES",
    "FIGURES",
    "FOSSIL_SOLUTIONS",
    "HOUSEHOLDS",
    "IMPUTED",
    "INDICATORS",
    "INDIVIDUAL_SOLUTIONS",
    "LEDGER",
    "LEVELS",
    "LINE_DENSITY",
    "NETWORK_SOLUTIONS",
    "NETWORK_VARIANTS",
    "OPTIONS",
    "PACKAGES",
    "PERIODS",
    "PERIOD_FIRST_YEARS",
    "PIPES",
    "PRICES",
    "PROJECT",
    "PROJECT_YEARS",
    "PROVENANCE",
    "RECORDS",
    "REMARKS",
    "REMARK_LEVELS",
    "SECTIONS",
    "SECTOR_STATISTICS",
    "SOLUTIONS",
    "STREETS",
    "SUPPORT",
    "TABLES",
    "THRESHOLDS",
    "TYPES",
    "UNITS",
    "USES",
    "Column",
    "RemarkRow",
    "Table",
    "check",
    "column",
    "first_keys",
    "geometry_faults",
    "period_of",
    "remark",
    "remarks",
    "table",
    "table_faults",
    "unit_of",
]
