"""The words on screen for what an entry of the log says was done."""

from __future__ import annotations

from django.utils.translation import gettext as _


def verb_words(verb: str) -> str:
    """What was done, in the language of the reader; the word of the log itself when there is no better one."""
    return {
        "account.grant": _("rol gegeven"),
        "account.revoke": _("rol ingetrokken"),
        "account.erase": _("account gewist"),
        "account.export": _("eigen gegevens opgehaald"),
        "account.key": _("sleutel gemaakt"),
        "account.key_revoke": _("sleutel ingetrokken"),
        "account.admin": _("beheerder gemaakt"),
        "account.password": _("wachtwoord hersteld"),
        "account.claim_rule": _("regel voor rollen gewijzigd"),
        "account.propose": _("rol voorgesteld"),
        "account.decline": _("voorgestelde rol geweigerd"),
        "account.create": _("account gemaakt"),
        "account.connect": _("aanmelding van ambtenaren gekoppeld"),
        "account.reset_link": _("herstellink gemaakt"),
        "project.create": _("wijk gemaakt"),
        "project.edit": _("wijk gewijzigd"),
        "partner.add": _("partner toegevoegd"),
        "partner.remove": _("partner verwijderd"),
        "date.add": _("datum of prijs toegevoegd"),
        "date.remove": _("datum of prijs verwijderd"),
        "document.add": _("document toegevoegd"),
        "document.remove": _("document verwijderd"),
        "team.grant": _("rol in het team gegeven"),
        "team.revoke": _("rol in het team ingetrokken"),
        "place.add": _("gebied toegevoegd"),
        "place.upload": _("gebied opgeladen"),
        "place.remove": _("gebied verwijderd"),
        "plan.run": _("berekening gestart"),
        "plan.cancel": _("berekening geannuleerd"),
        "plan.done": _("berekening klaar"),
        "plan.failed": _("berekening mislukt"),
        "plan.cancelled": _("berekening gestopt"),
        "plan.retry": _("berekening opnieuw gestart"),
        "plan.rename": _("plan hernoemd"),
        "plan.remove": _("plan verwijderd"),
        "plan.publish": _("plan gepubliceerd"),
        "plan.unpublish": _("plan niet langer openbaar"),
        "intention.add": _("intentie toegevoegd"),
        "intention.change": _("intentie gewijzigd"),
        "intention.remove": _("intentie verwijderd"),
        "intention.import": _("intenties ingevoerd"),
        "intention.expired": _("verlopen intenties verwijderd"),
    }.get(verb, verb)
