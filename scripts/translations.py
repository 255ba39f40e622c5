"""Words of the web site: collect the Dutch ones from templates and code, keep their English translation, compile both.

    python scripts/translations.py              every app
    python scripts/translations.py plans ui     some apps
    python scripts/translations.py --check      say what is missing or stale, change nothing

Each app has its own ``locale/en/LC_MESSAGES/django.po``; Dutch is the language of the source, so it needs no file.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile

ROOT = Path(__file__).parent.parent
WEB = ROOT / "src" / "koppelkans" / "web"
KEYWORDS = {
    name: spec
    for names, spec in ((("_", "gettext", "gettext_lazy", "gettext_noop"), None), (("ngettext", "ngettext_lazy"), (1, 2)), (("pgettext", "pgettext_lazy"), ((1, "c"), 2)))
    for name in names
}  # fmt: skip


def collected(app: str) -> Catalog:
    """Every Dutch text of an app, from its templates and its code."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    from django.utils.translation.template import templatize

    found = Catalog(locale="en", project="koppelkans", charset="utf-8")
    for path in sorted(WEB.joinpath(app).rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        source = templatize(text) if path.suffix != ".py" else text
        for _line, message, _comments, context in extract.extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS
        ):
            found.add(message, context=context, locations=[(path.relative_to(WEB).as_posix(), None)])
    return found


def merged(app: str) -> Catalog:
    """The texts of an app with the translations that were already there; texts that are gone are left out."""
    found, file = collected(app), po_file(app)
    if file.is_file():
        old = pofile.read_po(io.BytesIO(file.read_bytes()), locale="en")
        for message in found:
            known = (
                old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
                if message.id
                else None
            )
            if known is not None and known.string:
                message.string = known.string
    return found


def po_file(app: str) -> Path:
    """Where the translations of an app stand."""
    return WEB / app / "locale" / "en" / "LC_MESSAGES" / "django.po"


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as a file, without dates, in the order of its texts."""
    out = io.BytesIO()
    pofile.write_po(out, catalog, omit_header=True, sort_output=True, width=0)
    head = b'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return head + out.getvalue()


def mo_bytes(po: bytes) -> bytes:
    """The compiled form that Django reads, with a fixed date: Babel would write the minute of compiling."""
    out, catalog = io.BytesIO(), pofile.read_po(io.BytesIO(po), locale="en")
    catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    mofile.write_mo(out, catalog)
    return out.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not (all(message.string) if isinstance(message.string, (tuple, list)) else message.string)
    ]


def apps() -> list[str]:
    """Every app of the site."""
    return sorted(path.parent.name for path in WEB.glob("*/apps.py"))


def main() -> int:
    """Update or check; the exit code says whether something is missing."""
    check = "--check" in sys.argv
    chosen = [name for name in sys.argv[1:] if not name.startswith("--")] or apps()
    faults = 0
    for app in chosen:
        catalog = merged(app)
        po = po_bytes(catalog)
        file = po_file(app)
        for text in missing(catalog):
            faults += 1
            print(f"{app}: no translation of {text!r}")
        if not any(message.id for message in catalog):
            continue
        if check:
            if not file.is_file() or file.read_bytes() != po or file.with_suffix(".mo").read_bytes() != mo_bytes(po):
                faults += 1
                print(f"{app}: {file.relative_to(ROOT)} is not up to date; run python scripts/translations.py {app}")
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(po)
        file.with_suffix(".mo").write_bytes(mo_bytes(po))
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
