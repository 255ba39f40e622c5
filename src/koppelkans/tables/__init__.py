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
from koppelkans.tables.given import ADDRESSES, AREAS, BUILDINGS, RECORDS, SECTOR_STATISTICS, STREETS
from koppelkans.tables.notes import RemarkRow, remark, remarks
from koppelkans.tables.vocabulary import (
    CARRIERS,
    DENSITY_CLASSES,
    FOSSIL_SOLUTIONS,
    IMPUTED,
    LEVELS,
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
        RECORDS, BUILDINGS, STREETS, ADDRESSES, AREAS, SECTOR_STATISTICS, DEMAND, PRICES, SUPPORT, OPTIONS, CHOICES, LINE_DENSITY, LEDGER,
        BILLS, HOUSEHOLDS, INDICATORS, REMARKS, FIGURES,
    )
}  # fmt: skip

__all__ = [
    "ADDRESSES",
    "AREAS",
    "BILLS",
    "BUILDINGS",
    "CARRIERS",
    "CHOICES",
    "DEMAND",
    "DENSITY_CLASSES",
    "FIGURES",
    "FOSSIL_SOLUTIONS",
    "HOUSEHOLDS",
    "IMPUTED",
    "INDICATORS",
    "LEDGER",
    "LEVELS",
    "LINE_DENSITY",
    "OPTIONS",
    "PACKAGES",
    "PERIODS",
    "PERIOD_FIRST_YEARS",
    "PRICES",
    "PROVENANCE",
    "RECORDS",
    "REMARKS",
    "REMARK_LEVELS",
    "SECTOR_STATISTICS",
    "SOLUTIONS",
    "STREETS",
    "SUPPORT",
    "TABLES",
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
