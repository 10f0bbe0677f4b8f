"""Which events tell of the AML screening or of quality checks: for reviewers only, never for customers or agents."""

from submissions.models import Event

PREFIXES = ("aml", "quality")


def is_confidential(event: Event) -> bool:
    """Return whether the event is about one of them by its kind, or by the webhook or request that it names."""
    named = (event.kind, event.fields.get("trigger"), event.fields.get("call"))
    return any(str(name or "").startswith(PREFIXES) for name in named)
