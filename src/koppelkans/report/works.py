"""Works in the street in the report: what planning together saves, who pays, when, and how firm that is - never a computed year of one street.

Two audiences: ``works_section`` is public; ``team_gantt`` is for the working files of the team.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans import disclosure
from koppelkans.report import palette
from koppelkans.report.document import Block, Bullets, Figure, Heading, Paragraph, Section, Table, Text, plain
from koppelkans.report.joint_space import joint_space_blocks
from koppelkans.report.material import Material, Words, cells, one_line
from koppelkans.report.published_works import CENT, MILLION, PublishedWorks
from koppelkans.report.works_charts import cost_time_chart, gantt_chart, periods_chart
from koppelkans.report.works_dividend import dividend_blocks, drawn_blocks
from koppelkans.report.works_loop import loop_blocks
from koppelkans.tables.street import WORK_KINDS
from koppelkans.tables.works import CALENDAR, OWNER_ABSENCE, OWNER_SHARES, SHADOW_PRICES, WORKS_ROBUSTNESS

_KILOMETRE = 1e3
_PERIOD_YEARS = 5
_TOLD = 6
_ANCHOR = "werken"
_KIND_COLOURS = dict(zip(WORK_KINDS, palette.PARTS, strict=True))


def works_section(material: Material) -> Section:
    """The chapter on works: the headline with its proof, its parts, owners, limits, periods and robustness; percentiles alone where ages were drawn."""
    works, words = PublishedWorks(material), material.words
    if not works.chain:
        return one_line(material, _ANCHOR, "works", "none")
    if not works.publishable:
        return one_line(material, _ANCHOR, "works", "too_few")
    if works.drawn:
        return Section(_ANCHOR, words("works.title"), tuple(drawn_blocks(works)))
    blocks = [*dividend_blocks(works), *loop_blocks(material), *joint_space_blocks(material)]
    blocks += [*_owners(works), *_absence(works), *_worth(works), *_periods(works), *_firm(works)]
    return Section(_ANCHOR, words("works.title"), tuple(blocks))


# ----------------------------------------------------------------------------------------------------------------------- owners


def _owners(works: PublishedWorks) -> list[Block]:
    """Cost of every owner alone, by luck and jointly, other keys beside it, and the transfer; only when each has enough works."""
    words, shares = works.material.words, works.table(OWNER_SHARES)
    shares = shares[shares["works"] > 0]
    title = Heading(words("works.owners_title"))
    if shares.empty:
        return []
    if (shares["works"] < disclosure.RULES.contributors).any():
        return [title, Paragraph(plain(words("works.owners_few")))]
    keys = ["alone_eur", "coincidences_eur", "joint_eur", "gain_eur", "transfer_eur", "by_own_cost_eur", "by_area_eur"]
    keys += ["agreed_eur"] if shares["agreed_eur"].notna().all() else []
    at_own = shares["own_rate_share"].nunique() > 1
    keys += ["own_rate_gain_eur"] if at_own else []
    rows = tuple(
        cells(works.owner(owner), *(works.millions(row[name]) for name in keys))
        for owner, row in shares.to_dict("index").items()
    )
    header = (words("works.owner_column"), *(words(f"works.share_{name}") for name in keys))
    table = Table(
        words("works.owners"),
        header,
        rows,
        (False, *[True] * len(keys)),
        " ".join([words("works.owners_note"), *([words("works.own_rate_note")] if at_own else [])]),
        method="dividend-shares",
    )
    return [title, Paragraph(_transfer_line(works, shares)), table]


def _transfer_line(works: PublishedWorks, shares: pd.DataFrame) -> Text:
    losers = [works.owner(key) for key in shares.index[shares["gain_eur"] < -CENT]]
    moved = float(shares["transfer_eur"].clip(lower=0).sum())
    if not losers:
        return works.material.words.rich("works.all_gain")
    key = "works.no_transfer" if shares["transfer_eur"].isna().any() else "works.transfer"
    return works.material.words.rich(key, names=", ".join(losers), amount=works.millions(moved))


def _absence(works: PublishedWorks) -> list[Block]:
    """What it costs all when an owner does not take part, the dearest absence first."""
    words, absence = works.material.words, works.table(OWNER_ABSENCE)
    totals = absence[absence["bearer"] == "total"].sort_values("extra_eur", ascending=False, kind="stable")
    if totals.empty or (works.table(OWNER_SHARES)["works"].between(1, disclosure.RULES.contributors - 1)).any():
        return []
    lines = tuple(
        words.rich("works.absent", name=works.owner(row["absent"]), amount=works.millions(row["extra_eur"], 2))
        for row in totals.to_dict("records")
    )
    return [Heading(words("works.absence_title")), Bullets(lines)]


def _worth(works: PublishedWorks) -> list[Block]:
    """What one more million, or one more kilometre of crews, is worth in the years in which that is most."""
    words, prices = works.material.words, works.table(SHADOW_PRICES)
    unit = prices["limit"].map(lambda limit: _KILOMETRE if limit == "crew" else MILLION).astype(float)
    worth = (prices["price_eur"] * unit).sort_values(ascending=False, kind="stable")
    told = prices.loc[worth.index[worth > 0][:_TOLD]]
    title = Heading(words("works.worth_title"))
    if told.empty:
        return [title, Paragraph(plain(words("works.worth_none")))]
    name = "text" if words.language == "nl" else "text_en"
    return [title, Bullets(tuple(plain(str(text)) for text in told[name]))]


# ------------------------------------------------------------------------------------------------------------- periods, firmness


def _periods(works: PublishedWorks) -> list[Block]:
    """Works by kind and period of years, small cells hidden: a drawing and a table."""
    words, calendar = works.material.words, works.table(CALENDAR).dropna(subset="planned_year")
    if calendar.empty:
        return []
    first = int(calendar["planned_year"].min())
    begins = first + (calendar["planned_year"].astype(int) - first) // _PERIOD_YEARS * _PERIOD_YEARS
    ones = pd.Series(1.0, index=calendar.index, name="works")
    counts = disclosure.published_parts(ones, calendar["section"], calendar["kind"], begins.astype("str")).values
    periods = {str(year): f"{year}-{year + _PERIOD_YEARS - 1}" for year in sorted(begins.unique())}
    kinds = [kind for kind in WORK_KINDS if kind in counts.index]
    count = works.material.count
    columns = [name for name in periods if name in counts.columns]
    rows = tuple(
        cells(words.name("work_kinds", kind), *(count(counts.loc[kind, name]) for name in columns)) for kind in kinds
    )
    header = (words("works.kind_column"), *(periods[name] for name in columns))
    hidden = bool(counts.isna().to_numpy().any())
    note = words("works.hidden_note", least=disclosure.RULES.contributors) if hidden else ""
    table = Table(words("works.periods"), header, rows, (False, *[True] * len(columns)), note, method="works-account")
    values: dict[Any, dict[Any, Any]] = counts.to_dict("index")
    shown = [
        (periods[name], words.name("work_kinds", kind), float(values[kind][name])) for name in columns for kind in kinds
    ]
    frame = pd.DataFrame(shown, columns=["period", "kind", "works"]).dropna(subset="works")
    if not frame["works"].sum():
        return [Heading(words("works.periods_title")), table]
    colours = {words.name("work_kinds", kind): _KIND_COLOURS[kind] for kind in kinds}
    svg = periods_chart(frame, colours=colours, titles={"works": words("works.axis_works")}, language=words.language)
    figure = Figure(
        "works-periods",
        svg,
        words("works.periods_chart"),
        words("works.periods_alt"),
        " ".join([words("works.periods_note"), *([words("works.hidden_chart")] if hidden else [])]),
        "works-account",
    )
    return [Heading(words("works.periods_title")), figure, table]


def _firm(works: PublishedWorks) -> list[Block]:
    """The saving under other dates, prices and worth of heat, and cost against time."""
    words, notation, found = works.material.words, works.material.notation, works.table(WORKS_ROBUSTNESS)
    if found.empty:
        return []
    rows = tuple(
        cells(
            works.material.title(row), works.millions(row["dividend_eur"]), notation.share(row["dividend_share"], 1), works.millions(row["gap_eur"]),
            words("works.yes" if row["proven"] else "works.no"),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"works.{name}_column") for name in ("case", "dividend", "share", "gap", "proven"))
    numeric = (False, True, True, True, False)
    again = bool(found["replanned"].all())
    note = words("works.firm_note" if again else "works.firm_note_counted")
    table = Table(words("works.firm"), header, rows, numeric, note, method="dividend-robustness")
    slider = found[found.index.str.startswith("heat_") | (found.index == "as_given")].dropna(subset="mean_live_year")
    blocks: list[Block] = [Heading(words("works.firm_title")), table]
    if len(slider) < 2 or not again:
        return blocks
    ordered = slider.sort_values("mean_live_year", kind="stable")
    frame = pd.DataFrame(
        {
            "year": ordered["mean_live_year"], "cost": ordered["joint_gross_eur"] / MILLION, "place": range(len(ordered)),
            "name": [works.material.title(row) for row in ordered.to_dict("records")],
        }
    )  # fmt: skip
    titles = {"year": words("works.axis_year"), "cost": words("works.axis_gross")}
    svg = cost_time_chart(frame, titles=titles, language=words.language)
    return [
        *blocks,
        Figure("works-cost-time", svg, words("works.pareto"), words("works.pareto_alt"), "", "dividend-robustness"),
    ]


# ------------------------------------------------------------------------------------------------------------------------ team


def team_gantt(calendar: pd.DataFrame, words: Words, owners: dict[str, str] | None = None) -> str:
    """The calendar by street and owner as SVG text, for the working files of the team alone: it shows computed years per street.

    calendar: contract CALENDAR; a work with months is drawn in its months, another over its whole year. owners: names as shown.
    """
    rows = calendar.dropna(subset="planned_year").sort_values(["street", "section", "planned_year"], kind="stable")
    begin = rows["planned_year"].astype(float)
    months = rows["month_from"].notna() & rows["month_to"].notna()
    frame = pd.DataFrame(
        {
            "street": rows["street"].fillna(rows["section"]), "owner": rows["owner"].map(lambda key: (owners or {}).get(key, key)),
            "kind": rows["kind"].map(lambda kind: words.name("work_kinds", kind)),
            "begin": begin.mask(months, _fraction(rows["month_from"], 1)), "end": (begin + 1).mask(months, _fraction(rows["month_to"], 0)),
        }
    )  # fmt: skip
    present = [kind for kind in WORK_KINDS if (rows["kind"] == kind).any()]
    colours = {words.name("work_kinds", kind): _KIND_COLOURS[kind] for kind in present}
    return gantt_chart(frame, colours=colours, titles={"year": words("works.axis_calendar")}, language=words.language)


def _fraction(month: pd.Series, taken_off: int) -> pd.Series:
    """Months as text (2029-03) as years with a fraction: the begin of the month, or its end with nothing taken off."""
    parts = month.astype("str").str.extract(r"^(\d{4})-(\d{2})$").astype(float)
    return parts[0] + (parts[1] - taken_off) / 12
