"""Addresses of selection outside a programme: for people without an account, each behind a link of their own."""

from django.urls import path

from talimger.selection.views import apply, portal, trainer

app_name = "portal"
urlpatterns = [
    path("apply/<slug:programme>/<int:pk>/", apply.start, name="start"),
    path("apply/<slug:programme>/<int:pk>/link/", apply.lost_link, name="lost_link"),
    path("a/<str:token>/", apply.form, name="form"),
    path("a/<str:token>/<slug:step>/", apply.form_step, name="form_step"),
    path("me/<str:token>/", portal.home, name="home"),
    path("me/<str:token>/answer/", portal.answer, name="answer"),
    path("me/<str:token>/second-look/", portal.appeal, name="appeal"),
    path("me/<str:token>/withdraw/", portal.withdraw, name="withdraw"),
    path("me/<str:token>/erase/", portal.erase, name="erase"),
    path("me/<str:token>/data/", portal.data, name="data"),
    path("me/<str:token>/data.json", portal.data_file, name="data_file"),
    path("me/<str:token>/times.ics", portal.calendar, name="calendar"),
    path("me/<str:token>/task/<slug:code>/", portal.task, name="task"),
    path("t/<str:token>/", trainer.form, name="trainer"),
]
