"""Some units of whole blocks in one year at one heat price, and what each of them would choose at every moment."""

from __future__ import annotations

from typing import NamedTuple

from koppelkans.people.response.arrays import AIR, GAS, NETWORK, Prepared, Records
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import K
from koppelkans.people.response.choice import (
    RENOVATION,
    acquainted_share,
    choose_again,
    choose_at_end,
    choose_deep,
    choose_label,
    choose_pump,
    choose_with_boiler,
    feel,
    feel_renovated,
    fill_weights,
    hidden_eur,
    leave_network,
    look_closer,
    merged_classes,
    renews,
    weight,
)
from koppelkans.people.response.compiled import compiled


class Batch(NamedTuple):
    """Some units of whole blocks, n of them, in one year at one heat price."""

    first: int
    """place of the first among the units of the case"""
    t: int
    price_eur_per_mwh: float
    guided_share: float
    """part of the guidance asked for that the dossiers of the year allow"""
    costs: Records
    choices: Records
    states: Records
    classes: Records
    """(2 J,)"""
    fossil: Floats
    """(n, B) probability of a boiler of each age"""
    keep: Floats
    """(n, B) weight of keeping it, inertia left out"""
    gone: Floats
    """(n, B) part that leaves it when asked"""


@compiled
def choose_all(batch: Batch, seen: Floats, closely: bool, case: Prepared) -> None:
    """Fills choices and gone of a batch; seen (S, 2): share of networks and of heat pumps around each section a year ago."""
    price, classes = batch.price_eur_per_mwh, batch.classes
    for i in range(len(batch.costs)):
        unit = case.units[batch.first + i]
        form, rule = case.forms[unit.form], case.rules[batch.t, unit.group]
        street, how = case.streets[batch.t, unit.section], case.how[unit.decider, unit.group]
        cost, choice, around = batch.costs[i], batch.choices[i], seen[unit.section]
        guidance = street.guidance_share * batch.guided_share
        acquainted = acquainted_share(street, unit.decider)
        feel(price, guidance, around, unit, how, cost, choice)
        used = classes[: fill_weights(False, acquainted, rule, how, cost, choice, classes)]
        if closely:
            look_closer(price, acquainted, used, how, case.how[0, unit.group], cost, choice)
        used = used[: merged_classes(used)]
        choose_at_end(used, form, street, how, cost, choice.end)
        inertia = how.inertia_eur * (1.0 - how.inertia_guided_share * guidance)
        attached = weight(cost.run[GAS] - inertia, choice.reference, how.scale_eur)
        choose_with_boiler(used, attached, batch.keep[i], batch.fossil[i], case.end_share, batch.gone[i], choice)
        if form.label_now > rule.sale_label:
            counts = street.connection_counts and (cost.live or cost.promised)
            choose_label(used, rule.sale_label, counts, form, choice.sold)
        if how.let and form.label_now > rule.rent_label:
            choose_label(used, rule.rent_label, False, form, choice.let)
        if renews(unit, how):
            choose_deep(used, how.attention_share[RENOVATION], choice)
        choose_pump(hidden_eur(AIR, guidance, around, how), acquainted, unit, how, cost, choice)
        choose_again(price, hidden_eur(NETWORK, guidance, around, how), how, cost, choice)
        for k in range(K):
            choice.poorest[k] = used[0].weight[k]
        if cost.live:
            leave_network(used, choice.leave)
        choice.item = 0.0
        choice.consent_end = 1.0
        choice.consent_switch = 1.0
        if cost.live or not cost.allowed[GAS]:
            feel_renovated(price, guidance, around, (unit, form), how, cost, choice)
            used = classes[: fill_weights(True, acquainted, rule, how, cost, choice, classes)]
            used = used[: merged_classes(used)]
            if cost.live:
                leave_network(used, choice.leave_renovated)
            if not cost.allowed[GAS]:
                choose_at_end(used, form, street, how, cost, choice.end_renovated)
                for k in range(K):
                    choice.poorest_renovated[k] = used[0].weight[k]
