"""J+ inside the plan: the joint works calendar with the chosen cross-sections, when something is asked of the space of the streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.plan.street import Planner, StreetInputs, StreetPart
from koppelkans.scenario import StreetSpace
from koppelkans.street.assets import StreetWorks
from koppelkans.street.assets.owners import owner_of_role
from koppelkans.street.assets.sections import sections_of
from koppelkans.street.joint_space import SpaceChange, space_change, space_plans, wishes_of
from koppelkans.street.joint_space_tables import (
    facts_of_space,
    no_space_remark,
    space_plans_table,
    space_remarks,
    space_works_indicators,
)
from koppelkans.tables import RemarkRow

_ALTERNATIVES = {"hub_bays", "opened_bays", "shared_cars"}


def asks_something(space: StreetSpace) -> bool:
    """Whether anything is asked of street space for which a street may have to change; bays elsewhere ask nothing by themselves."""
    return any(bool(value) for value in space.model_dump(exclude=_ALTERNATIVES).values())


def joint_space(
    given: StreetInputs, part: StreetPart | None, made: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], list[RemarkRow], SpaceChange | None]:
    """Tables DIVIDEND with the row J+, SPACE_PLANS and WORKS_INDICATORS with what it costs and saves, the remarks, and what the cross-sections mean for works (for the draws).

    made: PATTERNS and STREET_PATTERNS as chosen. Without works, and when nothing is asked or changes, SPACE_PLANS has no rows and a remark says why.
    Method: docs/method.md#integration-dividend-space.
    """
    empty = {"space_plans": tables.TABLES["space_plans"].empty()}
    if part is None or part.chain is None:
        return empty, [], None
    if not asks_something(given.scenario.street.space):
        told = no_space_remark("van de straatruimte is niets gevraagd", "nothing is asked of street space")
        return empty, [told], None
    asked, found, facts, pace = part.chain.asked, part.chain.found, part.chain.facts, part.chain.pace
    change = _change(given, asked, made)
    if change.sections.empty:
        told = no_space_remark("geen straat krijgt een ander profiel", "no street gets another cross-section")
        return empty, [told], None
    chosen = given.scenario.street
    try:
        plans = space_plans(
            found.joint, wishes_of(asked), change, Planner(chosen.rounds, chosen.tries, given.scenario.seed)
        )
    except InfeasibleError:
        told = no_space_remark(
            "de straten kunnen niet allemaal binnen de horizon heraangelegd worden naast de andere werken",
            "the streets cannot all be rebuilt within the horizon beside the other works",
        )
        return empty, [told], None
    from koppelkans.street.dividend import dividend_table

    space_facts = facts_of_space(plans, facts, change)
    result = {
        "dividend": dividend_table(
            replace(found, space=plans.together), facts=facts, pace=pace, space_facts=space_facts
        ),
        "space_plans": space_plans_table(plans, facts=facts, space_facts=space_facts),
        "works_indicators": pd.concat([part.tables["works_indicators"], space_works_indicators(plans)]),
    }
    return result, space_remarks(plans, drawn=bool(asked.works["drawn"].any())), change


def _change(given: StreetInputs, asked: StreetWorks, made: Mapping[str, pd.DataFrame]) -> SpaceChange:
    place, day = given.place, given.scenario.reference_date
    if place.sections is None or place.attachments is None:
        raise ValueError("works need streets")
    known = sections_of(place.sections, place.buildings, place.attachments, parameters=given.parameters, day=day)
    return space_change(
        known.about, made["patterns"], made["street_patterns"], owner=owner_of_role(asked.owners)["city"],
        parameters=given.parameters, day=day,
    )  # fmt: skip
