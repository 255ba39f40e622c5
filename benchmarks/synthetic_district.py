"""Synthetic street districts: a jittered grid of streets, houses on both sides, one source in the middle.

A district depends on target and seed alone (numpy ``default_rng``). Every building is a leaf with one service edge; lengths are
the measure, not the distance between the places.
"""

from dataclasses import dataclass

import numpy as np

SIZES = {"small": 220, "medium": 900, "large": 2000, "huge": 4500}

BLOCK_M, JITTER_M = 110.0, 12.0  # distance between crossings; standard deviation of their place, in x and in y
LINK_SHARE = 0.9  # share of the links of the grid that exist
FRONTAGE_M, CORNER_M = 9.0, 4.0  # a possible building every 9 m on both sides, none nearer to a crossing than 4 m
SERVICE_M = (4.0, 14.0)  # length of a service pipe, uniform
SHORTEST_M = 0.5  # two tees at the same place get a section of this length
HOUSE_KW, HOUSE_SIGMA = 9.0, 0.5  # log-normal peak of a house: median and sigma of the logarithm
LARGE_KW, LARGE_SIGMA, LARGE_SHARE = 120.0, 0.6, 0.03  # the same for large customers


@dataclass(frozen=True)
class District:
    peak_kw: np.ndarray  # per node, 0 where there is no building
    edges: np.ndarray  # from node, to node
    length_m: np.ndarray
    service: np.ndarray  # True: service pipe of one building
    source: int


def grid_size(target: int) -> int:
    """The smallest k x k grid of crossings whose streets hold the target with room to thin out."""
    k = 2
    while 2 * k * (k - 1) * 0.85 * BLOCK_M / FRONTAGE_M * 2 * 0.6 < target:
        k += 1
    return k


def crossings(k: int, random: np.random.Generator) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Places of the crossings and the links between them; the order of the draws is part of the recipe."""
    places = [
        (i * BLOCK_M + random.normal(0, JITTER_M), j * BLOCK_M + random.normal(0, JITTER_M))
        for i in range(k)
        for j in range(k)
    ]
    links = []
    for i in range(k):
        for j in range(k):
            here = i * k + j
            if i + 1 < k and random.random() < LINK_SHARE:
                links.append((here, here + k))
            if j + 1 < k and random.random() < LINK_SHARE:
                links.append((here, here + 1))
    return np.array(places), links


def peak(random: np.random.Generator) -> float:
    """The peak demand of one building, kW."""
    if random.random() > LARGE_SHARE:
        return float(random.lognormal(np.log(HOUSE_KW), HOUSE_SIGMA))
    return float(random.lognormal(np.log(LARGE_KW), LARGE_SIGMA))


def make_district(target: int, seed: int) -> District:
    """A district of about ``target`` buildings."""
    random = np.random.default_rng(seed)
    k = grid_size(target)
    places, links = crossings(k, random)
    metres = [float(np.hypot(*(places[a] - places[b]))) for a, b in links]
    built_up = target / sum(2 * length / FRONTAGE_M for length in metres)
    kw = [0.0] * (k * k)
    rows: list[tuple[int, int, float, bool]] = []
    for (a, b), length in zip(links, metres, strict=True):
        lots = sorted(
            (place, side)
            for side in (1, -1)
            for place in np.arange(CORNER_M, length - CORNER_M, FRONTAGE_M)
            if random.random() < built_up
        )
        previous, done = a, 0.0
        for place, _ in lots:
            tee = len(kw)
            kw += [0.0, peak(random)]
            rows.append((previous, tee, max(place - done, SHORTEST_M), False))
            rows.append((tee, tee + 1, float(random.uniform(*SERVICE_M)), True))
            previous, done = tee, place
        rows.append((previous, b, max(length - done, SHORTEST_M), False))
    return District(
        np.array(kw), np.array([row[:2] for row in rows]), np.array([row[2] for row in rows], dtype=float),
        np.array([row[3] for row in rows]), (k // 2) * k + k // 2,
    )  # fmt: skip
