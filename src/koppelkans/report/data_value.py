"""What data are worth: how far off the plan is, and how many decisions change, when less or more is known."""

from __future__ import annotations

from koppelkans.report.document import Block, Paragraph, Section, Table
from koppelkans.report.material import Material, cells, one_line

_THOUSAND = 1e3


def data_value_section(material: Material) -> Section:
    """The chapter on the worth of data."""
    words, notation, worth = material.words, material.notation, material.printed("data_value")
    if not material.publishable:
        return one_line(material, "gegevens", "data_value", "too_small")
    if worth.empty:
        return one_line(material, "gegevens", "data_value", "none")
    rows = tuple(
        cells(
            material.title(row), notation.share(row["building_error_share"]), notation.share(row["street_error_share"]),
            notation.share(row["total_error_share"], 1), notation.share(row["changed_share"]), notation.rounded(row["changed_buildings"], 2),
            notation.rounded(row["regret_eur_per_year"] / _THOUSAND, 2),
        )
        for row in worth.to_dict("records")
    )  # fmt: skip
    names = ("data", "building_error", "street_error", "total_error", "changed", "changed_buildings", "regret")
    header = tuple(words(f"data_value.{name}_column") for name in names)
    least, *_, most = worth.iloc[[0, -1]].to_dict("records")
    said = words.rich(
        "data_value.line", least=material.title(least), most=material.title(most),
        least_share=notation.share(least["changed_share"]), most_share=notation.share(most["changed_share"]),
        saved=notation.rounded(max(least["regret_eur_per_year"] - most["regret_eur_per_year"], 0.0) / _THOUSAND, 2),
    )  # fmt: skip
    caption, note, numeric = words("data_value.table"), words("data_value.note"), (False, *[True] * 6)
    blocks: list[Block] = [Paragraph(words.rich("data_value.lead"), "lead")]
    blocks += [Table(caption, header, rows, numeric, note, method="data-value"), Paragraph(said)]
    return Section("gegevens", words("data_value.title"), tuple(blocks))
