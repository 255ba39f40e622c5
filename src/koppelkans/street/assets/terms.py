"""What the works of a neighbourhood are asked with, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from koppelkans.street.calendar.case import WorksCase
from koppelkans.tables import RemarkRow


@dataclass(frozen=True, slots=True)
class StreetTerms:
    """What the municipality chooses about works: ``years`` from ``first_year``, at a real ``rate_share``.

    ``gas_free_year``: from then on no building heats with gas, so that its pipe may go where no heat comes. ``has_gas``: whether gas lies here
    (None: where buildings may use it). ``gas_entry_m``: x and y where gas comes in (None: assumed at the border). ``carbon_eur_per_tonne``: worth of a tonne saved by
    heat; ``heat_worth_factor``: the slider between cost and time, times the worth of heat. ``protected_years``, ``greening_share``: instead of the figures of
    the parameters. ``fixed_years``: by key of a work the year in which it is frozen.
    """

    first_year: int
    years: int = 25
    rate_share: float = 0.03
    gas_free_year: int = 2050
    carbon_eur_per_tonne: float | None = None
    heat_worth_factor: float = 1.0
    has_gas: bool | None = None
    gas_entry_m: tuple[float, float] | None = None
    protected_years: int | None = None
    greening_share: float | None = None
    fixed_years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreetNetwork:
    """A heat network as its streets see it. ``sections``: index section, one row per section with a main.

    Columns: ``heat_own_eur`` pipes and service pipes without the trench in the street, ``pipe_eur`` of which the pipes in the street; ``trench_eur`` that trench; ``upstream`` section that feeds it, empty where
    the pipe comes from the source; ``heat_mwh`` useful heat a year of the buildings connected on the section, ``buildings`` their number.
    """

    sections: pd.DataFrame


@dataclass(frozen=True, slots=True)
class StreetWorks:
    """Tables ``assets``, ``works`` and ``owners``, the ``case`` that the calendar solves (its works in the order of ``works``), and what must be said.

    ``about``: index section, those of the case in its order; ``street``, ``residents``, ``from_node``, ``to_node``, and the area of each zone
    (``carriageway_m2``, ``parking_m2``, ``footway_m2``). ``saved_tonnes_per_mwh``: emission that a MWh of heat from the network saves.

    Rows that are ``drawn`` are true of a neighbourhood, not of a street: nothing public may show them by street.
    """

    assets: pd.DataFrame
    works: pd.DataFrame
    owners: pd.DataFrame
    case: WorksCase
    about: pd.DataFrame
    saved_tonnes_per_mwh: float
    remarks: list[RemarkRow]
