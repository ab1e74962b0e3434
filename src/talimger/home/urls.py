"""A person's own page in a programme."""

from django.urls import path

from talimger.home import views

app_name = "home"
urlpatterns = [path("", views.my_tasks, name="tasks")]
