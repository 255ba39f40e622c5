"""Months of the works inside the plan, and the years planned again where the crews cannot do in their months what the years ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from koppelkans.street.assets import StreetWorks
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.plan.street import StreetInputs
    from koppelkans.street.calendar.answer import Calendar
    from koppelkans.street.calendar.case import Ints, WorksCase
    from koppelkans.street.calendar.months import Months
    from koppelkans.street.calendar.pace import Pace
    from koppelkans.street.dividend import Dividend

MONTHS_YEARS = 5
MONTH_ROUNDS = 2
"""How often an overload of the months goes back to the years, at most."""


def settled_works(
    given: StreetInputs, asked: StreetWorks, found: Dividend, pace: Pace, planner: Callable[[WorksCase, Ints], Calendar]
) -> tuple[Dividend, pd.DataFrame, list[RemarkRow]]:
    """The chain with a joint calendar that goes with its months, the months of its works (index work), and what there is to say of both.

    Where crews of the first years are asked far more than they can do, the years are planned again and the better calendar is kept; the bound of J holds for any.
    Method: docs/method.md#works-months-years.
    """
    # numba is loaded here, so that a plan without streets does not wait for it
    from koppelkans.street.calendar.account import account
    from koppelkans.street.calendar.months import (
        Around,
        listed_months,
        months_of_works,
        months_remarks,
        proven_months,
    )
    from koppelkans.street.calendar.months_years import Feedback, settled_remarks, settled_years

    case, joint, day = asked.case, found.joint, given.scenario.reference_date
    around = Around(_beside(asked.about), asked.about["residents"].to_numpy(float))
    limits = given.scenario.limits.model_copy(update={"nodes": given.scenario.street.month_nodes})

    def months(year: Ints) -> Months:
        return listed_months(case, year, around=around, pace=pace, seed=limits.seed, years=MONTHS_YEARS)

    feedback = Feedback(
        MONTH_ROUNDS, given.parameters.at("works_months.feedback.overload_share", day),
        given.parameters.at("works_months.feedback.price_factor", day),
    )  # fmt: skip
    settled = settled_years(
        case, joint.year, plan_years=lambda capped, start: planner(capped, start).year, plan_months=months,
        limits=feedback, most_eur=found.coincidences.net_eur,
    )  # fmt: skip
    proven = proven_months(settled.months, limits, MONTHS_YEARS)
    if settled.moved:
        found = replace(found, joint=replace(joint, year=settled.year, account=account(case, settled.year)))
    return found, months_of_works(case, proven), [*settled_remarks(settled), *months_remarks(case, proven)]


def _beside(about: pd.DataFrame) -> Ints:
    """Pairs of sections that meet in a junction."""
    place = pd.Series(np.arange(len(about)), index=about.index)
    ends = pd.concat([pd.DataFrame({"node": about[side], "place": place}) for side in ("from_node", "to_node")])
    pairs = ends.merge(ends, on="node")
    pairs = pairs[pairs["place_x"] < pairs["place_y"]]
    return np.unique(pairs[["place_x", "place_y"]].to_numpy(np.int64), axis=0)
