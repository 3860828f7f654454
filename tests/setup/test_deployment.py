"""The files an operator uses say what is true: compose, image, locks, settings."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from marketplace.celery import QUEUES

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SETTINGS = (ROOT / "marketplace" / "settings.py").read_text()
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?")


def _production(**variables):
    """`manage.py check` in a process of its own, with nothing of ours in the environment."""
    known = {"PATH": os.environ["PATH"], "ENVIRONMENT": "production"}
    known |= {"DATABASE_URL": "postgres://u:p@127.0.0.1:1/d", "REDIS_URL": "redis://127.0.0.1:1/0"}
    known |= {"SECRET_KEY": "s" * 25 + "ecret" * 6, "ALLOWED_HOSTS": "shop.example.com"}
    environment = {name: value for name, value in (known | variables).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_compose_keeps_to_its_schema():
    subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"),
        ],
        check=True,
    )


def test_every_queue_has_exactly_one_kind_of_worker():
    consumed = [
        queue
        for service in SERVICES.values()
        for names in re.findall(r" worker .*-Q ([\w,]+)", str(service.get("command", "")))
        for queue in names.split(",")
    ]
    assert sorted(consumed) == sorted(QUEUES)


def test_webs_and_workers_can_be_many():
    for name in ("web", "worker-money", "worker-default"):
        assert "container_name" not in SERVICES[name]
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == (
            "service_completed_successfully"
        )


def test_everything_that_stays_up_has_a_health_check():
    without = {name for name, service in SERVICES.items() if "test" not in service["healthcheck"]}
    assert without == {"migrate", "simulator"}


def test_redis_refuses_rather_than_forgets():
    assert "--maxmemory-policy noeviction" in SERVICES["redis"]["command"]
    assert "--appendonly yes" in SERVICES["redis"]["command"]


def test_the_simulator_is_for_demonstrations_only():
    assert SERVICES["simulator"]["profiles"] == ["demo"]


def test_compose_sets_only_what_something_reads():
    readers = SETTINGS + (ROOT / "gunicorn.conf.py").read_text()
    given = set(SERVICES["web"]["environment"])
    assert {name for name in given if f'"{name}"' not in readers} == set()


def test_the_example_names_everything_that_must_be_set():
    required = set(REQUIRED.findall((ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert required
    assert required <= example


def test_no_secret_stands_in_compose():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN|AUTH", name):
                assert str(value).startswith("${"), name


def test_the_image_does_not_run_as_root():
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last_stage, re.M) == ["marketplace"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_are_pinned_and_name_no_place(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|^--|^-[fi] | @ ", text, re.M)
    packages = [line for line in text.splitlines() if re.match(r"\w", line)]
    assert packages
    assert all("==" in line for line in packages)


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "too-short"}, "SECRET_KEY"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"DEMO_MODE": "1"}, "DEMO_MODE"),
        ({"ENVIRONMENT": "prod"}, "'local' or 'production'"),
    ],
)
def test_production_refuses_to_start_badly_set(variables, complaint):
    answer = _production(**variables)
    assert answer.returncode != 0
    assert complaint in answer.stderr


def test_production_starts_when_well_set():
    answer = _production()
    assert answer.returncode == 0, answer.stderr


def test_every_app_stands_in_the_layers():
    contracts = (ROOT / ".importlinter").read_text()
    ours = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
    ours = {name for name in ours if (ROOT / name / "__init__.py").exists()}
    roots, layers = contracts.split("root_packages", 1)[1].split("layers =", 1)
    assert ours == set(re.findall(r"^    (\w+)$", roots.split("[")[0], re.M))
    assert ours <= set(re.findall(r"\w+", layers.split("[")[0]))


def test_the_guide_lists_every_setting():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', SETTINGS))
    read |= set(
        re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', (ROOT / "gunicorn.conf.py").read_text())
    )
    listed = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text()))
    assert len(read) > 25
    assert read <= listed
