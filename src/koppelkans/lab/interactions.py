"""What several levers do together: each alone, each last, all together, and a fair share of the whole for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import TypeVar

from koppelkans.errors import ScenarioError

MOST_LEVERS = 5
Lever = TypeVar("Lever")


def effects_of_subsets(
    levers: Sequence[Lever], outcome: Callable[[tuple[Lever, ...]], float]
) -> dict[frozenset[int], float]:
    """The outcome under every subset of the levers, minus that without any; keys are places in ``levers``.

    ``outcome`` is asked once per subset, 2^n times. Raises ScenarioError that names the count above ``MOST_LEVERS`` levers.
    """
    count = len(levers)
    if count > MOST_LEVERS:
        raise ScenarioError(
            f"the interactions of {count} levers need {2**count} runs; at most {MOST_LEVERS} levers ({2**MOST_LEVERS} runs) are taken "
            "apart. Leave some out, or put together what belongs together"
        )
    base = outcome(())
    found = {frozenset[int](): 0.0}
    for size in range(1, count + 1):
        for members in combinations(range(count), size):
            found[frozenset(members)] = outcome(tuple(levers[member] for member in members)) - base
    return found


def shapley_values(effects: dict[frozenset[int], float], count: int) -> list[float]:
    """The share of each lever in the effect of all together; the shares add up to it.

    phi_i = sum over S without i of  |S|! (n - |S| - 1)! / n!  [v(S + i) - v(S)],  the mean of what lever i adds over every order in
    which the levers may come into force. Method: docs/method.md#lab-interactions. Source: Shapley (1953).
    """
    shares = []
    for member in range(count):
        share = 0.0
        for members, effect in effects.items():
            if member not in members:
                weight = factorial(len(members)) * factorial(count - len(members) - 1) / factorial(count)
                share += weight * (effects[members | {member}] - effect)
        shares.append(share)
    return shares


def interaction_rows(
    names: Sequence[str], effects: dict[frozenset[int], float], unit: str
) -> list[tuple[str, str, float, str]]:
    """Rows (outcome, group, value, unit): ``alone``, ``last`` (added to all others) and ``shapley`` per lever, ``together``, and
    ``interaction``: together minus the sum of each alone.
    """
    count, everything = len(names), frozenset(range(len(names)))
    shares = shapley_values(effects, count)
    rows = []
    for member, name in enumerate(names):
        alone, rest = effects[frozenset({member})], effects[everything - {member}]
        rows += [
            ("alone", name, alone, unit), ("last", name, effects[everything] - rest, unit), ("shapley", name, shares[member], unit),
        ]  # fmt: skip
    separate = sum(effects[frozenset({member})] for member in range(count))
    together = effects[everything]
    return [*rows, ("together", "all_levers", together, unit), ("interaction", "all_levers", together - separate, unit)]
