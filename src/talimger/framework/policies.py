"""Who may read and change the framework."""

from talimger.kernel.policies import anyone, held, policy_table
from talimger.people.roles import OFFICE, Role

POLICIES = policy_table(
    ("framework.view", "framework.FrameworkVersion", anyone),
    ("framework.edit", "framework.FrameworkVersion", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("framework.publish", "framework.FrameworkVersion", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("framework.import", "people.Programme", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("framework.export", "framework.FrameworkVersion", held(*OFFICE, Role.ADMINISTRATOR, Role.ANALYST)),
)
