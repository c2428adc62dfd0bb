"""Whether curation can work: every portal and key that check_portal may meet."""

from io import StringIO

import pytest
import responses
from django.core.management import CommandError, call_command
from django.utils import translation

from curation.portal.client import PortalClient
from curation.portal.diagnosis import Access, Way, diagnose
from curation.portal.items import Identity, Site
from curation.portal.transport import make_session

URL = "https://portal.example"
KEY = "the-secret-key"
OLD_SITE = {"id": "default", "title": "Portail", "metrics": {}}
NEW_SITE = {**OLD_SITE, "version": "17.18.0"}
ALINE = {"first_name": "Aline", "last_name": "Admin", "roles": ["admin"]}
ERIC = {"first_name": "Éric", "last_name": "Éditeur", "roles": []}
TOO_NEW = (
    "This portal (udata {}) has no homepage lists: since udata 10.9 the homepage is made of "
    "blocks, which cannot be curated from here."
)
NOT_ADMIN = (
    "The account that the access key belongs to is not an administrator of the portal: "
    "it can neither read the reuses of the homepage nor publish."
)
LONG_401 = "The server could not verify that you are authorized to access the URL requested."


@pytest.fixture
def portal():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def answering(portal, *, site=OLD_SITE, reuses, me):
    """Make the portal answer: a (status, message) for a failure, else the JSON of a success."""
    for path, answer in (("site/", site), ("site/home/reuses/", reuses), ("me/", me)):
        status, body = (
            (answer[0], {"message": answer[1]}) if isinstance(answer, tuple) else (200, answer)
        )
        portal.get(f"{URL}/api/1/{path}", status=status, json=body)


def diagnosis(key=KEY):
    found = diagnose(PortalClient(URL, session=make_session(backoff=0), api_key=key))
    return found.way, found.access, [str(problem) for problem in found.problems]


def test_all_well(portal):
    answering(portal, reuses=[], me=ALINE)

    found = diagnose(PortalClient(URL, session=make_session(), api_key=KEY))

    assert (found.way, found.access, found.problems) == (Way.HOME_LISTS, Access.FULL, ())
    assert found.can_publish
    assert found.site == Site("default", "Portail")
    assert found.identity == Identity("Aline Admin", ("admin",))


@pytest.mark.parametrize(
    ("key", "reuses", "me", "access", "problem"),
    [
        pytest.param(
            "",
            (401, LONG_401),
            (401, LONG_401),
            Access.NO_KEY,
            "No access key is configured: set PORTAL_API_KEY.",
            id="no key",
        ),
        pytest.param(
            KEY,
            (401, "Invalid API Key"),
            (401, "Invalid API Key"),
            Access.WRONG_KEY,
            "The portal does not know this access key.",
            id="wrong key",
        ),
        pytest.param(
            KEY,
            (401, LONG_401),
            (401, LONG_401),
            Access.WRONG_KEY,
            "The portal does not know this access key.",
            id="deleted account",
        ),
        pytest.param(
            KEY,
            (401, "Inactive user"),
            (401, "Inactive user"),
            Access.INACTIVE,
            "The account that the access key belongs to is not active on the portal.",
            id="inactive account",
        ),
        pytest.param(
            KEY,
            (403, "You do not have the permission to modify that object."),
            ERIC,
            Access.NOT_ADMIN,
            NOT_ADMIN,
            id="not an administrator",
        ),
    ],
)
def test_a_key_that_does_not_do(portal, key, reuses, me, access, problem):
    answering(portal, reuses=reuses, me=me)

    assert diagnosis(key) == (Way.HOME_LISTS, access, [problem])


@pytest.mark.parametrize(
    ("site", "version"), [(NEW_SITE, "17.18.0"), (OLD_SITE, "≥ 10.9")], ids=["told", "not told"]
)
def test_a_portal_that_is_too_new(portal, site, version):
    answering(portal, site=site, reuses=(404, "Not found"), me=ALINE)

    assert diagnosis() == (Way.BLOCS, Access.FULL, [TOO_NEW.format(version)])


@pytest.mark.parametrize(
    ("me", "access"),
    [
        (ERIC, Access.NOT_ADMIN),
        ((401, "Invalid API token"), Access.WRONG_KEY),
        ((500, "Internal Server Error"), Access.UNKNOWN),
    ],
)
def test_the_key_on_a_portal_that_is_too_new(portal, me, access):
    answering(portal, site=NEW_SITE, reuses=(404, "Not found"), me=me)

    way, found, _ = diagnosis()

    assert (way, found) == (Way.BLOCS, access)


def test_lists_that_fail(portal):
    answering(portal, reuses=(500, "Internal Server Error"), me=ALINE)

    assert diagnosis() == (Way.UNKNOWN, Access.FULL, ["The portal has an internal problem."])


def test_the_owner_of_the_key_need_not_be_known(portal):
    answering(portal, reuses=[], me=(500, "Internal Server Error"))

    assert diagnosis() == (Way.HOME_LISTS, Access.FULL, [])


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(
            {"body": ConnectionResetError()}, "The connection to the portal broke off.", id="reset"
        ),
        pytest.param({"status": 500}, "The portal has an internal problem.", id="500"),
        pytest.param(
            {"body": "<html>Welcome</html>"},
            "There is no udata portal at this address: something else answers.",
            id="HTML",
        ),
        pytest.param(
            {"status": 404, "body": "<html>"},
            "There is no udata portal at this address: something else answers.",
            id="404",
        ),
        pytest.param(
            {"json": {"hello": "world"}},
            "There is no udata portal at this address: something else answers.",
            id="another API",
        ),
        pytest.param(
            {"status": 301, "headers": {"Location": "https://www.portal.example/api/1/site/"}},
            "The address redirects to https://www.portal.example/api/1/site/: "
            "set PORTAL_URL to where the portal is.",
            id="redirect",
        ),
    ],
)
def test_no_portal(portal, answer, problem):
    portal.get(f"{URL}/api/1/site/", **answer)

    assert diagnosis() == (Way.UNKNOWN, Access.UNKNOWN, [problem])


def test_only_reads(portal):
    answering(portal, reuses=[], me=ALINE)

    diagnosis()

    assert {call.request.method for call in portal.calls} == {"GET"}


@pytest.fixture
def configured(settings):
    settings.PORTAL_URL, settings.PORTAL_API_KEY, settings.IS_SANDBOX = URL, KEY, False


@pytest.mark.usefixtures("configured")
def test_check_portal_says_that_all_is_well(portal, caplog):
    answering(portal, reuses=[], me=ALINE)
    out = StringIO()

    call_command("check_portal", stdout=out, no_color=True)

    assert not caplog.records  # words are enough
    assert out.getvalue().splitlines() == [
        "Address: https://portal.example",
        "Portal: Portail",
        "udata version: not told (udata 10.8 and earlier do not)",
        "Way of curation: homepage lists",
        "Access key: of Aline Admin, may publish",
        "All well: publishing can work.",
    ]


@pytest.mark.usefixtures("configured")
def test_check_portal_fails_when_publishing_cannot_work(portal):
    answering(portal, site=NEW_SITE, reuses=(404, ""), me=ERIC)
    out = StringIO()

    with pytest.raises(CommandError, match=r"Publishing cannot work\.") as caught:
        call_command("check_portal", stdout=out, no_color=True)

    assert caught.value.returncode == 1
    assert out.getvalue().splitlines()[2:] == [
        "udata version: 17.18.0",
        "Way of curation: homepage blocks (udata 10.9 and later)",
        "Access key: of Éric Éditeur, may not publish",
        f"- {TOO_NEW.format('17.18.0')}",
        f"- {NOT_ADMIN}",
    ]


@pytest.mark.usefixtures("configured")
def test_check_portal_says_when_there_is_no_portal(portal):
    portal.get(f"{URL}/api/1/site/", body="<html>")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("check_portal", stdout=out, no_color=True)

    assert out.getvalue().splitlines() == [
        "Address: https://portal.example",
        "- There is no udata portal at this address: something else answers.",
    ]


@pytest.mark.usefixtures("configured")
def test_check_portal_never_shows_the_key(portal):
    answering(portal, reuses=(401, "Invalid API Key"), me=(401, "Invalid API Key"))
    out, err = StringIO(), StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("check_portal", stdout=out, stderr=err)

    assert KEY not in out.getvalue() + err.getvalue() + str(caught.value)
