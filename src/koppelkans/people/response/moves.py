"""One year of one unit: who decides at which moment, and where the probability goes."""

from __future__ import annotations

from typing import NamedTuple

from koppelkans.people.response.arrays import (
    AIR,
    CO_OWNERS,
    COMPANY,
    GAS,
    GROUND,
    HYBRID,
    INSTITUTION,
    LANDLORD,
    NETWORK,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    Record,
    fields,
)
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import NEVER, K
from koppelkans.people.response.choice import (
    CAMPAIGN,
    DEADLINE,
    END_OF_LIFE,
    RENOVATION,
    SALE,
    STREET_OPEN,
    STUCK,
    anticipation,
    renews,
)
from koppelkans.people.response.compiled import compiled

STATE = fields(
    fresh="f", stuck="f", other="fK", signed="f2", bridged="f2", dropped="f", bridged_there="f", stuck_there="f"
)
"""Probabilities of one unit, which add up to one with those of the boilers by age.

fresh: a boiler put in this year; other: the options after the first; signed: waits for the network, or network with renovation, with the
own boiler; bridged: with a temporary one. dropped: who dropped out this year, counted elsewhere too; bridged_there, stuck_there: part of
those bridged to a network with renovation, and of those stuck, whose homes are renovated already.
"""


class Home(NamedTuple):
    """All that is known of one unit in one year at one heat price, a record of each table."""

    unit: Record
    form: Record
    rule: Record
    street: Record
    how: Record
    cost: Record
    choice: Record
    state: Record


@compiled
def settle(k: int, mass: float, dead: bool, live: bool, state: Record) -> None:
    """The probability lands: a new boiler, another option, or a signature that waits for the network."""
    if k == GAS:
        state.fresh += mass
    elif live or k not in (NETWORK, RENOVATED_NETWORK):
        state.other[k] += mass
    elif dead:
        state.bridged[0 if k == NETWORK else 1] += mass
    else:
        state.signed[0 if k == NETWORK else 1] += mass


@compiled
def decide(k: int, mass: float, moment: int, cost: Record, choice: Record, state: Record) -> None:
    """The same, counted as a decision; a dead boiler is one at its end, or one whose fuel has stopped."""
    choice.decided[moment, k] += mass
    settle(k, mass, moment in (END_OF_LIFE, DEADLINE), cost.live, state)


@compiled
def renovated(k: int) -> int:
    """The same option in a home that is renovated already."""
    if k == AIR:
        return RENOVATED_AIR
    return RENOVATED_NETWORK if k == NETWORK else k


@compiled
def decide_renovated(k: int, mass: float, moment: int, cost: Record, choice: Record, state: Record) -> None:
    """Decides for a home that is renovated already: only the plant is paid."""
    to = renovated(k)
    if to in (RENOVATED_AIR, RENOVATED_NETWORK, RENOVATED_GAS):
        choice.works_there[to] += mass
    decide(to, mass, moment, cost, choice, state)
    if to == RENOVATED_NETWORK and not cost.live:
        state.bridged_there += mass


@compiled
def arrived(home: Home, fossil: Floats) -> None:
    """Heat is live: who signed is connected, but for some who drop out; who had a temporary boiler then chooses again without network.

    Under a duty to connect nobody drops out.
    """
    how, choice, state = home.how, home.choice, home.state
    state.dropped = 0.0
    if home.street.year != home.street.live_year:
        return
    stays = bool(home.form.must_connect)
    for place in range(2):
        k, there = NETWORK if place == 0 else RENOVATED_NETWORK, 0.0
        if place == 1:
            there = state.bridged_there
        away = 0.0 if stays else state.signed[place] * how.signed_drop_out_share
        lost_share = 0.0 if stays else how.bridged_drop_out_share
        lost = state.bridged[place] * lost_share
        connected = state.signed[place] - away + state.bridged[place] - lost
        state.other[k] += connected
        choice.connected[place] = connected
        choice.connected_there = there * (1.0 - lost_share)
        state.signed[place] = 0.0
        state.bridged[place] = 0.0
        state.dropped += away + lost
        fossil[-1] += away
        there *= lost_share
        without_network(lost - there, choice.leave, False, home)
        without_network(there, choice.leave_renovated, True, home)
    state.bridged_there = 0.0


@compiled
def spread(mass: float, shares: Floats, there: bool, cost: Record, choice: Record, state: Record) -> None:
    """Decides for homes whose boiler has ended, by shares that are made to add up to one; there: homes that are renovated already."""
    total = shares.sum()
    for k in range(K):
        if there:
            decide_renovated(k, mass * shares[k] / total, END_OF_LIFE, cost, choice, state)
        else:
            decide(k, mass * shares[k] / total, END_OF_LIFE, cost, choice, state)


@compiled
def without_network(lost: float, shares: Floats, there: bool, home: Home) -> None:
    """Who had a temporary boiler and does not get the network buys something else; there: homes that are renovated already."""
    if lost <= 0.0:
        return
    if shares.sum() > 0.0:
        spread(lost, shares, there, home.cost, home.choice, home.state)
        return
    home.state.stuck += lost
    if there:
        home.state.stuck_there += lost


@compiled
def connected_by_duty(cost: Record, choice: Record, fossil: Floats, state: Record) -> None:
    """A duty to connect: everybody who is not yet on the network."""
    state.other[GAS] = state.stuck - state.stuck_there + state.fresh + fossil.sum()
    decide_renovated(NETWORK, state.stuck_there, DEADLINE, cost, choice, state)
    state.stuck = 0.0
    state.stuck_there = 0.0
    state.fresh = 0.0
    fossil[:] = 0.0
    for k in range(K):
        if k not in (NETWORK, RENOVATED_NETWORK):
            mass = state.other[k]
            state.other[k] = 0.0
            if k in (RENOVATED_AIR, RENOVATED_GAS):
                decide_renovated(NETWORK, mass, DEADLINE, cost, choice, state)
            else:
                decide(NETWORK, mass, DEADLINE, cost, choice, state)


@compiled
def replace_renovated(mass: float, moment: int, cost: Record, choice: Record, state: Record) -> None:
    """Renovated homes that lose their boiler and may not have another: plants alone; who can pay none is stuck."""
    stuck = mass * choice.end_renovated[STUCK]
    state.stuck += stuck
    state.stuck_there += stuck
    for k in range(1, K):
        decide_renovated(k, mass * choice.end_renovated[k], moment, cost, choice, state)


@compiled
def without_fuel(cost: Record, choice: Record, fossil: Floats, state: Record) -> None:
    """The fuel has stopped: whoever uses it chooses among the rest."""
    mass, better = state.fresh + fossil.sum() + state.other[HYBRID], state.other[RENOVATED_GAS]
    if mass + better <= 0.0:
        return
    state.fresh = 0.0
    fossil[:] = 0.0
    state.other[HYBRID] = 0.0
    state.other[RENOVATED_GAS] = 0.0
    state.stuck += mass * choice.end[STUCK]
    for k in range(1, K):
        decide(k, mass * choice.end[k], DEADLINE, cost, choice, state)
    replace_renovated(better, DEADLINE, cost, choice, state)


@compiled
def improved(
    moment: int, share: float, wanted: Floats, cost: Record, choice: Record, fossil: Floats, state: Record
) -> None:
    """A share of the homes with a working boiler must meet a label, or is renewed, and does what it wants most of what that leaves."""
    boilers, taken = fossil.sum(), 0.0
    for k in range(1, K):
        mass = share * boilers * wanted[k]
        taken += share * wanted[k]
        choice.decided[moment, k] += mass
        settle(k, mass, False, cost.live, state)
    for b in range(len(fossil)):
        fossil[b] *= 1.0 - taken


@compiled
def in_one_block(unit: Record, form: Record) -> bool:
    """A home whose boiler is that of the block of co-owners: nobody leaves it alone."""
    return bool(unit.decider == CO_OWNERS and form.collective_boiler)


@compiled
def duty_at_sale(unit: Record, form: Record, rule: Record, street: Record, how: Record) -> float:
    """Part of the homes sold this year to a buyer who must improve the label, and does; none as long as the duty waits for heat."""
    if form.label_now <= rule.sale_label or unit.decider in (COMPANY, INSTITUTION):
        return 0.0
    if street.sale_duty_deferred or in_one_block(unit, form):
        return 0.0
    return float(form.sale_per_year * how.compliance_share)


@compiled
def stricter_to_let(form: Record, rule: Record) -> bool:
    """The label to let gets stricter in this year, and the home does not meet it."""
    return bool(rule.rent_label < rule.rent_label_before and form.label_now > rule.rent_label)


@compiled
def meet_duties(home: Home, fossil: Floats) -> None:
    """What comes before any choice: connection duty, end of the fuel, the label to let and the label at a sale."""
    form, rule, how, cost, choice, state = home.form, home.rule, home.how, home.cost, home.choice, home.state
    if form.must_connect and cost.live:
        connected_by_duty(cost, choice, fossil, state)
    if home.street.year > form.fuel_last_year:
        without_fuel(cost, choice, fossil, state)
    if how.let and stricter_to_let(form, rule) and not in_one_block(home.unit, form):
        improved(DEADLINE, how.compliance_share, choice.let, cost, choice, fossil, state)
    sold = duty_at_sale(home.unit, form, rule, home.street, how)
    if sold > 0.0:
        improved(SALE, sold, choice.sold, cost, choice, fossil, state)


@compiled
def end_boilers(home: Home, end_share: Floats, fossil: Floats) -> None:
    """Boilers at the end of their life: part looks further, the rest takes the same again as long as it may."""
    form, street, how, cost, choice, state = home.form, home.street, home.how, home.cost, home.choice, home.state
    flow, rush, same = 0.0, 0.0, cost.allowed[GAS]
    hurried = how.rush_share if same and street.year == form.boiler_last_year else 0.0
    for b in range(len(fossil)):
        dying = end_share[b] * fossil[b]
        early = min(hurried * dying, fossil[b] - dying)
        fossil[b] -= dying + early
        flow += dying
        rush += early
    look = 1.0
    if same and home.unit.decider != INSTITUTION:
        soon = max(
            anticipation(street.year, form.boiler_last_year, how), anticipation(street.year, form.fuel_last_year, how)
        )
        look = min(1.0, how.attention_share[END_OF_LIFE] + soon)
    if same:
        look *= choice.consent_end
        decide(GAS, flow * (1.0 - look) + rush, END_OF_LIFE, cost, choice, state)
    for k in range(K):
        decide(k, flow * look * choice.end[k], END_OF_LIFE, cost, choice, state)
    state.stuck += flow * look * choice.end[STUCK]
    choice.decided[END_OF_LIFE, STUCK] += flow * look * choice.end[STUCK]


@compiled
def asked_share(moment: int, scaled: float, home: Home) -> float:
    """Part of the homes with a working boiler whose decider looks around at this moment of the year."""
    form, street, how, decider = home.form, home.street, home.how, home.unit.decider
    attention = how.attention_share[moment] + how.attention_guided_share[moment] * street.guidance_share * scaled
    attention = min(1.0, attention)
    hazard = 0.0
    if moment == DEADLINE:  # a block with one boiler decides in its meeting what a stricter label to let means for it
        hazard = home.choice.item if in_one_block(home.unit, form) and stricter_to_let(form, home.rule) else 0.0
    elif moment == STREET_OPEN and street.year == street.opening_year:
        hazard = 1.0
        attention = 1.0 if decider == INSTITUTION else attention
    elif decider == INSTITUTION:
        hazard = 0.0
    elif decider == COMPANY:  # its own plan
        if moment == RENOVATION:
            attention = 1.0
            planned = form.planning_year
            hazard = how.planned_per_year if planned == NEVER else (1.0 if street.year == planned else 0.0)
    elif moment == SALE:
        if not in_one_block(home.unit, form):
            hazard = form.sale_per_year
            if decider == LANDLORD:  # a change of tenant too
                hazard = 1.0 - (1.0 - hazard) * (1.0 - how.vacancy_per_year)
        hazard = max(
            0.0, hazard - duty_at_sale(home.unit, form, home.rule, street, how)
        )  # who complies has decided already
        attention = min(1.0, attention + anticipation(street.year, form.fuel_last_year, how))
    elif moment == CAMPAIGN:
        hazard = street.contact_share * scaled
    elif moment == RENOVATION:
        hazard = how.renovation_per_year
        if not renews(home.unit, how):  # a meeting decides about deep works as about others
            hazard += how.deep_renovation_per_year
    return float(attention * hazard)


@compiled
def leave_boilers(home: Home, scaled: float, gone: Floats, fossil: Floats) -> None:
    """Who leaves a working boiler: with its block when the label to let gets stricter, at a sale, when the street is open, in a campaign, when the home is renovated.

    scaled: part of the guidance that the dossiers allow. gone: part that leaves a boiler of each age when asked.
    """
    cost, choice, state = home.cost, home.choice, home.state
    total, leaving = 0.0, 0.0
    for k in range(1, K):
        total += choice.switch[k]
    for b in range(len(fossil)):
        leaving += fossil[b] * gone[b]
    if total <= 0.0 or leaving <= 0.0:
        return
    part, left = choice.consent_switch * leaving / total, 1.0
    for moment in (DEADLINE, SALE, STREET_OPEN, CAMPAIGN, RENOVATION):
        asked = left * asked_share(moment, scaled, home)
        left -= asked
        if asked > 0.0:
            for k in range(1, K):
                choice.decided[moment, k] += part * asked * choice.switch[k]
    for k in range(1, K):
        settle(k, part * (1.0 - left) * choice.switch[k], False, cost.live, state)
    for b in range(len(fossil)):
        fossil[b] *= 1.0 - (1.0 - left) * choice.consent_switch * gone[b]


@compiled
def renovate(home: Home, fossil: Floats) -> None:
    """Whole homes renewed by own motive: the works come anyway, and heating goes with them."""
    if renews(home.unit, home.how):
        improved(
            RENOVATION,
            home.how.deep_renovation_per_year,
            home.choice.deep,
            home.cost,
            home.choice,
            fossil,
            home.state,
        )


@compiled
def choose_anew(form: Record, how: Record, cost: Record, choice: Record, state: Record) -> None:
    """Heat pumps and boilers of renovated homes at their end: the same again, or the network, for a boiler also a heat pump; what may not
    be bought again makes place for something else.
    """
    for k in (HYBRID, AIR, RENOVATED_AIR, GROUND, RENOVATED_GAS):
        flow = how.second_end_share * state.other[k]
        if k == RENOVATED_GAS and not cost.allowed[GAS]:
            state.other[k] -= flow
            replace_renovated(flow, END_OF_LIFE, cost, choice, state)
            continue
        if k == HYBRID and flow > 0.0 and not cost.allowed[HYBRID]:
            state.other[k] -= flow
            state.stuck += flow * choice.end[STUCK]
            for other in range(K):
                decide(other, flow * choice.end[other], END_OF_LIFE, cost, choice, state)
            continue
        joined = flow * choice.join[k]
        state.other[k] -= joined
        pumped = (flow - joined) * choice.pump if k == RENOVATED_GAS else 0.0
        choice.renewed[k] += flow - joined - pumped
        if pumped > 0.0:
            state.other[k] -= pumped
            decide_renovated(AIR, pumped, END_OF_LIFE, cost, choice, state)
        if joined > 0.0:
            if k in (RENOVATED_AIR, RENOVATED_GAS):
                decide_renovated(NETWORK, joined, END_OF_LIFE, cost, choice, state)
            else:
                decide(NETWORK, joined, END_OF_LIFE, cost, choice, state)
    if cost.live and not form.must_connect:
        leave_for_good(how.leave_per_year, cost, choice, state)


@compiled
def leave_for_good(share: float, cost: Record, choice: Record, state: Record) -> None:
    """Who leaves the network buys what is allowed, as at the end of a boiler; a renovated home stays so."""
    away, better = share * state.other[NETWORK], share * state.other[RENOVATED_NETWORK]
    if away + better <= 0.0:
        return
    state.other[NETWORK] -= away * choice.leave.sum()
    state.other[RENOVATED_NETWORK] -= better * choice.leave_renovated.sum()
    for k in range(K):
        if k not in (NETWORK, RENOVATED_NETWORK):
            decide(k, away * choice.leave[k], END_OF_LIFE, cost, choice, state)
            decide_renovated(k, better * choice.leave_renovated[k], END_OF_LIFE, cost, choice, state)


@compiled
def free_stuck(cost: Record, choice: Record, state: Record) -> None:
    """Who was stuck finds something as soon as even the poorest class can pay something that is allowed; a boiler has ended for it."""
    if state.stuck <= 0.0:
        return
    there, mass = state.stuck_there, state.stuck - state.stuck_there
    if choice.poorest.sum() > 0.0 and mass > 0.0:
        state.stuck = there
        spread(mass, choice.poorest, False, cost, choice, state)
    if there > 0.0 and not cost.allowed[GAS] and choice.poorest_renovated.sum() > 0.0:
        state.stuck -= there
        state.stuck_there = 0.0
        spread(there, choice.poorest_renovated, True, cost, choice, state)


@compiled
def grow_old(advance_share: Floats, fossil: Floats, state: Record) -> None:
    """A year passes; boilers put in this year start at age 0."""
    for b in range(len(fossil) - 1, 0, -1):
        fossil[b] = fossil[b] * (1.0 - advance_share[b]) + fossil[b - 1] * advance_share[b - 1]
    fossil[0] = fossil[0] * (1.0 - advance_share[0]) + state.fresh
    state.fresh = 0.0
