"""Street names and house numbers, made comparable: sources write the same street in many ways."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

NOT_APPLICABLE = ("nvt", "ng", "", "nan", "none", "<null>", "n/a")
"""How Flemish registers write that there is no value (nvt: not applicable, ng: not known)."""
LONGEST_RANGE = 40
"""A range of more house numbers than this is a typing error, and only its ends are taken."""


def text(values: pd.Series) -> pd.Series:
    """The same values as text: numbers without decimals, blanks and register codes for "nothing" as missing."""
    if pd.api.types.is_float_dtype(values):
        values = values.astype("Int64")
    plain = values.astype("str").str.strip()
    gone = values.isna() | plain.str.lower().isin(NOT_APPLICABLE)
    return plain.mask(gone).astype("str")


def letters(names: pd.Series) -> pd.Series:
    """Street names reduced to letters and digits (case, hyphens, spaces and accents left out), to compare spellings.

    ``Sint-Jozefsstraat`` and ``Sint Jozefsstraat`` give the same; so do ``Ringstrasse`` and ``Ringstraße``.
    """
    known = {name: _letters(name) for name in names.dropna().unique()}
    return names.map(known).astype("str")


def _letters(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in bare if sign.isalnum())


def slug(names: pd.Series) -> pd.Series:
    """Names as parts of a key: lower case, hyphens for all other signs."""
    known = {name: plain_key(name) for name in names.dropna().unique()}
    return names.map(known).astype("str")


def plain_key(name: str) -> str:
    """One name as a key: lower case letters and digits, hyphens between."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9_]+", "-", kept).strip("-")


def house_numbers(values: pd.Series) -> pd.Series:
    """House numbers in one spelling: ``83 a`` becomes ``83A``."""
    return text(values).str.upper().str.replace(" ", "", regex=False)


def single_numbers(values: pd.Series) -> pd.Series:
    """Each house number of a list or range on a row of its own; the index repeats.

    ``14,16`` gives 14 and 16; ``5-9`` gives 5, 7 and 9 (one side of the street).
    """
    parts = house_numbers(values).dropna().str.split(r"[,;/+]", regex=True).explode()
    ranges = parts.str.fullmatch(r"\d+-\d+")
    expanded = {part: _range(part) for part in parts[ranges].unique()}
    parts = parts.map(lambda part: expanded.get(part, [part])).explode()
    return parts[parts.notna() & (parts != "")].astype("str")


def _range(part: str) -> list[str]:
    first, last = (int(end) for end in part.split("-"))
    step = 2 if (last - first) % 2 == 0 else 1
    if not first < last <= first + LONGEST_RANGE:
        return [str(first), str(last)]
    return [str(number) for number in range(first, last + 1, step)]


def official_names(*layers: pd.Series) -> dict[str, str]:
    """Official spelling by reduced name: the first layer that knows a street decides; within it the commonest spelling."""
    official: dict[str, str] = {}
    for names in layers:
        counted = names.dropna().value_counts().rename_axis("name").reset_index()
        reduced = letters(counted["name"])
        for key, name in zip(reduced, counted["name"], strict=True):
            official.setdefault(key, name)
    return official


def spelled(names: pd.Series, official: dict[str, str]) -> pd.Series:
    """The names in their official spelling; names that no official layer knows stay as they are."""
    return letters(names).map(official).astype("str").fillna(names)
