"""The front door."""

from django.urls import path

from talimger.home import views

urlpatterns = [path("", views.front_door, name="home")]
