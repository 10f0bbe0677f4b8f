"""Drills with faults of the vendor."""

from typing import TYPE_CHECKING

from tests.drills.catalogue import drill

if TYPE_CHECKING:
    from tests.drills.scene import Scene

CHANGING = ("step1", "step2", "review")


def on_changing(kind: str, when: str, chance: float, **more: object) -> list[dict[str, object]]:
    """Return a permanent fault for each call that changes something."""
    return [
        {"endpoint": endpoint, "kind": kind, "when": when, "chance": chance, "times": 0, **more}
        for endpoint in CHANGING
    ]


@drill()
def fair_weather(scene: "Scene") -> None:
    """Inject no fault: the reference for the others."""
    for _turn in scene.fault_rounds():
        pass


@drill()
def vendor_slow(scene: "Scene") -> None:
    """Let every fourth call exceed our timeout; the vendor processes it before or after that."""
    before = on_changing("slow", "before", 0.15, seconds=4)
    scene.faults(*before, *on_changing("slow", "after", 0.15, seconds=4))
    for _turn in scene.fault_rounds():
        pass


@drill()
def cut_before(scene: "Scene") -> None:
    """Close the connection before the vendor has processed the call."""
    scene.faults(*on_changing("cut", "before", 0.25))
    for _turn in scene.fault_rounds():
        pass


@drill()
def cut_after(scene: "Scene") -> None:
    """Close the connection after the vendor has processed the call."""
    scene.faults(*on_changing("cut", "after", 0.4))
    for _turn in scene.fault_rounds():
        pass


@drill()
def error_after(scene: "Scene") -> None:
    """Let the vendor process the call and reply 500 or 502."""
    scene.faults(*on_changing("500", "after", 0.2), *on_changing("502", "after", 0.2))
    for _turn in scene.fault_rounds():
        pass


@drill()
def junk_answers(scene: "Scene") -> None:
    """Reply with half a JSON text, or empty, after processing and before."""
    scene.faults(
        *on_changing("junk", "after", 0.2), *on_changing("empty", "after", 0.1), *on_changing("junk", "before", 0.1)
    )
    for _turn in scene.fault_rounds():
        pass


@drill(knobs={"lag_seconds": 900})
def get_lags(scene: "Scene") -> None:
    """Let GET show the state of a quarter of an hour ago, while every third call is cut."""
    scene.faults(*on_changing("cut", "after", 0.2), *on_changing("cut", "before", 0.1))
    for _turn in scene.fault_rounds():
        pass


@drill(knobs={"hides_attempts": True})
def get_without_attempts(scene: "Scene") -> None:
    """Let GET omit the attempts, while every third call is cut."""
    scene.faults(*on_changing("cut", "after", 0.2), *on_changing("cut", "before", 0.1))
    for _turn in scene.fault_rounds():
        pass


@drill(knobs={"first_step2_hours": 0})
def webhooks_late(scene: "Scene") -> None:
    """Send webhooks three times, out of order, some hours late; cut every fifth call after processing."""
    scene.faults(*on_changing("cut", "after", 0.2))
    for _turn in scene.fault_rounds(jump=20 * 60):
        delay = scene.draw.choice((0, 0, 2, 8, 20))
        scene.processes.control.knobs(webhook_times=3, webhook_reversed=scene.draw.random() < 0.5, webhook_delay=delay)


@drill(knobs={"reject_at": 9, "shared_budget": False}, cases={"fail": 1}, agents=8)
def fourth_selfie(scene: "Scene") -> None:
    """Let the vendor refuse every selfie and accept nine; users continue as long as the portal allows it."""
    for _turn in scene.fault_rounds():
        pass
    scene.workforce.admits = False
    for minutes in (11, 11, 11, 24 * 60):  # a lost Step 1 starts again before the day ends
        scene.pass_minutes(minutes)
