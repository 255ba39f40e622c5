"""The months of the first years: neighbours apart, crews enough, as little as possible outside its year, and the proof."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.parameters import read_parameters
from koppelkans.solve import Limits
from koppelkans.street.calendar.case import HEAT, KINDS, SEWER
from koppelkans.street.calendar.months import (
    Around,
    crew_caps_m,
    listed_months,
    month_tasks,
    months_of_works,
    months_remarks,
    proven_months,
)
from koppelkans.street.calendar.months_search import improved_starts, listed_starts
from koppelkans.street.calendar.months_tasks import broken_months
from koppelkans.street.calendar.months_years import Feedback, settled_remarks, settled_years, years_of_months
from koppelkans.street.calendar.pace import task_months, task_of_works, works_pace
from street_cases import generated
from works_fixture import PACE, hand_case

LIMITS = Limits(nodes=500, gap_share=0.0)


def works_months(case, year, *, limits, **about):
    """The months with their proof."""
    return proven_months(listed_months(case, year, seed=limits.seed, **about), limits)


def chain_of(sections: int) -> Around:
    """Sections one after the other, 10, 20, 30 ... residents."""
    here = np.arange(sections - 1)
    return Around(np.stack([here, here + 1], axis=1), 10.0 * np.arange(1, sections + 1))


def crowded(sections: int = 3, kind: str = "sewer"):
    """A year in which every section of a street has its sewer renewed: 5 months each over 100 m."""
    case = hand_case([{"kind": kind, "section": at} for at in range(sections)], sections=sections, years=5)
    return case, np.zeros(sections, dtype=int)


# ----------------------------------------------------------------------------------------------------------------------- cases


def test_duration_of_a_closure_by_hand():
    works = [{"kind": "sewer"}, {"kind": "heat"}, {"kind": "cable", "joins": False}, {"kind": "gas", "section": 1}]
    case = hand_case(works, sections=2, length_m=np.array([80.0, 20.0]))
    which = np.arange(4)
    task = task_of_works(case, np.zeros(4, dtype=int), which)
    assert task[0] == task[1] != task[2]
    months = task_months(case, which, task, PACE)
    assert months[task].tolist() == [5, 5, 1, 1]  # 3.5 + 0.3 x 2.5 = 4.25; 1; 0.7 / 4, at least a month


def test_neighbours_take_turns_by_hand():
    """Three neighbours of five months in one year: the outer two go together, the middle one after them; nothing leaves the year."""
    case, year = crowded()
    found = works_months(case, year, around=chain_of(3), pace=PACE, limits=LIMITS)
    first, middle, last = found.start
    assert found.objective == found.bound == 0
    assert middle >= max(first, last) + 5 or middle + 5 <= min(first, last)
    assert found.person_months == 5 * (10 + 20 + 30)
    assert months_of_works(case, found).loc["sewer-1", "month_to"] <= "2026-12"


def test_who_leaves_the_year_is_where_few_live():
    """All three touch each other: 15 months of work in 12; the task of the fewest residents runs out by 3 months."""
    case, year = crowded()
    around = Around(np.array([[0, 1], [0, 2], [1, 2]]), np.array([10.0, 20.0, 30.0]))
    found = works_months(case, year, around=around, pace=PACE, limits=LIMITS)
    assert found.objective == found.bound == 3 * 10
    assert found.tasks.out(found.start).tolist() == [3, 0, 0]
    text = months_remarks(case, found)[-1]["text_en"]
    assert "Of 3 closures in the first years 1 run outside their year" in text


def test_too_few_crews_are_said():
    case, year = crowded(4)
    crews = np.where(np.arange(len(KINDS)) == SEWER, 1.0, np.inf)
    around = Around(np.zeros((0, 2), dtype=int), np.full(4, 10.0))
    found = works_months(case, year, around=around, pace=replace(PACE, crews=crews), limits=LIMITS)
    rows = months_remarks(case, found)
    assert rows[0]["text_en"] == "In 2026 crews are short (sewer): 20 crew-months asked, 12 available."
    assert rows[0]["text"].startswith("In 2026 zijn er te weinig ploegen (riolering)")
    caps = crew_caps_m(case, year, found)
    assert caps[SEWER, 0] == pytest.approx(400 * 12 / 20)  # metres that fit in the year
    assert np.isinf(np.delete(caps.ravel(), SEWER * case.years)).all()
    assert found.objective == found.bound == 10 * (3 + 8)  # the third ends in month 15, the fourth in month 20


def one_crew(works: list[dict[str, object]], sections: int):
    """Sections of five months of sewer each, apart from each other, with one crew: two fit in a year."""
    case = hand_case(works, sections=sections, years=5)
    crews = np.where(np.arange(len(KINDS)) == SEWER, 1.0, np.inf)
    around = Around(np.zeros((0, 2), dtype=int), np.full(sections, 10.0))
    return case, lambda year: works_months(case, year, around=around, pace=replace(PACE, crews=crews), limits=LIMITS)


def test_overload_goes_back_to_the_years():
    """Four sewers asked in one year that holds two: the two that are dear when late stay, the two cheap ones go to the next year."""
    works = [
        {"kind": "sewer", "section": at, "due": 0, "overdue_share": 0.5 if at < 2 else 0.01, "own_eur": 1_000.0}
        for at in (2, 3, 0, 1)
    ]
    case, months = one_crew(works, 4)
    first = np.zeros(4, dtype=int)
    asked = list[float]()

    def again(capped, start):
        asked.append(float(capped.bounds.crew_m[SEWER, 0]))
        dear = capped.works.overdue_share > 0.1
        return np.where(dear, 0, 1)

    limits = Feedback(2, 0.1, 5.0)
    found = settled_years(case, first, plan_years=again, plan_months=months, limits=limits)
    assert asked == [pytest.approx(400 * 12 / 20)]  # metres of the year that its months hold
    assert found.year.tolist() == [1, 1, 0, 0]
    assert (found.moved, found.rounds) == (2, 1)
    assert found.asked_share == (pytest.approx(20 / 12), 1.0)
    assert found.worth_eur[1] < found.worth_eur[0]
    assert "2 works got another year" in settled_remarks(found)[0]["text_en"]


def test_work_that_leaves_its_year_counts_there():
    """Three sewers of five months with one crew: the third has its months next year, so that is its year in the judgement."""
    case, months = one_crew([{"kind": "sewer", "section": at} for at in range(3)], 3)
    real = years_of_months(case, np.zeros(3, dtype=int), months(np.zeros(3, dtype=int)))
    assert sorted(real.tolist()) == [0, 0, 1]


def test_a_worse_calendar_is_not_kept_and_no_overload_asks_nothing():
    case, months = one_crew([{"kind": "sewer", "section": at, "due": 0, "overdue_share": 0.5} for at in range(4)], 4)
    worse = settled_years(
        case, np.zeros(4, dtype=int), plan_years=lambda capped, start: np.array([3, 3, 4, 4]), plan_months=months,
        limits=Feedback(2, 0.1, 5.0), most_eur=0.0,
    )  # fmt: skip
    assert (worse.year.tolist(), worse.moved, worse.rounds) == ([0] * 4, 0, 1)
    assert "gave no better calendar" in settled_remarks(worse)[0]["text_en"]
    fits = settled_years(
        case, np.array([0, 0, 1, 1]), plan_years=lambda capped, start: start, plan_months=months, limits=Feedback(2, 0.1, 5.0)
    )  # fmt: skip
    assert fits.rounds == 0
    assert settled_remarks(fits) == []


def test_gas_does_not_begin_before_its_year():
    case = hand_case([{"kind": "gas"}, {"kind": "sewer", "section": 1}], sections=2, years=5)
    tasks = works_months(case, np.array([2, 2]), around=chain_of(2), pace=PACE, limits=LIMITS).tasks
    assert tasks.first.tolist() == [24, 18]


def test_works_of_one_section_stay_in_order():
    case = hand_case([{"kind": "sewer"}, {"kind": "heat"}, {"kind": "reconstruction"}], years=5)
    found = works_months(
        case,
        np.array([0, 1, 1]),
        around=chain_of(1),
        pace=replace(PACE, months_per_m=PACE.months_per_m * 3),
        limits=LIMITS,
    )
    sewer, later = found.tasks.of_work[0], found.tasks.of_work[1]
    assert found.start[later] >= found.start[sewer] + found.tasks.months[sewer]
    assert found.tasks.of_work[1] == found.tasks.of_work[2]


def test_frozen_months_stay():
    case, year = crowded()
    found = works_months(case, year, around=chain_of(3), pace=PACE, limits=LIMITS, frozen={"sewer-1": 3})
    assert found.start[found.tasks.of_work[1]] == 3
    assert months_of_works(case, found).loc["sewer-1"].tolist() == ["2026-04", "2026-08"]
    assert not broken_months(found.tasks, found.start)


def test_brute_force_on_four_tasks():
    case = hand_case(
        [{"kind": "heat", "section": at} for at in range(4)],
        sections=4,
        years=5,
        length_m=np.array([120.0, 150.0, 100.0, 130.0]),
    )
    year = np.zeros(4, dtype=int)
    around = Around(np.array([[0, 1], [1, 2], [0, 2], [2, 3]]), np.array([40.0, 10.0, 20.0, 30.0]))
    crews = np.where(np.arange(len(KINDS)) == HEAT, 1.0, np.inf)
    pace = replace(PACE, crews=crews)
    found = works_months(case, year, around=around, pace=pace, limits=LIMITS)
    lasts, residents = found.tasks.months, found.tasks.residents
    # one crew: nothing begins after all others are over
    starts = np.stack(np.meshgrid(*[np.arange(lasts.sum())] * 4, indexing="ij")).reshape(4, -1)
    ends = starts + lasts[:, None]
    apart = [(ends[one] <= starts[other]) | (ends[other] <= starts[one]) for one in range(4) for other in range(one)]
    costs = residents @ np.maximum(ends - 12, 0)
    least = costs[np.logical_and.reduce(apart)].min()
    assert least > 0
    assert found.objective == pytest.approx(least)
    assert found.bound == pytest.approx(least)


def test_pace_from_the_parameters():
    pace = works_pace(read_parameters(), date(2026, 1, 1))
    assert pace.months_per_m[SEWER] == pytest.approx(3.5 / 80)
    assert pace.crews[HEAT] == 6
    assert np.isinf(pace.crews[KINDS.index("cable")])
    assert (pace.beside_share, pace.early_months) == (0.3, 6)


# ------------------------------------------------------------------------------------------------------------------ properties


def _random(seed: int, sections: int = 12):
    place = generated(sections, seed)
    draw = np.random.default_rng(seed)
    year = draw.integers(0, 8, len(place.case.works.kind))
    crews = np.where(np.isin(np.arange(len(KINDS)), (HEAT, SEWER)), 2.0, np.inf)
    return (
        place.case,
        year,
        Around(place.neighbours, draw.integers(0, 60, sections).astype(float)),
        replace(PACE, crews=crews),
    )


@given(st.integers(1, 500))
@settings(max_examples=8, deadline=None)
def test_rules_hold_counted_independently(seed):
    case, year, around, pace = _random(seed)
    found = works_months(case, year, around=around, pace=pace, limits=Limits(nodes=5, gap_share=0.05))
    tasks, start, end = found.tasks, found.start, found.start + found.tasks.months
    touching = {frozenset(pair) for pair in around.beside.tolist()}
    for month in range(int(end.max())):
        busy = np.flatnonzero((start <= month) & (month < end)).tolist()
        for one in busy:
            for other in busy:
                pair = frozenset((int(tasks.section[one]), int(tasks.section[other])))
                assert one == other or (len(pair) == 2 and pair not in touching)
        assert tasks.kinds[busy].sum(axis=0)[HEAT] <= 2
    assert found.bound <= found.objective + 1e-9
    assert found.gap_share <= 1


@given(st.integers(1, 500))
@settings(max_examples=10, deadline=None)
def test_search_never_makes_it_worse(seed):
    case, year, around, pace = _random(seed, 8)
    tasks = month_tasks(case, year, around=around, pace=pace, years=5, frozen={})
    begun = listed_starts(tasks, 60)
    better = improved_starts(tasks, begun, 1)
    assert not broken_months(tasks, begun)
    assert not broken_months(tasks, better)
    assert tasks.cost(better) <= tasks.cost(begun)


@given(st.integers(1, 200))
@settings(max_examples=10, deadline=None)
def test_cliques_cover_every_pair_and_nothing_else(seed):
    case, year, around, pace = _random(seed)
    tasks = month_tasks(case, np.minimum(year, 4), around=around, pace=pace, years=5, frozen={})
    covered = np.zeros_like(tasks.near)
    for group in tasks.cliques:
        inside = np.ix_(group, group)
        assert (tasks.near[inside] | np.eye(len(group), dtype=bool)).all()
        covered[inside] = True
    np.fill_diagonal(covered, False)
    assert (covered == tasks.near).all()


def test_same_months_twice():
    case, year, around, pace = _random(3)
    one, other = (works_months(case, year, around=around, pace=pace, limits=Limits(nodes=5)) for _ in range(2))
    assert one.start.tolist() == other.start.tolist()


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_no_works_no_months():
    case, year = crowded()
    found = works_months(case, year + 5, around=chain_of(3), pace=PACE, limits=LIMITS)
    assert (len(found.start), found.objective) == (0, 0)
    assert months_of_works(case, found).empty


def test_frozen_months_that_cannot_be_kept():
    case, year = crowded()
    with pytest.raises(DataError, match="sewer-9 is no work of the calendar"):
        works_months(case, year, around=chain_of(3), pace=PACE, limits=LIMITS, frozen={"sewer-9": 1})
    with pytest.raises(DataError, match="section s0 and section s1 are closed at once in month 4"):
        works_months(case, year, around=chain_of(3), pace=PACE, limits=LIMITS, frozen={"sewer-0": 2, "sewer-1": 4})
    two = hand_case([{"kind": "sewer"}, {"kind": "cable"}], years=5)
    with pytest.raises(DataError, match="cable-1 is frozen in month 5, another work of its opening in month 3"):
        works_months(
            two,
            np.zeros(2, dtype=int),
            around=chain_of(1),
            pace=PACE,
            limits=LIMITS,
            frozen={"sewer-0": 3, "cable-1": 5},
        )


def test_fixed_works_that_do_not_fit_a_year():
    """Three neighbours fixed in one year, all touching, each five months: one runs on, and that is said; a frozen month never moves."""
    works = [{"kind": "sewer", "section": at, "fixed": 0} for at in range(3)]
    case, year = hand_case(works, sections=3, years=5), np.zeros(3, dtype=int)
    around = Around(np.array([[0, 1], [0, 2], [1, 2]]), np.full(3, 10.0))
    found = works_months(case, year, around=around, pace=PACE, limits=LIMITS, frozen={"sewer-2": 7})
    assert sorted(found.start.tolist()) == [0, 7, 12]
    assert found.start[2] == 7
    assert found.objective == found.bound == 5 * 10 * 100
    assert "1 closures with a fixed year run outside it" in months_remarks(case, found)[0]["text_en"]
