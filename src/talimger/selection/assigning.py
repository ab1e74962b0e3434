"""From an intake to the planner's problem and back. Only jobs and the command line come here: the planner loads its solver."""

from __future__ import annotations

