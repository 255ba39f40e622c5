"""Co-owners decide together: the chance that a majority agrees."""

from __future__ import annotations

from math import erf, sqrt

from koppelkans.people.response.arrays import CO_OWNERS, GAS, STATES, Prepared, Record, Records
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import K
from koppelkans.people.response.choice import STUCK
from koppelkans.people.response.compiled import compiled


@compiled
def passing_share(yes: float, voters: float, how: Record) -> float:
    """Part of the meetings in which at least the majority says yes, normal approximation of the count.

    Phi((p - a) / sqrt(p (1 - p) / n + tau^2)): p the mean yes, n the votes, a the majority, tau the spread of p between buildings.
    """
    spread = sqrt(yes * (1.0 - yes) / voters + how.majority_spread_share**2)
    if spread == 0.0:
        return 1.0 if yes >= how.majority_share else 0.0
    return 0.5 * (1.0 + erf((yes - how.majority_share) / (spread * sqrt(2.0))))


@compiled
def vote_blocks(
    first_block: int, last_block: int, case: Prepared, fossil: Floats, costs: Records, gone: Floats, choices: Records
) -> None:
    """Turns the wishes of co-owners into what their meeting decides.

    One boiler: who loses the vote goes along, so every unit gets the mean choice of those who say yes. Own boilers: the meeting allows,
    each then does what it wished. With one boiler a stricter label to let comes before the meeting of every block in which a home is let:
    1 - (1 - share let)^homes of them.
    """
    first = case.block_first[first_block]
    for block in range(first_block, last_block):
        start, end = case.block_first[block], case.block_first[block + 1]
        if case.units[start].decider != CO_OWNERS:
            continue
        total = 0.0
        for u in range(start, end):
            total += case.units[u].dwellings
        if total == 0.0:
            continue
        form, how = case.forms[case.units[start].form], case.how[CO_OWNERS, case.units[start].group]
        yes_end, yes_switch, let = 0.0, 0.0, 0.0
        for u in range(start, end):
            i, weight = u - first, case.units[u].dwellings / total
            yes_end += weight * (1.0 - choices[i].end[GAS] - choices[i].end[STUCK])
            yes_switch += weight * leaving_share(fossil[i], gone[i], case.end_share)
            let += weight * case.how[CO_OWNERS, case.units[u].group].let
        agreed = passing_share(min(1.0, max(0.0, yes_end)), form.dwellings_in_block, how)
        allowed = passing_share(min(1.0, yes_switch), form.dwellings_in_block, how)
        for u in range(start, end):
            choices[u - first].consent_end = agreed
            choices[u - first].consent_switch = allowed
            choices[u - first].item = 1.0 - max(0.0, 1.0 - let) ** form.dwellings_in_block
        if form.collective_boiler:
            low, high = start - first, end - first
            join_wishes(case.units[start:end], total, costs[low:high], gone[low:high], choices[low:high])


@compiled
def leaving_share(fossil: Floats, gone: Floats, end_share: Floats) -> float:
    """Part of the working boilers that would be left when all are asked."""
    boilers, leaving = 0.0, 0.0
    for b in range(len(gone)):
        here = fossil[b] * (1.0 - end_share[b])
        boilers += here
        leaving += here * gone[b]
    return leaving / boilers if boilers > 0.0 else 0.0


@compiled
def join_wishes(units: Records, total: float, costs: Records, gone: Floats, choices: Records) -> None:
    """Every unit of the block gets the mean choice; who was for the old boiler goes along when it is outvoted."""
    free = costs[0].allowed[GAS]
    others, leaving = 0.0, 0.0
    for k in range(STATES):
        mean_end, mean_switch, mean_renovated = 0.0, 0.0, 0.0
        for i in range(len(units)):
            weight = units[i].dwellings / total
            mean_end += weight * choices[i].end[k]
            mean_renovated += weight * choices[i].end_renovated[k]
            mean_switch += weight * choices[i].switch[k] if k < K else 0.0
        for i in range(len(units)):
            choices[i].end[k] = mean_end
            choices[i].end_renovated[k] = mean_renovated
            if k < K:
                choices[i].switch[k] = mean_switch
        if GAS < k < K:
            others += mean_end
            leaving += mean_switch
    for i in range(len(units)):
        for b in range(gone.shape[1]):
            gone[i, b] = 1.0 if leaving > 0.0 else 0.0
        if free and others > 0.0:  # consent says how often; this says to what
            for k in range(STATES):
                choices[i].end[k] = choices[i].end[k] / others if GAS < k < K else 0.0
