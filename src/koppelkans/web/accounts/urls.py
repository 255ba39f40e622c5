"""Addresses of accounts: our own pages, and those of allauth that this site uses."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path, re_path

from koppelkans.web.accounts import entry, granting, views

OWN = [
    path("werkplek/", views.workspace, name="workspace"),
    path("profiel/", views.profile, name="profile"),
    path("profiel/gegevens/", views.own_data, name="own_data"),
    path("profiel/wissen/", views.erase_account, name="erase_account"),
    path("sleutels/", views.api_keys, name="api_keys"),
    path("sleutels/<int:key>/intrekken/", views.api_key_revoke, name="api_key_revoke"),
    path("rollen/", granting.platform_roles, name="platform_roles"),
    path("rollen/<int:grant>/intrekken/", granting.role_revoke, name="role_revoke"),
    path("rollen/voorstel/<int:proposal>/", granting.proposal_decide, name="proposal_decide"),
    path("rollen/regels/", granting.claim_rules, name="claim_rules"),
    path("rollen/regels/<int:rule>/weg/", granting.claim_rule_remove, name="claim_rule_remove"),
    path("rollen/herstellink/", granting.reset_link, name="reset_link"),
]
ENTRY = [
    path("aanmelden/", account.login, name="account_login"),
    path("afmelden/", entry.logout, name="account_logout"),
    path("registreren/", account.signup, name="account_signup"),
    path("niet-actief/", account.account_inactive, name="account_inactive"),
    path("bevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("e-mail/", account.email, name="account_email"),
    path("e-mail/bevestigen/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^e-mail/bevestigen/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("wachtwoord/", account.password_change, name="account_change_password"),
    path("wachtwoord/instellen/", account.password_set, name="account_set_password"),
    path("wachtwoord/vergeten/", account.password_reset, name="account_reset_password"),
    path("wachtwoord/vergeten/verstuurd/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("wachtwoord/nieuw/klaar/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("tweede-factor/", mfa.index, name="mfa_index"),
    path("tweede-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    path("tweede-factor/bevestigen/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("tweede-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("tweede-factor/app/uit/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tweede-factor/noodcodes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tweede-factor/noodcodes/nieuw/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("tweede-factor/noodcodes/bestand/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("koppelingen/", social.connections, name="socialaccount_connections"),
    path("koppelingen/geannuleerd/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("koppelingen/fout/", social.login_error, name="socialaccount_login_error"),
    path("koppelingen/registreren/", social.signup, name="socialaccount_signup"),
    path("oidc/<slug:provider_id>/aanmelden/", entry.official_login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/terug/", openid.callback, name="openid_connect_callback"),
]
urlpatterns = OWN + ENTRY
