"""Who may do what with mentors."""

from __future__ import annotations

from talimger.kernel.policies import held, policy_table
from talimger.people.roles import OFFICE

POLICIES = policy_table(
    ("mentors.list", "mentors.Mentor", held(*OFFICE)),
    ("mentors.view", "mentors.Mentor", held(*OFFICE)),
    ("mentors.admit", "people.Programme", held(*OFFICE)),
)
