"""Every page of the site with what its address needs, who may see it, and how it answers: one list for browser, budget and load.

``run`` is the name of a run of ``web_server``; a page that is missing here fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SLUG = "krekelwijk"
STREET = "Krekelstraat"


@dataclass(frozen=True)
class Page:
    """``wants``: what the address is made of. ``roles``: who looks at it. ``note``: tells apart two pages with one name. ``status``: how it
    answers who may see it."""

    name: str
    wants: dict[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ("lead",)
    query: str = ""
    note: str = ""
    status: int = 200

    @property
    def label(self) -> str:
        return f"{self.name}{'-' + self.note if self.note else ''}"


PUBLIC, TEAM, ADMIN, NOBODY_YET, SECURED = ("anonymous", "lead"), ("lead",), ("admin",), ("anonymous",), ("secured",)
VIEWS = ("straten", "gebouwen", "net", "geld", "gezinnen", "uitstoot", "aannames", "kalender", "stroom")


def _open(name: str, *, status: int = 200, **wants: Any) -> Page:
    """A page for everybody that looks the same for all."""
    return Page(name, wants, NOBODY_YET, status=status)


def _of(name: str, roles: tuple[str, ...] = TEAM, note: str = "", query: str = "", **wants: Any) -> Page:
    """A page of the project."""
    return Page(name, {"slug": SLUG, **wants}, roles, query, note)


PAGES = (
    Page("home", roles=PUBLIC), _open("about"), _open("privacy"), _open("accessibility"), _open("origin"), _open("method"), _open("figures"),
    _open("figure", key="climate.degree_days"), Page("audit_log", roles=("anonymous", "admin")),
    Page("projects", roles=("anonymous", "admin")), _of("project", PUBLIC), Page("project_new", roles=ADMIN), _of("project_edit"), _of("project_documents"), _of("project_team"),
    _of("place_upload"), _of("place", place="place"),
    _of("run_new"), _of("run_rename", run="draft"), _of("run_remove", run="draft"), _of("run_progress", note="failed", run="failed"), _of("run_progress", note="cancelled", run="cancelled"),
    _of("plan", PUBLIC, run="network"), _of("plan", note="draft", run="draft"), *(_of("plan_view", PUBLIC, note=view, run="network", view=view) for view in VIEWS),
    _of("plan_team_table", run="network", view="gebouwen", key="gebouwen"), _of("plan_street_book", run="network"), _of("plan_map", PUBLIC, run="network"), _of("plan_publish", run="draft"), _of("plan_unpublish", run="network"), _of("plan_decisions", run="network"),
    _of("plan_compare", PUBLIC, query="?plannen={network},{pumps}"), _of("plan_compare", PUBLIC, note="empty"),
    _of("intentions"), _of("intention_edit", query="?gebouw=t1_0"), _of("intentions_import"), _of("intention_effect"),
    _open("own_home"), _open("kitchen_table"), _open("tenants"), _of("street_page", NOBODY_YET, street=STREET), _of("street_search", NOBODY_YET, query="?q=krekel"),
    Page("street_page", {"slug": SLUG, "street": "Nergensstraat"}, NOBODY_YET, note="missing", status=404),
    Page("workspace"), Page("profile"), Page("erase_account"), Page("api_keys"), Page("platform_roles", roles=ADMIN), Page("claim_rules", roles=ADMIN), Page("reset_link", roles=ADMIN),
    _open("account_login"), _open("account_signup"), _open("account_reset_password"), Page("account_logout"), Page("account_email"), Page("account_change_password"),
    Page("account_reauthenticate"), _open("account_inactive"), _open("account_email_verification_sent"), _open("account_confirm_email", key="MQ:geen"),
    _open("account_reset_password_done"), _open("account_reset_password_from_key", uidb36="1", key="geen"), _open("account_reset_password_from_key_done"),
    Page("mfa_index", roles=("lead", "secured")), Page("mfa_activate_totp"), Page("mfa_reauthenticate", roles=SECURED), Page("mfa_deactivate_totp", roles=SECURED),
    Page("mfa_view_recovery_codes", roles=SECURED), Page("mfa_generate_recovery_codes", roles=SECURED),
    Page("socialaccount_connections"), _open("socialaccount_login_cancelled"), _open("socialaccount_login_error", status=401),
)  # fmt: skip

FILES = {
    "intentions_export", "mfa_download_recovery_codes", "own_data", "place_remarks", "plan_compare_csv", "plan_file", "plan_map_csv", "plan_map_still", "plan_table",
    "run_toml", "tiles", "document", "health",
}  # fmt: skip
ONLY_SENT = {
    "api_key_revoke", "claim_rule_remove", "document_remove", "place_remove", "project_date_remove", "project_dates", "project_partner_remove", "project_partners",
    "project_team_remove", "proposal_decide", "role_revoke", "run_cancel", "run_retry",
}  # fmt: skip
ELSEWHERE = {"root", "set_language", "openid_connect_login", "openid_connect_callback"}
IN_BETWEEN = {"mfa_authenticate", "account_set_password", "socialaccount_signup"}
NOT_PAGES = FILES | ONLY_SENT | ELSEWHERE | IN_BETWEEN
"""Addresses that answer with a file, only to a form that was sent, with a redirect, or only halfway a sign-in (a test of its own walks
through that of the second factor; the other two show the forms of a new password and of a new account)."""


def public_paths(site: Any) -> list[str]:
    """What visitors read most: the start, the list, a project, a plan and its views, a street, and a few pages of the site."""
    run = {"slug": SLUG, "run": site.runs["network"]}
    addresses = [
        site.address("home"), site.address("projects"), site.address("project", slug=SLUG), site.address("plan", **run), site.address("plan_map", **run),
        *(site.address("plan_view", view=view, **run) for view in ("straten", "gezinnen", "geld", "uitstoot")),
        *[site.address("street_page", slug=SLUG, street=STREET)] * 3, site.address("street_search", slug=SLUG) + "?q=krekel", site.address("tenants"),
        site.address("own_home"), site.address("kitchen_table"), site.address("home", language="en"), site.address("about"), site.address("figures"),
    ]  # fmt: skip
    return [address.removeprefix(site.url) for address in addresses]
