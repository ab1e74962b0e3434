"""Planning by computer: the assessment day, and who rates which sheets. Frozen dataclasses in and out; the caller measures time.

OR-tools and numpy are loaded when a day is planned, not when this package is: a web process may build problems, assign raters, ask for
the linkage, and verify a plan before it is published.
"""

from talimger.core.planning.assignment import Assignment, AssignmentDiff, AssignmentProblem, Rater, Task, verify_assignment
from talimger.core.planning.assignment_solve import assign_raters, replace_assessor
from talimger.core.planning.day import (
    Assessor,
    Block,
    Candidate,
    DayPlan,
    DayProblem,
    Exercise,
    Level,
    Room,
    Rules,
    Session,
    fingerprint,
)
from talimger.core.planning.day_change import DayDiff, Replanned, compare_days, if_absent
from talimger.core.planning.day_checks import faults, shortages
from talimger.core.planning.day_solve import plan_day
from talimger.core.planning.day_verify import verify_day
from talimger.core.planning.errors import PlanningError, Reason, Violation
from talimger.core.planning.linkage import Linkage, LinkedPart, linkage
from talimger.core.planning.solving import Progress, Step

__all__ = [
    "Assessor",
    "Assignment",
    "AssignmentDiff",
    "AssignmentProblem",
    "Block",
    "Candidate",
    "DayDiff",
    "DayPlan",
    "DayProblem",
    "Exercise",
    "Level",
    "Linkage",
    "LinkedPart",
    "PlanningError",
    "Progress",
    "Rater",
    "Reason",
    "Replanned",
    "Room",
    "Rules",
    "Session",
    "Step",
    "Task",
    "Violation",
    "assign_raters",
    "compare_days",
    "faults",
    "fingerprint",
    "if_absent",
    "linkage",
    "plan_day",
    "replace_assessor",
    "shortages",
    "verify_assignment",
    "verify_day",
]
