"""Campaigns and guidance of a response: in which streets and years, how many households they meet, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.people.response.case import NEVER
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_ground import Ground

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Campaign:
    """``running``, ``contact_share`` (S, T): streets and years with a campaign, and the households that it meets in that year; ``guided_share``: how far it guides them."""

    running: Flags
    contact_share: Floats
    guided_share: float


def campaign_of(asked: Asked, ground: Ground) -> Campaign:
    """The campaigns that the scenario asks for, whether heat comes or not.

    A street with a planned opening has its campaign in the years before it and while the offer stands, any other from the first year on. The same share of the
    households is met in each of its n years:  1 - (1 - reach)^(1/n),  reach between that of letters and that of door to door by the guidance.
    Method: docs/method.md#response-plan.
    """
    chosen, years = asked.scenario.response, np.array(asked.years)
    after = round(asked.now("response_place.offer_years"))
    opening = ground.streets["opening_year"].fillna(NEVER).to_numpy(float)
    planned = opening < NEVER
    first = np.where(planned, opening - chosen.campaign_years, years[0])
    count = np.where(planned, chosen.campaign_years + after + 1, chosen.campaign_years)
    running = (years >= first[:, None]) & (years < (first + count)[:, None]) & (chosen.campaign_years > 0)
    guided = min(1.0, chosen.guidance_share + asked.now("guidance.added_share"))
    least, most = (asked.now("response_place.contact_share", scope) for scope in ("unguided", "guided"))
    reach = least + guided * (most - least)
    yearly = 1.0 - (1.0 - reach) ** (1.0 / np.maximum(count, 1))
    return Campaign(running, np.where(running, yearly[:, None], 0.0), guided)


def dossiers(asked: Asked) -> float:
    """Households that can be guided in a year in a neighbourhood: the lower of what scenario and rules say; infinite without a limit."""
    found = asked.parameters.value("guidance.dossiers_per_year", asked.day).value
    by_rule = np.inf if isinstance(found, str) else float(found)
    chosen = asked.scenario.response.dossiers_per_year
    return min(by_rule, np.inf if chosen is None else chosen)


def neighbourhoods(ground: Ground) -> NDArray[np.int64]:
    """(S,) streets with a main of the design are one neighbourhood, all others another."""
    return ground.streets["pipe_eur"].isna().to_numpy(bool).astype(np.int64)


def guided_homes(asked: Asked, ground: Ground) -> Floats:
    """Dwellings that campaigns guide in each year (T,), within the dossiers of each neighbourhood."""
    found, near = campaign_of(asked, ground), neighbourhoods(ground)
    met = homes_of_sections(ground)[:, None] * found.contact_share
    limit, whole = dossiers(asked), np.zeros(len(asked.years))
    for number in np.unique(near):
        whole += np.minimum(met[near == number].sum(axis=0), limit)
    return found.guided_share * whole


def homes_of_sections(ground: Ground) -> Floats:
    """Dwellings by section (S,), institutions left out."""
    homes = np.where(ground.forms.institution, 0.0, ground.homes)
    return np.bincount(ground.section_of, weights=homes, minlength=len(ground.sections)).astype(np.float64)


def deciding_together_share(asked: Asked, ground: Ground, least: float) -> Floats:
    """Part of the dwellings of each group that decide together with at least so many others, by year (C, T).

    Together decide: the dwellings of a block of that size, in every year; and those of a street with a campaign, in a year in which campaigns meet so many
    households in their neighbourhood.
    """
    found, near = campaign_of(asked, ground), neighbourhoods(ground)
    met, asked_together = homes_of_sections(ground)[:, None] * found.contact_share, found.running.copy()
    for number in np.unique(near):
        asked_together[near == number] &= met[near == number].sum(axis=0) >= least
    by_form = asked_together[ground.section_of] | (ground.blocks >= least)[:, None]
    weight = ground.group_share * np.where(ground.forms.institution, 0.0, ground.homes)[:, None]
    share: Floats = weight.T @ by_form / np.maximum(weight.sum(axis=0), 1e-12)[:, None]
    return share
