"""What can be done when: works per period under the limits of money and trades, what a wider limit is worth, and how good the answer is.

The year computed for a building or street is never public: only totals of the whole place per period are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.disclosure import TOTAL
from koppelkans.report.document import Block, Bullets, Details, Heading, Paragraph, Section, Table, Text, plain
from koppelkans.report.ladder import TRADES
from koppelkans.report.material import Material, cells, one_line

_INSTALLATION = "installation"
_MILLION = 1e6
_EUR = "EUR"
_TOLD = 6
_CERTAIN_SHARE = 0.0005


def schedule_section(material: Material) -> Section:
    """The chapter on periods, limits and proof."""
    words = material.words
    if not material.publishable:
        return one_line(material, "planning", "schedule", "too_small")
    works = Works(material)
    if works.schedule.empty:
        return Section(
            "planning", words("schedule.title"), (Paragraph(plain(words("schedule.none"))), *_proofs(material))
        )
    blocks: list[Block] = [Paragraph(words.rich("schedule.lead"), "lead"), _per_period(works)]
    blocks += [*_trades(works), *_worth(works), *_proofs(material)]
    return Section("planning", words("schedule.title"), tuple(blocks))


@dataclass(frozen=True)
class Works:
    """The schedule of a plan by period, as far as it may be published."""

    material: Material

    @cached_property
    def starts(self) -> list[int]:
        """First year of every period of the plan."""
        found = self.material.printed("schedule_limits")
        return sorted(
            {int(year) for year in found["first_year"]}
            or {int(year) for year in self.material.table("schedule")["first_year"]}
        )

    @cached_property
    def joined(self) -> dict[int, int]:
        """The year under which each first year is shown: neighbouring periods join until enough buildings have their turn in each."""
        rows = self.material.table("schedule").join(self.material.heated["floor_area_m2"], how="inner")
        years = [*self.starts, *sorted(set(rows["first_year"]) - set(self.starts))]
        order = [str(year) for year in years]
        groups = disclosure.merged_neighbours(rows["floor_area_m2"], rows["first_year"].astype("str"), order=order)
        shown = {year: year for year in years}
        for group in groups.unique():
            first, last = int(group.split("|")[0]), int(group.split("|")[-1])
            shown |= {year: first for year in years if first <= year <= last}
        return shown

    @cached_property
    def schedule(self) -> pd.DataFrame:
        """The schedule of the heated buildings by period as shown, with their dwellings and size."""
        about = self.material.heated[["dwellings", "floor_area_m2"]]
        found = self.material.table("schedule").join(about, how="inner")
        return found.assign(first_year=found["first_year"].map(self.joined))

    @cached_property
    def limits(self) -> pd.DataFrame:
        """The limits of the whole place, every period apart: money, trades and emissions; those of single streets are left out."""
        found = self.material.printed("schedule_limits")
        return found[found["limit"] != "feeder"].sort_values("first_year", kind="stable")

    @cached_property
    def shown_limits(self) -> pd.DataFrame:
        """Available and used money by limit (``limit``, ``first_year``), periods joined as they are shown."""
        euros = self.limits[self.limits["unit"] == _EUR]
        by = [euros["limit"], euros["first_year"].map(self.joined).rename("first_year")]
        return euros.groupby(by)[["available", "used"]].sum()

    def title(self, first: int, last: int) -> str:
        """The years from the period that begins in ``first`` up to that which begins in ``last``."""
        words, starts = self.material.words, self.starts
        if first > starts[-1]:
            return words("schedule.later")
        if last > starts[-1] or len(starts) < 2:
            return words("schedule.from_year", year=first)
        after = starts[starts.index(last) + 1] if last != starts[-1] else last + starts[-1] - starts[-2]
        return f"{first}-{after - 1}"

    @cached_property
    def periods(self) -> dict[int, str]:
        """First year of every period as shown and its name, in order; last what is not done within the horizon, when there is any."""
        last = {first: year for year, first in self.joined.items()}
        return {first: self.title(first, last[first]) for first in dict.fromkeys(self.joined.values())}

    @cached_property
    def envelope(self) -> pd.DataFrame:
        """What every building spends on its envelope by trade, in its period: ``building``, ``trade``, ``first_year``, ``amount`` [EUR]."""
        ladder = self.material.table("renovations").drop_duplicates(["building", "measures"])
        renovation = self.schedule["measures"].map(_envelope_measures)
        at = pd.MultiIndex.from_arrays([self.schedule.index, renovation])
        costs = ladder.set_index(["building", "measures"])[[f"{trade}_eur" for trade in TRADES]].reindex(at).fillna(0.0)
        costs = costs.set_axis(self.schedule.index).set_axis(list(TRADES), axis=1)
        long = costs.stack().reset_index().set_axis(["building", "trade", "amount"], axis=1)
        return long[long["amount"] > 0].join(self.schedule["first_year"], on="building")

    @cached_property
    def spent(self) -> pd.DataFrame:
        """Investment by trade (rows, last the total) and first year of the period (columns, last the total) [EUR]; missing where hidden.

        The budget of a period minus the envelope is the installation; whether that and totals may be shown is weighed with the floor
        area of the buildings that have their turn.
        """
        found = self.shown_limits["used"]
        budget = found[found.index.get_level_values("limit") == "budget"].droplevel("limit")
        parts = self.envelope.pivot_table(index="trade", columns="first_year", values="amount", aggfunc="sum")
        parts = parts.reindex(index=TRADES, columns=budget.index).fillna(0.0)
        parts.loc[_INSTALLATION] = (budget - parts.sum()).clip(lower=0.0)
        full = disclosure.with_totals(parts)
        allowed = pd.DataFrame(False, index=full.index, columns=full.columns)
        for trade in full.index:
            for year in full.columns:
                allowed.loc[trade, year] = self._allowed(str(trade), year)
        return disclosure.protected(full, allowed | (full == 0)).values

    def _allowed(self, trade: str, year: Any) -> bool:
        """Whether what a trade does in a period, or all trades or all periods do, is done in enough buildings.

        The installation is shown only where the whole envelope may be: the total minus the installation would tell it.
        """
        if trade in TRADES:
            part = self.envelope[self.envelope["trade"] == trade]
            return disclosure.allowed_total(self._in_period(part, year).groupby("building")["amount"].sum())
        whole = self._in_period(self.envelope, year).groupby("building")["amount"].sum()
        if trade == _INSTALLATION and not whole.empty and not disclosure.allowed_total(whole):
            return False
        return disclosure.allowed_total(self._in_period(self.schedule, year)["floor_area_m2"])

    def _in_period(self, rows: pd.DataFrame, year: Any) -> pd.DataFrame:
        """The rows of the period that begins in a year, or of all periods for the total."""
        return rows[rows["first_year"].isin(self.starts) if year == TOTAL else rows["first_year"] == year]


def _envelope_measures(measures: str) -> str:
    """The measures on the envelope alone, as the ladder names them."""
    return "+".join(name for name in measures.split("+") if name in tables.MEASURES)


# ------------------------------------------------------------------------------------------------------------------ periods


def _per_period(works: Works) -> Table:
    """Buildings, dwellings and money per period, and how much of the budget that takes."""
    material, words, schedule = works.material, works.material.words, works.schedule
    period = schedule["first_year"].astype("str")
    who = pd.Series(schedule.index, index=schedule.index)
    ones = pd.Series(1.0, index=schedule.index, name="buildings")
    counts = disclosure.published_parts(ones, who, period).values["buildings"]
    homes = disclosure.published_parts(schedule["dwellings"].astype(float), who, period).values["dwellings"]
    rows = [
        cells(title, material.count(counts.get(str(year), 0.0)), material.count(homes.get(str(year), 0.0)), *_money_of(works, year))
        for year, title in works.periods.items()
    ]  # fmt: skip
    whole = float(schedule["dwellings"].sum())
    rows.append(cells(words("page.total"), material.count(len(schedule)), material.count(whole), "", ""))
    header = tuple(
        words(f"schedule.{name}_column") for name in ("period", "buildings", "dwellings", "budget", "budget_share")
    )
    hidden = counts.isna().any() or homes.isna().any()
    note = " ".join([words("schedule.periods_note"), *([words("page.hidden_note")] if hidden else [])])
    return Table(words("schedule.periods"), header, tuple(rows), (False, *[True] * 4), note, True, "schedule")


def _money_of(works: Works, year: int) -> tuple[str, str]:
    """Money of the period that begins in a year [million euro], and its share of the budget; nothing after the last period."""
    notation = works.material.notation
    if ("budget", year) not in works.shown_limits.index:
        return "", ""
    used = float(works.spent.loc[works.spent.index[-1], year])
    if pd.isna(used):
        return (works.material.words("page.hidden"),) * 2
    available = float(works.shown_limits["available"]["budget"][year])
    return notation.rounded(used / _MILLION), notation.share(used / available) if available > 0 else notation.number(
        None
    )


def _trades(works: Works) -> list[Block]:
    """Investment of every trade per period; where the scenario bounds a trade, how much of that it takes."""
    words, spent = works.material.words, works.spent
    if spent.empty:
        return []
    years = [year for year in works.periods if year in spent.columns]
    limits: dict[Any, dict[Any, Any]] = works.shown_limits.to_dict("index")
    rows = [
        cells(words.name("trades", trade), *[_of(works, float(spent[year][trade]), limits.get((trade, year))) for year in years])
        for trade in (*TRADES, _INSTALLATION)
    ]  # fmt: skip
    header = (words("schedule.trade_column"), *(works.periods[year] for year in years))
    hidden = spent.isna().to_numpy().any()
    note = " ".join([words("schedule.trades_note"), *([words("page.hidden_note")] if hidden else [])])
    return [
        Table(words("schedule.trades"), header, tuple(rows), (False, *[True] * len(years)), note, method="schedule")
    ]


def _of(works: Works, used: float, limit: dict[Any, Any] | None) -> str:
    """What a trade does in a period [million euro], and its share of what there is where that is bounded."""
    notation = works.material.notation
    if pd.isna(used):
        return works.material.words("page.hidden")
    amount = notation.rounded(used / _MILLION, 2)
    return f"{amount}\n({notation.share(used / limit['available'])})" if limit and limit["available"] > 0 else amount


# --------------------------------------------------------------------------------------------------------------- shadow prices


def _worth(works: Works) -> list[Block]:
    """What one more unit of the limits that bind would save, the dearest first, in words."""
    words, prices = works.material.words, works.limits[works.limits["price_eur"] > 0]
    title, on_grid = Heading(words("schedule.worth_title")), _grid_lines(works.material)
    if prices.empty and not on_grid:
        return [title, Paragraph(words.rich("schedule.no_price"))]
    worth = prices["price_eur"] * prices["unit"].map(lambda unit: _MILLION if unit == _EUR else 1.0)
    ordered = prices.assign(worth=worth).sort_values("worth", ascending=False, kind="stable")
    told = [*(_worth_line(works, row) for row in ordered.to_dict("records")), *on_grid]
    blocks: list[Block] = [title, Paragraph(words.rich("schedule.worth_lead")), Bullets(tuple(told[:_TOLD]))]
    if told[_TOLD:]:
        blocks.append(Details(words("schedule.worth_more", count=len(told) - _TOLD), (Bullets(tuple(told[_TOLD:])),)))
    return blocks


def _worth_line(works: Works, row: dict[Any, Any]) -> Text:
    material, words = works.material, works.material.words
    period = works.title(int(row["first_year"]), int(row["first_year"]))
    key = "budget" if row["limit"] == "budget" else "emissions" if row["limit"] == "emissions" else "trade"
    unit = (
        words("schedule.one_million")
        if row["unit"] == _EUR
        else words("schedule.one_unit", unit=words.name("said_units", row["unit"]))
    )
    return words.rich(
        f"schedule.worth_{key}", unit=unit, period=period, trade=words.name("trade_works", row["limit"]), amount=_money(material, row["worth"])
    )  # fmt: skip


def _grid_lines(material: Material) -> list[Text]:
    """In how many streets the electricity grid binds, and what one kW is worth at most; which streets is not said."""
    limits = material.printed("schedule_limits")
    bound = limits[(limits["limit"] == "feeder") & (limits["price_eur"] > 0)]
    if bound.empty:
        return []
    amount = _money(material, float(bound["price_eur"].max()))
    return [material.words.rich("schedule.worth_grid", count=bound["name"].nunique(), amount=amount)]


def _money(material: Material, amount_eur: float) -> str:
    """An amount in euro, from a million on in millions."""
    words, notation = material.words, material.notation
    if amount_eur >= _MILLION:
        return words("schedule.amount_million", amount=notation.rounded(amount_eur / _MILLION, 2))
    return words("schedule.amount", amount=notation.rounded(amount_eur, 2))


# ---------------------------------------------------------------------------------------------------------------------- proof


def _proofs(material: Material) -> list[Block]:
    """How far every step of the calculation lies from the best at most, and who recomputed it."""
    words, notation, proofs = material.words, material.notation, material.printed("proofs")
    if proofs.empty:
        return []
    rows = tuple(
        cells(
            words.name("steps", step), notation.rounded(row["cost_eur"] / _MILLION, 4), notation.rounded(row["bound_eur"] / _MILLION, 4),
            words("schedule.no_gap") if row["gap_share"] < _CERTAIN_SHARE else notation.share(row["gap_share"], 2),
            words(f"schedule.kind_{row['kind']}"),
        )
        for step, row in proofs.to_dict("index").items()
    )  # fmt: skip
    header = tuple(words(f"schedule.{name}_column") for name in ("step", "cost", "bound", "gap", "kind"))
    caption, numeric = words("schedule.proofs"), (False, True, True, True, False)
    table = Table(caption, header, rows, numeric, words("schedule.proofs_note"), method="schedule")
    return [Heading(words("schedule.proof_title")), Paragraph(words.rich("schedule.proof_lead")), table]
