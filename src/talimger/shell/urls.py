"""The addresses of the frame itself."""

from django.urls import path

from talimger.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
    path("gallery/", views.gallery, name="gallery"),
]
