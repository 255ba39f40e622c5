"""One-way streets and cuts: whatever is turned or closed, every junction stays within reach of every other."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from koppelkans.street.space.access import access


def parts(count, arcs, connection):
    start, end = np.array([*arcs, (0, 0)]).T
    return connected_components(coo_array((np.ones(len(start)), (start, end)), (count, count)), connection=connection)[
        1
    ]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_choice_of_what_may_be_turned_and_cut_keeps_access(data):
    count = data.draw(st.integers(2, 9))
    node = st.integers(0, count - 1)
    streets = data.draw(st.lists(st.tuples(node, node), min_size=1, max_size=16))
    rank = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(streets), max_size=len(streets))))
    names = [[f"n{one}" for one in ends] for ends in zip(*streets, strict=True)]
    found = access(pd.Series(names[0]), pd.Series(names[1]), np.ones(len(streets), dtype=bool), rank)
    both = [(one, other) for one, other in streets] + [(other, one) for one, other in streets]
    turn, cut = (data.draw(st.lists(st.booleans(), min_size=len(streets), max_size=len(streets))) for _ in range(2))
    arcs = []
    for place, (one, other) in enumerate(streets):
        if cut[place] and found.cuts[place]:
            continue
        way = int(found.turns[place]) if turn[place] else 0
        arcs += [(one, other)] * (way >= 0) + [(other, one)] * (way <= 0)
    before, after = parts(count, both, "weak"), parts(count, arcs, "strong")
    assert len(set(before)) == len(set(after))
    assert all(len(set(after[before == part])) == 1 for part in set(before))


def test_a_square_with_a_tail_and_a_diagonal():
    """The tail is the only way to its end; the diagonal closes nothing that the square leaves open."""
    ends = pd.DataFrame(
        [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("d", "e"), ("a", "c")], columns=["from", "to"]
    )
    found = access(ends["from"], ends["to"], np.ones(6, dtype=bool), np.array([0, 0, 0, 0, 0, 3]))
    assert found.turns.tolist()[4] == 0
    assert (np.delete(found.turns, 4) != 0).all()
    assert found.cuts.tolist() == [False] * 5 + [True]
    assert len(set(found.turns[:4])) == 1


def test_streets_that_nobody_drives_are_no_way_round():
    ends = pd.DataFrame([("a", "b"), ("b", "a")], columns=["from", "to"])
    found = access(ends["from"], ends["to"], np.array([True, False]), np.array([0, 0]))
    assert found.turns.tolist() == [0, 0]
    assert not found.cuts.any()
