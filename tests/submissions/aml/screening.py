"""A result of ARGOS's screening as its parser gives it."""

from typing import Any

from argos.replies.signals import AmlResult as Reported


def reported(status: str = "Red Flag", risk: str = "HIGH", **more: Any) -> Reported:
    counts = {"open_count": None, "false_positive_count": None, "true_positive_count": None, "discarded_count": None}
    return Reported(**{"status": status, "risk": risk, **counts, "memo": "", "tags": (), **more})
