"""What every chapter of the report works from: the plan, the words and notation of the reader, and what may be published."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.errors import KoppelkansError
from koppelkans.plan.record import Plan
from koppelkans.report import maps
from koppelkans.report.document import Paragraph, Section, Text, plain, rich
from koppelkans.report.notation import Notation

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("nl", "en")
KWH_PER_MWH = 1_000.0
OTHER = "other"
_UNBROKEN_DASH = "\u2060–\u2060"
KINDS = (*tables.TYPES, OTHER)
"""Types of building as they are published: small types stand together as ``OTHER``, in every table alike."""


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """All texts of one language, by group and key. Raises KoppelkansError for a language that has none."""
    if language not in LANGUAGES:
        raise KoppelkansError(f"no report in language {language!r}; choose one of {', '.join(LANGUAGES)}")
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; a key is ``group.name``."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """A text with its values filled in."""
        return self._template(key, values).format(**values)

    def rich(self, key: str, **values: object) -> Text:
        """A text with markup, its values filled in."""
        return rich(self._template(key, values), **values)

    def _template(self, key: str, values: Mapping[str, object]) -> str:
        """The text of a key; for a ``count`` of one that of ``key_one``, where the language has it."""
        group, name = key.split(".", 1)
        known = texts(self.language)[group]
        single = f"{name}_one"
        return known[single if str(values.get("count", "")) == "1" and single in known else name]

    def name(self, group: str, key: object) -> str:
        """The word for a value of a vocabulary; a value that is free text stands for itself."""
        return texts(self.language)[group].get(str(key), str(key).replace("_", " "))


@dataclass(frozen=True)
class Material:
    """One plan, ready to be told."""

    plan: Plan
    words: Words
    notation: Notation

    @cached_property
    def heated(self) -> pd.DataFrame:
        """Heated buildings with their demand.

        ``homes``: dwellings, or one for a building without (amounts per home). ``kind``: the type under which it is published.
        """
        buildings = pd.DataFrame(self.plan.place.buildings.drop(columns="geometry"))
        joined = buildings[buildings["heated"]].join(self.plan["demand"], how="inner")
        kind = disclosure.merged_small_groups(joined["heat_kwh"], joined["type"], rest=OTHER)
        return joined.assign(homes=joined["dwellings"].clip(lower=1).astype(float), kind=kind)

    @cached_property
    def publishable(self) -> bool:
        """Whether totals of the whole place may be published."""
        return disclosure.allowed_total(self.heated["heat_kwh"])

    def printed(self, name: str) -> pd.DataFrame:
        """A table whose rows are printed as they are. Raises DataError for a table with rows per building."""
        return disclosure.require_aggregate(tables.TABLES[name], self.plan[name])

    def table(self, name: str) -> pd.DataFrame:
        """A table to count in, not to print; without rows in a plan that does not have it."""
        found = self.plan.tables.get(name)
        return tables.TABLES[name].empty() if found is None else found

    @cached_property
    def renovated(self) -> pd.DataFrame:
        """What the plan does in each heated building: ``rung`` and ``package``, and the columns of RENOVATIONS of that rung.

        Without rows in a plan without renovation ladder. A building without a ladder stays as it is.
        """
        ladder, choices = self.table("renovations"), self.choices
        if ladder.empty:
            return ladder.assign(package=pd.Series(dtype="str"))
        rung = self.plan["options"]["rung"].reindex(choices.index.astype(str) + "|" + choices["solution"]).fillna(0)
        at = pd.MultiIndex.from_arrays([choices.index, rung.astype("int64")])
        found = ladder.drop_duplicates(["building", "rung"]).set_index(["building", "rung"]).reindex(at)
        found = found.reset_index("rung").set_axis(choices.index)
        nothing = dict.fromkeys(found.select_dtypes("float").columns, 0.0) | {"space_share": 1.0, "peak_share": 1.0}
        return found.fillna(nothing | {"measures": "", "depth": tables.DEPTHS[0]}).assign(package=choices["package"])

    @cached_property
    def packages(self) -> pd.Series:
        """The package under which each heated building is published: its own, or neighbours in depth joined (``first|second``).

        Renovation joins renovation before it joins the rest: how many dwellings are renovated is an indicator of its own.
        """
        package, homes = self.choices["package"], self.heated["dwellings"].reindex(self.choices.index).astype(float)
        deeper = package.isin(tables.DEPTHS[1:])
        parts = [
            disclosure.merged_neighbours(homes[inside], package[inside], order=tables.PACKAGES)
            for inside in (deeper, ~deeper)
        ]
        return disclosure.merged_neighbours(homes, pd.concat(parts).reindex(package.index), order=tables.PACKAGES)

    @cached_property
    def options(self) -> pd.DataFrame:
        """All options with kind and homes of their building."""
        return self.plan["options"].join(self.heated[["kind", "homes"]], on="building", how="inner")

    @cached_property
    def choices(self) -> pd.DataFrame:
        """The choice per building with its kind and homes."""
        return self.plan["choices"].join(self.heated[["kind", "homes"]], how="inner")

    @cached_property
    def solution_mix(self) -> pd.DataFrame:
        """Published number of buildings by kind and chosen solution."""
        return self.mix("solution")

    def mix(self, column: str) -> pd.DataFrame:
        """Published number of buildings by kind and a column of the choices; rare solutions stand together."""
        choices = self.choices
        found = disclosure.coarsened_counts(choices["kind"], choices[column], order=tables.SOLUTIONS, joined=OTHER)
        return found.values

    @cached_property
    def street_groups(self) -> pd.Series:
        """The street under which each heated building is published; ``""`` stands for all the rest; missing: nothing may be."""
        return disclosure.merged_small_groups(self.heated["heat_kwh"], self.heated["street"], rest="")

    @cached_property
    def streets(self) -> pd.DataFrame:
        """The rows of the line density table that may be published, densest first."""
        density = self.printed("line_density")
        shown = density.index.isin(self.street_groups.dropna().unique())
        return density[shown].sort_values("density_mwh_per_m", ascending=False, kind="stable")

    @cached_property
    def classes(self) -> pd.Series:
        """Density class by street, only streets that may be published."""
        return self.streets["density_class"]

    @property
    def attribution(self) -> str:
        """The line of sources that stands on every map."""
        lines = dict.fromkeys(f"{item.line} ({item.licence})" for item in self.plan.place.attributions)
        return self.words("map.sources", lines="; ".join(lines))

    @cached_property
    def base(self) -> maps.Base:
        """What lies below every map of the place."""
        return maps.base_map(self.plan.place)

    def drawn(self, layer: maps.Layer) -> str:
        """A map of the place as SVG text, with the sources of its data."""
        return maps.street_map(self.base, layer, north=self.words("map.north"), sources=(self.attribution,))

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The indicators that may be published: totals of the place, without those that tell about a few buildings.

        A count may neither be small nor leave a small rest; a mean per dwelling would, beside the total, tell what a few
        institutions do.
        """
        found = self.printed("indicators")
        if not self.publishable:
            return found.iloc[:0]
        wholes = {"gebouwen": float(len(self.heated)), "woningen": float(self.heated["dwellings"].sum())}
        whole = found["unit"].map(wholes)
        whole = whole.mask(found.index == "owners_better_off_share", wholes["woningen"])
        count = (found["value"] * whole).where(found["unit"] == "aandeel", found["value"])
        few = float(disclosure.RULES.contributors)
        hidden = (
            count.between(0, few, inclusive="neither") | (whole - count).between(0, few, inclusive="neither")
        ) & whole.notna()
        shares_hidden = "buildings_off_gas" in found.index and bool(hidden["buildings_off_gas"])
        hidden |= (found.index == "fossil_free_heat_share") & shares_hidden
        hidden |= (found.index == "investment_per_dwelling_eur") & (not self.sectors_publishable)
        hidden |= found.index.str.startswith("network_") & (not self.network_publishable)
        return found[~hidden]

    @cached_property
    def connected(self) -> pd.Series:
        """Whether each heated building connects to the network of the plan; nobody does in a plan without."""
        found = self.plan.tables.get("connections")
        joins = tables.CONNECTIONS.empty()["connected"] if found is None else found["connected"]
        return joins.reindex(self.heated.index).eq(True)

    @cached_property
    def network_publishable(self) -> bool:
        """Whether totals of the network may be shown: enough connected buildings, none of them dominating."""
        return disclosure.allowed_total(self.heated["heat_kwh"][self.connected])

    @cached_property
    def sectors_publishable(self) -> bool:
        """Whether buildings with and without dwellings may be shown apart."""
        apart = self.heated["dwellings"] > 0
        return bool(disclosure.cells(self.heated["heat_kwh"], apart)["allowed"].all())

    def indicator(self, name: str) -> dict[str, Any] | None:
        """One indicator as a row, or None when the plan does not have it or it may not be published."""
        found = self.indicators
        return {str(key): value for key, value in found.loc[name].items()} if name in found.index else None

    def title(self, row: Any) -> str:
        """The title of a row in the reader's language."""
        title = str(row["title"] if self.words.language == "nl" else row["title_en"])
        return title.replace("CO2", "CO₂")

    def count(self, value: Any) -> str:
        """A whole number, or the mark of a hidden cell."""
        return self.words("page.hidden") if pd.isna(value) else self.notation.number(value)

    def amount(self, value: Any, digits: int = 3) -> str:
        """A rounded number, or the mark of a hidden cell."""
        return self.words("page.hidden") if pd.isna(value) else self.notation.rounded(value, digits)

    def spread(self, row: Mapping[Any, Any] | pd.Series, digits: int = 2) -> str:
        """Median with tenth and ninetieth percentile between brackets."""
        if pd.isna(row["median"]):
            return self.words("page.hidden")
        spread = self.notation.range(row["p10"], row["p90"], digits).replace("–", _UNBROKEN_DASH)
        return f"{self.notation.rounded(row['median'], digits)}\n({spread})"


def cells(*values: str) -> tuple[Text, ...]:
    """A row of plain cells."""
    return tuple(plain(value) for value in values)


def one_line(material: Material, anchor: str, group: str, reason: str) -> Section:
    """A chapter that has nothing to show, with the reason in one line; ``group``: where its words stand."""
    words = material.words
    key = "summary.too_small" if reason == "too_small" else f"{group}.{reason}"
    return Section(anchor, words(f"{group}.title"), (Paragraph(plain(words(key))),))
