"""The addresses of selection, under ``/p/<programme>/selection/``."""

from django.urls import path

from talimger.selection.views import board, candidates, imports, intakes, sheets, steps

app_name = "selection"
urlpatterns = [
    path("", intakes.intakes, name="intakes"),
    path("new/", intakes.open_new, name="intake_new"),
    path("intakes/<int:pk>/", candidates.candidate_list, name="candidates"),
    path("intakes/<int:pk>/board/", board.coverage, name="board"),
    path("intakes/<int:pk>/remind/", board.remind, name="remind"),
    path("intakes/<int:pk>/assign/", board.assign, name="assign"),
    path("intakes/<int:pk>/import/", imports.upload, name="upload"),
    path("intakes/<int:pk>/scores/", candidates.compute_scores, name="compute_scores"),
    path("intakes/<int:pk>/ratings.<str:kind>", candidates.export_ratings, name="ratings"),
    path("intakes/<int:pk>/steps/", steps.steps, name="steps"),
    path("intakes/<int:pk>/move/", steps.move, name="move"),
    path("intakes/<int:pk>/exceptions/", steps.exceptions, name="exceptions"),
    path("intakes/<int:pk>/acquaintances/", steps.acquaintances, name="acquaintances"),
    path("exceptions/<int:pk>/withdraw/", steps.exception_withdraw, name="exception_withdraw"),
    path("candidates/<int:pk>/matrix/", steps.matrix, name="matrix"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/write/", imports.write, name="import_write"),
    path("imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("candidates/<int:pk>/", candidates.candidate_page, name="candidate"),
    path("candidates/<int:pk>/decide/", candidates.decide_candidate, name="decide"),
    path("sheets/", sheets.queue, name="queue"),
    path("sheets/<int:pk>/", sheets.sheet, name="sheet"),
    path("sheets/<int:pk>/conflict/", sheets.conflict, name="conflict"),
    path("sheets/<int:pk>/withdraw/", sheets.withdraw, name="withdraw"),
]
