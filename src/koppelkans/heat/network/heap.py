"""A binary heap on two arrays, for the kernels: the smallest key first, equal keys by the smaller item."""

from __future__ import annotations

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.instance import Floats, Ints


@compiled
def push(keys: Floats, items: Ints, size: int, key: float, item: int) -> int:
    """Put an item in; the new size."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] < key or (keys[above] == key and items[above] <= item):
            break
        keys[place] = keys[above]
        items[place] = items[above]
        place = above
    keys[place] = key
    items[place] = item
    return size + 1


@compiled
def drop_first(keys: Floats, items: Ints, size: int) -> int:
    """Take the first item (``items[0]``) out; the new size."""
    size -= 1
    key = keys[size]
    item = items[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (keys[other] < keys[below] or (keys[other] == keys[below] and items[other] < items[below])):
            below = other
        if key < keys[below] or (key == keys[below] and item <= items[below]):
            break
        keys[place] = keys[below]
        items[place] = items[below]
        place = below
    keys[place] = key
    items[place] = item
    return size
