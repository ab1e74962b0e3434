"""The addresses of the rating analysis, under ``/p/<programme>/analysis/``."""

from django.urls import path

from talimger.analysis import views

app_name = "analysis"
urlpatterns = [
    path("", views.start, name="start"),
    path("<slug:token>/", views.page, name="page"),
    path("<slug:token>/leave/", views.leave, name="leave"),
    path("<slug:token>/delete/", views.delete, name="delete"),
    path("<slug:token>/result.<str:kind>", views.download, name="download"),
]
