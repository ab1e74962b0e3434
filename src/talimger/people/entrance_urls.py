"""Sign-in, invitations and set-up: what stands outside any programme. allauth's pages are named one by one, not all of them."""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as authenticator
from django.urls import path, re_path

from talimger.people.views import account as own
from talimger.people.views.setup import setup
from talimger.people.views.welcome import invitation_link

# allauth looks these names up, but accounts come by invitation and addresses are not changed by their owners.
NOT_OFFERED = (
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_set_password",
    "account_confirm_login_code",
    "account_request_login_code",
)

urlpatterns = [
    path("i/<str:token>/", invitation_link, name="invitation"),
    path("setup/<str:token>/", setup, name="setup"),
    path("setup/<str:token>/<slug:step>/", setup, name="setup_step"),
    path("demo/enter/", own.demo_enter, name="demo_enter"),
    path("sign-in/", own.sign_in, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("account/", own.my_settings, name="my_settings"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/password/reset/ready/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("account/second-step/", second_step.index, name="mfa_index"),
    path("account/second-step/enter/", second_step.authenticate, name="mfa_authenticate"),
    path("account/second-step/confirm/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("account/second-step/on/", authenticator.activate_totp, name="mfa_activate_totp"),
    path("account/second-step/off/", own.deactivate_second_factor, name="mfa_deactivate_totp"),
    path("account/second-step/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second-step/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/second-step/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    *(path(f"account/not-offered/{name}/", own.not_offered, name=name) for name in NOT_OFFERED),
]
