"""A second, plain reading of a selection: does it keep every limit, is its cost right, and do its prices prove its bound?

Shares no code with the solver but the data classes. Every sum is taken anew from the instance.
"""

from __future__ import annotations

import math

import numpy as np

from koppelkans.building.selection.instance import Flags, Floats, Instance, PerLimit, Selection

TOLERANCE_SHARE = 1e-8
"""Sums may differ by this part of the sum of their terms."""

BUILDINGS_AT_ONCE = 2_000


class CertificateError(ValueError):
    """A selection does not hold what it states; ``faults`` lists everything that was found."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n  - ".join(["the selection does not hold what it states", *faults]))


def check_selection(instance: Instance, selection: Selection) -> None:
    """Nothing, when the selection is allowed, keeps every limit, costs what it states and its prices prove its bound.

    Raises CertificateError with every fault. The bound is recomputed with a margin for rounding on the safe side.
    """
    faults = _shape_faults(instance, selection)
    if faults:
        raise CertificateError(faults)
    faults = [
        *_choice_faults(instance, selection),
        *_limit_faults(instance, selection),
        *_price_faults(instance, selection),
    ]
    if faults:
        raise CertificateError(faults)
    faults = [*_cost_faults(instance, selection), *_bound_faults(instance, selection)]
    if faults:
        raise CertificateError(faults)


def recomputed_bound(instance: Instance, price: PerLimit) -> float:
    """A cost below which no selection can be, from prices alone [EUR].

    Each building, given when its street opens, takes its cheapest column when every limit only has its price; each street opens
    when that is cheapest for its buildings together. From the sum goes what the limits are worth: sum of price x limit. Every
    number is a few products away from the instance; the error of those and of the sums is taken off.
    """
    n, _, periods = instance.cost_eur.shape
    paid_emission, paid_kw = _kept_on(price.emissions), _kept_on(price.feeders)
    alone, with_street = np.empty(n), np.empty((n, periods))
    size = 0.0
    for first in range(0, n, BUILDINGS_AT_ONCE):
        some = slice(first, min(first + BUILDINGS_AT_ONCE, n))
        alone[some], with_street[some], largest = _cheapest(instance, price, some, (paid_emission, paid_kw))
        size += largest
    terms = list(alone[instance.street < 0])
    for street in range(len(instance.opening_eur)):
        inside = instance.street == street
        options = [math.fsum(alone[inside])]
        for period in np.flatnonzero(np.isfinite(instance.opening_eur[street])):
            least = np.minimum(alone[inside], with_street[inside, period])
            options.append(math.fsum([instance.opening_eur[street, period], *least]))
        size += float(max(abs(option) for option in options if math.isfinite(option)))
        terms.append(min(options))
    before = math.fsum(instance.emission_before_tonnes)
    limits = instance.limits
    pairs = [(price.budget, limits.budget), (price.trades, limits.trades), (price.feeders, limits.feeders)]
    values = [-p * limit for prices, rooms in pairs for p, limit in zip(prices.flat, rooms.flat, strict=True) if p > 0]
    values += [-p * limit for p, limit in zip(price.emissions, limits.emissions, strict=True) if p > 0]
    values += [p * before for p in price.emissions if p > 0]
    size += math.fsum(abs(value) for value in values)
    operations = 8 * (len(instance.trades) + periods + 8)
    margin: float = operations * float(np.finfo(np.float64).eps) * float(size)
    return math.fsum([*terms, *values]) - margin


def _kept_on(price: Floats) -> Floats:
    """Price of a use that starts in each period and stays: the prices of that period and of all later ones."""
    return np.asarray(np.flip(np.cumsum(np.flip(price, axis=-1), axis=-1), axis=-1))


def _cheapest(
    instance: Instance, price: PerLimit, some: slice, kept: tuple[Floats, Floats]
) -> tuple[Floats, Floats, float]:
    """Per building the least value without its street, with its street opened in each period, and the size of the numbers."""
    paid_emission, paid_kw = kept
    change = instance.emission_after_tonnes[some] - instance.emission_before_tonnes[some, None]
    line_kw = np.vstack([paid_kw, np.zeros((1, instance.cost_eur.shape[2]))])[instance.feeder[some]]
    open_now = np.where(_usable(instance, some)[:, :, None], instance.cost_eur[some], np.inf)
    parts = [
        instance.budget_eur[some, :, None] * price.budget,
        np.einsum("bom,mp->bop", instance.trade_use[some], price.trades),
        change[:, :, None] * paid_emission,
        instance.added_kw[some, :, None] * line_kw[:, None, :],
    ]
    value, size = open_now.copy(), np.where(np.isfinite(open_now), np.abs(open_now), 0.0)
    for part in parts:
        value += np.where(np.isfinite(open_now), part, 0.0)
        size += np.where(np.isfinite(open_now), np.abs(part), 0.0)
    tied = instance.street_bound[some, :, None]
    stay = np.where(instance.stay_allowed[some], instance.stay_eur[some], np.inf)
    alone = np.minimum(stay, np.where(tied, np.inf, value).min(axis=(1, 2), initial=np.inf))
    with_street = np.where(tied, value, np.inf).min(axis=1, initial=np.inf)
    return alone, with_street, float(size.max(axis=(1, 2), initial=0.0).sum() + np.abs(stay[np.isfinite(stay)]).sum())


def _doable(instance: Instance, some: slice) -> Flags:
    """Whether an option can be done in some period at all: valid, priced, and its street can open then."""
    doable = np.isfinite(instance.cost_eur[some])
    if len(instance.opening_eur):
        opens = np.isfinite(instance.opening_eur)[instance.street[some]]
        doable &= ~instance.street_bound[some, :, None] | opens[:, None, :]
    return np.asarray(doable.any(axis=2) & instance.valid[some])


def _usable(instance: Instance, some: slice) -> Flags:
    """Options that may be chosen: the affordable ones, or all where nothing else is left."""
    doable = _doable(instance, some)
    kept = doable & instance.affordable[some]
    left = kept.any(axis=1) | instance.stay_allowed[some]
    return np.asarray(np.where(left[:, None], kept, doable))


def _shape_faults(instance: Instance, selection: Selection) -> list[str]:
    n, k, periods = instance.cost_eur.shape
    faults = []
    for name, count in (("option", n), ("period", n), ("unaffordable", n), ("opened", len(instance.opening_eur))):
        if getattr(selection, name).shape != (count,):
            faults.append(f"{name}: {getattr(selection, name).shape}, expected {(count,)}")
    for name in ("budget", "trades", "emissions", "feeders"):
        for part in (selection.price, selection.used):
            if getattr(part, name).shape != getattr(instance.limits, name).shape:
                faults.append(f"{name}: {getattr(part, name).shape}, expected {getattr(instance.limits, name).shape}")
    if faults:
        return faults
    if ((selection.option < -1) | (selection.option >= k)).any():
        faults.append("an option outside the list of its building")
    if ((selection.period < 0) | (selection.period > periods)).any():
        faults.append("a period that does not exist")
    if ((selection.opened < 0) | (selection.opened > periods)).any():
        faults.append("a street opened in a period that does not exist")
    if ((selection.option == -1) != (selection.period == periods)).any():
        faults.append("a building that stays as it is in some period, or works outside the horizon")
    return faults


def _choice_faults(instance: Instance, selection: Selection) -> list[str]:
    """Choices that are not open to a building, streets that are not open when needed."""
    periods, faults = instance.cost_eur.shape[2], []
    done = np.flatnonzero(selection.option >= 0)
    option, period = selection.option[done], selection.period[done]
    usable = _usable(instance, slice(None))
    if not (usable[done, option] & np.isfinite(instance.cost_eur[done, option, period])).all():
        faults.append("an option that is not valid, not affordable or not possible in its period")
    if (~instance.stay_allowed & (selection.option < 0)).any():
        faults.append("a building stays as it is and may not")
    unaffordable = np.zeros(len(selection.option), dtype=bool)
    unaffordable[done] = ~instance.affordable[done, option]
    if (unaffordable != selection.unaffordable).any():
        faults.append("the mark of options that a household cannot afford is wrong")
    waits = done[instance.street_bound[done, option]]
    if (selection.opened[instance.street[waits]] != selection.period[waits]).any():
        faults.append("a street is not open in the period in which one of its buildings needs it")
    opened = np.flatnonzero(selection.opened < periods)
    if not np.isfinite(instance.opening_eur[opened, selection.opened[opened]]).all():
        faults.append("a street is opened in a period in which it cannot be opened")
    return faults


def _uses(instance: Instance, selection: Selection) -> tuple[PerLimit, PerLimit]:
    """Use of every limit, and the sum of the absolute terms it was added from."""
    periods = instance.cost_eur.shape[2]
    when = np.arange(periods)
    done = selection.option >= 0
    option, at = np.maximum(selection.option, 0), np.arange(len(done))
    now = done[:, None] & (selection.period[:, None] == when)
    since = done[:, None] & (selection.period[:, None] <= when)
    change = instance.emission_after_tonnes[at, option] - instance.emission_before_tonnes
    change, added = np.where(done, change, 0.0), np.where(done, instance.added_kw[at, option], 0.0)
    spent, work = instance.budget_eur[at, option], instance.trade_use[at, option]
    before = instance.emission_before_tonnes
    feeders = [instance.feeder == feeder for feeder in range(len(instance.feeders))]

    def summed(values: Floats, rows: Flags) -> list[float]:
        return [math.fsum(values[rows[:, period]]) for period in when]

    def each(sign: bool) -> PerLimit:
        kw, tonnes, now_tonnes = (np.abs(part) if sign else part for part in (added, change, before))
        return PerLimit(
            budget=np.array(summed(spent, now)),
            trades=np.array([summed(work[:, trade], now) for trade in range(work.shape[1])]).reshape(-1, periods),
            emissions=math.fsum(now_tonnes) + np.array(summed(tonnes, since)),
            feeders=np.array([summed(kw, since & on[:, None]) for on in feeders]).reshape(-1, periods),
        )

    return each(False), each(True)


def _limit_faults(instance: Instance, selection: Selection) -> list[str]:
    faults = []
    used, size = _uses(instance, selection)
    for name in ("budget", "trades", "emissions", "feeders"):
        use, room, stated = (getattr(part, name) for part in (used, instance.limits, selection.used))
        margin = TOLERANCE_SHARE * np.maximum(getattr(size, name), np.where(np.isfinite(room), np.abs(room), 0.0))
        if not (use <= room + margin).all():
            faults.append(f"{name}: more is used than is available")
        if not (np.abs(use - stated) <= margin).all():
            faults.append(f"{name}: the use that is stated is not the use of the works")
    return faults


def _price_faults(instance: Instance, selection: Selection) -> list[str]:
    faults = []
    for name in ("budget", "trades", "emissions", "feeders"):
        price, room = getattr(selection.price, name), getattr(instance.limits, name)
        if not (np.isfinite(price) & (price >= 0)).all():
            faults.append(f"{name}: a price is missing or negative, so it proves nothing")
        elif (price[np.isinf(room)] != 0).any():
            faults.append(f"{name}: a price where there is no limit")
    return faults


def _cost_faults(instance: Instance, selection: Selection) -> list[str]:
    done = np.flatnonzero(selection.option >= 0)
    opened = np.flatnonzero(selection.opened < instance.cost_eur.shape[2])
    terms = [
        *instance.cost_eur[done, selection.option[done], selection.period[done]],
        *instance.stay_eur[selection.option < 0],
        *instance.opening_eur[opened, selection.opened[opened]],
    ]
    cost, margin = math.fsum(terms), TOLERANCE_SHARE * math.fsum(abs(term) for term in terms)
    faults = []
    if not abs(cost - selection.cost_eur) <= margin:
        faults.append(f"the works cost {cost:.2f} EUR, stated is {selection.cost_eur:.2f}")
    gap = max(0.0, selection.cost_eur - selection.bound_eur) / max(abs(selection.cost_eur), 1e-9)
    if not abs(gap - selection.gap_share) <= TOLERANCE_SHARE:
        faults.append(f"the gap is {gap:.3g}, stated is {selection.gap_share:.3g}")
    if not selection.bound_eur <= selection.solver_bound_eur <= selection.cost_eur + margin:
        faults.append("the bound of the solver lies outside bound and cost")
    return faults


def _bound_faults(instance: Instance, selection: Selection) -> list[str]:
    proven = recomputed_bound(instance, selection.price)
    if selection.bound_eur <= proven:
        return []
    return [f"the prices prove that nothing costs less than {proven:.4f} EUR, stated is {selection.bound_eur:.4f}"]
