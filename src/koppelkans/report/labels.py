"""Energy labels before and after the plan: a model of what a stock would get under each rule, never the certificate of a house."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.building.epc.obligations import GROUPS
from koppelkans.disclosure import TOTAL
from koppelkans.report import charts, palette
from koppelkans.report.document import (
    Block,
    Bullets,
    Details,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    inside,
    plain,
)
from koppelkans.report.material import Material, cells, one_line

_LETTERS = list(tables.EPC_LABELS)
_MIGRATIONS = ("today", "two_axis")
_NEARLY_NONE = 1.5
_LEAST_PART = 0.01
"""A building that adds less than this part of a dwelling to a number does not count as a contributor."""
_TENS = -1
_SAME = 0.5
_MOSTLY_HIDDEN_SHARE = 1 / 3


def labels_section(material: Material) -> Section:
    """The chapter on energy labels."""
    words = material.words
    if not material.publishable:
        return one_line(material, "labels", "labels", "too_small")
    if material.table("epc").empty or material.printed("label_migration").empty:
        return one_line(material, "labels", "labels", "none")
    found = distributions(material)
    blocks: list[Block] = [Paragraph(words.rich("labels.lead"), "lead")]
    blocks.append(Notice("assumption", words("labels.model_title"), words.rich("labels.model")))
    blocks += [*_distribution(material, found), *_migrations(material), *_terms(material)]
    blocks += _obligations(material)
    return Section("labels", words("labels.title"), tuple(blocks))


def rules_of(material: Material) -> list[str]:
    """The versions of the rule that the plan has, in the order of the vocabulary."""
    present = set(material.table("label_migration")["rule"])
    return [rule for rule in tables.EPC_RULES if rule in present]


# --------------------------------------------------------------------------------------------------------- what may be shown


def distributions(material: Material) -> dict[tuple[str, str], pd.Series]:
    """Expected dwellings by label, with their total, by rule and moment (``now``, ``after``); missing where hidden.

    A building adds to a label its dwellings times its probability. A label is shown when the largest of these is no more than a tenth
    of the sum: then ten buildings or more stand in it and none dominates. What is the same under several rules is hidden in all of them
    when it is hidden in one.
    """
    true, shown = {}, {}
    for rule in rules_of(material):
        full, most = _counts(material, rule), _most_of_one_building(material, rule)
        for moment, values, largest in (("now", full[TOTAL], most[TOTAL]), ("after", full.T[TOTAL], most.T[TOTAL])):
            allowed = (largest * disclosure.RULES.contributors <= values) | (values == 0)
            true[(rule, moment)] = values
            shown[(rule, moment)] = disclosure.protected(values.to_frame("n"), allowed.to_frame("n")).values["n"]
    for at, values in true.items():
        for other, beside in true.items():
            if np.allclose(values, beside, atol=_SAME):
                shown[at] = shown[at].where(shown[other].notna())
    return shown


def published_migration(material: Material, rule: str) -> pd.DataFrame:
    """Expected dwellings by label now (rows) and after the plan (columns), with totals; missing where hidden.

    A building adds to a cell at most its dwellings times the smaller of its two probabilities; the rule is that of ``distributions``,
    whose totals stand in the open. Less than one dwelling and a half in a cell is counted in the largest of its row: so small a sum of
    chances is no group of homes.
    """
    counts = _counts(material, rule).drop(index=TOTAL, columns=TOTAL)
    little = counts.where(counts < _NEARLY_NONE, 0.0)
    first = pd.get_dummies(counts.idxmax(axis=1)).reindex(columns=_LETTERS, fill_value=False).astype(bool)
    largest = first & (counts >= _NEARLY_NONE)
    full = disclosure.with_totals(counts - little + largest.mul(little.sum(axis=1), axis=0))
    fine = _most_of_one_building(material, rule) * disclosure.RULES.contributors <= full
    known, keep = distributions(material), pd.DataFrame(False, index=full.index, columns=full.columns)
    keep[TOTAL] = known[(rule, "now")].notna()
    keep.loc[TOTAL] = known[(rule, "after")].notna()
    return disclosure.protected(full, fine | (full == 0) | keep, keep=keep).values


def _counts(material: Material, rule: str) -> pd.DataFrame:
    """Expected dwellings by label now and after the plan, with totals, nothing hidden."""
    migration = material.table("label_migration")
    here = migration[migration["rule"] == rule]
    counts = here.pivot_table(index="from_label", columns="to_label", values="dwellings", aggfunc="sum")
    return disclosure.with_totals(counts.reindex(index=_LETTERS, columns=_LETTERS).fillna(0.0))


def _most_of_one_building(material: Material, rule: str) -> pd.DataFrame:
    """The most that one building can hold of every cell of the migration table [dwellings]."""
    epc = material.table("epc")
    here = epc[epc["rule"] == rule].drop_duplicates("building").set_index("building")
    homes = material.heated["dwellings"].reindex(here.index).fillna(0).to_numpy(float)
    whole = np.ones((len(here), 1))
    now = np.hstack([here[[f"{name.lower()}_share" for name in _LETTERS]].to_numpy(float), whole])
    after = np.hstack([here[[f"after_{name.lower()}_share" for name in _LETTERS]].to_numpy(float), whole])
    both = homes[:, None, None] * np.minimum(now[:, :, None], after[:, None, :])
    names = [*_LETTERS, TOTAL]
    return pd.DataFrame(both.max(axis=0, initial=0.0), index=names, columns=names)


# --------------------------------------------------------------------------------------------------------------- before, after


def _distribution(material: Material, found: dict[tuple[str, str], pd.Series]) -> list[Block]:
    words = material.words
    moments = {
        words(f"labels.{moment}", rule=words.name("epc_rules", rule)): row for (rule, moment), row in found.items()
    }
    rest = words("start.not_shown")
    long = []
    for title, row in moments.items():
        shown = row.reindex(_LETTERS).dropna()
        hidden = max(float(row[TOTAL] - shown.sum()), 0.0) if len(shown) < len(_LETTERS) else 0.0
        long += [{"row": title, "part": name, "amount": amount} for name, amount in {**shown, rest: hidden}.items()]
    frame = pd.DataFrame(long)
    frame = frame[frame["amount"] > 0]
    colours = {**palette.LABELS, rest: palette.NOT_SHOWN}
    used = {name: hue for name, hue in colours.items() if (frame["part"] == name).any()}
    axes = {"share": words("labels.axis")}
    figures: list[Block] = []
    if not frame.empty:  # a chart of nothing has no size, and no paper takes it
        drawn = charts.shares_chart(frame, colours=used, titles=axes, language=words.language, columns=7)
        figures.append(
            Figure("labels-chart", drawn, words("labels.chart"), words("labels.chart_alt"), "", "epc-distribution")
        )
    rows = tuple(
        cells(title, *[material.count(row[name]) for name in [*_LETTERS, TOTAL]]) for title, row in moments.items()
    )
    hidden = any(row.isna().any() for row in moments.values())
    note = " ".join([words("labels.expected_note"), *([words("page.hidden_note")] if hidden else [])])
    caption = words("labels.counts")
    header = (words("labels.rule_column"), *_LETTERS, words("page.total"))
    table = Table(caption, header, rows, (False, *[True] * (len(_LETTERS) + 1)), note, method="epc-distribution")
    rules = tuple((*words.rich("labels.rule_line", rule=words.name("epc_rules", rule)), *plain(words(f"labels.rule_{rule}"))) for rule in rules_of(material))  # fmt: skip
    return [*figures, Bullets(rules), table]


def _migrations(material: Material) -> list[Block]:
    words = material.words
    blocks: list[Block] = []
    for rule in _MIGRATIONS:
        if rule not in rules_of(material):
            continue
        shown = published_migration(material, rule)
        if shown.loc[_LETTERS, _LETTERS].isna().to_numpy().mean() > _MOSTLY_HIDDEN_SHARE:
            continue
        rows = tuple(
            cells(words("page.total") if name == TOTAL else name, *[material.count(value) for value in shown.loc[name]])
            for name in shown.index
        )
        header = (words("labels.from_column"), *(words("page.total") if name == TOTAL else words("labels.to", label=name) for name in shown.columns))  # fmt: skip
        note = words("page.hidden_note") if shown.isna().to_numpy().any() else ""
        caption = words("labels.migration", rule=words.name("epc_rules", rule))
        numeric = (False, *[True] * shown.shape[1])
        blocks.append(Table(caption, header, rows, numeric, note, True, "epc-distribution"))
    if not blocks:
        return [Paragraph(plain(words("labels.migration_few")), "note")]
    return [Details(words("labels.migrations"), tuple(blocks))]


# --------------------------------------------------------------------------------------------------------------- term by term


def _terms(material: Material) -> list[Block]:
    """The same home under every rule, and how the score comes about."""
    words, terms = material.words, material.printed("epc_terms")
    if terms.empty:
        return []
    home, system = ("home", "system") if words.language == "nl" else ("home_en", "system_en")
    homes = list(dict.fromkeys(terms[home]))
    by_rule = [_by_rule(material, terms[terms[home] == name], name, system) for name in homes]
    first = _term_table(material, terms[terms[home] == homes[0]], homes[0], system)
    blocks: list[Block] = [Heading(words("labels.terms_title")), Paragraph(words.rich("labels.terms_lead")), by_rule[0]]
    if by_rule[1:]:
        blocks.append(Details(words("labels.other_homes"), tuple(by_rule[1:])))
    return [*blocks, Details(words("labels.terms_all"), (first,))]


def _by_rule(material: Material, terms: pd.DataFrame, home: str, system: str) -> Table:
    """Label and score of one home: a row per system, a column per rule."""
    words, notation = material.words, material.notation
    rules = [rule for rule in tables.EPC_RULES if (terms["rule"] == rule).any()]
    found = (
        terms.drop_duplicates([system, "rule"])
        .set_index([system, "rule"])[["label", "score_kwh_per_m2"]]
        .to_dict("index")
    )
    rows = []
    for name in dict.fromkeys(terms[system]):
        scores: list[Any] = [found.get((name, rule)) for rule in rules]
        texts = [
            "" if one is None else f"{one['label']} ({notation.number(one['score_kwh_per_m2'])})" for one in scores
        ]
        rows.append(cells(_capital(name), *texts))
    header = (words("labels.system_column"), *(words.name("epc_rules", rule) for rule in rules))
    caption, numeric = words("labels.by_rule", home=home), (False, *[True] * len(rules))
    return Table(caption, header, tuple(rows), numeric, words("labels.by_rule_note"), method="epc")


def _capital(text: Any) -> str:
    return f"{str(text)[:1].upper()}{str(text)[1:]}"


_TERMS = (
    "need_kwh_per_m2", "distribution_kwh_per_m2", "hot_water_kwh_per_m2", "expenditure", "primary_factor", "auxiliary_kwh_per_m2",
    "score_kwh_per_m2",
)  # fmt: skip


def _term_table(material: Material, terms: pd.DataFrame, home: str, system: str) -> Table:
    """Every term of the score of one home, a row per rule and system."""
    words, notation = material.words, material.notation
    rows: list[tuple[Text, ...]] = []
    for row in terms.to_dict("records"):
        amounts = [notation.number(row[name], 2 if name in ("expenditure", "primary_factor") else 0) for name in _TERMS]
        rows.append(
            cells(f"{_capital(row[system])}, {inside(words.name('epc_rules', row['rule']))}", *amounts, row["label"])
        )
    header = (words("labels.system_column"), *(words(f"labels.{name}_column") for name in (*_TERMS, "label")))
    caption, numeric = words("labels.terms", home=home), (False, *[True] * len(_TERMS), False)
    return Table(caption, header, tuple(rows), numeric, words("labels.terms_note"), method="epc")


# --------------------------------------------------------------------------------------------------------------- obligations


def _obligations(material: Material) -> list[Block]:
    words, notation, duties = material.words, material.notation, material.printed("obligations")
    if duties.empty:
        return []
    who = "who" if words.language == "nl" else "who_en"
    duties = duties.sort_values("from_year", kind="stable")
    sources = {str(title): number for number, title in enumerate(dict.fromkeys(duties["source"]), start=1)}
    rows = tuple(
        cells(
            _capital(row[who]), row["label"], str(row["from_year"]), notation.number(row["within_years"]) if row["within_years"] else "",
            below_label(material, row, "now"), below_label(material, row, "after"), words.name("standings", row["standing"]),
            str(sources[str(row["source"])]),
        )
        for row in duties.reset_index().to_dict("records")
    )  # fmt: skip
    names = ("who", "at_least", "from_year", "within", "below_now", "below_after", "standing", "source")
    header = tuple(words(f"labels.{name}_column") for name in names)
    listed = "; ".join(f"{number}: {title}" for title, number in sources.items())
    note = words("labels.obligations_note", sources=listed)
    numeric = (False, False, True, True, True, True, False, True)
    table = Table(words("labels.obligations"), header, rows, numeric, note, method="obligations")
    return [Heading(words("labels.obligations_title")), Paragraph(words.rich("labels.obligations_lead")), table]


def below_label(material: Material, row: dict[Any, Any], moment: str) -> str:
    """Expected dwellings of the group of an obligation that are worse than its label, in tens; hidden for a few or dominated groups.

    In tens, because groups overlap and stand beside the numbers per label: exact numbers would tell what small groups do.
    """
    dwellings = float(row[f"dwellings_{moment}"])
    if dwellings < _SAME:
        return material.notation.number(0)
    who, scope, *_ = (*str(row["obligation"]).split("_"), "")
    group = GROUPS.get((who, scope))
    types = group.types if group else tables.TYPES
    epc = material.table("epc")
    today = epc[epc["rule"] == "today"].drop_duplicates("building").set_index("building")
    worse = [name.lower() for name in _LETTERS[_LETTERS.index(row["label"]) + 1 :]]
    stem = "after_" if moment == "after" else ""
    homes = material.heated["dwellings"].where(material.heated["type"].isin(types), 0).reindex(today.index).fillna(0)
    adds = homes * today[[f"{stem}{name}_share" for name in worse]].sum(axis=1)
    if dwellings < disclosure.RULES.contributors or not disclosure.allowed_total(adds[adds > _LEAST_PART]):
        return material.words("page.hidden")
    return material.notation.number(round(dwellings, _TENS))


def label_line(material: Material) -> list[Text]:
    """Expected dwellings with label A now and after the plan, in a sentence; none where that may not be said."""
    if not material.publishable or material.table("epc").empty or "today" not in rules_of(material):
        return []
    found = distributions(material)
    now, after = found[("today", "now")]["A"], found[("today", "after")]["A"]
    if pd.isna(now) or pd.isna(after):
        return []
    return [material.words.rich("summary.label_a", now=material.count(now), after=material.count(after))]
