"""The framework's pages, below ``/p/<programme>/framework/``."""

from django.urls import path

from talimger.framework.views import editing, importing, reading

app_name = "framework"
urlpatterns = [
    path("", reading.overview, name="overview"),
    path("default/", reading.load_default, name="load_default"),
    path("draft/", editing.start_draft, name="start_draft"),
    path("import/", importing.import_file, name="import"),
    path("import/<uuid:file>/", importing.import_preview, name="import_preview"),
    path("versions/", reading.versions, name="versions"),
    path("versions/<int:version>/", reading.version, name="version"),
    path("versions/<int:version>/changes/", reading.changes, name="changes"),
    path("versions/<int:version>/export/", reading.export, name="export"),
    path("versions/<int:version>/name/", editing.edit_version, name="edit_version"),
    path("versions/<int:version>/matrix/", editing.edit_matrix, name="edit_matrix"),
    path("versions/<int:version>/publish/", editing.publish, name="publish"),
    path("versions/<int:version>/discard/", editing.discard, name="discard"),
    path("competencies/<int:competency>/", reading.competency, name="competency"),
    path("competencies/<int:competency>/name/", editing.rename_competency, name="rename_competency"),
    path("competencies/<int:competency>/indicators/", editing.add_indicator, name="add_indicator"),
    path("indicators/<int:indicator>/", editing.edit_indicator, name="edit_indicator"),
    path("indicators/<int:indicator>/remove/", editing.remove_indicator, name="remove_indicator"),
    path("methods/<int:method>/", reading.method, name="method"),
    path("methods/<int:method>/name/", editing.rename_method, name="rename_method"),
    path("cells/<int:cell>/", editing.choose_items, name="choose_items"),
    path("terms/<int:term>/", editing.rename_term, name="rename_term"),
]
