"""Calibration on metered gas: meter against model before and after, for groups of buildings, and what a meter cannot tell."""

from __future__ import annotations

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report import curves, palette
from koppelkans.report.document import Block, Bullets, Details, Figure, Paragraph, Section, Table, plain
from koppelkans.report.material import KWH_PER_MWH, Material, cells, one_line


def measured_section(material: Material) -> Section:
    """The chapter on calibration."""
    words = material.words
    if not material.publishable:
        return one_line(material, "ijking", "measured", "too_small")
    rows = material.table("calibration")
    if rows.empty:
        return one_line(material, "ijking", "measured", "none")
    used, shown = rows[rows["used"]], published_groups(material)
    blocks: list[Block] = [Paragraph(words.rich("measured.lead"), "lead"), *_levels(material, used, shown)]
    if shown.empty:
        blocks.append(Paragraph(plain(words("measured.no_groups"))))
    else:
        blocks += _groups(material, shown)
    told = ("told_group", "told_level", "told_weather") + (("told_unused",) if len(used) < len(rows) else ())
    blocks.append(Bullets(tuple(words.rich(f"measured.{name}") for name in told)))
    return Section("ijking", words("measured.title"), tuple(blocks))


def published_groups(material: Material) -> pd.DataFrame:
    """Metered totals that may be shown one by one: the finest level of which any may, the latest year of each.

    Only one level: a sector minus its streets would tell what a small street uses. Streets are those that stand alone in every table;
    of a sector only its number of buildings is known, so the largest buildings of the whole place must not dominate it.
    """
    rows = material.table("calibration")
    few = disclosure.RULES.contributors
    enough = (rows["buildings"] >= few) & rows["connections"].fillna(few).ge(few)
    rows = (
        rows[rows["used"] & enough].sort_values("year", kind="stable").drop_duplicates(["level", "name"], keep="last")
    )
    largest = material.heated["heat_kwh"].nlargest(2)
    fine = (largest.max() <= disclosure.RULES.largest_share * rows["prior_kwh"]) & (
        largest.sum() <= disclosure.RULES.two_largest_share * rows["prior_kwh"]
    )
    alone = rows["name"].isin(material.street_groups.dropna().unique())
    allowed = {"street": alone, "sector": fine, "municipality": fine}
    for level in tables.METER_LEVELS:
        found: pd.DataFrame = rows[(rows["level"] == level) & allowed.get(level, False)]
        if not found.empty:
            return found
    return rows.iloc[:0]


def _levels(material: Material, used: pd.DataFrame, shown: pd.DataFrame) -> list[Block]:
    """How many totals there are per level, and the mean error before and after, where that tells of enough buildings.

    Of the level that is shown one by one only what is shown: what is not would follow from the mean.
    """
    words, notation = material.words, material.notation
    rows = []
    for level in tables.METER_LEVELS:
        here = shown if level in set(shown["level"]) else used[used["level"] == level]
        if here.empty:
            continue
        enough = here["buildings"].sum() >= disclosure.RULES.contributors
        inside = (here["posterior_low_kwh"] <= here["metered_kwh"]) & (
            here["metered_kwh"] <= here["posterior_high_kwh"]
        )
        told = [notation.share(_error(here, name), 1) for name in ("prior_kwh", "posterior_kwh")]
        told += [notation.share(round(float(inside.mean()), 1))]
        rows.append(cells(
            words.name("meter_levels", level), notation.number(len(here)) if enough else words("page.hidden"),
            *(told if enough else [words("page.hidden")] * 3),
        ))  # fmt: skip
    if not rows:
        return []
    header = tuple(words(f"measured.{name}_column") for name in ("level", "totals", "before", "after", "inside"))
    numeric, note = (False, True, True, True, True), words("measured.levels_note")
    return [Table(words("measured.levels"), header, tuple(rows), numeric, note, method="calibration")]


def _error(rows: pd.DataFrame, column: str) -> float:
    """Mean absolute difference from the meter, as a share of the metered gas."""
    whole = float(rows["metered_kwh"].sum())
    return float((rows[column] - rows["metered_kwh"]).abs().sum()) / whole if whole else 0.0


def _groups(material: Material, shown: pd.DataFrame) -> list[Block]:
    """A dot per group before and after, and the same as a table, folded."""
    words = material.words
    mwh = shown[["metered_kwh", "prior_kwh", "posterior_kwh", "posterior_low_kwh", "posterior_high_kwh"]] / KWH_PER_MWH
    before, after = words("measured.model_before"), words("measured.model_after")
    nothing = pd.Series(float("nan"), index=mwh.index)
    frame = pd.concat([
        pd.DataFrame({"metered": mwh["metered_kwh"], "model": mwh["prior_kwh"], "low": nothing, "high": nothing, "when": before}),
        pd.DataFrame({
            "metered": mwh["metered_kwh"], "model": mwh["posterior_kwh"], "low": mwh["posterior_low_kwh"], "high": mwh["posterior_high_kwh"],
            "when": after,
        }),
    ])  # fmt: skip
    axes = {"metered": words("measured.axis_metered"), "model": words("measured.axis_model")}
    drawn = curves.calibration_chart(
        frame, colours={before: palette.NOW, after: palette.AFTER}, titles=axes, language=words.language
    )
    level = words.name("meter_levels", shown["level"].iloc[0])
    figure = Figure(
        "calibration",
        drawn,
        words("measured.chart", level=level.lower()),
        words("measured.chart_alt"),
        "",
        "calibration",
    )
    rows = tuple(
        cells(
            str(row["name"]), material.count(row["buildings"]), material.amount(row["metered_kwh"] / KWH_PER_MWH),
            material.amount(row["prior_kwh"] / KWH_PER_MWH), material.amount(row["posterior_kwh"] / KWH_PER_MWH),
            material.notation.range(row["posterior_low_kwh"] / KWH_PER_MWH, row["posterior_high_kwh"] / KWH_PER_MWH),
        )
        for row in shown.sort_values("metered_kwh", ascending=False, kind="stable").to_dict("records")
    )  # fmt: skip
    caption = words("measured.table")
    header = tuple(
        words(f"measured.{name}_column") for name in ("group", "buildings", "metered", "prior", "posterior", "band")
    )
    table = Table(caption, header, rows, (False, *[True] * 5), words("measured.groups_note"), method="calibration")
    return [figure, Details(caption, (table,))]
