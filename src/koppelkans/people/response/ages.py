"""How long boilers last: survival by age, and the same with eight stages for a region."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from koppelkans.people.response.behaviour import Behaviour, Floats
from koppelkans.people.response.case import AGES

STAGES = 8
"""Stages of equal hazard: the spread of their life lies within 0.06 of survival of a Weibull law with shape 4."""


@dataclass(frozen=True, slots=True, eq=False)
class Ageing:
    """What happens to a boiler of each age, or stage, in one year; B of them."""

    end_share: Floats
    """(B,) comes to its end"""
    advance_share: Floats
    """(B,) moves on to the next, when it does not end"""
    remaining_years: Floats
    """(B,) expected"""
    start: Floats
    """(A, B) from an age in years to this one"""


def survival_share(behaviour: Behaviour) -> Floats:
    """Share of boilers that reach each age, 0 to AGES: exp(-(age / c)^shape), c so that the mean is the mean life."""
    shape = behaviour.boiler_life_shape
    scale_years = behaviour.boiler_life_years / math.gamma(1 + 1 / shape)
    return np.asarray(np.exp(-((np.arange(AGES + 1) / scale_years) ** shape)))


def stationary_age_share(behaviour: Behaviour) -> Floats:
    """Ages of boilers in a street where as many are replaced every year: the survival curve, scaled to one; (A,).

    The right guess for boilers of unknown age: a flat distribution would hold too many old ones.
    """
    alive = survival_share(behaviour)[:AGES]
    return np.asarray(alive / alive.sum())


def exact_ageing(behaviour: Behaviour) -> Ageing:
    """Ages in whole years, 0 to AGES - 1; who reaches the last one stays in it until the end."""
    alive = survival_share(behaviour)
    end = 1 - alive[1:] / alive[:-1]
    advance = np.ones(AGES)
    advance[-1] = 0
    remaining = np.cumsum(alive[1:][::-1])[::-1] / alive[:-1] + 0.5
    return Ageing(end, advance, remaining, np.eye(AGES))


def staged_ageing(behaviour: Behaviour) -> Ageing:
    """STAGES stages, each left with the same chance a year, STAGES / (mean life + half a year); a life ends from the last one.

    Half a year: a life that ends during a year counts from its start.

    A boiler of a known age is in stage b with the binomial chance of b moves in so many years, given that it still works.
    """
    move = min(1.0, STAGES / (behaviour.boiler_life_years + 0.5))
    end = np.zeros(STAGES)
    end[-1] = move
    advance = np.full(STAGES, move)
    advance[-1] = 0
    start = np.array([
        [math.comb(age, stage) * move**stage * (1 - move) ** max(0, age - stage) for stage in range(STAGES)]
        for age in range(AGES)
    ])  # fmt: skip
    dead = start.sum(axis=1) == 0  # a mean life below STAGES years
    start[dead, -1] = 1
    return Ageing(end, advance, (STAGES - np.arange(STAGES)) / move, start / start.sum(axis=1, keepdims=True))
