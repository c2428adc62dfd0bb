"""System checks, by id."""

import inspect
import re

import pytest
from django.core.checks import run_checks

from curation import checks
from curation.accounts.roles import Role
from curation.models import User

KEY = "k" * 60


@pytest.fixture
def configured(settings):
    """Return a function that sets settings and then gives the ids of our checks that complain."""

    def configure(**values: object) -> list[str]:
        for name, value in values.items():
            setattr(settings, name, value)
        ids = [message.id or "" for message in run_checks()]
        return sorted(message_id for message_id in ids if message_id.startswith("curation."))

    return configure


def test_demo_has_nothing_to_complain_of(configured):
    assert configured() == []


def test_sandbox_may_keep_the_demo_key(configured, settings):
    assert configured(IS_SANDBOX=True, SECRET_KEY=settings.DEMO_SECRET_KEY) == []


def test_real_portal_with_keys_of_its_own_is_well(configured):
    assert configured(IS_SANDBOX=False, SECRET_KEY=KEY, PORTAL_API_KEY="key") == []


def test_real_portal_with_the_demo_key_is_an_error(configured, settings):
    assert configured(
        IS_SANDBOX=False, SECRET_KEY=settings.DEMO_SECRET_KEY, PORTAL_API_KEY="key"
    ) == ["curation.E001"]


def test_a_limit_of_a_list_that_there_is_not_is_an_error(configured):
    assert configured(HOMEPAGE_LIMITS={"datasets": 9, "reuses": 8}) == []
    assert configured(HOMEPAGE_LIMITS={"datasets": 9, "pages": 3}) == ["curation.E007"]


def test_real_portal_without_its_key_is_a_warning(configured):
    assert configured(IS_SANDBOX=False, SECRET_KEY=KEY, PORTAL_API_KEY="") == ["curation.W001"]


@pytest.mark.parametrize("key", ["with blank", "clé", "line\nbreak", "\x00"])
def test_a_key_that_no_header_carries_is_an_error(configured, key):
    assert configured(IS_SANDBOX=False, SECRET_KEY=KEY, PORTAL_API_KEY=key) == ["curation.E002"]


PROVIDER = {"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "une"}


def test_provider_with_its_client_and_groups_is_well(configured):
    assert configured(**PROVIDER, OIDC_CLIENT_SECRET="secret", ROLE_READER_GROUPS=["a"]) == []


@pytest.mark.parametrize("missing", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_part_of_a_provider_is_an_error(configured, missing):
    provider = {**PROVIDER, "OIDC_CLIENT_SECRET": "secret", "ROLE_EDITOR_GROUPS": ["a"]}

    assert configured(**provider | {missing: ""}) == ["curation.E003"]


def test_provider_without_groups_for_roles_is_a_warning(configured):
    assert configured(**PROVIDER, OIDC_CLIENT_SECRET="secret") == ["curation.W002"]


def test_proxy_that_nobody_trusts_is_an_error(configured):
    assert configured(PROXY_AUTH_HEADER="X-User", PROXY_AUTH_TRUSTED_IPS=[]) == ["curation.E004"]
    assert configured(PROXY_AUTH_HEADER="X-User", PROXY_AUTH_TRUSTED_IPS=["10.0.0.1"]) == []


def test_product_into_which_nobody_gets_is_an_error(configured):
    assert configured(AUTHENTICATION_BACKENDS=[]) == ["curation.E005"]


@pytest.mark.parametrize(
    ("real", "local", "password", "found"),
    [
        (True, True, "demo", ["curation.E006"]),
        (True, True, "another", []),
        (True, False, "demo", []),
        (False, True, "demo", []),
    ],
)
def test_demo_accounts_on_a_real_portal_are_an_error(db, settings, real, local, password, found):
    settings.IS_SANDBOX, settings.LOCAL_LOGIN = not real, local
    settings.SECRET_KEY, settings.PORTAL_API_KEY = KEY, "key"
    User.objects.create_user("admin", password=password, role=Role.ADMINISTRATOR)

    messages = run_checks(databases=["default"])

    assert [message.id for message in messages if (message.id or "").startswith("curation")] == (
        found
    )


def test_inactive_demo_accounts_are_nobody(db, settings):
    settings.IS_SANDBOX, settings.SECRET_KEY, settings.PORTAL_API_KEY = False, KEY, "key"
    User.objects.create_user("claire", password="demo", is_active=False)

    assert [m.id for m in run_checks(databases=["default"]) if m.id == "curation.E006"] == []


def test_an_accent_that_not_everybody_can_read_is_an_error(configured):
    assert configured(BRAND_ACCENT="#0b5c2e", BRAND_ACCENT_DARK="#7fd6a4") == []
    assert configured(BRAND_ACCENT="#ffcc00", BRAND_ACCENT_DARK="") == ["curation.E008"]
    assert configured(BRAND_ACCENT="", BRAND_ACCENT_DARK="#900000") == ["curation.E008"]


def test_each_check_has_its_own_name():
    names = re.findall(r'id="(curation\.[EW]\d+)"', inspect.getsource(checks))

    assert len(names) == len(set(names))
