"""Every address of the house. A programme's pages live under ``/p/<programme>/``; only short public links stand outside."""

from django.urls import include, path

urlpatterns = [
    path("", include("talimger.shell.urls")),
    path("", include("talimger.home.entrance_urls")),
    path("", include("talimger.people.entrance_urls")),
    path("", include("talimger.selection.entrance_urls")),
    path("p/<slug:programme>/", include("talimger.home.urls")),
    path("p/<slug:programme>/", include("talimger.people.urls")),
    path("p/<slug:programme>/framework/", include("talimger.framework.urls")),
    path("p/<slug:programme>/analysis/", include("talimger.analysis.urls")),
    path("p/<slug:programme>/mentors/", include("talimger.mentors.urls")),
    path("p/<slug:programme>/selection/", include("talimger.selection.urls")),
]
