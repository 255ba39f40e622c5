"""Works in the street in the report: what planning together saves, who pays, when, and how firm that is - never a computed year of one street.

Two audiences: ``works_section`` is public; ``team_gantt`` is for the working files of the team.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from koppelkans import disclosure
from koppelkans.plan.record import Plan
from koppelkans.report import palette
from koppelkans.report.document import Block, Bullets, Figure, Heading, Notice, Paragraph, Section, Table, Text, plain
from koppelkans.report.joint_space import few_rebuilt, joint_space_blocks
from koppelkans.report.material import Material, Words, cells, one_line
from koppelkans.report.works_charts import cost_time_chart, gantt_chart, periods_chart, waterfall_chart
from koppelkans.report.works_loop import loop_blocks
from koppelkans.tables import Table as Contract
from koppelkans.tables.street import WORK_KINDS
from koppelkans.tables.works import (
    CALENDAR,
    DIVIDEND,
    DRAWN_ASSETS,
    OWNER_ABSENCE,
    OWNER_SHARES,
    SHADOW_PRICES,
    WORKS_INDICATORS,
    WORKS_ROBUSTNESS,
)

_MILLION, _KILOMETRE = 1e6, 1e3
_PERIOD_YEARS = 5
_TOLD = 6
_ANCHOR = "werken"
_CENT = 0.01
_PROVEN = "proven_share"
_OF_HEAT = ("heat_eur", "mean_live_year", "live_share", "saved_to_2040_tonnes", "saved_to_2050_tonnes")
_LUCKY, _JOINT, _ALONE, _JOINT_SPACE = "S1", "J", "S0", "J+"
_PARTS = ("own_eur", "lost_life_eur", "opening_eur", "mobilisation_eur", "nuisance_eur", "overdue_eur", "after_horizon_eur", "over_limits_eur")  # fmt: skip
_KIND_COLOURS = dict(zip(WORK_KINDS, palette.PARTS, strict=True))


@dataclass(frozen=True)
class PublishedWorks:
    """The works of a plan as far as they may be published."""

    material: Material

    def table(self, contract: Contract) -> pd.DataFrame:
        """A table of works; without rows in a plan that has none."""
        found = self.material.plan.tables.get(contract.name)
        return contract.empty() if found is None else found

    @cached_property
    def chain(self) -> dict[str, dict[str, Any]]:
        """The plans of the chain, each as a row, in order; without J+ where it is about few streets."""
        found = self.table(DIVIDEND)
        rows = (found.drop(index=_JOINT_SPACE, errors="ignore") if few_rebuilt(self.material) else found).to_dict(
            "index"
        )
        return {str(plan): {str(key): value for key, value in row.items()} for plan, row in rows.items()}

    @cached_property
    def drawn(self) -> bool:
        """Whether any age of an asset was drawn: then only percentiles over many draws are published."""
        return bool(self.table(CALENDAR)["drawn"].any())

    @cached_property
    def publishable(self) -> bool:
        """Whether enough street sections have works, and none of them dominates the cost."""
        calendar = self.table(CALENDAR)
        cost = (calendar["own_eur"] + calendar["opening_eur"] + calendar["closure_eur"]).rename("cost")
        return disclosure.allowed_total(cost.groupby(calendar["section"]).sum())

    @cached_property
    def owners(self) -> dict[str, str]:
        """Name of every owner as shown."""
        return owner_names(self.material.plan, self.material.words.language)

    def owner(self, key: object) -> str:
        """An owner as shown."""
        return self.owners.get(str(key), str(key))

    def millions(self, amount_eur: Any, digits: int = 3) -> str:
        """An amount in millions."""
        return self.material.notation.rounded(float(amount_eur) / _MILLION, digits)


def owner_names(plan: Plan, language: str) -> dict[str, str]:
    """Name of every owner of works in a language, by key; in Dutch in a plan made before owners had a name in English."""
    known = plan.tables.get("owners")
    if known is None:
        return {}
    column = "name_en" if language == "en" and "name_en" in known else "name"
    return {str(key): str(name) for key, name in known[column].items()}


def works_section(material: Material) -> Section:
    """The chapter on works: the headline with its proof, its parts, owners, limits, periods and robustness; percentiles alone where ages were drawn."""
    works, words = PublishedWorks(material), material.words
    if not works.chain:
        return one_line(material, _ANCHOR, "works", "none")
    if not works.publishable:
        return one_line(material, _ANCHOR, "works", "too_few")
    if works.drawn:
        return Section(_ANCHOR, words("works.title"), tuple(_drawn(works)))
    blocks = [*_headline(works), *_waterfall(works), _plans(works), *_waiting(works), *_threshold(works)]
    blocks += [*loop_blocks(material), *joint_space_blocks(material), *_owners(works), *_absence(works)]
    return Section(_ANCHOR, words("works.title"), (*blocks, *_worth(works), *_periods(works), *_firm(works)))


def dividend_line(material: Material) -> list[Text]:
    """The headline in one sentence for the summary: percentiles where ages were drawn; nothing in a plan without works or with too few."""
    works, words = PublishedWorks(material), material.words
    if not works.chain or not works.publishable:
        return []
    if not works.drawn:
        proof = words("summary.dividend_proven" if _proven(works) else "summary.dividend_not_proven")
        return [words.rich("summary.dividend", amount=works.millions(works.chain[_JOINT]["saved_eur"]), proof=proof)]
    drawn = works.table(DRAWN_ASSETS)
    if "dividend_eur" not in drawn.index:
        return [words.rich("summary.dividend_undrawn")]
    rows: dict[Any, dict[Any, Any]] = drawn.to_dict("index")
    row, unproven = rows["dividend_eur"], rows.get(_PROVEN, {"p10": 0.0})["p10"] < 1.0
    proof = words("summary.dividend_not_proven" if unproven else "summary.dividend_proven")
    amounts = {name: works.millions(row[name], 2) for name in ("p10", "p50", "p90")}
    return [words.rich("summary.dividend_drawn", **amounts, count=int(row["draws"]), proof=proof)]


# -------------------------------------------------------------------------------------------------------------------- headline


def _drawn(works: PublishedWorks) -> list[Block]:
    """Percentiles over draws; nothing else may stand on ages that nobody knows."""
    words, notation, drawn = works.material.words, works.material.notation, works.table(DRAWN_ASSETS)
    if few_rebuilt(works.material):
        drawn = drawn[~drawn.index.str.startswith("space_")]
    blocks: list[Block] = [Notice("assumption", words("works.drawn_title"), plain(words("works.drawn")))]
    if drawn.empty:
        return [*blocks, Paragraph(plain(words("works.drawn_none")))]

    def shown(row: dict[Any, Any], name: str) -> str:
        if row["unit"] == "aandeel":
            return notation.share(row[name], 1)
        return works.millions(row[name]) if row["unit"] == "EUR" else notation.number(row[name], 1)

    rows = tuple(
        cells(_in_unit(works, row), *(shown(row, name) for name in ("p10", "p50", "p90")))
        for row in drawn[drawn.index != _PROVEN].to_dict("records")
    )
    header = (words("works.figure_column"), "P10", "P50", "P90")
    note = words("works.drawn_note", count=int(drawn["draws"].min()))
    if _PROVEN in drawn.index:
        shares: dict[Any, float] = drawn["p50"].to_dict()
        note = f"{note} {words('works.drawn_proven', share=notation.share(shares[_PROVEN]))}"
    numeric = (False, True, True, True)
    return [*blocks, Table(words("works.drawn_title"), header, rows, numeric, note, method="dividend-robustness")]


def _in_unit(works: PublishedWorks, row: dict[Any, Any]) -> str:
    units = {"EUR": works.material.words("works.million"), "jaar": works.material.words("works.years")}
    unit = units.get(row["unit"], "")
    return f"{works.material.title(row)} ({unit})" if unit else works.material.title(row)


def _proven(works: PublishedWorks) -> bool:
    joint, alone = works.chain[_JOINT], works.chain[_ALONE]
    return float(joint["saved_eur"]) > float(alone["gap_eur"]) + float(joint["gap_eur"])


def _headline(works: PublishedWorks) -> list[Block]:
    """What planning together saves, whether that is proven, and what it is of the cost."""
    words, notation, joint, lucky = (
        works.material.words,
        works.material.notation,
        works.chain[_JOINT],
        works.chain[_LUCKY],
    )
    share = joint["saved_eur"] / lucky["gross_eur"] if lucky["gross_eur"] > 0 else 0.0
    luck = works.chain[_ALONE]["net_eur"] - lucky["net_eur"]
    lead = words.rich(
        "works.lead", amount=works.millions(joint["saved_eur"]), share=notation.share(share), luck=works.millions(luck),
        gross=works.millions(joint["gross_saved_eur"]),
    )  # fmt: skip
    gaps = works.chain[_ALONE]["gap_eur"] + joint["gap_eur"]
    proof = words.rich(
        "works.proven" if _proven(works) else "works.not_proven", value=works.millions(lucky["net_eur"]), joint=works.millions(joint["net_eur"]),
        bound=works.millions(joint["bound_eur"]), gaps=works.millions(gaps), amount=works.millions(joint["saved_eur"]),
    )  # fmt: skip
    level = "info" if _proven(works) else "warning"
    title = words("works.proven_title" if _proven(works) else "works.not_proven_title")
    return [Paragraph(lead, "lead"), Notice(level, title, proof), Paragraph(words.rich("works.chain"))]


def _waterfall(works: PublishedWorks) -> list[Block]:
    """From S1 to J, a bar per part of the account that moves."""
    words, lucky, joint = works.material.words, works.chain[_LUCKY], works.chain[_JOINT]
    level = float(lucky["net_eur"]) / _MILLION
    rows = [(_plan_name(works, _LUCKY), min(level, 0.0), max(level, 0.0), "total", level, False)]
    steps = [(name, float(joint[name]) - float(lucky[name])) for name in _PARTS]
    steps.append(("heat_eur", float(lucky["heat_eur"]) - float(joint["heat_eur"])))
    for name, moved in steps:
        if abs(moved) < _CENT:
            continue
        after = level + moved / _MILLION
        rows.append(
            (
                words(f"works.part_{name}"),
                min(level, after),
                max(level, after),
                "less" if moved < 0 else "more",
                moved / _MILLION,
                True,
            )
        )
        level = after
    last = float(joint["net_eur"]) / _MILLION
    rows.append((_plan_name(works, _JOINT), min(last, 0.0), max(last, 0.0), "total", last, False))
    frame = pd.DataFrame(rows, columns=["row", "low", "high", "kind", "amount", "step"])
    named = {kind: words(f"works.step_{kind}") for kind in ("total", "less", "more")}
    frame = frame.assign(
        part=frame["kind"].map(named), label=[works.material.notation.rounded(value) for value in frame["amount"]]
    )
    colours = dict(zip(named.values(), (palette.SOFT_INK, palette.RECEIVES, palette.PAYS), strict=True))
    titles = {"amount": words("works.axis_net")}
    svg = waterfall_chart(frame, colours=colours, titles=titles, language=words.language)
    return [
        Figure(
            "works-waterfall",
            svg,
            words("works.waterfall"),
            words("works.waterfall_alt"),
            words("works.waterfall_note"),
            "dividend",
        )
    ]


def _plan_name(works: PublishedWorks, plan: str) -> str:
    return works.material.words(f"works.plan_{plan.lower().replace('+', '_plus')}")


def _plans(works: PublishedWorks) -> Table:
    """The chain side by side: money, proof, time, space and nuisance."""
    words, notation = works.material.words, works.material.notation
    parts: dict[str, Any] = dict.fromkeys(
        (*_PARTS, "gross_eur", "heat_eur", "net_eur", "bound_eur", "gap_eur"), works.millions
    )
    told = parts | {
        "mean_live_year": lambda value: _year_text(works, value),
        "live_share": notation.share, "saved_to_2040_tonnes": notation.rounded, "saved_to_2050_tonnes": notation.rounded,
        "opened_m2": notation.rounded, "closures": notation.number, "person_months": notation.rounded, "repeats": notation.number,
        "coordinated_share": notation.share, "shared_surface_share": notation.share, "shared_trench_share": notation.share,
    }  # fmt: skip
    warm = any(pd.notna(row["live_share"]) for row in works.chain.values())
    rows = tuple(
        cells(words(f"works.part_{name}"), *(notation.number(None) if pd.isna(row[name]) else how(row[name]) for row in works.chain.values()))
        for name, how in told.items() if warm or name not in _OF_HEAT
    )  # fmt: skip
    header = (words("works.figure_column"), *(_plan_name(works, plan) for plan in works.chain))
    numeric = (False, *[True] * len(works.chain))
    return Table(words("works.plans"), header, rows, numeric, words("works.plans_note"), method="dividend")


def _year_text(works: PublishedWorks, year: float) -> str:
    """A year with a decimal, without a sign between its thousands."""
    whole, rest = divmod(round(year * 10), 10)
    return f"{whole}{',' if works.material.words.language == 'nl' else '.'}{rest}"


def _waiting(works: PublishedWorks) -> list[Block]:
    """Joint planning waits: how much later heat comes, said also when it comes sooner."""
    words, lucky, joint = works.material.words, works.chain[_LUCKY], works.chain[_JOINT]
    years = joint["mean_live_year"] - lucky["mean_live_year"]
    if pd.isna(years):
        return []
    key = "works.later" if years > 0 else "works.sooner"
    tonnes = lucky["saved_to_2040_tonnes"] - joint["saved_to_2040_tonnes"]
    rounded = works.material.notation.rounded
    return [Paragraph(words.rich(key, years=rounded(abs(years), 2), tonnes=rounded(abs(tonnes), 2)))]


def _threshold(works: PublishedWorks) -> list[Block]:
    """What sharing trenches does to their price and to the share of dwellings that a street needs, in a sentence or two."""
    found: dict[Any, float] = works.table(WORKS_INDICATORS)["value"].to_dict()
    if "trench_eur_per_m_j" not in found:
        return []
    words, notation = works.material.words, works.material.notation
    told = {
        name: notation.rounded(found[f"trench_eur_per_m_{plan}"]) for name, plan in (("alone", "s0"), ("joint", "j"))
    }
    key = "works.threshold" if found["threshold_sections_j"] else "works.threshold_never"
    shares = {f"share_{plan}": notation.share(found[f"threshold_share_{plan}"], 1) for plan in ("s0", "j")}
    count = notation.number(found["threshold_sections_j"])
    return [Paragraph(words.rich(key, **told, **shares, sections=count))]


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
    losers = [works.owner(key) for key in shares.index[shares["gain_eur"] < -_CENT]]
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
    unit = prices["limit"].map(lambda limit: _KILOMETRE if limit == "crew" else _MILLION).astype(float)
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
            "year": ordered["mean_live_year"], "cost": ordered["joint_gross_eur"] / _MILLION, "place": range(len(ordered)),
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
