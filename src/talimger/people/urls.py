"""The pages of this room inside a programme."""

from django.urls import path

from talimger.people.views import invitations, jobs, organisations, outbox, people, programme

app_name = "people"
urlpatterns = [
    path("people/", people.people, name="list"),
    path("people/<int:key>/", people.person, name="person"),
    path("people/roles/<int:key>/end/", people.role_end, name="role_end"),
    path("people/invite/", invitations.invitation_new, name="invite"),
    path("people/invitations/", invitations.invitations, name="invitations"),
    path("people/invitations/<int:key>/", invitations.invitation, name="invitation"),
    path("people/invitations/<int:key>/renew/", invitations.invitation_renew, name="invitation_renew"),
    path("people/invitations/<int:key>/withdraw/", invitations.invitation_withdraw, name="invitation_withdraw"),
    path("people/organisations/", organisations.organisations, name="organisations"),
    path("people/organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("people/organisations/<int:key>/", organisations.organisation, name="organisation"),
    path("people/letters/", outbox.letters, name="outbox"),
    path("people/letters/<int:key>/", outbox.letter, name="letter"),
    path("people/letters/<int:key>/retry/", outbox.letter_retry, name="letter_retry"),
    path("people/cycles/", programme.cycles, name="cycles"),
    path("people/cycles/new/", programme.cycle_new, name="cycle_new"),
    path("people/cycles/<int:key>/", programme.cycle, name="cycle"),
    path("people/settings/", programme.programme_settings, name="settings"),
    path("jobs/<uuid:public_id>/", jobs.job, name="job"),
]
