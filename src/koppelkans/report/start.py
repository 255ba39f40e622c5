"""Where we start: buildings by type and period, heat demand, and where the data come from."""

from __future__ import annotations

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.disclosure import TOTAL
from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Figure, Notice, Paragraph, Section, Table, plain
from koppelkans.report.material import KINDS, KWH_PER_MWH, OTHER, Material, cells

_PROVENANCE_COLUMNS = ("use_from", "type_from", "dwellings_from", "built_year_from", "storeys_from", "floor_area_from")

_MOSTLY_HIDDEN_SHARE = 0.5


def start_section(material: Material) -> Section:
    """The chapter on today's buildings and data."""
    words, notation = material.words, material.notation
    buildings, heated = material.plan.place.buildings, material.heated
    lead = words.rich("start.lead", buildings=notation.number(len(buildings)), heated=notation.number(len(heated)))
    shares = material.plan.place.levels.items()
    levels = ", ".join(f"{words('start.level_' + str(level))} ({notation.share(share)})" for level, share in shares)
    blocks: list[Block] = [Paragraph(lead, "lead"), _measured(material)]
    if material.publishable:
        blocks += [_types(material), *_periods(material)]
        blocks += [Paragraph(plain(words("start.levels", levels=levels))), _provenance(material)]
    return Section("start", words("start.title"), tuple(blocks))


def _measured(material: Material) -> Notice:
    words, heated = material.words, material.heated
    measured, calibrated = heated["metered_gas_kwh"].notna().mean(), heated["calibrated"].mean()
    text = words("start.measured_none")
    if measured > 0:
        text = words("start.measured_some", share=material.notation.share(measured))
    if calibrated > 0:
        text += " " + words("start.calibrated", share=material.notation.share(calibrated))
    return Notice("info", words("start.measured_title"), plain(text))


def _types(material: Material) -> Table:
    words, heated = material.words, material.heated
    kinds = heated["kind"]
    ones = pd.Series(1.0, index=heated.index, name="buildings")
    count = disclosure.published_sums(ones, kinds).values["buildings"]
    heat = disclosure.published_sums(heated["heat_kwh"], kinds).values["heat_kwh"] / KWH_PER_MWH
    area = disclosure.published_sums(heated["floor_area_m2"], kinds).values["floor_area_m2"]
    per_m2 = disclosure.quantiles(heated["heat_kwh"] / heated["floor_area_m2"], kinds)
    homes = disclosure.published_sums(heated["dwellings"].astype(float), kinds).values["dwellings"]
    rows = []
    for kind in [*(name for name in KINDS if name in count.index), *([TOTAL] if TOTAL in count.index else [])]:
        total = kind == TOTAL
        band = per_m2.loc[kind] if not total else None
        rows.append(
            cells(
                words("page.total") if total else words.name("types", kind),
                material.count(count[kind]),
                material.count(homes[kind]),
                material.amount(area[kind]),
                material.amount(heat[kind]),
                "" if band is None else material.amount(band["median"], 2),
                "" if band is None else material.notation.range(band["p10"], band["p90"], 2),
            )
        )
    notes = [words("start.types_note")]
    joined = heated.loc[kinds == OTHER, "type"].drop_duplicates()
    if len(joined):
        listed = ", ".join(words.name("types", name).lower() for name in KINDS if name in set(joined))
        notes.append(words("start.other_note", types=listed))
    names = (
        "type",
        "buildings_column",
        "dwellings_column",
        "floor_column",
        "heat_column",
        "per_m2_column",
        "band_column",
    )
    return Table(
        caption=words("start.types"), header=tuple(words(f"start.{name}") for name in names), rows=tuple(rows),
        numeric=(False, *[True] * 6), note=" ".join(notes),
        strong_last=TOTAL in count.index,
    )  # fmt: skip


def _periods(material: Material) -> list[Block]:
    words, heated = material.words, material.heated
    found = disclosure.coarsened_counts(heated["kind"], heated["period"], order=tables.PERIODS).values
    periods = sorted((str(name) for name in found.columns if name != TOTAL), key=_first)
    titles = {name: period_title(material, name) for name in periods}
    colours = {name: palette.PERIODS[name.split("|")[0]] for name in periods}
    chart = share_bars(material, found, titles, colours=colours, axis=words("start.share_axis"))
    blocks: list[Block] = []
    if chart:
        blocks.append(Figure("periods", chart, words("start.periods_chart"), words("start.periods_alt")))
    blocks.append(count_table(material, found, titles, caption=words("start.periods")))
    return blocks


def _first(name: str) -> int:
    return tables.PERIODS.index(name.split("|", maxsplit=1)[0])


def period_title(material: Material, name: str) -> str:
    """The title of a construction period, or of neighbouring ones joined (``first|second``)."""
    words, parts = material.words, name.split("|")
    if len(parts) == 1:
        return words.name("periods", name)
    begins, ends = tables.PERIODS.index(parts[0]) == 0, parts[-1] == tables.PERIODS[-1]
    first, last = parts[0].split("_")[0], parts[-1].split("_")[-1]
    if begins and ends:
        return words("start.all_periods")
    if begins:
        return words("start.period_until", year=last)
    return words("start.period_from", year=first) if ends else f"{first}-{last}"


def share_bars(
    material: Material, found: pd.DataFrame, titles: dict[str, str], *, colours: dict[str, str], axis: str
) -> str:
    """Bars of one hundred percent from a published table of counts; what is hidden stands together as "not published"."""
    words, parts = material.words, list(titles)
    if TOTAL not in found.columns:
        return ""
    kinds = [name for name in KINDS if name in found.index]
    shown = found.loc[kinds, parts]
    missing = found.loc[kinds, TOTAL] - shown.sum(axis=1)
    rest = words("start.not_shown")
    long = shown.rename(columns=titles).assign(**{rest: missing})
    long.index = pd.Index([words.name("types", kind) for kind in kinds], name="row")
    melted = long.reset_index().melt(id_vars="row", var_name="part", value_name="amount")
    melted = melted[melted["amount"] > 0]
    hidden_share = melted.loc[melted["part"] == rest, "amount"].sum() / max(melted["amount"].sum(), 1.0)
    if melted.empty or hidden_share > _MOSTLY_HIDDEN_SHARE:
        return ""
    names = {title: colours[part] for part, title in titles.items()}
    used = {
        name: colour for name, colour in {**names, rest: palette.NOT_SHOWN}.items() if (melted["part"] == name).any()
    }
    return charts.shares_chart(melted, colours=used, titles={"share": axis}, language=words.language)


def count_table(
    material: Material, found: pd.DataFrame, titles: dict[str, str], *, caption: str, note: str = ""
) -> Table:
    """A published table of counts by type as a table of the report."""
    words = material.words
    columns = [*titles, *([TOTAL] if TOTAL in found.columns else [])]
    kinds = [*(name for name in KINDS if name in found.index), *([TOTAL] if TOTAL in found.index else [])]
    header = [words("page.total") if name == TOTAL else titles[name] for name in columns]
    rows = [
        cells(
            words("page.total") if kind == TOTAL else words.name("types", kind),
            *[material.count(found.loc[kind, name]) for name in columns],
        )
        for kind in kinds
    ]
    hidden = bool(found[columns].isna().to_numpy().any())
    notes = " ".join(part for part in (note, words("page.hidden_note") if hidden else "") if part)
    return Table(
        caption,
        (words("start.type"), *header),
        tuple(rows),
        (False, *[True] * len(columns)),
        notes,
        TOTAL in found.index,
    )


def _provenance(material: Material) -> Table:
    words, heated = material.words, material.heated
    rows = []
    for column in _PROVENANCE_COLUMNS:
        shares = heated[column].value_counts(normalize=True)
        texts = [material.notation.share(shares[name]) if shares.get(name, 0) else "" for name in tables.PROVENANCE]
        rows.append(cells(words.name("columns", column), *texts))
    header = (words("start.provenance_column"), *(words.name("provenance", name) for name in tables.PROVENANCE))
    return Table(
        words("start.provenance"),
        header,
        tuple(rows),
        (False, *[True] * len(tables.PROVENANCE)),
        words("start.provenance_note"),
    )
