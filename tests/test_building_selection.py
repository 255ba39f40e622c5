"""Works in a stock: cases by hand, every selection of small stocks as an oracle, the certificate, and what is refused."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.building.selection import Instance, PerLimit, SelectionLimits, select
from koppelkans.building.selection.certificate import CertificateError, check_selection, recomputed_bound
from koppelkans.errors import DataError, InfeasibleError

EXACT = SelectionLimits(gap_share=0.0)
WITHOUT_POLISH = SelectionLimits(polish_buildings=0, starts=6)


def question(cost_eur, stay_eur, **given_values):
    """An instance without limits, streets or feeders, but for what is given; limits by name."""
    cost_eur = np.asarray(cost_eur, dtype=float)
    n, k, t = cost_eur.shape
    streets = len(given_values.get("opening_eur", ()))
    feeders = given_values.get("feeders", ())
    trades = given_values.get("trades", ("roof",))
    values = {
        "stay_allowed": np.ones(n, dtype=bool), "valid": np.ones((n, k), dtype=bool), "affordable": np.ones((n, k), dtype=bool),
        "budget_eur": np.zeros((n, k)), "trade_use": np.zeros((n, k, len(trades))), "emission_before_tonnes": np.zeros(n),
        "emission_after_tonnes": np.zeros((n, k)), "added_kw": np.zeros((n, k)), "feeder": np.full(n, -1),
        "street": np.full(n, -1), "street_bound": np.zeros((n, k), dtype=bool), "opening_eur": np.zeros((streets, t)),
        "periods": tuple(str(2026 + 5 * number) for number in range(t)), "trades": trades,
    }  # fmt: skip
    unlimited = {
        "budget": np.full(t, np.inf), "trades": np.full((len(trades), t), np.inf), "emissions": np.full(t, np.inf),
        "feeders": np.full((len(feeders), t), np.inf),
    }  # fmt: skip
    rooms = {name: np.asarray(given_values.pop(name), dtype=float) for name in list(given_values) if name in LIMITS}
    for name, field in LIMITS.items():
        unlimited[field] = rooms.get(name, unlimited[field])
    for name, value in given_values.items():
        values[name] = np.asarray(value) if isinstance(value, list) else value
    return Instance(
        cost_eur=cost_eur, stay_eur=np.asarray(stay_eur, dtype=float), limits=PerLimit(**unlimited), **values
    )


LIMITS = {
    "budget_limit": "budget",
    "trade_limit": "trades",
    "emission_limit": "emissions",
    "feeder_limit": "feeders",
}


def checked(instance, limits=EXACT):
    selection = select(instance, limits)
    check_selection(instance, selection)
    return selection


# ------------------------------------------------------------------------------------------------------------ by hand


def slots(room=(10, 10)):
    """Three houses, works of 10 EUR, two periods; savings 40/30, 30/25 and 20/18 on 100 EUR."""
    return question(
        [[[60, 70]], [[70, 75]], [[80, 82]]], [100, 100, 100], budget_eur=np.full((3, 1), 10.0), budget_limit=room
    )


def test_two_places_for_three_houses():
    # the best pairs: first house now (40), second later (25): 300 - 65; the reverse saves 30 + 30
    found = checked(slots())
    assert found.cost_eur == pytest.approx(235)
    assert found.bound_eur == pytest.approx(235)
    assert found.gap_share == pytest.approx(0, abs=1e-9)
    assert found.option.tolist() == [0, 0, -1]
    assert found.period.tolist() == [0, 1, 2]
    assert found.used.budget == pytest.approx([10, 10])
    # 10 EUR more now: first and second now, third later, 88 instead of 65; 10 EUR less: 40 (or 30) is left of 65
    assert 2.3 <= found.price.budget[0] <= 3.5
    assert 1.8 <= found.price.budget[1] <= 2.5


def test_without_limits_everyone_takes_the_cheapest():
    found = checked(slots((np.inf, np.inf)))
    assert found.period.tolist() == [0, 0, 0]
    assert found.cost_eur == 210
    assert found.bound_eur == pytest.approx(210)
    assert found.ended == "no limit binds"


def test_without_any_budget_everyone_stays_and_the_price_says_what_a_euro_would_save():
    found = checked(slots((0, 0)))
    assert found.option.tolist() == [-1, -1, -1]
    assert found.cost_eur == pytest.approx(300)
    assert found.bound_eur == pytest.approx(300)
    assert found.price.budget[0] >= 4.0  # the first euro goes to the house that saves 40 for 10


def test_a_limit_that_is_not_reached_has_no_price():
    instance = replace(slots(), trade_use=np.ones((3, 1, 1)))
    found = checked(replace(instance, limits=replace(instance.limits, trades=np.full((1, 2), 5.0))))
    assert found.price.trades.tolist() == [[0.0, 0.0]]
    assert found.used.trades.tolist() == [[1.0, 1.0]]
    assert found.price.budget.min() > 0


def test_a_street_opens_once_when_its_houses_together_pay_for_it():
    # now: savings 30 + 30 for 50; later: 26 + 26 for 30; both houses wait for the later opening
    found = checked(
        question(
            [[[70, 74]], [[70, 74]]], [100, 100], street=[0, 0], street_bound=np.ones((2, 1), dtype=bool),
            opening_eur=np.array([[50.0, 30.0]]),
        )
    )  # fmt: skip
    assert found.opened.tolist() == [1]
    assert found.period.tolist() == [1, 1]
    assert found.cost_eur == pytest.approx(74 + 74 + 30)


def test_a_street_stays_shut_for_one_house():
    found = checked(
        question(
            [[[70, 74]], [[170, 174]]], [100, 100], street=[0, 0], street_bound=np.ones((2, 1), dtype=bool),
            opening_eur=np.array([[50.0, 30.0]]),
        )
    )  # fmt: skip
    assert found.opened.tolist() == [2]
    assert found.option.tolist() == [-1, -1]


def test_the_emission_cap_takes_the_cheapest_tonnes_just_in_time():
    # 5 t a year each, 1 t after; 10 t allowed now, 6 t later: one house by the second period; the second house costs least
    found = checked(
        question(
            [[[112, 109]], [[110, 107]]], [100, 100], emission_before_tonnes=[5.0, 5.0],
            emission_after_tonnes=np.ones((2, 1)), emission_limit=(10, 6),
        )
    )  # fmt: skip
    assert found.option.tolist() == [-1, 0]
    assert found.period.tolist() == [2, 1]
    assert found.used.emissions == pytest.approx([10, 6])
    assert found.price.emissions[1] == pytest.approx(7 / 4)  # 7 EUR for 4 tonnes
    assert found.price.emissions[0] == 0


def test_power_on_a_feeder_adds_up_over_the_periods():
    # 6 kW in both periods together: one heat pump of 5 kW, though there is room for one in each period alone
    found = checked(
        question(
            [[[60, 61]], [[70, 71]], [[50, 55]]], [100, 100, 100], added_kw=np.full((3, 1), 5.0), feeder=[0, 0, -1],
            feeders=("Dorp",), feeder_limit=[[6, 6]],
        )
    )  # fmt: skip
    assert found.option.tolist() == [0, -1, 0]
    assert found.used.feeders.tolist() == [[5, 5]]


def test_what_a_household_cannot_afford_is_taken_only_when_nothing_else_is_left():
    instance = question(
        [[[10], [50]], [[10], [50]], [[10], [50]]], [100, 100, 100], affordable=[[False, True], [False, False], [False, False]],
        stay_allowed=[True, False, True],
    )  # fmt: skip
    found = checked(instance)
    assert found.option.tolist() == [1, 0, -1]
    assert found.unaffordable.tolist() == [False, True, False]


# ------------------------------------------------------------------------------------------------------------ oracle


def small(seed, *, tight=True):
    """A stock of three houses, two options, two periods, a street, a feeder and whole numbers."""
    random = np.random.default_rng(seed)
    cost = random.integers(20, 120, (3, 2, 2)).astype(float)
    cost[random.random((3, 2, 2)) < 0.1] = np.inf
    free = 0 if tight else 100
    return question(
        cost, random.integers(60, 130, 3), stay_allowed=random.random(3) < 0.7, valid=np.array([[True, True]] * 3),
        affordable=random.random((3, 2)) < 0.8, budget_eur=random.integers(0, 9, (3, 2)).astype(float),
        trade_use=random.integers(0, 5, (3, 2, 1)).astype(float), emission_before_tonnes=random.integers(3, 9, 3).astype(float),
        emission_after_tonnes=random.integers(0, 5, (3, 2)).astype(float), added_kw=random.integers(-2, 6, (3, 2)).astype(float),
        feeder=[0, 0, -1], feeders=("F",), street=[0, 0, -1], street_bound=np.array([[False, True], [False, True], [False, False]]),
        opening_eur=random.integers(0, 30, (1, 2)).astype(float), budget_limit=random.integers(4 + free, 14 + free, 2),
        trade_limit=random.integers(2 + free, 8 + free, (1, 2)), emission_limit=random.integers(9 + free, 22 + free, 2),
        feeder_limit=random.integers(0 + free, 8 + free, (1, 2)),
    )  # fmt: skip


def optimum(instance):
    """The least cost of all selections, infinity when none keeps the limits: enumeration, straight from the definition."""
    n, k, t = instance.cost_eur.shape
    choices = []
    for b in range(n):
        open_to = [
            (o, p) for o in range(k) for p in range(t) if instance.valid[b, o] and np.isfinite(instance.cost_eur[b, o, p])
        ]  # fmt: skip
        kept = [column for column in open_to if instance.affordable[b, column[0]]]
        stay = [(-1, t)] if instance.stay_allowed[b] else []
        choices.append((kept + stay) or open_to)
    best = np.inf
    for picked in product(*choices):
        opened = {(instance.street[b], p) for b, (o, p) in enumerate(picked) if o >= 0 and instance.street_bound[b, o]}
        if len({street for street, _ in opened}) < len(opened):
            continue
        if all(keeps(instance, picked, period) for period in range(t)):
            cost = sum(instance.opening_eur[street, p] for street, p in opened) + sum(
                instance.cost_eur[b, o, p] if o >= 0 else instance.stay_eur[b] for b, (o, p) in enumerate(picked)
            )
            best = min(best, cost)
    return best


def keeps(instance, picked, period):
    limits = instance.limits
    now = [(b, o) for b, (o, p) in enumerate(picked) if o >= 0 and p == period]
    since = {b: o for b, (o, p) in enumerate(picked) if o >= 0 and p <= period}
    emitted = sum(
        instance.emission_after_tonnes[b, since[b]] if b in since else instance.emission_before_tonnes[b]
        for b in range(len(picked))
    )
    return (
        sum(instance.budget_eur[b, o] for b, o in now) <= limits.budget[period]
        and sum(instance.trade_use[b, o, 0] for b, o in now) <= limits.trades[0, period]
        and emitted <= limits.emissions[period]
        and all(
            sum(instance.added_kw[b, o] for b, o in since.items() if instance.feeder[b] == feeder)
            <= limits.feeders[feeder, period]
            for feeder in range(len(instance.feeders))
        )
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), tight=st.booleans())
def test_every_selection_of_a_small_stock(seed, tight):
    instance = small(seed, tight=tight)
    best = optimum(instance)
    if best == np.inf:
        with pytest.raises(InfeasibleError):
            select(instance, EXACT)
        return
    found = select(instance, EXACT)
    check_selection(instance, found)
    assert found.bound_eur <= best
    assert found.cost_eur == pytest.approx(best)
    assert found.bound_eur <= found.solver_bound_eur <= best + 1e-6


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
def test_any_prices_prove_a_bound(seed, factor):
    instance = small(seed, tight=False)
    random = np.random.default_rng(seed)
    price = PerLimit(random.random(2) * factor, random.random((1, 2)), random.random(2) * factor, random.random((1, 2)))
    best = optimum(instance)
    assert recomputed_bound(instance, price) <= best


def stock(n=150, seed=3):
    """A drawn stock in which budget, trades, emissions and a feeder bind."""
    random = np.random.default_rng(seed)
    k, t = 6, 4
    works = random.uniform(5e3, 4e4, (n, k))
    yearly = random.uniform(800, 3000, n)
    left = random.uniform(0.2, 0.9, (n, k))
    year = 5.0 * np.arange(t)
    cost = works[:, :, None] * 0.97**year + yearly[:, None, None] * (year + left[:, :, None] * (30 - year))
    street = np.arange(n) // 15
    bound = (random.random((n, k)) < 0.3) & (street % 2 == 0)[:, None]
    part = random.random((n, k))
    return question(
        cost, 32 * yearly, budget_eur=works, trades=("roof", "installation"),
        trade_use=np.stack([works * part, works * (1 - part)], axis=2),
        emission_before_tonnes=yearly / 500, emission_after_tonnes=left * yearly[:, None] / 700,
        added_kw=random.uniform(0, 5, (n, k)), feeder=np.where(np.arange(n) < n // 2, 0, 1), feeders=("A", "B"),
        street=street, street_bound=bound, opening_eur=random.uniform(1e3, 2e4, (street[-1] + 1, t)),
        budget_limit=np.full(t, 0.1 * n * 2e4), trade_limit=np.full((2, t), 0.06 * n * 2e4),
        emission_limit=yearly.sum() / 500 * np.array([1, 0.95, 0.9, 0.85]), feeder_limit=[[n / 4] * 4, [n * 5.0] * 4],
    )  # fmt: skip


@pytest.fixture(scope="module")
def answered():
    instance = stock()
    return instance, checked(instance, WITHOUT_POLISH)


def test_a_stock_with_every_kind_of_limit(answered):
    instance, found = answered
    assert found.gap_share < 0.01
    assert found.price.budget.max() > 0
    assert found.price.feeders[1].max() == 0  # far more room than its houses can use
    assert recomputed_bound(instance, found.price) >= found.bound_eur


def test_the_same_question_has_the_same_answer(answered):
    instance, found = answered
    again = select(instance, WITHOUT_POLISH)
    assert again.option.tolist() == found.option.tolist()
    assert again.period.tolist() == found.period.tolist()
    assert (again.cost_eur, again.bound_eur) == (found.cost_eur, found.bound_eur)
    assert again.price.budget.tolist() == found.price.budget.tolist()


@pytest.mark.parametrize("limit", ["budget", "trades", "emissions", "feeders"])
def test_more_room_never_costs_more_than_the_bound_says(answered, limit):
    instance, found = answered
    wider = replace(instance, limits=replace(instance.limits, **{limit: getattr(instance.limits, limit) * 1.1}))
    extra = getattr(instance.limits, limit) * 0.1
    worth = float((getattr(found.price, limit) * extra).sum())
    assert recomputed_bound(wider, found.price) == pytest.approx(found.bound_eur - worth, rel=1e-6)


# ------------------------------------------------------------------------------------------------------------ certificate


def dearest(instance, found):
    """A change of one building that breaks the budget: its dearest option in the fullest period."""
    option, period = found.option.copy(), found.period.copy()
    full = int((found.used.budget / instance.limits.budget).argmax())
    idle = np.flatnonzero(found.period != full)
    option[idle], period[idle] = np.argmax(~instance.street_bound[idle], axis=1), full
    return {"option": option, "period": period}


CORRUPTED = {
    "more is used than is available": dearest,
    "nothing costs less than": lambda _, found: {
        "bound_eur": found.bound_eur + 1.0,
        "gap_share": (found.cost_eur - found.bound_eur - 1.0) / found.cost_eur,
        "solver_bound_eur": found.bound_eur + 1.0,
    },
    "EUR, stated is": lambda _, found: {"cost_eur": found.cost_eur * (1 - 1e-5)},
    "missing or negative": lambda _, found: {"price": replace(found.price, budget=-found.price.budget)},
    "prices prove": lambda _, found: {"price": replace(found.price, budget=found.price.budget * 0.9)},
    "the use that is stated": lambda _, found: {"used": replace(found.used, feeders=found.used.feeders * 0.9)},
    "the gap is": lambda _, found: {"gap_share": found.gap_share / 2},
    "a street is not open": lambda _, found: {"opened": np.full(len(found.opened), 4)},
    "cannot afford is wrong": lambda _, found: {"unaffordable": ~found.unaffordable},
    "a period that does not exist": lambda _, found: {"period": found.period + 1},
}


@pytest.mark.parametrize("message", CORRUPTED)
def test_a_corrupted_certificate_fails(answered, message):
    instance, found = answered
    with pytest.raises(CertificateError, match=message):
        check_selection(instance, replace(found, **CORRUPTED[message](instance, found)))


# ------------------------------------------------------------------------------------------------------------ refusals


def test_a_cap_that_no_works_can_reach_says_what_is_missing():
    # two houses of 5 t a year, 1 t at best: 2 t is the least, 1.5 t is allowed in the second period
    impossible = question(
        [[[50, 50]], [[50, 50]]], [100, 100], emission_before_tonnes=[5.0, 5.0], emission_after_tonnes=np.ones((2, 1)),
        emission_limit=(20, 1.5),
    )  # fmt: skip
    with pytest.raises(InfeasibleError, match=r"emissions in 2031: 0\.5 tonnes a year above the limit of 1\.5"):
        select(impossible)


def test_limits_that_only_whole_houses_break_are_named_too():
    # 4 t must go, each house gives 4 t for 10 EUR, but there are 5 EUR in each of two periods: half a house each
    impossible = question(
        [[[50, 50]], [[50, 50]]], [100, 100], emission_before_tonnes=[5.0, 5.0], emission_after_tonnes=np.ones((2, 1)),
        emission_limit=(20, 6), budget_eur=np.full((2, 1), 10.0), budget_limit=(5, 5),
    )  # fmt: skip
    with pytest.raises(InfeasibleError, match="the smallest relaxation") as refused:
        select(impossible)
    assert len(refused.value.faults) == 1


def test_buildings_that_need_their_street_in_different_periods():
    cost = np.array([[[50, np.inf]], [[np.inf, 50]]])
    apart = question(
        cost, [100, 100], stay_allowed=[False, False], street=[0, 0], street_bound=np.ones((2, 1), dtype=bool),
        opening_eur=np.zeros((1, 2)),
    )  # fmt: skip
    with pytest.raises(InfeasibleError, match="no single opening of the street"):
        select(apart)


def test_all_faults_of_the_arrays_at_once():
    broken = replace(
        slots(),
        budget_eur=np.full((3, 1), -1.0),
        street_bound=np.ones((3, 1), dtype=bool),
        feeder=np.array([0, -1, -1]),
    )
    with pytest.raises(DataError) as refused:
        select(broken)
    text = str(refused.value)
    assert "budget_eur is missing, infinite or below 0" in text
    assert "its building has no street" in text
    assert "feeder names numbers outside -1 .. -1" in text


def test_arrays_that_do_not_fit_together():
    with pytest.raises(DataError, match=r"stay_eur: \(2,\), expected \(3,\)"):
        select(replace(slots(), stay_eur=np.zeros(2)))


def test_a_building_without_any_option():
    with pytest.raises(DataError, match=r"1 buildings may not stay as they are and have no option \(rows 1\)"):
        select(
            replace(
                slots(),
                valid=np.array([[True], [False], [True]]),
                stay_allowed=np.array([True, False, True]),
            )
        )
