"""Create submissions directly in a status, or through the pages of the stack."""

import uuid

from tests.stack import Stack

# Rows as a decision or an event leaves them; other tests cover the transitions.
SEED = """
from datetime import timedelta
from submissions.capture import drafts as capture
from submissions.core import clock
from submissions.audit.events import Actor
agent, officer = User.objects.get(username="agent"), User.objects.get(username="officer")
made = capture.create_draft(Project.objects.get(name="Demo: standard"), agent.team, by=Actor(agent, agent.username),
    issuing_country="KOR", id_type="passport", values={"email": EMAIL, "name": "=1+1 Example"})
now = clock.now()
columns = dict(status=STATUS, pending_at=now - timedelta(hours=2), selfies_sent=1, target_at=now + timedelta(hours=2))
if STATUS in ("approved", "rejected"):
    columns |= dict(decided_at=now, source="reviewer", decided_by=officer)
if STATUS == "rejected":
    columns |= dict(reason_code="own_policy")
Submission.objects.filter(pk=made.pk).update(**columns)
answer = [str(made.pk), made.reference]
"""


def seed(stack: Stack, status: str) -> tuple[str, str]:
    """Return (id, reference) of a new submission in that status, with a unique e-mail."""
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    code = SEED.replace("EMAIL", repr(email)).replace("STATUS", repr(status))
    pk, reference = stack.run(code)
    return pk, reference


SCREEN = """
from argos.replies.signals import AmlResult
from submissions.aml import results
from submissions.models import AmlSource, Submission
found = AmlResult(STATUS, RISK, 2, 1, 0, 0, "Listed in 2019", ("pep",))
results.apply(Submission.objects.select_related("project", "team").get(pk=PK), found, AmlSource.RECORD)
"""


def screen(stack: Stack, pk: str, status: str = "Red Flag", risk: str = "HIGH") -> None:
    """Store an AML result of ARGOS for the submission."""
    code = SCREEN.replace("STATUS", repr(status)).replace("RISK", repr(risk)).replace("PK", repr(pk))
    stack.manage("shell", "-c", code)
