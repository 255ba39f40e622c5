"""What a decider would choose at each moment: a logit on felt cost, by cash class."""

from __future__ import annotations

from math import exp, inf, isnan

from koppelkans.people.response.arrays import (
    AIR,
    CASH_CLASSES,
    COMPANY,
    GAS,
    GROUND,
    HYBRID,
    INSTITUTION,
    LANDLORD,
    NETWORK,
    OWNER,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    STATES,
    M,
    Record,
    Records,
    fields,
)
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import NEVER, K
from koppelkans.people.response.compiled import compiled, inlined
from koppelkans.people.response.costs import last_year

DEADLINE, SALE, END_OF_LIFE, STREET_OPEN, CAMPAIGN, RENOVATION = range(M)
STUCK = K
FURTHEST = 600.0
"""Exponents stay within this range, so that sums neither overflow nor vanish: exp(600) is 4e260."""
CHEAPER_EUR = 1e-9

CHOICE = fields(
    end="fS", switch="fK", sold="fK", let="fK", deep="fK", join="fK", pump="f", leave="fK", poorest="fK", end_renovated="fS",
    leave_renovated="fK", poorest_renovated="fK", item="f", consent_end="f", consent_switch="f",
    borrowed_share="fK", leased_share="fK", felt="fK", reference="f", would_if_rich="f", would_as_tenant="f", decided="fMS",
    works_there="fK", renewed="fK", connected="f2", connected_there="f",
)  # fmt: skip
"""Of one unit in one year at one heat price.

end: at the end of life of the boiler; last: nothing that is allowed can be paid. switch: leaves a working boiler for this option, when
all are asked. sold, let: of an owner who must improve the label; deep: of one who renews the whole home. join: to the network, when this
option comes to its own end; pump: to a heat pump, when the boiler of a renovated home does. leave: where to, from the network. poorest:
weights of the poorest class. The same of a home that is renovated, at the price of the plant alone: end_renovated where no boiler may be put
in any more, leave_renovated, poorest_renovated. item: part of the blocks with one boiler in which a stricter label to let comes before the
meeting. consent: part of the blocks in which co-owners agree. decided: what was decided in the year, by moment;
works_there: part of it, to a renovated option, whose works were done before; renewed: plants bought again at their end, which nobody
decided about. connected: to the network and to that with renovation, signed in an earlier year; connected_there: part of the latter whose
works were done before. felt: hidden cost and heat, euro a year; reference: cost of the cheapest option.
"""


@compiled
def anticipation(year: int, last: int, how: Record) -> float:
    """Part of the deciders who act as if what is to be banned after ``last`` were banned already."""
    years = last + 1 - year
    if last >= NEVER or years <= 0 or years > how.anticipation_years:
        return 0.0
    return 1.0 / (1.0 + exp(how.anticipation_slope * years))


@inlined
def hidden_eur(k: int, guidance: float, seen: Floats, how: Record) -> float:
    """Hidden cost of an option a year, less what guidance and examples of its family (networks, heat pumps) take away."""
    share, around = 1.0 - how.hidden_guided_share[k] * guidance, 0.0
    if k in (NETWORK, RENOVATED_NETWORK):
        around = seen[0]
    elif of_pump(k):
        around = seen[1]
    if around > 0.0:
        share *= 1.0 - how.contagion_share * around / (around + how.contagion_half_share)
    return float(how.hidden_eur[k] * share)


@inlined
def weight(cost_eur: float, reference_eur: float, scale_eur: float) -> float:
    """exp((reference - cost) / scale), kept within what a double can hold."""
    return exp(min(FURTHEST, max(-FURTHEST, (reference_eur - cost_eur) / scale_eur)))


@compiled
def reachable(k: int, price: float, decider: int, cost: Record) -> bool:
    """The option can be chosen at all: technique, law, network within reach; a company may not make its tenants pay more."""
    if not cost.allowed[k] or (k in (NETWORK, RENOVATED_NETWORK) and not (cost.live or cost.promised)):
        return False
    dearer = cost.run[k] + cost.heat[k] * price > cost.run[GAS] + CHEAPER_EUR
    return not (decider == COMPANY and k != GAS and dearer)


@compiled
def feel(price: float, guidance: float, seen: Floats, unit: Record, how: Record, cost: Record, choice: Record) -> None:
    """Hidden cost and heat of every option, inf where it cannot be chosen; and the cost of the cheapest, whoever pays."""
    choice.reference = inf
    for k in range(K):
        choice.felt[k] = inf
        if reachable(k, price, unit.decider, cost):
            choice.felt[k] = cost.heat[k] * price + hidden_eur(k, guidance, seen, how)
            choice.reference = min(choice.reference, cost.own[k] + choice.felt[k])
            if not isnan(cost.lease[k]):
                choice.reference = min(choice.reference, cost.lease[k] + choice.felt[k])


@inlined
def of_pump(k: int) -> bool:
    """A heat pump, alone or beside a boiler."""
    return k in (HYBRID, AIR, RENOVATED_AIR, GROUND)


@inlined
def bare(k: int) -> int:
    """The same plant in a home whose works are done."""
    if k == RENOVATED_AIR:
        return AIR
    if k == RENOVATED_NETWORK:
        return NETWORK
    return GAS if k == RENOVATED_GAS else k


@compiled
def acquainted_share(street: Record, decider: int) -> float:
    """Part of the deciders who count heat pumps among the options; who has an adviser does."""
    return 1.0 if decider in (COMPANY, INSTITUTION) else float(street.acquainted_share)


@compiled
def fill_weights(
    renovated: bool, acquainted: float, rule: Record, how: Record, cost: Record, choice: Record, into: Records
) -> int:
    """Weight of every option by cash class, without and then with a loan; the number of classes in use.

    renovated: only plants are paid. acquainted: what a heat pump weighs beside an option that everybody knows.
    """
    used = share_classes(rule, how, into)
    classes = into[:used]
    for k in range(K):
        against = choice.reference - choice.felt[k] if choice.felt[k] < inf else -inf
        weigh(k, bare(k) if renovated else k, against, acquainted, how, cost, classes)
    return used


@compiled
def share_classes(rule: Record, how: Record, into: Records) -> int:
    """Part of the deciders in every cash class, without and then with a loan; the number of classes in use."""
    lending = rule.loan_take_up_share > 0.0 and rule.loan_eur > 0.0
    without = 1.0 - rule.loan_take_up_share if lending else 1.0
    for j in range(CASH_CLASSES):
        into[j].share = how.cash_share[j] * without
        into[CASH_CLASSES + j].share = how.cash_share[j] * rule.loan_take_up_share
    return 2 * CASH_CLASSES if lending else CASH_CLASSES


@inlined
def weigh(k: int, plant: int, against: float, acquainted: float, how: Record, cost: Record, into: Records) -> None:
    """Weight of option k in every class at the price of ``plant``: k itself, or its plant alone with the bills of k.

    against: reference cost less hidden cost and heat of the option; -inf where it cannot be chosen.
    """
    if against == -inf:
        for j in range(len(into)):
            into[j].weight[k] = 0.0
        return
    against -= cost.run[k] - cost.run[plant]
    known = acquainted if of_pump(k) else 1.0
    own = known * weight(cost.own[plant], against, how.scale_eur)
    lease = 0.0 if isnan(cost.lease[plant]) else known * weight(cost.lease[plant], against, how.scale_eur)
    for j in range(CASH_CLASSES):
        into[j].weight[k] = max(own, lease) if j >= cost.own_class[plant] else lease
    if len(into) > CASH_CLASSES:
        loan = max(lease, known * weight(cost.loan[plant], against, how.scale_eur))
        for j in range(CASH_CLASSES):
            best = loan if j >= cost.loan_class[plant] else lease
            into[CASH_CLASSES + j].weight[k] = max(best, own) if j >= cost.own_class[plant] else best


@compiled
def feel_renovated(
    price: float, guidance: float, seen: Floats, known: tuple[Record, Record], how: Record, cost: Record, choice: Record
) -> None:
    """As ``feel`` for a home that is renovated already: hidden cost of the plant alone, and the bills of the renovated home.

    known: unit and form. A hybrid and a ground heat pump have no place of their own for renovated homes: they cost and burn what they do in
    others.
    """
    unit, form = known
    gas = RENOVATED_GAS if form.feasible[RENOVATED_GAS] else GAS
    choice.reference = inf
    for k in range(K):
        plant, choice.felt[k] = bare(k), inf
        allowed = bool(cost.allowed[k]) and k not in (GAS, AIR, NETWORK)
        if k == RENOVATED_GAS:  # what bars a boiler at a renovation does not bar the next one
            allowed = bool(cost.allowed[GAS]) and k == gas
        elif k == RENOVATED_NETWORK:
            allowed = allowed and bool(cost.live or cost.promised)
        if unit.decider == COMPANY and k != gas:
            allowed = allowed and cost.run[k] + cost.heat[k] * price <= cost.run[gas] + CHEAPER_EUR
        if allowed:
            choice.felt[k] = cost.heat[k] * price + hidden_eur(plant, guidance, seen, how)
            bills = cost.run[k] - cost.run[plant] + choice.felt[k]
            choice.reference = min(choice.reference, cost.own[plant] + bills)
            if not isnan(cost.lease[plant]):
                choice.reference = min(choice.reference, cost.lease[plant] + bills)


@inlined
def banned_shares(form: Record, street: Record, how: Record) -> tuple[float, float, float]:
    """Part of the deciders who look ahead and leave out a boiler, a hybrid, and a renovation with a boiler: each is to be banned."""
    return (
        anticipation(street.year, last_year(GAS, form), how),
        anticipation(street.year, last_year(HYBRID, form), how),
        anticipation(street.year, last_year(RENOVATED_GAS, form), how),
    )


@inlined
def left_out(k: int, looked: float, banned: tuple[float, float, float]) -> bool:
    """Whether somebody who looks ahead so far leaves out option k: with 0 everybody who looks at all, with 1 nobody."""
    gas, hybrid, better = banned
    return (k == GAS and looked < gas) or (k == HYBRID and looked < hybrid) or (k == RENOVATED_GAS and looked < better)


@compiled
def choose_at_end(classes: Records, form: Record, street: Record, how: Record, cost: Record, into: Floats) -> None:
    """The boiler is dead: all options; the network before it is live only with a temporary boiler.

    Who looks furthest ahead leaves out most: between two of ``banned_shares`` the same options are left out. Who would be left with nothing
    does not look ahead.
    """
    banned, bridge = banned_shares(form, street, how), 1.0
    if not cost.live:
        bridge = exp(-cost.bridge_eur / how.scale_eur) if cost.bridging else 0.0
    for k in range(STATES):
        into[k] = 0.0
    for j in range(len(classes)):
        options, looked = classes[j].weight, 0.0
        while looked < 1.0:
            further = 1.0
            for share in banned:
                if looked < share < further:
                    further = share
            total, chosen, ahead = 0.0, 0.0, True
            for k in range(K):
                e = options[k] * (bridge if k in (NETWORK, RENOVATED_NETWORK) else 1.0)
                total += e
                chosen += 0.0 if left_out(k, looked, banned) else e
            if chosen == 0.0:
                chosen, ahead = total, False
            part = classes[j].share * (further - looked)
            if chosen == 0.0:
                into[STUCK] += part
            else:
                part /= chosen
                for k in range(K):
                    if not (ahead and left_out(k, looked, banned)):
                        into[k] += part * options[k] * (bridge if k in (NETWORK, RENOVATED_NETWORK) else 1.0)
            looked = further


@compiled
def merged_classes(classes: Records) -> int:
    """Classes that can pay the same become one, and those with nobody in them go; the number left, in front."""
    kept = 0
    for j in range(len(classes)):
        if classes[j].share == 0.0 and (kept > 0 or j < len(classes) - 1):
            continue
        total = 0.0
        for k in range(1, K):
            total += classes[j].weight[k]
        if kept > 0 and total == classes[kept - 1].total and classes[j].weight[GAS] == classes[kept - 1].weight[GAS]:
            classes[kept - 1].share += classes[j].share
            continue
        classes[kept].share = classes[j].share
        classes[kept].total = total
        for k in range(K):
            classes[kept].weight[k] = classes[j].weight[k]
        kept += 1
    return kept


@compiled
def choose_with_boiler(
    classes: Records, attached: float, keep: Floats, fossil: Floats, end_share: Floats, gone: Floats, choice: Record
) -> None:
    """The boiler works: leave it for option k, or keep it; keep weighs by age what is saved by waiting.

    switch_k = sum over ages b and classes j of  G_b w_j e_jk / (K_b + X_j),  X_j the sum of e_jk over k > 0, and
    gone_b = sum over classes of  w_j X_j / (K_b + X_j),  with G_b what is left after boilers that end this year.
    """
    for k in range(K):
        choice.switch[k] = 0.0
    for b in range(len(gone)):
        gone[b] = 0.0
    for j in range(len(classes)):
        share, total, options = classes[j].share, classes[j].total, classes[j].weight
        if total > 0.0:
            mass = 0.0
            for b in range(len(gone)):
                once = share / (attached * keep[b] + total)
                mass += fossil[b] * (1.0 - end_share[b]) * once
                gone[b] += total * once
            for k in range(1, K):
                choice.switch[k] += options[k] * mass


@compiled
def choose_label(classes: Records, worst: float, promise: bool, form: Record, into: Floats) -> None:
    """Only what meets a label, or a promised network; classes that can pay none of it stay as they are."""
    for k in range(K):
        into[k] = 0.0
    for j in range(len(classes)):
        total = 0.0
        for k in range(1, K):
            if form.label_after[k] <= worst or (promise and k in (NETWORK, RENOVATED_NETWORK)):
                total += classes[j].weight[k]
        if total > 0.0:
            for k in range(1, K):
                if form.label_after[k] <= worst or (promise and k in (NETWORK, RENOVATED_NETWORK)):
                    into[k] += classes[j].share * classes[j].weight[k] / total


@compiled
def choose_deep(classes: Records, attention: float, choice: Record) -> None:
    """The home is renewed anyway: renovation with the boiler, heat pump or network that suits it; who can pay none of it does not renovate.

    Whoever pays no attention to heating keeps what there is: a boiler, as long as it may.
    """
    for k in range(K):
        choice.deep[k] = 0.0
    for j in range(len(classes)):
        options = classes[j].weight
        total = options[RENOVATED_AIR] + options[RENOVATED_NETWORK] + options[RENOVATED_GAS]
        if total > 0.0:
            looks = attention if options[RENOVATED_GAS] > 0.0 else 1.0
            for k in (RENOVATED_AIR, RENOVATED_NETWORK, RENOVATED_GAS):
                choice.deep[k] += classes[j].share * looks * options[k] / total
            choice.deep[RENOVATED_GAS] += classes[j].share * (1.0 - looks)


@compiled
def choose_pump(hidden: float, acquainted: float, unit: Record, how: Record, cost: Record, choice: Record) -> None:
    """At the end of the boiler of a renovated home: a heat pump, without the works that are done already, or a boiler again.

    A company may not make its tenants pay more.
    """
    choice.pump = 0.0
    dearer = cost.run[RENOVATED_AIR] > cost.run[RENOVATED_GAS] + CHEAPER_EUR
    if not cost.allowed[RENOVATED_AIR] or (unit.decider == COMPANY and dearer):
        return
    able, own, run = 0.0, cost.own, cost.run
    for j in range(cost.own_class[AIR], CASH_CLASSES):
        able += how.cash_share[j]
    stay = own[GAS] - run[GAS] + run[RENOVATED_GAS]
    pump = own[AIR] - run[AIR] + run[RENOVATED_AIR] + hidden
    e = acquainted * weight(pump, stay, how.scale_eur)
    choice.pump = how.attention_share[END_OF_LIFE] * able * e / (e + 1.0)


@inlined
def leave_network(classes: Records, into: Floats) -> None:
    """Where to, from the network; classes that can pay nothing else stay."""
    for k in range(K):
        into[k] = 0.0
    for j in range(len(classes)):
        options = classes[j].weight
        total = 0.0
        for k in range(K):
            total += 0.0 if k in (NETWORK, RENOVATED_NETWORK) else options[k]
        if total > 0.0:
            part = classes[j].share / total
            for k in range(K):
                into[k] += part * options[k]
    into[NETWORK], into[RENOVATED_NETWORK] = 0.0, 0.0


@compiled
def choose_again(price: float, hidden: float, how: Record, cost: Record, choice: Record) -> None:
    """At the end of a heat pump, or of the boiler of a renovated home: the same again, or the network where it is live.

    hidden: of the network. A renovated home stays so: it pays the plants alone, with its own bills.
    """
    for k in range(K):
        choice.join[k] = 0.0
    if not cost.live:
        return
    able = 0.0
    for j in range(cost.own_class[NETWORK], CASH_CLASSES):
        able += how.cash_share[j]
    own, run, reference = cost.own, cost.run, choice.reference
    for k in (HYBRID, AIR, RENOVATED_AIR, GROUND, RENOVATED_GAS):
        to = RENOVATED_NETWORK if k in (RENOVATED_AIR, RENOVATED_GAS) else NETWORK
        if choice.felt[to] == inf:
            continue
        network = own[NETWORK] - run[NETWORK] + run[to] + cost.heat[to] * price + hidden
        stay, e = own[bare(k)] - run[bare(k)] + run[k], weight(network, reference, how.scale_eur)
        choice.join[k] = able * e / (e + weight(stay, reference, how.scale_eur))


@compiled
def look_closer(
    price: float, acquainted: float, classes: Records, how: Record, tenant: Record, cost: Record, choice: Record
) -> None:
    """How many borrow or lease, and how many would leave fossil fuel if cash were no limit, or if the tenant had the say.

    A tenant looks at bills alone, all of them, and invests nothing; tenant: how occupants decide. Who can borrow does so where the loan is
    worth more than own money, or where own money is short.
    """
    for j in range(len(classes)):
        classes[j].total = 0.0
        for k in range(K):
            classes[j].total += classes[j].weight[k]
    for k in range(K):
        chosen, borrowed, leased = 0.0, 0.0, 0.0
        for j in range(len(classes)):
            part = classes[j].share * classes[j].weight[k] / classes[j].total if classes[j].total > 0.0 else 0.0
            chosen += part
            paid = cost.own[k] if j % CASH_CLASSES >= cost.own_class[k] else inf
            lent = j >= CASH_CLASSES and j - CASH_CLASSES >= cost.loan_class[k] and cost.loan[k] < paid
            if lent:
                paid = cost.loan[k]
            if not isnan(cost.lease[k]) and cost.lease[k] < paid:
                leased += part
            elif lent:
                borrowed += part
        choice.borrowed_share[k] = borrowed / chosen if chosen > 0.0 else 0.0
        choice.leased_share[k] = leased / chosen if chosen > 0.0 else 0.0
    rich = classes[CASH_CLASSES - 1].weight
    staying, total, bills, cheap = rich[GAS] + rich[RENOVATED_GAS], 0.0, 0.0, 0.0
    for k in range(K):
        total += rich[k]
        if how.let and how.passed_on_share > 0.0 and reachable(k, price, INSTITUTION, cost):
            felt = (cost.run[k] + cost.heat[k] * price - cost.run[GAS]) / how.passed_on_share
            e = weight(felt, 0.0, tenant.scale_eur) * (acquainted if of_pump(k) else 1.0)
            bills += e
            cheap += 0.0 if k in (GAS, RENOVATED_GAS) else e
    choice.would_if_rich = 1.0 - staying / total if total > 0.0 else 0.0
    choice.would_as_tenant = cheap / bills if bills > 0.0 else 0.0


CLASS = fields(share="f", total="f", weight="fK")
"""A cash class: part of the deciders in it, weight of each option, and the sum without a fossil boiler."""


@compiled
def renews(unit: Record, how: Record) -> bool:
    """Owners and landlords of whole homes renew them by own motive; a block has its plan or its meeting."""
    return bool(unit.decider in (OWNER, LANDLORD) and how.deep_renovation_per_year > 0.0)
