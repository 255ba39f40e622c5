"""Rows of the tables of works and street space for the team: owners by name, kinds and titles in the language of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.plans.plan_tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def owner_names(folder: Path) -> dict[str, str]:
    """Name of every owner of works in the language of the page; in Dutch in a plan made before owners had a name in English."""
    known = read_table(folder, "owners")
    column = "name_en" if get_language() == "en" and "name_en" in known else "name"
    return dict(zip(known["owner"], known[column], strict=True)) if len(known) else {}


def owners(folder: Path) -> pd.DataFrame:
    """Who works in the streets, named in the language of the page."""
    names = owner_names(folder)
    return read_table(folder, "owners").drop(columns="name_en", errors="ignore").assign(name=list(names.values()))


def works_words(found: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A table of works or assets with its kind under a name of its own, owners by name, and what it is joined with as kinds."""
    names = owner_names(folder)
    found = found.rename(columns={"kind": "work_kind", "joined_with": "works_joined", "works": "works_here"})
    several = "owners" in found
    if several:
        found = found.assign(
            owners=found["owners"].map(lambda keys: ", ".join(names.get(key, key) for key in str(keys).split("+")))
        )
    if "owner" in found:
        found = found.assign(owner=found["owner"].map(lambda key: names.get(key, key)))
    return found


def of_works(name: str) -> Callable[[Path], pd.DataFrame]:
    """How a table of works is read: kinds and owners in words."""
    return lambda folder: works_words(read_table(folder, name), folder)


def calendar(folder: Path) -> pd.DataFrame:
    """The calendar of works, by year; works after the horizon last."""
    found = works_words(read_table(folder, "calendar"), folder)
    return found.sort_values(["planned_year", "street"], kind="stable", na_position="last")


def assets(folder: Path) -> pd.DataFrame:
    """What lies in each street section."""
    return works_words(read_table(folder, "assets"), folder).rename(columns={"work_kind": "asset_kind"})


def owner_shares(folder: Path) -> pd.DataFrame:
    """What each owner pays, by name; its number of works keeps its name."""
    found = read_table(folder, "owner_shares").rename(columns={"works": "number_of_works"})
    return works_words(found, folder)


def shadow_prices(folder: Path) -> pd.DataFrame:
    """What one more of each limit is worth, the most first, in the language of the page."""
    text = "text" if get_language() == "nl" else "text_en"
    found = read_table(folder, "shadow_prices").sort_values("price_eur", ascending=False, kind="stable")
    return found[["limit", "year", "price_eur", text]].rename(columns={text: "text"})


def titled(name: str) -> Callable[[Path], pd.DataFrame]:
    """A table whose rows have a title in both languages, with that of the page alone."""

    def read(folder: Path) -> pd.DataFrame:
        found = read_table(folder, name)
        title = "title" if get_language() == "nl" else "title_en"
        told = found.assign(title_of_row=found[title]).drop(columns=[found.columns[0], "title", "title_en"])
        return told[["title_of_row", *(column for column in told.columns if column != "title_of_row")]]

    return read


def absence(folder: Path) -> pd.DataFrame:
    """Without which owner what costs more, owners by name."""
    found = read_table(folder, "owner_absence").drop(columns="row")
    names = owner_names(folder) | {"total": _("allen samen")}
    return found.assign(**{who: found[who].map(lambda key: names.get(key, key)) for who in ("absent", "bearer")})


def space_clashes(folder: Path) -> pd.DataFrame:
    """Demands that cannot be kept together, by set."""
    return read_table(folder, "space_clashes").drop(columns="row")


def pattern_names(folder: Path) -> dict[str, str]:
    """Every cross-section in words by key, in the language of the page: class of width, what is in it, numbered where the words are the same."""
    from koppelkans.report.material import Words
    from koppelkans.report.street_space import pattern_words

    words, names, often = Words("en" if get_language() == "en" else "nl"), dict[str, str](), dict[str, int]()
    for row in read_table(folder, "patterns").to_dict("records"):
        told = f"{float(row['class_m']):g} m: {pattern_words(row, words)}"
        often[told] = often.get(told, 0) + 1
        names[str(row["pattern"])] = told if often[told] == 1 else f"{told} ({often[told]})"
    return names


def street_patterns(folder: Path) -> pd.DataFrame:
    """Every street section with its cross-sections in words, those with one first."""
    found = read_table(folder, "street_patterns")
    first = ["section", "street", "state", "class_m", "pattern_now", "pattern_then"]
    found = found[[*first, *(name for name in found.columns if name not in first)]]
    names, planned = pattern_names(folder), found["state"] != "not_planned"
    told = {name: found[name].astype(object).map(names) for name in ("pattern_now", "pattern_then")}
    return found.assign(**told, _later=~planned).sort_values(["_later", "street"], kind="stable").drop(columns="_later")


def patterns(folder: Path) -> pd.DataFrame:
    """The cross-sections with their yields, named in words."""
    names, found = pattern_names(folder), read_table(folder, "patterns")
    return found.assign(pattern=found["pattern"].astype(object).map(names))


def strips(folder: Path) -> pd.DataFrame:
    """The strips of every cross-section, above and below ground."""
    names, found = pattern_names(folder), read_table(folder, "pattern_strips").drop(columns="strip")
    named = found.assign(pattern=found["pattern"].astype(object).map(names))
    return named.rename(columns={"kind": "strip_kind", "level": "level_of_strip"})
