"""docs/configuration.md says what settings.py reads, to the letter."""

import ast
import os
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "curation" / "settings.py"
# What any value is right for, unless it stands in a file that cannot be read.
NEVER_WRONG = {"text", "words"}
MAY_BE_IN_A_FILE = {"secret", "key", "keys"}
# Read by a command, not by settings.py.
ELSEWHERE = {"PORT"}


@dataclass(frozen=True)
class Documented:
    """One variable of the tables; default and example are "" where the document has words."""

    name: str
    is_secret: bool
    default: str
    example: str


def rows(heading: str) -> list[list[str]]:
    """Return the cells of each row under the tables that begin with these cells."""
    found, within = [], False
    for line in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        within = bool(cells) and (within or line.startswith(heading))
        if within and not line.startswith((heading, "|---")):
            found.append(cells)
    return found


def code(cell: str) -> str:
    """Return what a cell that holds code alone says."""
    only = re.fullmatch(r"`([^`]*)`", cell)
    return only[1] if only else ""


def documented() -> list[Documented]:
    return [
        Documented(code(name.removesuffix(" *")), name.endswith(" *"), code(default), code(example))
        for name, default, example, _ in rows("| variable | default | example |")
    ]


def wrong_values() -> list[tuple[str, str, str]]:
    return [(code(name), code(value), said) for name, value, said in rows("| variable | wrong |")]


def read() -> dict[str, str]:
    """Return by which kind of reading settings.py reads each variable."""
    return {
        call.args[0].value: call.func.attr
        for call in ast.walk(ast.parse(SETTINGS.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) == "env"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@pytest.fixture
def start(monkeypatch):
    """Return a function that reads the settings anew, with these variables and no others."""

    def start(**variables: str) -> dict[str, Any]:
        with monkeypatch.context() as patch:
            for name in [*os.environ]:
                patch.delenv(name)
            for name, value in variables.items():
                patch.setenv(name, value)
            settings = runpy.run_path(str(SETTINGS))
        return {name: value for name, value in settings.items() if name.isupper()}

    return start


def test_every_variable_that_is_read_is_documented_and_the_other_way_round():
    assert sorted(variable.name for variable in documented()) == sorted({*read(), *ELSEWHERE})


def test_stars_mark_what_may_stand_in_a_file():
    kinds = read()

    assert {variable.name for variable in documented() if variable.is_secret} == {
        name for name, kind in kinds.items() if kind in MAY_BE_IN_A_FILE
    }


@pytest.mark.parametrize("variable", documented(), ids=lambda variable: variable.name)
def test_default_is_the_one_documented(start, variable):
    absent = start()

    given = start(**{variable.name: variable.default})

    # Relative to the root in the document, where the settings know the whole path.
    for settings in (absent, given):
        for name in ("DATABASE_URL", "DATABASES", "VAR_DIR"):
            settings[name] = str(settings[name]).replace(f"{ROOT}/", "")
        settings["DATABASES"] = re.sub(r"///?(?=var/)", "", settings["DATABASES"])
    assert given == absent


@pytest.mark.parametrize("variable", documented(), ids=lambda variable: variable.name)
def test_example_is_understood(start, variable):
    assert variable.example
    assert start(**{variable.name: variable.example})


def test_every_variable_that_can_be_wrong_has_a_row():
    kinds = read()
    can_be_wrong = {name for name, kind in kinds.items() if kind not in NEVER_WRONG | {"secret"}}
    can_be_wrong |= {f"{name}_FILE" for name, kind in kinds.items() if kind in MAY_BE_IN_A_FILE}

    assert can_be_wrong - {name for name, _, _ in wrong_values()} == set()


STOPS = [row for row in wrong_values() if row[0] not in ELSEWHERE and "(curation." not in row[2]]
CHECKS = [row for row in wrong_values() if "(curation." in row[2]]


@pytest.mark.parametrize(("name", "value", "sentence"), STOPS)
def test_wrong_value_says_what_is_documented(start, name, value, sentence):
    with pytest.raises(ImproperlyConfigured) as stopped:
        start(**{name: value})

    assert str(stopped.value) == sentence


@pytest.mark.parametrize(("name", "value", "sentence"), CHECKS)
def test_system_check_says_what_is_documented(name, value, sentence):
    production = {
        "PORTAL_URL": "https://portal.example",
        "SECRET_KEY": "k" * 60,
        "PROXY_AUTH_HEADER": "X-Forwarded-User",
        "PROXY_AUTH_TRUSTED_IPS": "127.0.0.1",
    }

    stopped = subprocess.run(
        [sys.executable, "-c", "import curation.wsgi"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"} | production | {name: value},
        capture_output=True,
        text=True,
        check=False,
    )

    assert stopped.returncode == 1
    assert sentence in stopped.stderr


@pytest.mark.parametrize(
    ("value", "sentence"), [row[1:] for row in wrong_values() if row[0] == "PORT"]
)
def test_wrong_port_says_what_is_documented(value, sentence):
    with pytest.raises(CommandError) as stopped:
        call_command("demo", port=value)

    assert str(stopped.value) == sentence


def test_secret_given_twice_says_what_is_documented(start):
    with pytest.raises(ImproperlyConfigured) as stopped:
        start(PORTAL_API_KEY="one", PORTAL_API_KEY_FILE="two")

    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"“{stopped.value}”" in text
