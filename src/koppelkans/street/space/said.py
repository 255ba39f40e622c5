"""What must be said beside the cross-sections."""

from __future__ import annotations

from koppelkans.street.space.answer import TITLES
from koppelkans.street.space.clash import Clash
from koppelkans.street.space.kernels import Flags
from koppelkans.street.space.offer import Demands, Offer, strict_duties
from koppelkans.street.space.streets import SpaceTargets, Streets
from koppelkans.street.space.surface import FRONTS
from koppelkans.tables import RemarkRow, remark
from koppelkans.tables.space import DUTY_DEMANDS

NAMED = 3


def space_remarks(
    streets: Streets, offered: Offer | None, asked: Demands | None, found: list[Clash], kept: Flags, targets: SpaceTargets
) -> list[RemarkRow]:  # fmt: skip
    """Assumptions on the streets of today and on the ground, sections left out, and the demands that clash."""
    rows = [*_left_out(streets)]
    if offered is None or asked is None:
        return rows
    rows += [_today(streets), _ground(), *_waived(asked, targets), *_turned(streets)]
    rows += _uncertain(streets, kept)
    if kept.any() and not kept.all():
        rows.append(
            remark(
                "street_patterns",
                f"{int(kept.sum())} van de {len(kept)} straatsecties houden hun profiel: een ander is er niet nodig voor de doelen.",
                f"{int(kept.sum())} of {len(kept)} street sections keep their cross-section: the targets need no other there.",
                level="info", rows_share=float(kept.mean()), method="street-space-choice",
            )
        )  # fmt: skip
    return rows + [_clash(clash) for clash in found]


def _left_out(streets: Streets) -> list[RemarkRow]:
    if not streets.left_out:
        return []
    count, total = len(streets.left_out), len(streets.left_out) + len(streets.names)
    return [
        remark(
            "street_patterns",
            f"{count} van de {total} straatsecties krijgen geen profiel: paden, opritten, veldwegen, autosnelwegen en wat te smal is.",
            f"{count} of {total} street sections get no cross-section: paths, driveways, tracks, motorways and what is too narrow.",
            level="info", rows_share=count / max(total, 1), method="street-space-patterns",
        )
    ]  # fmt: skip


def _today(streets: Streets) -> RemarkRow:
    known = any(front != FRONTS[0] for front in streets.front)
    by = (
        ("breedte, wegklasse en bebouwing", "width, class of road and what is built along")
        if known
        else ("breedte en wegklasse", "width and class of road")
    )
    return remark(
        "street_patterns",
        f"Hoe de straten vandaag ingedeeld zijn, staat niet in de gegevens: rijbaan, voetpaden en parkeerstroken van {len(streets.names)} secties zijn aangenomen uit {by[0]}, zonder bomen of open bodem.",
        f"How the streets are laid out today is not in the data: carriageway, footways and parking of {len(streets.names)} sections are assumed from {by[1]}, without trees or open soil.",
        method="street-space-now",
    )  # fmt: skip


def _uncertain(streets: Streets, kept: Flags) -> list[RemarkRow]:
    """Sections that may be narrower than the cross-section that they get."""
    tight = ~kept & (streets.low_m < streets.width_m)
    if not tight.any():
        return []
    return [
        remark(
            "street_patterns",
            f"{int(tight.sum())} van de {len(tight)} straatsecties krijgen een profiel dat breder is dan de ondergrens van hun geschatte breedte: meet ze na voor het ontwerp.",
            f"{int(tight.sum())} of {len(tight)} street sections get a cross-section wider than the low end of their estimated width: measure them before design.",
            rows_share=float(tight.mean()), method="street-space-now",
        )
    ]  # fmt: skip


def _ground() -> RemarkRow:
    return remark(
        "pattern_strips",
        "Waar leidingen vandaag liggen, is niet bekend (KLIP is niet gelezen): de doorsnede onder de grond toont één mogelijke ligging bij een heraanleg.",
        "Where pipes lie today is not known (no cable register was read): the cross-section below ground shows one possible place at a rebuild.",
        method="street-space-underground",
    )  # fmt: skip


def _waived(asked: Demands, targets: SpaceTargets) -> list[RemarkRow]:
    """Duties that nobody asked for by name and that a street is too narrow for."""
    rows = []
    for name, metres in zip(DUTY_DEMANDS, asked.hopeless_m.tolist(), strict=True):
        if metres and name not in strict_duties(targets):
            title, title_en, _ = TITLES[name]
            rows.append(
                remark(
                    "street_patterns",
                    f"{title}: op {metres:.0f} m straat kan geen enkel profiel dat; daar is het niet gevraagd.",
                    f"{title_en}: on {metres:.0f} m of street no cross-section can; it is not asked there.",
                    level="warning", method="street-space-choice",
                )
            )  # fmt: skip
    return rows


def _turned(streets: Streets) -> list[RemarkRow]:
    bound = int((streets.access.turns == 0).sum())
    if not bound:
        return []
    return [
        remark(
            "street_patterns",
            f"{bound} straatsecties zijn de enige weg naar wat erachter ligt, binnen de grens van het gebied: ze houden twee richtingen.",
            f"{bound} street sections are the only way to what lies behind them, within the border of the place: they keep two directions.",
            level="info", method="street-space-access",
        )
    ]  # fmt: skip


def _clash(clash: Clash) -> RemarkRow:
    names, names_en = ([TITLES[one][place] for one in clash.members] for place in (0, 1))
    if len(clash.members) == 1:
        text, text_en = (
            f"Eén eis kan nergens mee samen: {names[0]}",
            f"One demand cannot be kept even alone: {names_en[0]}",
        )
    else:
        text, text_en = (
            f"Deze eisen kunnen niet samen: {' + '.join(names)}",
            f"These demands cannot be kept together: {' + '.join(names_en)}",
        )
    ease = "; ".join(_ease(one, title, clash, "haalbaar") for one, title in zip(clash.members, names, strict=True))
    ease_en = "; ".join(
        _ease(one, title, clash, "within reach") for one, title in zip(clash.members, names_en, strict=True)
    )
    return remark(
        "space_targets",
        f"{text}. Naast de andere: {ease}.",
        f"{text_en}. Beside the others: {ease_en}.",
        level="warning",
        method="street-space-clash",
    )


def _ease(name: str, title: str, clash: Clash, word: str) -> str:
    most = clash.within[name]
    if most is None:
        return title
    written = f"{most:.0%}" if TITLES[name][2].startswith("aandeel") else f"{most:.0f} {TITLES[name][2]}"
    return f"{title} {word}: {written}"
