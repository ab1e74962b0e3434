"""The permission matrix: every address of the house, every method it answers, and who may use it.

An address that is missing here fails the suite. ``keys`` names the object in the address; ``rows`` are for programme pages,
``PUBLIC`` for the few addresses outside.
"""

from __future__ import annotations

from dataclasses import dataclass

from talimger.people.roles import Role

EVERYONE = frozenset(Role.values)
OFFICE = frozenset({"officer", "coordinator"})
HOUSE = OFFICE | {"administrator"}
EDITORS = frozenset({"officer", "administrator"})
RATERS = frozenset({"assessor", "senior_interviewer", "trainer"})
OFFICER = frozenset({"officer"})
ANALYSTS = HOUSE | {"analyst"}


@dataclass(frozen=True)
class Line:
    """One address: who may GET it, who may POST to it (``None``: it does not answer that method), and the object it names."""

    get: frozenset[str] | None
    post: frozenset[str] | None = None
    keys: tuple[tuple[str, str], ...] = ()


def line(get: frozenset[str] | None, post: frozenset[str] | None = None, **keys: str) -> Line:
    return Line(get, post, tuple(keys.items()))


MATRIX: dict[str, Line] = {
    "home:tasks": line(EVERYONE),
    # people
    "people:list": line(HOUSE),
    "people:person": line(HOUSE, EDITORS, key="person"),
    "people:role_end": line(EDITORS, EDITORS, key="role"),
    "people:invite": line(HOUSE, HOUSE),
    "people:invitations": line(HOUSE),
    "people:invitation": line(HOUSE, key="invitation"),
    "people:invitation_renew": line(None, HOUSE, key="invitation"),
    "people:invitation_withdraw": line(None, HOUSE, key="invitation"),
    "people:organisations": line(HOUSE),
    "people:organisation_new": line(HOUSE, HOUSE),
    "people:organisation": line(HOUSE, HOUSE, key="organisation"),
    "people:outbox": line(OFFICE),
    "people:letter": line(OFFICE, key="letter"),
    "people:letter_retry": line(None, OFFICE, key="letter"),
    "people:cycles": line(EDITORS),
    "people:cycle_new": line(EDITORS, EDITORS),
    "people:cycle": line(EDITORS, EDITORS, key="cycle"),
    "people:settings": line(EDITORS, EDITORS),
    "people:job": line(OFFICER, public_id="job"),
    # framework
    "framework:overview": line(EVERYONE),
    "framework:load_default": line(None, EDITORS),
    "framework:start_draft": line(None, EDITORS),
    "framework:import": line(EDITORS, EDITORS),
    "framework:import_preview": line(OFFICER, OFFICER, file="framework_file"),
    "framework:versions": line(EVERYONE),
    "framework:version": line(HOUSE, version="draft"),
    "framework:changes": line(HOUSE, version="draft"),
    "framework:export": line(HOUSE, version="draft"),
    "framework:edit_version": line(EDITORS, EDITORS, version="draft"),
    "framework:edit_matrix": line(EDITORS, EDITORS, version="draft"),
    "framework:publish": line(None, EDITORS, version="draft"),
    "framework:discard": line(None, EDITORS, version="draft"),
    "framework:competency": line(EVERYONE, competency="published_competency"),
    "framework:rename_competency": line(EDITORS, EDITORS, competency="competency"),
    "framework:add_indicator": line(EDITORS, EDITORS, competency="competency"),
    "framework:edit_indicator": line(EDITORS, EDITORS, indicator="indicator"),
    "framework:remove_indicator": line(None, EDITORS, indicator="indicator"),
    "framework:method": line(EVERYONE, method="published_method"),
    "framework:rename_method": line(EDITORS, EDITORS, method="method"),
    "framework:choose_items": line(EDITORS, EDITORS, cell="cell"),
    "framework:rename_term": line(EDITORS, EDITORS, term="term"),
    # analysis: a spreadsheet is its own person's, here the officer's
    "analysis:start": line(ANALYSTS, ANALYSTS),
    "analysis:page": line(OFFICER, OFFICER, token="analysis"),
    "analysis:download": line(OFFICER, token="analysis", kind="=csv"),
    "analysis:leave": line(None, OFFICER, token="analysis"),
    "analysis:delete": line(None, OFFICER, token="analysis"),
    # selection
    "selection:intakes": line(OFFICE),
    "selection:intake_new": line(OFFICE, OFFICE),
    "selection:candidates": line(OFFICE, pk="intake"),
    "selection:board": line(OFFICE, pk="intake"),
    "selection:assign": line(OFFICE, OFFICE, pk="intake"),
    "selection:upload": line(OFFICE, OFFICE, pk="intake"),
    "selection:compute_scores": line(None, OFFICE, pk="intake"),
    "selection:ratings": line(frozenset({"officer", "analyst"}), pk="intake", kind="=csv"),
    "selection:import": line(OFFICE, OFFICE, pk="import"),
    "selection:import_write": line(None, OFFICE, pk="import"),
    "selection:import_undo": line(None, OFFICE, pk="import"),
    "selection:candidate": line(OFFICE, pk="candidate"),
    "selection:remind": line(None, OFFICE, pk="intake"),
    "selection:methods": line(OFFICE, pk="intake"),
    "selection:setting": line(None, OFFICE, pk="setting"),
    "selection:instruments": line(OFFICE, OFFICE),
    "selection:instrument": line(OFFICE, OFFICE, pk="instrument"),
    "selection:instrument_publish": line(None, OFFICE, pk="instrument"),
    "selection:instrument_discard": line(None, OFFICE, pk="instrument"),
    "selection:guide_question_new": line(OFFICE, OFFICE, pk="instrument"),
    "selection:guide_question": line(OFFICE, OFFICE, pk="guide_question"),
    "selection:guide_question_up": line(None, OFFICE, pk="guide_question"),
    "selection:guide_question_remove": line(None, OFFICE, pk="guide_question"),
    "selection:trainer": line(OFFICE, OFFICE, pk="candidate"),
    "selection:trainer_withdraw": line(None, OFFICE, pk="candidate"),
    "selection:supersede": line(OFFICE, OFFICE, pk="locked_sheet"),
    "selection:days": line(OFFICE, pk="intake"),
    "selection:day_new": line(OFFICE, OFFICE, pk="intake"),
    "selection:day": line(OFFICE, pk="day"),
    "selection:day_step": line(None, OFFICE, pk="day"),
    "selection:day_print": line(OFFICE, pk="day"),
    "selection:session": line(OFFICE, OFFICE, pk="session"),
    "selection:replace": line(OFFICE, OFFICE, pk="intake"),
    "selection:proposal": line(OFFICE, pk="proposal"),
    "selection:settle": line(None, OFFICE, pk="proposal"),
    "selection:proposed": line(OFFICE, OFFICE, pk="proposed"),
    "selection:steps": line(OFFICE, OFFICE, pk="intake"),
    "selection:move": line(None, OFFICE, pk="intake"),
    "selection:exceptions": line(OFFICE, OFFICER, pk="intake"),
    "selection:exception_withdraw": line(None, OFFICER, pk="override"),
    "selection:questions": line(OFFICE, OFFICE, pk="intake"),
    "selection:call": line(None, OFFICE, pk="intake"),
    "selection:question_up": line(None, OFFICE, pk="question"),
    "selection:question_withdraw": line(None, OFFICE, pk="question"),
    "selection:acquaintances": line(RATERS | OFFICE, RATERS | OFFICE, pk="intake"),
    "selection:matrix": line(OFFICE, OFFICER, pk="candidate"),
    "selection:decide": line(None, OFFICER, pk="complete"),
    "selection:reopen": line(None, OFFICER, pk="candidate"),
    "selection:ranking": line(OFFICE, pk="intake"),
    "selection:decide_ticked": line(None, OFFICER, pk="intake"),
    "selection:set_places": line(None, OFFICE, pk="intake"),
    "selection:wash_up_list": line(OFFICE, pk="intake"),
    "selection:wash_up": line(OFFICE, pk="discussed"),
    "selection:wash_up_agree": line(None, OFFICE, pk="discussed"),
    "selection:wash_up_change": line(None, OFFICE, pk="discussed", rating="rating"),
    "selection:feedback": line(OFFICE, OFFICE, pk="complete"),
    "selection:letter": line(OFFICE, pk="told"),
    "selection:answer": line(None, OFFICER, pk="told"),
    "selection:offer": line(None, OFFICER, pk="complete"),
    "selection:letters": line(OFFICE, pk="intake"),
    "selection:release": line(None, OFFICER, pk="intake"),
    "selection:places": line(OFFICE, pk="intake"),
    "selection:admit": line(None, OFFICER, pk="intake"),
    "selection:appeals": line(OFFICER, pk="intake"),
    "selection:appeal": line(OFFICER, OFFICER, pk="appeal"),
    "selection:fairness": line(OFFICE, pk="intake"),
    "selection:count_again": line(None, OFFICE, pk="intake"),
    "selection:my_severity": line(RATERS, pk="rated_intake"),
    # mentors
    "mentors:list": line(OFFICE),
    "mentors:export": line(OFFICE, kind="=csv"),
    "mentors:mentor": line(OFFICE, pk="mentor"),
    "selection:queue": line(RATERS),
    "selection:sheet": line(RATERS, RATERS, pk="own_sheet"),
    "selection:work_file": line(RATERS, pk="own_sheet"),
    "selection:conflict": line(None, RATERS, pk="own_sheet"),
    "selection:interview": line(frozenset({"assessor"}), frozenset({"assessor"}), pk="interview"),
    "selection:desk": line(RATERS, RATERS, pk="candidate"),
    "selection:paper": line(OFFICE, pk="intake"),
    "selection:paper_print": line(OFFICE, pk="intake"),
    "selection:paper_sheet": line(OFFICE, OFFICE, pk="interview"),
    "selection:samples": line(OFFICE, OFFICE, pk="intake"),
    "selection:sample": line(OFFICE, OFFICE, pk="sample"),
    "selection:sample_publish": line(None, OFFICE, pk="sample"),
    "selection:sample_delete": line(None, OFFICE, pk="sample"),
    "selection:calibrate": line(RATERS, RATERS, pk="sample"),
    "selection:grid": line(RATERS, RATERS, pk="intake"),
    "selection:withdraw": line(None, OFFICE, pk="own_sheet"),
}

# Addresses outside a programme: what a stranger gets, and what somebody signed in gets, by GET (POST is tested in their rooms).
PUBLIC: dict[str, tuple[frozenset[int], frozenset[int]]] = {
    "home": (frozenset({302}), frozenset({302})),
    "shell:language": (frozenset({405}), frozenset({405})),
    "shell:theme": (frozenset({405}), frozenset({405})),
    "shell:gallery": (frozenset({404}), frozenset({404})),
    "invitation": (frozenset({404}), frozenset({404})),
    # a link that nobody signed leads nowhere; what the right one opens is tested in tests/selection
    "portal:start": (frozenset({404}), frozenset({404})),
    "portal:lost_link": (frozenset({404}), frozenset({404})),
    "portal:form": (frozenset({404}), frozenset({404})),
    "portal:form_step": (frozenset({404}), frozenset({404})),
    "portal:home": (frozenset({404}), frozenset({404})),
    "portal:withdraw": (frozenset({404}), frozenset({404})),
    "portal:erase": (frozenset({404}), frozenset({404})),
    "portal:data": (frozenset({404}), frozenset({404})),
    "portal:data_file": (frozenset({404}), frozenset({404})),
    "portal:calendar": (frozenset({404}), frozenset({404})),
    "portal:trainer": (frozenset({404}), frozenset({404})),
    "portal:task": (frozenset({404}), frozenset({404})),
    "portal:answer": (frozenset({405}), frozenset({405})),
    "portal:appeal": (frozenset({405}), frozenset({405})),
    "setup": (frozenset({404}), frozenset({404})),
    "setup_step": (frozenset({404}), frozenset({404})),
    "demo_enter": (frozenset({404, 405}), frozenset({404, 405})),
    "account_login": (frozenset({200}), frozenset({302})),
    "account_logout": (frozenset({302, 405}), frozenset({200, 302, 405})),
    "my_settings": (frozenset({302}), frozenset({200})),
    "account_inactive": (frozenset({200}), frozenset({200})),
    "account_change_password": (frozenset({302}), frozenset({200, 302})),
    "account_reauthenticate": (frozenset({302}), frozenset({200, 302, 403})),
    "account_reset_password": (frozenset({200}), frozenset({200, 302})),
    "account_reset_password_done": (frozenset({200}), frozenset({200, 302})),
    "account_reset_password_from_key": (frozenset({200}), frozenset({200, 302})),
    "account_reset_password_from_key_done": (frozenset({200}), frozenset({200, 302})),
    "mfa_index": (frozenset({302}), frozenset({200, 302})),
    "mfa_authenticate": (frozenset({302}), frozenset({302})),
    "mfa_reauthenticate": (frozenset({302}), frozenset({200, 302, 403})),
    "mfa_activate_totp": (frozenset({302}), frozenset({200, 302})),
    "mfa_deactivate_totp": (frozenset({302}), frozenset({302, 404})),
    "mfa_view_recovery_codes": (frozenset({302}), frozenset({302, 404})),
    "mfa_generate_recovery_codes": (frozenset({302}), frozenset({200, 302, 404})),
    "mfa_download_recovery_codes": (frozenset({302}), frozenset({302, 404})),
}
