"""The addresses of mentors, under ``/p/<programme>/mentors/``."""

from django.urls import path

from talimger.mentors import views

app_name = "mentors"
urlpatterns = [
    path("", views.mentor_list, name="list"),
    path("export.<str:kind>", views.export, name="export"),
    path("<int:pk>/", views.mentor_page, name="mentor"),
]
