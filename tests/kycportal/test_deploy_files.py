"""Alert rules and dashboard use only exported metrics, and docs/operations.md has a line for every rule."""

import json
import re
from typing import Any

import pytest
import yaml

from kycportal import metrics
from tests.stack import ROOT

RULES = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy" / "dashboard.json").read_text())
EXPRESSIONS = [rule["expr"] for rule in RULES]
EXPRESSIONS += [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def exported() -> dict[str, set[str]]:
    """Return the name of every series with its labels, as Prometheus stores them."""
    found: dict[str, set[str]] = {f"kyc_{name}": LABELS.get(name, set()) for name in metrics.GAUGES}
    for name, _text, labels in metrics.COUNTERS.values():
        found[f"kyc_{name}_total"] = set(labels)
    for name, _text, labels in metrics.HISTOGRAMS.values():
        found |= {f"kyc_{name}_{part}": set(labels) for part in ("sum", "count")}
        found[f"kyc_{name}_bucket"] = {*labels, "le"}
    return found


LABELS = {
    "up": {"part"},
    "calls_open": {"state"},
    "call_oldest_age_seconds": {"state"},
    "queue_length": {"queue"},
    **{name: {"project"} for name in metrics.GAUGES if name.startswith("project_")},
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_only_metrics_that_are_told_are_asked_for(expression: str) -> None:
    names = set(re.findall(r"kyc_[a-z0-9_]+", expression))
    assert names
    assert names - set(exported()) == set()
    asked = set(re.findall(r"(\w+)=~?\"", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        asked |= {label.strip() for label in group.split(",")}
    assert asked <= set().union(*(exported()[name] for name in names)) | set()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_hosts_are_never_added_up(expression: str) -> None:
    """Each host reports the figures of the whole installation, so the innermost aggregation over instances is max."""
    innermost = re.findall(r"(\w+)(?: by \([^)]*\))? ?\((?:rate|increase|abs|kyc_)", expression)
    assert innermost
    assert set(innermost) <= {"max", "absent"}


def test_every_metric_is_shown_or_watched() -> None:
    everything = " ".join(EXPRESSIONS)
    unused = {name for name in exported() if name not in everything} - {"kyc_vendor_seconds_sum"}
    assert unused == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "warn")
    assert f"| `{rule['alert']}` |" in (ROOT / "docs" / "operations.md").read_text()
