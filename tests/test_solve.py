"""The solver contract: right on cases solved by hand, with a bound on either side, and the same twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import InfeasibleError
from koppelkans.solve import INFINITE, Limits, LinearModel, solve


def model(cost, rows, row_low, row_high, *, integer=False, high=INFINITE) -> LinearModel:
    matrix = np.array(rows, dtype=float)
    count = len(cost)
    return LinearModel(
        cost=np.array(cost, dtype=float), low=np.zeros(count), high=np.full(count, high), integer=np.full(count, integer),
        starts=np.arange(0, matrix.size + 1, count, dtype=np.int32), columns=np.tile(np.arange(count, dtype=np.int32), len(matrix)),
        coefficients=matrix.ravel(), row_low=np.array(row_low, dtype=float), row_high=np.array(row_high, dtype=float),
    )  # fmt: skip


def test_a_linear_case_by_hand():
    # min 2x + 3y, x + y >= 4, x <= 3: x = 3, y = 1, cost 9; one more unit on the right costs 3
    found = solve(model([2, 3], [[1, 1], [1, 0]], [4, -INFINITE], [INFINITE, 3]), Limits())
    assert found.objective == pytest.approx(9)
    assert found.values == pytest.approx([3, 1])
    assert found.row_duals[0] == pytest.approx(3)
    assert found.bound == found.objective
    assert found.reproducible


def test_a_whole_number_case_by_hand():
    # knapsack: values 60 100 120, weights 10 20 30, capacity 50: the last two, 220
    found = solve(model([-60, -100, -120], [[10, 20, 30]], [-INFINITE], [50], integer=True, high=1), Limits())
    assert found.objective == pytest.approx(-220)
    assert found.values == pytest.approx([0, 1, 1])
    assert found.bound <= found.objective + 1e-6


def test_what_cannot_be_solved_says_so():
    with pytest.raises(InfeasibleError, match="keeps all conditions"):
        solve(model([1], [[1]], [2], [1]), Limits())
    with pytest.raises(InfeasibleError, match=r"no floor|keeps all"):
        solve(model([-1], [[1]], [0], [INFINITE]), Limits())


def test_a_missing_cost_is_an_error_and_not_zero():
    with pytest.raises(ValueError, match="cost or coefficient is missing"):
        solve(model([np.nan, 1], [[1, 1]], [1], [2]), Limits())
    whole = model([1, 1], [[1, 1]], [1], [2])
    with pytest.raises(ValueError, match="do not fit"):
        solve(replace(whole, coefficients=whole.coefficients[:1]), Limits())


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 20)), min_size=3, max_size=8), st.integers(5, 60))
@settings(max_examples=25, deadline=None)
def test_the_bound_holds_and_the_same_answer_comes_twice(items, capacity):
    values, weights = zip(*items, strict=True)
    knapsack = model([-value for value in values], [list(weights)], [-INFINITE], [capacity], integer=True, high=1)
    first, second = solve(knapsack, Limits()), solve(knapsack, Limits())
    best = 0
    for chosen in range(2 ** len(items)):
        picked = [place for place in range(len(items)) if chosen >> place & 1]
        if sum(weights[place] for place in picked) <= capacity:
            best = max(best, sum(values[place] for place in picked))
    assert first.bound - 1e-6 <= -best <= first.objective + 1e-4 * abs(best) + 1e-6
    assert np.array_equal(first.values, second.values)
