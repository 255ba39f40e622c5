"""Rows of the calibration: a figure before and after, and a model beside what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import NamedTuple

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameters
from koppelkans.people.response.fit import DEVIATIONS
from koppelkans.people.response.flemish import AS_OF

Row = Mapping[str, object]
BEHAVIOUR_PREFIX = "response."


class Span(NamedTuple):
    """A value with its low and high end."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """High minus low."""
        return self.high - self.low

    @property
    def deviation(self) -> float:
        """Standard deviation, low and high being the ends of the middle 90 %."""
        return self.width / (2 * DEVIATIONS)

    @property
    def log_deviation(self) -> float:
        """The same of the logarithm."""
        return log(self.high / self.low) / (2 * DEVIATIONS)


def span(parameters: Parameters, key: str, scope: str = "all") -> Span:
    """Value, low and high of a parameter. Raises ParameterError for one without a range: it cannot be calibrated."""
    found = parameters.value(key, AS_OF, scope)
    if isinstance(found.value, str) or found.low is None or found.high is None:
        raise ParameterError(f"{key} ({scope}) has no range, so that it cannot be calibrated; give it low and high")
    return Span(found.value, found.low, found.high)


def figure_row(
    step: str, parameter: str, unit: str, prior: Span, posterior: Span, parameters: Parameters, source: str
) -> Row:
    """A figure before and after; informed where its range became clearly narrower."""
    limit = parameters.at("response_data.informed_below_share", AS_OF)
    return {
        "step": step,
        "parameter": parameter,
        "unit": unit,
        "prior": prior.value,
        "prior_low": prior.low,
        "prior_high": prior.high,
        "posterior": posterior.value,
        "posterior_low": posterior.low,
        "posterior_high": posterior.high,
        "informed": posterior.width < limit * prior.width,
        "source": source,
    }


def residual_row(step: str, what: str, unit: str, observed: float, modelled: float, in_fit: bool, source: str) -> Row:
    """A model beside what was observed."""
    return {
        "step": step, "what": what, "unit": unit, "observed": observed, "modelled": modelled, "fitted": in_fit, "source": source,
    }  # fmt: skip


def not_fitted_rows(parameters: Parameters, fitted_keys: set[str]) -> list[Row]:
    """Every figure of behaviour that has a range and no evidence to narrow it: after is before, not informed by data."""
    rows: list[Row] = []
    for parameter in parameters:
        if not parameter.key.startswith(BEHAVIOUR_PREFIX) or parameter.key in fitted_keys:
            continue
        for scope, value in parameter.all_on(AS_OF).items():
            if isinstance(value.value, str) or value.low is None or value.high is None:
                continue
            as_it_is = Span(value.value, value.low, value.high)
            name = parameter.key if scope == "all" else f"{parameter.key}:{scope}"
            rows.append(figure_row("not_fitted", name, parameter.unit, as_it_is, as_it_is, parameters, value.source))
    return rows
