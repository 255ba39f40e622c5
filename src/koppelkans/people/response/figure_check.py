"""Figures of behaviour that cannot be, told by their key before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameters
from koppelkans.people.response.case_check import SUM_TOLERANCE

PREFIX, CASH = "response.", "response.cash_share."
SHARES = ("1", "1/year")
"""Units of shares and of yearly hazards."""
FREE = ("response.boiler_life_shape", "response.anticipation_slope", "response.acquaintance_growth_per_year")
"""Figures with such a unit that may lie above one."""
POSITIVE = (
    "response.scale_eur_per_year", "response.adviser_scale_eur_per_year", "response.boiler_life_years", "response.boiler_life_shape",
    "response.second_life_years", "response.company_planning_years", "response.expectation_years",
)  # fmt: skip


def refuse_figures(parameters: Parameters, day: date, *, where: str) -> None:
    """Raises ParameterError that lists every figure of behaviour in force on a day that cannot be: a share or hazard outside 0 to 1, shares of
    the cash classes that do not add up to one, a life or scale that is not positive. ``where``: the file that the figures come from.
    """
    faults = [*_single_faults(parameters, day), *_cash_faults(parameters, day)]
    if faults:
        raise ParameterError(
            f"{where}: figures of behaviour that cannot be; correct or leave out these rows (a row left out keeps the figure shipped)",
            faults,
        )


def _single_faults(parameters: Parameters, day: date) -> Iterator[str]:
    for entry in parameters:
        if not entry.key.startswith(PREFIX):
            continue
        for scope, value in entry.all_on(day).items():
            number, name = value.value, entry.key if scope == "all" else f"{entry.key}, {scope}"
            if isinstance(number, str):
                continue
            if entry.unit in SHARES and entry.key not in FREE and not 0 <= number <= 1:
                yield f"{name}: found {number:g} {entry.unit}, expected 0 to 1"
            elif entry.key in POSITIVE and not number > 0:
                yield f"{name}: found {number:g} {entry.unit}, expected more than 0"


def _cash_faults(parameters: Parameters, day: date) -> Iterator[str]:
    for entry in parameters:
        if entry.key.startswith(CASH):
            parts = {scope: float(value.value) for scope, value in entry.all_on(day).items()}
            total = sum(parts.values())
            if abs(total - 1) > SUM_TOLERANCE:
                shown = ", ".join(f"{scope} {part:g}" for scope, part in sorted(parts.items()))
                yield f"{entry.key}: the classes {shown} add up to {total:g}, expected 1"
