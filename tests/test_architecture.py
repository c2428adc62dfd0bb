"""Imports run one way (docs/architecture.md), and each room keeps to itself.

Read from the source: an import inside a function, or for types alone, counts as any other.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What each room of `curation` may import of the others. A module is in the room with the longest
# name that begins its own; a new module that is in none has to be given its place here.
ROOMS: dict[str, set[str]] = {
    "__init__": set(),
    "domain": set(),
    "wording": set(),
    "environment": set(),
    "logs": set(),
    "static": set(),
    "accounts.roles": set(),
    "portal": {"__init__", "domain"},
    "append_only": set(),
    "canonical": {"domain"},
    "models": {"domain", "accounts.roles", "wording", "canonical"},
    "migrations": {"accounts.roles", "canonical"},
    "services": {
        *("__init__", "models", "canonical", "domain", "portal", "accounts.roles", "wording"),
        *("append_only", "prepared"),
    },
    "accounts": {
        *("models", "accounts.roles", "services.audit", "services.accounts"),
        "services.throttling",
        "portal.transport",
        "prepared",
    },
    "branding": {"domain"},
    "context": {"models", "accounts.roles", "logs", "branding"},
    "comparison": {"domain", "portal.items"},
    "fragments": set(),
    "prepared": set(),
    "http": {"models", "portal.errors", "services.errors"},
    "middleware": {"models", "portal.errors", "services.errors", "logs"},
    "templatetags": {
        *("domain", "portal.items", "portal.errors", "models", "comparison", "fragments"),
        "wording",
    },
    "views": {
        *("services", "models", "domain", "portal", "accounts", "http", "wording"),
        *("comparison", "exports", "fragments", "logs", "__init__", "templatetags.words"),
        "prepared",
        "branding",
    },
    "exports": {"models", "canonical", "domain"},
    "management": {
        "logs",
        *("services", "models", "append_only", "domain", "portal", "exports", "accounts"),
    },
    "checks": {"accounts", "wording", "services.demo", "domain"},
    "apps": {"checks", "models", "append_only", "wording", "accounts"},
    "settings": {"environment", "logs"},
    "admin": {"models", "accounts.roles", "services.audit", "services.accounts"},
    "urls": {"views", "admin"},
    "wsgi": {"templatetags.words"},
    "sandbox": set(),
}

# (module, room or module): what runs against the table, each for its reason.
EXCEPTIONS = {
    # The client factory puts the sandbox in the portal's place; nobody else can tell them apart.
    ("portal", "sandbox"),
}

# They name the sandbox in a string: one installs it, the other gives it its addresses.
NAME_THE_SANDBOX = {"settings", "urls"}

# Whose variables are those of settings.py, apart from the port that the demo serves.
READ_THE_ENVIRONMENT = {"settings", "wsgi", "management.commands.demo"}

HTTP = {"requests", "urllib3", "http", "urllib.request", "httpx", "aiohttp"}
SPEAK_HTTP = {"portal", "sandbox", "accounts.discovery"}


@dataclass(frozen=True)
class Module:
    """One file, named from `curation`: "views.board", a package by its own name."""

    name: str
    tree: ast.Module
    lines: list[str]


@dataclass(frozen=True)
class Import:
    """One imported thing. `target` is a module, from `curation` if it is ours."""

    module: str
    target: str
    name: str  # what of the target; "" for the target itself
    bound: str  # what it is called here
    line: int
    is_ours: bool

    def __str__(self) -> str:
        what = f"{self.target}.{self.name}" if self.name else self.target
        return f"{self.module}:{self.line} imports {what}"


def modules(root: Path) -> list[Module]:
    """Parse every module of the project."""
    found = []
    for path in sorted((root / "curation").rglob("*.py")):
        parts = list(path.relative_to(root / "curation").with_suffix("").parts)
        name = ".".join(parts).removesuffix(".__init__")
        source = path.read_text(encoding="utf-8")
        found.append(Module(name, ast.parse(source), source.splitlines()))
    return found


def imports(project: Iterable[Module]) -> Iterator[Import]:
    """Yield every import of every module."""
    project = list(project)
    names = {module.name for module in project}
    for module in project:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name
                    yield _import(module.name, alias.name, "", bound, node.lineno, names)
            elif isinstance(node, ast.ImportFrom):
                # A relative import would hide where it goes.
                origin = node.module if not node.level and node.module else "relative"
                for alias in node.names:
                    bound = alias.asname or alias.name
                    yield _import(module.name, origin, alias.name, bound, node.lineno, names)


def _import(module: str, origin: str, name: str, bound: str, line: int, names: set[str]) -> Import:
    package, _, target = origin.partition(".")
    if package not in {"curation", "relative"}:
        return Import(module, origin, name, bound, line, is_ours=False)
    submodule = f"{target}.{name}" if target else name
    if submodule in names:
        target, name = submodule, ""
    return Import(module, target or "__init__", name, bound, line, is_ours=True)


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def room_of(module: str) -> str | None:
    return max((room for room in ROOMS if is_in(module, room)), key=len, default=None)


def wrong_directions(project: list[Module]) -> list[str]:
    found = [f"{module.name} has no room" for module in project if room_of(module.name) is None]
    for one in imports(project):
        room = room_of(one.module)
        if not one.is_ours or room is None or room_of(one.target) == room:
            continue
        if any(one.module == who and is_in(one.target, what) for who, what in EXCEPTIONS):
            continue
        if not any(is_in(one.target, allowed) for allowed in ROOMS[room]):
            found.append(str(one))
    return found


def sandbox_named(project: list[Module]) -> list[str]:
    return [
        f"{module.name}:{node.lineno} names {node.value}"
        for module in project
        if module.name not in NAME_THE_SANDBOX and not is_in(module.name, "sandbox")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"curation\.sandbox\b", node.value)
    ]


def foreign_in_domain(project: list[Module]) -> list[str]:
    return [
        str(one)
        for one in imports(project)
        if is_in(one.module, "domain")
        and not one.is_ours
        and one.target.partition(".")[0] not in sys.stdlib_module_names
    ]


def settings_in_portal(project: list[Module]) -> list[str]:
    """Find who reads settings in portal/, beside the client factory."""
    return [
        str(one)
        for one in imports(project)
        if one.module.startswith("portal.") and is_in(one.target, "django.conf")
    ]


def http_elsewhere(project: list[Module]) -> list[str]:
    return [
        str(one)
        for one in imports(project)
        if not one.is_ours
        and any(is_in(one.target, library) for library in HTTP)
        and not any(is_in(one.module, room) for room in SPEAK_HTTP)
        and (one.target, one.name) not in {("http", "HTTPStatus")}
    ]


def private_names(project: list[Module]) -> list[str]:
    """Find `from x import _y`, and `x._y` of an imported module."""
    ours = [one for one in imports(project) if one.is_ours]
    found = [str(one) for one in ours if re.match(r"_(?!_)", one.name)]
    for module in project:
        bound = {one.bound for one in ours if one.module == module.name and not one.name}
        found += [
            f"{module.name}:{node.lineno} uses {node.value.id}.{node.attr}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in bound
            and re.match(r"_(?!_)", node.attr)
        ]
    return found


def unexplained_inline_imports(project: list[Module]) -> list[str]:
    """Find imports inside functions without a reason behind their noqa."""
    return [
        f"{module.name}:{node.lineno} imports inside a function without a reason"
        for module in project
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and not re.search(r"noqa: .*PLC0415\s+\(?\w+", module.lines[node.lineno - 1])
    ]


def environment_elsewhere(project: list[Module]) -> list[str]:
    return [
        f"{module.name}:{node.lineno} reads the environment"
        for module in project
        if module.name not in READ_THE_ENVIRONMENT
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.ImportFrom)
        and re.search(r"^os\.(environ|getenv)|^from os import", ast.unparse(node))
    ]


RULES: list[Callable[[list[Module]], list[str]]] = [
    wrong_directions,
    sandbox_named,
    foreign_in_domain,
    settings_in_portal,
    http_elsewhere,
    private_names,
    unexplained_inline_imports,
    environment_elsewhere,
]


@pytest.fixture(scope="module")
def project() -> list[Module]:
    return modules(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_project_keeps_the_rule(project, rule):
    assert rule(project) == []


def test_every_exception_is_still_needed(project):
    there = {
        (one.module, what)
        for one in imports(project)
        for _, what in EXCEPTIONS
        if one.is_ours and is_in(one.target, what)
    }

    assert there >= EXCEPTIONS


@pytest.mark.parametrize(
    ("rule", "path", "source", "found"),
    [
        (
            wrong_directions,
            "domain/merge.py",
            "def f():\n    from curation.models import Draft",
            "domain.merge:2 imports models.Draft",
        ),
        (
            wrong_directions,
            "services/drafts.py",
            "if TYPE_CHECKING:\n    from curation.views.board import board",
            "services.drafts:2 imports views.board.board",
        ),
        (
            wrong_directions,
            "services/drafts.py",
            "from curation.views import board",
            "services.drafts:1 imports views.board",
        ),
        (
            wrong_directions,
            "views/board.py",
            "import curation.sandbox.models",
            "views.board:1 imports sandbox.models",
        ),
        (
            wrong_directions,
            "sandbox/api.py",
            "from curation.domain import merge",
            "sandbox.api:1 imports domain.merge",
        ),
        (
            wrong_directions,
            "portal/client.py",
            "from curation.sandbox import ADMIN_KEY",
            "portal.client:1 imports sandbox.ADMIN_KEY",
        ),
        (
            wrong_directions,
            "accounts/sso.py",
            "from curation.services import drafts",
            "accounts.sso:1 imports services.drafts",
        ),
        (
            wrong_directions,
            "models.py",
            "from .services import drafts",
            "models:1 imports __init__.drafts",
        ),
        (wrong_directions, "helpers.py", "", "helpers has no room"),
        (
            sandbox_named,
            "services/demo.py",
            "call('curation.sandbox.seed')",
            "services.demo:1 names curation.sandbox.seed",
        ),
        (
            foreign_in_domain,
            "domain/merge.py",
            "import json\nimport django.utils",
            "domain.merge:2 imports django.utils",
        ),
        (
            settings_in_portal,
            "portal/client.py",
            "from django.conf import settings",
            "portal.client:1 imports django.conf.settings",
        ),
        (
            http_elsewhere,
            "views/board.py",
            "def f():\n    import requests",
            "views.board:2 imports requests",
        ),
        (
            private_names,
            "services/drafts.py",
            "from curation.domain.merge import _merge",
            "services.drafts:1 imports domain.merge._merge",
        ),
        (
            private_names,
            "services/drafts.py",
            "from curation.domain import merge as m\nm._merge()",
            "services.drafts:2 uses m._merge",
        ),
        (
            unexplained_inline_imports,
            "apps.py",
            "def ready():\n    import json  # noqa: PLC0415",
            "apps:2 imports inside a function without a reason",
        ),
        (
            environment_elsewhere,
            "services/drafts.py",
            "from os import environ",
            "services.drafts:1 reads the environment",
        ),
        (
            environment_elsewhere,
            "services/drafts.py",
            "import os\nprint(os.environ)",
            "services.drafts:2 reads the environment",
        ),
    ],
)
def test_rule_finds_what_breaks_it(tmp_path, rule, path, source, found):
    room = {"domain/merge.py": "", "views/board.py": "", "services/drafts.py": ""}
    for name, content in (room | {path: source}).items():
        file = tmp_path / "curation" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    assert rule(modules(tmp_path)) == [found]


def test_domain_imports_without_django():
    code = (
        "import pkgutil, sys, curation.domain as domain\n"
        "for module in pkgutil.iter_modules(domain.__path__, 'curation.domain.'):\n"
        "    __import__(module.name)\n"
        "assert 'curation.domain.merge' in sys.modules\n"
        "assert not any(name.partition('.')[0] == 'django' for name in sys.modules)"
    )

    done = subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_cryptography_is_loaded_only_for_openid_connect(tmp_path):
    code = (
        "import sys\n"
        "from curation.wsgi import application\n"
        "assert 'curation.views.sign_in' in sys.modules\n"
        "assert not {'jwt', 'cryptography', 'mozilla_django_oidc'} & set(sys.modules)\n"
    )
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "OIDC_ISSUER": "",
        "PORTAL_URL": "",
    }

    done = subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
