"""Dockerfile, compose.yaml and nginx.conf do what docs/operations.md demands of an installation."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stack import ROOT
from tests.variables import variables

FOLDER = ROOT / "deploy" / "container"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
NGINX = (FOLDER / "nginx.conf").read_text()
PORTAL = ("web", "worker", "beat", "release", "bucket")
LONG_RUNNING = sorted(name for name, service in SERVICES.items() if service["restart"] != "no")
FINAL_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]
PINNED = re.compile(r"[a-z./-]+:v?\d+\.\d+(\.\d+)?[a-z0-9.-]*")


def instructions(text: str) -> list[list[str]]:
    """Return each instruction of a Dockerfile as words, its continuation lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M))
    return [line.split() for line in joined.splitlines() if line.strip()]


def test_image_runs_without_root_and_owns_no_code() -> None:
    users = [words[1] for words in instructions(FINAL_STAGE) if words[0] == "USER"]
    assert users == ["10001"]
    code = [words for words in instructions(FINAL_STAGE) if words[0] == "COPY"]
    assert code == [["COPY", "--from=build", "/opt/kyc-portal", "/opt/kyc-portal"]]


def test_image_installs_the_locked_packages_and_builds_everything_before_it_starts() -> None:
    for step in (
        "pip install --no-deps --require-hashes -r requirements.txt",
        "python -m kycportal.frontend",
        "python -m kycportal.messages",
        "manage.py collectstatic --noinput",
    ):
        assert step in DOCKERFILE
    assert [words for words in instructions(FINAL_STAGE) if words[0] == "ENTRYPOINT"] == []


def test_image_starts_web_as_the_procfile_does() -> None:
    procfile = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    command = next(" ".join(words[1:]) for words in instructions(FINAL_STAGE) if words[0] == "CMD")
    started = " ".join(yaml.safe_load(command))
    assert started == procfile.removeprefix("web: ").replace("${PORT:-8000}", "8000")


def test_worker_and_beat_start_as_in_the_procfile() -> None:
    for name in ("worker", "beat"):
        line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith(f"{name}: "))
        started = " ".join(SERVICES[name]["command"]).replace("celery --quiet", "celery")
        assert started == line.removeprefix(f"{name}: ")


def test_image_has_a_health_check() -> None:
    assert 'CMD ["python", "-m", "kycportal.healthcheck", "web"]' in FINAL_STAGE


def test_only_listed_files_enter_the_image() -> None:
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {
        *("argos", "kycportal", "submissions", "templates", "static", "locale", "manage.py"),
        *("requirements.txt", "package.json", "package-lock.json", ".npmrc"),
    }


@pytest.mark.parametrize("name", SERVICES)
def test_container_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    rights = (service["user"].startswith("0"), service.get("cap_add", []), service.get("network_mode"))
    assert rights == ((True, ["CHOWN"], "none") if name == "storage-owner" else (False, [], None))


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_process_has_a_health_check_and_restarts(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    has_own = bool(SERVICES[name].get("healthcheck", {}).get("test"))
    assert has_own == (name != "web")  # web has the image's


def test_only_the_proxy_has_ports() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("database", "broker", "storage"):
        assert SERVICES[name]["networks"] == ["data"]
    assert SERVICES["proxy"]["networks"] == ["edge"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {*PORTAL, "storage-owner"}))
def test_image_is_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_portal_has_one_image() -> None:
    assert {SERVICES[name]["image"].split(":?")[0].strip("${}") for name in (*PORTAL, "storage-owner")} == {"KYC_IMAGE"}


def test_base_image_is_pinned() -> None:
    bases = [words[1].partition("=")[2] for words in instructions(DOCKERFILE) if words[0] == "ARG"]
    assert len(bases) == 1
    assert PINNED.fullmatch(bases[0])
    stages = [words[1] for words in instructions(DOCKERFILE) if words[0] == "FROM"]
    assert stages == ["${PYTHON_IMAGE}", "${PYTHON_IMAGE}"]


@pytest.mark.parametrize("name", PORTAL)
def test_every_variable_is_one_that_the_portal_reads(name: str) -> None:
    ours = set(SERVICES[name]["environment"]) - {"PGOPTIONS"}
    assert {variable.removesuffix("_FILE") for variable in ours} - variables() == set()


def test_portal_gets_every_secret_as_a_file() -> None:
    environment = SERVICES["web"]["environment"]
    files = {name: path for name, path in environment.items() if name.endswith("_FILE")}
    assert {name.removesuffix("_FILE") for name in files} == {
        *("SECRET_KEY", "KYC_FIELD_KEYS", "KYC_SEARCH_KEYS", "METRICS_TOKEN"),
        *("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "EMAIL_URL"),
    }
    assert {Path(path).name for path in files.values()} == set(SERVICES["web"]["secrets"])
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_no_variable_has_an_unsafe_default() -> None:
    text = (FOLDER / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{([A-Z_]+):-", text)) == {"TIME_ZONE"}
    assert "${PUBLIC_URL:?" in text
    assert SERVICES["web"]["environment"]["TRUSTED_PROXY_HOPS"] == "1"


def test_migrations_end_before_the_processes_start() -> None:
    assert SERVICES["release"]["command"] == ["python", "manage.py", "migrate", "--noinput"]
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}


def test_processes_have_the_time_and_memory_of_the_systemd_units() -> None:
    for name, unit in (("web", "web"), ("worker", "worker@"), ("beat", "beat")):
        lines = (ROOT / "deploy" / "systemd" / f"kyc-portal-{unit}.service").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines if line.startswith(("TimeoutStopSec", "MemoryMax")))
        assert SERVICES[name]["stop_grace_period"] == f"{values['TimeoutStopSec']}s"
        assert SERVICES[name]["mem_limit"] == values["MemoryMax"].lower()


def demanded() -> list[str]:
    """Return nginx's directives of docs/operations.md, without comments."""
    page = (ROOT / "docs" / "operations.md").read_text()
    block = page.partition("redirects to itself\nforever:")[2].partition("Other proxies")[0]
    return [line.partition("#")[0].strip() for line in block.splitlines() if line.partition("#")[0].strip()]


@pytest.mark.parametrize("directive", demanded())
def test_proxy_does_what_the_guide_demands(directive: str) -> None:
    assert directive in [line.strip() for line in NGINX.splitlines()]


def test_proxy_speaks_tls_and_logs_no_address() -> None:
    assert "listen 8443 ssl;" in NGINX
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in NGINX
    assert "access_log off;" in NGINX
    assert SERVICES["proxy"]["ports"] == ["80:8080", "443:8443"]
    paths = re.findall(r"(?:_temp_path|pid) (/\S+);", NGINX)
    assert len(paths) == 6
    assert SERVICES["proxy"]["tmpfs"] == ["/run/nginx:size=1g,mode=1777"]
    assert all(path.startswith("/run/nginx/") for path in paths)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_text((FOLDER / "make-secrets.sh").read_text())
    done = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", str(script)], capture_output=True, check=True)
    assert made == {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    own = {"email_url", "tls_certificate", "tls_key"}
    assert set(made) == set(COMPOSE["secrets"]) - own
    assert {name for name in own if name in done.stdout} == own
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert made["database_password"].strip() in made["database_url"]
    assert "maxmemory-policy noeviction" in made["broker_configuration"]
