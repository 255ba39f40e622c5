"""What stands behind the figures: unofficial figures and their influence, remarks, sources, methods, the run itself."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Details, Figure, Heading, Paragraph, Section, Table, Text, inside, plain
from koppelkans.report.material import Material, cells, texts

NETWORK_METHODS = ("network-design", "supply", "network-robustness", "network-phases", "threshold", "project")
STREET_METHODS = (
    "street-works", "street-assets", "drawn-assets", "gas-tree", "street-prices", "street-network", "street-loop", "trench-shared", "works-account", "works-calendar",
    "works-months", "dividend", "dividend-shares", "dividend-robustness", "threshold-shared", "works-months-years", "street-space-patterns", "street-space-underground", "street-space-now",
    "street-space-choice", "street-space-clash", "street-space-pareto", "street-space-dividend", "integration-dividend-space", "lekp",
)  # fmt: skip
RESPONSE_METHODS = ("response-plan", "response-moments", "equilibria", "response-calibration", "response-indicators")
BUILDING_METHODS = (
    "hourly-need", "load-hours", "coincidence", "cold", "calibration", "renovation-ladder", "stop-insulating", "epc", "epc-distribution",
    "obligations", "orderings", "schedule", "data-value",
)  # fmt: skip
_SCOPES = ("scopes", "types", "periods", "solution_names", "measures", "trades", "epc_rules", "plants")
_CHART_ROWS = 12
_TABLE_ROWS = 15
_SMALL_SHARE = 0.0005
"""Figures that move the result less than this are listed apart."""
_LEVELS = ("warning", "assumption", "info")


def figures_section(material: Material) -> Section:
    """The chapter on figures that are not official and how far the result moves with them."""
    words, figures = material.words, material.printed("figures")
    counts = figures["standing"].value_counts()
    lead = words.rich(
        "figures.lead",
        all=len(figures),
        **{name: int(counts.get(name, 0)) for name in ("official", "secondary", "unverified")},
    )
    blocks: list[Block] = [Paragraph(lead, "lead")]
    unofficial = figures[figures["standing"] != "official"]
    if unofficial.empty:
        return Section("cijfers", words("figures.title"), (*blocks, Paragraph(plain(words("figures.none")))))
    size = unofficial[["influence_low_share", "influence_high_share"]].abs().max(axis=1).fillna(0.0)
    ordered = unofficial.loc[size.sort_values(ascending=False, kind="stable").index]
    drawn = _tornado(material, figures)
    if drawn:
        blocks.append(Figure("tornado", drawn, words("figures.chart"), words("figures.chart_alt")))
    sources = {str(title): number for number, title in enumerate(dict.fromkeys(ordered["source"]), start=1)}
    first = dict.fromkeys(ordered["parameter"])
    shown = ordered[ordered["parameter"].isin(list(first)[:_TABLE_ROWS])]
    rows = [_figure_row(material, scopes, sources) for _, scopes in shown.groupby("parameter", sort=False)]
    names = ("label", "value", "band", "standing", "influence", "source")
    header, numeric = tuple(words(f"figures.{name}_column") for name in names), (False, True, True, False, True, True)
    blocks.append(Table(words("figures.table"), header, tuple(rows), numeric, words("figures.source_note")))
    blocks += _other_figures(material, ordered, size, sources)
    listed = tuple(cells(str(number), title) for title, number in sources.items())
    columns = (words("figures.number_column"), words("figures.source_column"))
    blocks.append(Table(words("figures.sources"), columns, listed, (False, False)))
    return Section("cijfers", words("figures.title"), tuple(blocks))


def _other_figures(material: Material, ordered: pd.DataFrame, size: pd.Series, sources: dict[str, int]) -> list[Block]:
    """The figures after the first, in short: those that move the result, then those that hardly do or are not in it, by number of scopes."""
    words, notation = material.words, material.notation
    rest = list(dict.fromkeys(ordered["parameter"]))[_TABLE_ROWS:]
    largest = size.groupby(ordered["parameter"].reindex(size.index)).max()
    names = ("label", "value", "standing", "influence", "source")
    header = tuple(words(f"figures.{name}_column") for name in names)
    blocks: list[Block] = []
    for title, chosen in (
        ("figures.more", [name for name in rest if largest[name] >= _SMALL_SHARE]),
        ("figures.small", [name for name in rest if largest[name] < _SMALL_SHARE]),
    ):
        rows = []
        for name in chosen:
            scopes = ordered[ordered["parameter"] == name]
            whole = scopes.iloc[0]
            label = figure_label({"parameter": name, "scope": ""}, material)
            value = notation.quantity(whole["value"], whole["unit"])
            if len(scopes) > 1:
                band = notation.quantity_range(scopes["value"].min(), scopes["value"].max(), whole["unit"])
                label, value = words("figures.scopes_label", label=label, count=len(scopes)), band or value
            standings = dict.fromkeys(words.name("standings", standing) for standing in scopes["standing"])
            numbers = dict.fromkeys(str(sources[str(source)]) for source in scopes["source"])
            moved = (
                ""
                if scopes["influence_low_share"].isna().all()
                else f"{notation.number(100 * largest[name], 1)}\u00a0%"
            )
            rows.append(cells(label, value, ", ".join(standings), moved, ", ".join(numbers)))
        if rows:
            caption = words(title, count=len(rows))
            blocks.append(Details(caption, (Table(caption, header, tuple(rows), (False, True, False, True, True)),)))
    return blocks


def figure_label(row: dict[Any, Any], material: Material) -> str:
    """The name of a figure of law or technique, with its scope where it has one."""
    known = read_parameters().entries.get(row["parameter"])
    label = known.label if known else str(row["parameter"])
    scope = row["scope"]
    if pd.isna(scope) or scope in ("all", ""):
        return label
    return material.words("figures.scope", label=label, scope=_scope(material, str(scope)))


def _scope(material: Material, scope: str) -> str:
    """The scope of a figure in words: a type, period, solution, measure, rule or household class; an area stands for itself."""
    known = texts(material.words.language)
    group = next((name for name in _SCOPES if scope in known[name]), "scopes")
    return inside(material.words.name(group, scope))


def _tornado(material: Material, figures: pd.DataFrame) -> str:
    """The figures that move the headline most: every figure with a range, official or not, once per parameter."""
    words = material.words
    moved = figures.dropna(subset=["influence_low_share", "influence_high_share"])
    moved = moved.drop_duplicates("parameter")
    size = moved[["influence_low_share", "influence_high_share"]].abs().max(axis=1)
    moved = moved.loc[size[size > 0].sort_values(ascending=False, kind="stable").index[:_CHART_ROWS]]
    if moved.empty:
        return ""
    labels = [figure_label({**row, "scope": ""}, material) for row in moved.to_dict("records")]
    frame = pd.concat(
        pd.DataFrame(
            {"row": labels, "side": words(f"figures.{end}"), "amount": moved[f"influence_{end}_share"].to_numpy()}
        )
        for end in ("low", "high")
    )
    colours = {words("figures.low"): palette.RECEIVES, words("figures.high"): palette.PAYS}
    titles = {"amount": words("figures.axis"), "format": "+.0%"}
    return charts.balance_chart(frame, colours=colours, titles=titles, language=words.language)


def _figure_row(material: Material, scopes: pd.DataFrame, sources: dict[str, int]) -> tuple[Text, ...]:
    """One figure; where it has a value per scope, one line per scope in its cells."""
    notation, rows = material.notation, scopes.to_dict("records")
    several = len(rows) > 1
    label = figure_label({**rows[0], "scope": ""} if several else rows[0], material)
    values = [notation.quantity(row["value"], row["unit"]) for row in rows]
    if several:
        values = [f"{_scope(material, str(row['scope']))}: {value}" for row, value in zip(rows, values, strict=True)]
    bands = [notation.quantity_range(row["low"], row["high"], row["unit"]) for row in rows]
    standings = dict.fromkeys(material.words.name("standings", row["standing"]) for row in rows)
    numbers = dict.fromkeys(str(sources[str(row["source"])]) for row in rows)
    return cells(
        label, "\n".join(values), "\n".join(bands) if any(bands) else "", ", ".join(standings), _influences(material, rows), ", ".join(numbers)
    )  # fmt: skip


def _influences(material: Material, rows: list[dict[Any, Any]]) -> str:
    """Change of the headline at both ends, a line per scope; one line where all scopes do the same."""
    ends = [(row["influence_low_share"], row["influence_high_share"]) for row in rows]
    texts = [
        "" if pd.isna(low) else f"{signed_share(material, low)} / {signed_share(material, high)}" for low, high in ends
    ]
    return texts[0] if len(set(texts)) == 1 else "\n".join(texts)


def signed_share(material: Material, share: float) -> str:
    """A change as a percentage with its sign."""
    text = f"{material.notation.number(100 * share, 1)}\u00a0%"
    return f"+{text}" if share > 0 else text


# -------------------------------------------------------------------------------------------------------------------- remarks


def _about(material: Material, about: str) -> str:
    """What a remark is about, in words: a table, a column (``column`` or ``table.column``), or the figure of that key."""
    words = material.words
    known = read_parameters().entries.get(about)
    if known:
        return known.label
    table, _, column = about.rpartition(".")
    declared = [item for name, item in tables.TABLES.items() if name == table or not table]
    titles = [item[column].title for item in declared if column in item.column_names]
    if about in texts(words.language)["about"]:
        return words.name("about", about)
    if not titles or words.language != "nl":
        return words.name("about", table or about)
    title = titles[0][0].lower() + titles[0][1:]
    named = words.name("about", table) if table else title
    return title if title == named else f"{named}: {title}"


def remarks_section(material: Material) -> Section:
    """The chapter with every remark in full, what needs attention first."""
    words, remarks = material.words, material.printed("remarks")
    column = "text" if words.language == "nl" else "text_en"
    blocks: list[Block] = [Paragraph(words.rich("remarks.lead"), "lead")]
    header = tuple(words(f"remarks.{name}_column") for name in ("about", "text", "rows"))
    for level in _LEVELS:
        here = remarks[remarks["level"] == level]
        if here.empty:
            continue
        rows = tuple(
            cells(
                _about(material, str(row["about"])),
                row[column],
                "" if pd.isna(row["rows_share"]) else material.notation.share(row["rows_share"]),
            )
            for row in here.to_dict("records")
        )
        blocks.append(Table(words(f"remarks.{level}"), header, rows, (False, False, True)))
    return Section("kanttekeningen", words("remarks.title"), tuple(blocks))


# -------------------------------------------------------------------------------------------------------------------- sources


def sources_section(material: Material) -> Section:
    """The chapter with sources and licences, methods in short, what is not shown, and the record of the run."""
    words = material.words
    blocks: list[Block] = [_data_table(material), Heading(words("sources.disclosure"), "methode-disclosure")]
    blocks.append(Paragraph(plain(words("sources.disclosure_text"))))
    blocks += [
        Heading(words("sources.method")),
        Paragraph(plain(words("sources.method_note")), "note"),
        *_methods(material),
    ]
    blocks += [Heading(words("sources.run")), _run_table(material), Paragraph(plain(words("sources.font")), "note")]
    return Section("bronnen", words("sources.title"), tuple(blocks))


def _data_table(material: Material) -> Table:
    words = material.words
    rows = tuple(
        cells(words.name("layers", item.layer), item.line, item.licence, item.dated, item.note)
        for item in material.plan.place.attributions
    )
    header = tuple(words(f"sources.{name}_column") for name in ("layer", "line", "licence", "dated", "note"))
    return Table(words("sources.data"), header, rows, (False,) * 5)


def _methods(material: Material) -> list[Block]:
    """One heading per method that a figure, table or chart links to."""
    words = material.words
    used = dict.fromkeys(
        [
            *material.indicators["method"],
            "influence",
            "typical-households",
            "line-density",
            *NETWORK_METHODS,
            *STREET_METHODS,
            *BUILDING_METHODS,
            *RESPONSE_METHODS,
        ]
    )
    known = texts(words.language)["methods"]
    blocks: list[Block] = []
    for anchor in used:
        text = known.get(anchor) or words("sources.method_other", anchor=anchor)
        blocks += [Heading(words.name("method_titles", anchor), f"methode-{anchor}"), Paragraph(plain(text))]
    return blocks


def _run_table(material: Material) -> Table:
    words, notation, plan = material.words, material.notation, material.plan
    values = {
        "scenario": plan.scenario.title,
        "rules": notation.day(plan.scenario.reference_date),
        "version": plan.run.engine_version,
        "made": notation.day(plan.run.made_on),
        "valid": notation.day(plan.run.valid_until),
        "reproducible": words("sources.yes" if plan.run.reproducible else "sources.no"),
        "seed": str(plan.scenario.seed),
        "crs": plan.place.crs,
        "hash": " ".join(wrap(plan.run.plan_hash, 8)),
    }
    rows = tuple(cells(words(f"sources.{name}"), value) for name, value in values.items())
    return Table(
        words("sources.run_table"), (words("sources.run_name"), words("sources.run_value")), rows, (False, False)
    )
