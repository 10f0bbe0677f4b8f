"""Which events tell of the AML screening: for those who review only, never for the customer or for agents."""

from submissions.models import Event

PREFIX = "aml"


def is_confidential(event: Event) -> bool:
    """Return whether the event is about AML by its kind, or by the webhook or request that it names."""
    named = (event.kind, event.fields.get("trigger"), event.fields.get("call"))
    return any(str(name or "").startswith(PREFIX) for name in named)
