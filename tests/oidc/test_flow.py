"""Signing in through a provider that is honest, or not: without a visitor."""

import logging
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.contrib.sessions.models import Session

from curation.accounts import discovery
from curation.models import Action, AuditEntry, User
from tests.conftest import Browser
from tests.oidc.forger import CLIENT, KEYS, SECRET, STRANGE_KEY
from tests.views.test_board import html

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def visitor() -> Browser:
    return Browser()


@pytest.fixture
def refusals():
    """Return what Django's signal told of refused sign-ins."""
    told: list[dict[str, str]] = []

    def listen(credentials: dict[str, str], **kwargs: object) -> None:
        told.append(credentials)

    user_login_failed.connect(listen)
    yield told
    user_login_failed.disconnect(listen)


def to_provider(visitor: Browser, **parameters: str) -> str:
    """Return where the provider is asked to sign somebody in."""
    response = visitor.get("/oidc/authenticate/", parameters)
    assert response.status_code == 302, html(response)
    return response.headers["Location"]


def from_provider(address: str) -> str:
    """Return where the provider leads back to."""
    return requests.get(address, allow_redirects=False, timeout=5).headers["Location"]


def sign_in(visitor: Browser, **parameters: str):
    """Go to the provider, come back, and return the answer."""
    return visitor.get(from_provider(to_provider(visitor, **parameters)))


def is_signed_in(visitor: Browser) -> bool:
    return "_auth_user_id" in visitor.session


# --- An honest provider ---------------------------------------------------------------------------


def test_the_sign_in_page_offers_the_provider(visitor, forger, settings):
    settings.OIDC_NAME = "ProConnect"

    page = html(visitor.get("/sign-in/?next=/history/%3Fitem%3Da"))

    assert "Continue with ProConnect" in page
    assert 'href="/oidc/authenticate/?next=%2Fhistory%2F%3Fitem%3Da"' in page


def test_without_a_provider_there_is_nothing_to_see(visitor, db):
    assert "oidc" not in html(visitor.get("/sign-in/"))
    for page in ("authenticate", "callback", "signed-out"):
        assert visitor.get(f"/oidc/{page}/").status_code in {302, 404}
    assert visitor.get("/oidc/authenticate/").status_code == 404
    assert visitor.get("/oidc/callback/").status_code == 404


def test_the_provider_is_asked_as_it_should_be(visitor, forger):
    address = urlsplit(to_provider(visitor))

    asked = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{forger.issuer}/authorize"
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == [CLIENT]
    assert asked["scope"] == ["openid profile email"]
    assert asked["redirect_uri"] == ["http://testserver/oidc/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32
    assert "prompt" not in asked


def test_another_account_is_asked_for(visitor, forger):
    assert parse_qs(urlsplit(to_provider(visitor, again="1")).query)["prompt"] == ["login"]


@pytest.mark.parametrize("in_body", [True, False])
@pytest.mark.parametrize(("algorithm", "signed"), [("RS256", False), ("ES256", True)])
def test_somebody_with_a_role_is_signed_in(visitor, forger, settings, algorithm, signed, in_body):
    forger.algorithm = settings.OIDC_SIGN_ALGORITHM = algorithm
    forger.signs_userinfo, forger.takes_secret_in_body = signed, in_body
    told = []
    listen = lambda user, **kwargs: told.append(user)  # noqa: E731  kept alive here
    user_logged_in.connect(listen)

    response = sign_in(visitor, next="/history/?item=a")

    user_logged_in.disconnect(listen)
    user = User.objects.get()
    assert response.headers["Location"] == "/history/?item=a"
    assert is_signed_in(visitor)
    assert told == [user]
    assert (user.display_name, user.role, user.via) == ("Alice Durand", "editor", "oidc")
    assert (user.issuer, user.subject) == (forger.issuer, "alice")
    assert visitor.get("/history/").status_code == 200


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["homepage-readers"], "reader"),
        (["homepage-editors", "homepage-readers"], "editor"),
        (["staff", "homepage-admins"], "administrator"),
    ],
)
def test_groups_give_the_role(visitor, forger, groups, role):
    forger.person["groups"] = groups

    sign_in(visitor)

    assert User.objects.get().role == role


def test_groups_may_be_said_in_the_id_token(visitor, forger):
    del forger.person["groups"]
    forger.id_token = lambda claims: claims | {"groups": ["homepage-readers"]}

    sign_in(visitor)

    assert User.objects.get().role == "reader"


def test_asking_who_is_signed_in_asks_no_provider(visitor, forger):
    sign_in(visitor)
    asked = len(forger.asked)

    visitor.get("/history/")

    assert len(forger.asked) == asked


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_signing_in_never_leads_elsewhere(visitor, forger, elsewhere):
    assert sign_in(visitor, next=elsewhere).headers["Location"] == "/"


def test_two_tabs_on_their_way_come_back_each_to_its_place(visitor, forger):
    first = to_provider(visitor, next="/history/")
    second = to_provider(visitor, next="/timeline/")

    assert visitor.get(from_provider(first)).headers["Location"] == "/history/"
    assert visitor.get(from_provider(second)).headers["Location"] == "/timeline/"


def test_htmx_without_a_session_is_led_to_the_provider_and_back(visitor, forger, listing):
    sign_in(visitor)
    Session.objects.all().delete()

    response = visitor.get(
        "/live/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/history/?item=a"},
    )
    page = html(visitor.get(response.headers["HX-Redirect"]))
    _, _, link = page.partition('href="/oidc/authenticate/?')
    back = dict(parse_qsl(link.partition('"')[0]))

    assert response.status_code == 200
    assert sign_in(visitor, **back).headers["Location"] == "/history/?item=a"


# --- Roles and accounts that end ------------------------------------------------------------------


def test_who_has_no_role_is_told_whom_to_ask(visitor, forger, settings, refusals):
    settings.CONTACT = "data@example.org"
    forger.person["groups"] = ["visitors"]

    response = sign_in(visitor)

    page = html(response)
    assert response.status_code == 403
    assert "You have no access yet" in page
    assert "<b>Alice Durand</b>" in page
    assert 'href="mailto:data@example.org"' in page
    assert 'href="/oidc/authenticate/?next=&amp;again=1"' in page
    assert not is_signed_in(visitor)
    assert refusals == [{"via": "oidc", "account": None, "reason": "no-role"}]


def test_who_left_the_group_is_out_everywhere_at_the_next_sign_in(
    visitor, forger, listing, refusals
):
    other = Browser()
    sign_in(other)
    assert other.get("/").status_code == 200
    forger.person["groups"] = []

    assert sign_in(visitor).status_code == 403

    assert other.get("/").status_code == 403
    assert refusals == [{"via": "oidc", "account": User.objects.get(), "reason": "no-role"}]


def test_a_closed_account_has_no_session_and_gets_none(visitor, forger, listing):
    sign_in(visitor)
    User.objects.update(is_active=False)

    assert visitor.get("/").status_code == 302
    response = sign_in(visitor)
    assert response.status_code == 403
    assert "Your account is closed" in html(response)


# --- A provider that lies, or an answer that was forged on its way --------------------------------


def another_sub(claims: dict) -> dict:
    return claims | {"sub": "bob"}


LIES = {
    "another issuer": {"id_token": lambda claims: claims | {"iss": "https://evil.example"}},
    "another client": {"id_token": lambda claims: claims | {"aud": "another"}},
    "another client of several": {
        "id_token": lambda claims: claims | {"aud": [CLIENT, "another"], "azp": "another"}
    },
    "expired": {"id_token": lambda claims: claims | {"exp": claims["iat"] - 60}},
    "without expiry": {
        "id_token": lambda claims: {name: claims[name] for name in claims if name != "exp"}
    },
    "another sub in userinfo": {"userinfo": another_sub},
    "no sub in userinfo": {"userinfo": lambda claims: {"email": claims["email"]}},
    "another nonce": {"id_token": lambda claims: claims | {"nonce": "of another request"}},
    "no nonce": {
        "id_token": lambda claims: {name: claims[name] for name in claims if name != "nonce"}
    },
    "no tokens": {"tokens": lambda answer: {}},
    "no id_token": {"tokens": lambda answer: {"access_token": "access"}},
    "an id_token that is none": {"tokens": lambda answer: answer | {"id_token": "a.b.c"}},
    "an answer of another issuer": {
        "redirect": lambda back: back | {"iss": "https://evil.example"}
    },
}


@pytest.mark.parametrize("lie", LIES)
def test_a_forged_answer_is_refused_with_a_page(visitor, forger, refusals, lie):
    for name, value in LIES[lie].items():
        setattr(forger, name, value)

    response = sign_in(visitor)

    assert response.status_code == 403
    assert "The sign-in could not be trusted" in html(response)
    assert not is_signed_in(visitor)
    assert not User.objects.exists()
    assert [told["via"] for told in refusals] == ["oidc"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_via) == (Action.SIGN_IN_REFUSED, "oidc")
    assert entry.detail == {"attempts": 1, "reason": "untrusted"}


def forgeries(forger):
    return {
        "unsigned": lambda claims: forger.signed(claims, "none", key=""),
        "a shared secret": lambda claims: forger.signed(claims, "HS256", key=SECRET * 3),
        "another algorithm": lambda claims: forger.signed(claims, "ES256"),
        "another key": lambda claims: forger.signed(claims, key=STRANGE_KEY),
        "a key that is not published": lambda claims: forger.signed(
            claims, key=KEYS["RS256"], kid="another"
        ),
    }


@pytest.mark.parametrize(
    "forgery",
    [
        "unsigned",
        "a shared secret",
        "another algorithm",
        "another key",
        "a key that is not published",
    ],
)
@pytest.mark.parametrize("signs_userinfo", [False, True])
def test_a_forged_signature_is_refused_with_a_page(visitor, forger, forgery, signs_userinfo):
    forged, honest = forgeries(forger)[forgery], forger.signed
    forger.signs_userinfo = signs_userinfo
    # Of userinfo alone, where that is signed: the id_token has a nonce.
    forger.sign = lambda claims: (
        honest(claims) if signs_userinfo and "nonce" in claims else forged(claims)
    )

    response = sign_in(visitor)

    assert response.status_code == 403
    assert "The sign-in could not be trusted" in html(response)
    assert not User.objects.exists()


@pytest.mark.parametrize("claim", ["iss", "aud"])
def test_signed_userinfo_is_for_us_and_of_the_issuer(visitor, forger, claim):
    forger.signs_userinfo = True
    forger.userinfo = lambda claims: claims | {claim: "https://evil.example"}

    assert sign_in(visitor).status_code == 403
    assert not User.objects.exists()


def test_a_person_cannot_choose_who_they_are(visitor, forger):
    """Claims of userinfo that the token alone may say."""
    forger.userinfo = lambda claims: claims | {"iss": "https://evil.example"}

    sign_in(visitor)

    assert User.objects.get().issuer == forger.issuer


def test_a_state_is_good_once(visitor, forger):
    back = from_provider(to_provider(visitor))
    visitor.get(back)
    asked = len(forger.asked)

    for again, says in ((visitor, "You are signed in already"), (Browser(), "sign in again")):
        response = again.get(back)
        assert response.status_code == 400
        assert says in html(response)
    assert len(forger.asked) == asked


@pytest.mark.parametrize(
    "query", ["", "code=a", "state=a", "code=a&state=a", "error=access_denied", "state=%00&code=a"]
)
def test_an_answer_that_nobody_waits_for_is_refused(visitor, forger, query, refusals):
    to_provider(visitor)

    response = visitor.get(f"/oidc/callback/?{query}")

    assert response.status_code == 400
    assert "Please sign in again" in html(response)
    assert refusals == []


def test_an_answer_of_strangers_ends_no_session(visitor, forger):
    sign_in(visitor)

    visitor.get("/oidc/callback/?error=access_denied&state=a")

    assert is_signed_in(visitor)


def test_a_foreign_code_in_the_address_of_the_sign_in_page_is_not_used(visitor, forger, editor):
    back = urlsplit(from_provider(to_provider(Browser())))
    asked = len(forger.asked)

    visitor.post(f"/sign-in/?{back.query}", {"username": "claire", "password": "wrong"})

    assert not is_signed_in(visitor)
    assert len(forger.asked) == asked


def test_a_code_that_the_provider_does_not_know_is_told(visitor, forger):
    forger.redirect = lambda back: back | {"code": "another"}

    response = sign_in(visitor)

    assert response.status_code == 400
    assert "Please sign in again" in html(response)


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        ("access_denied", 403, "You did not finish signing in"),
        ("temporarily_unavailable", 503, "The sign-in service does not answer"),
        ("invalid_scope", 403, "The sign-in could not be trusted"),
        ("<script>alert()</script>", 403, "The sign-in could not be trusted"),
    ],
)
def test_an_error_of_the_provider_has_its_page(visitor, forger, error, status, heading):
    forger.redirect = lambda back: {"error": error, "state": back["state"]}

    response = sign_in(visitor)

    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in html(response)
    assert "<script>alert" not in html(response)


@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_that_fails_on_the_way_is_told(visitor, forger, path, status):
    forger.status[path] = status

    response = sign_in(visitor)

    assert response.status_code == 503
    assert "The sign-in service does not answer" in html(response)
    assert not is_signed_in(visitor)


def test_a_provider_that_went_down_is_a_page_and_no_dead_end(visitor, forger, monkeypatch):
    monkeypatch.setattr(discovery, "_AWAKE", 0.0)
    sign_in(visitor)
    forger.status["/.well-known/openid-configuration"] = 503

    page = html(visitor.post("/sign-out/", follow=True))

    assert "you may still be signed in there" in page
    assert visitor.get("/oidc/authenticate/").status_code == 503


def test_a_provider_that_is_down_is_a_page(visitor, configure, db):
    configure("http://127.0.0.1:9")

    response = visitor.get("/oidc/authenticate/")

    assert response.status_code == 503
    assert "The sign-in service does not answer" in html(response)


def test_the_secret_goes_nowhere_else(visitor, forger, caplog):
    """Neither to where a redirect leads, nor into the log or the page."""
    caplog.set_level(logging.DEBUG)
    forger.status["/token"] = 307
    forger.headers["/token"] = {"Location": f"{forger.issuer}/userinfo"}

    response = sign_in(visitor)

    assert "/userinfo" not in forger.paths()
    assert response.status_code == 403
    assert SECRET not in html(response) + caplog.text


# --- Out ------------------------------------------------------------------------------------------


def test_signing_out_leads_to_the_provider_by_a_page(visitor, forger):
    sign_in(visitor)

    page = html(visitor.post("/sign-out/"))

    _, _, rest = page.partition('http-equiv="refresh" content="0; url=')
    address = urlsplit(rest.partition('"')[0].replace("&amp;", "&"))
    asked = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{forger.issuer}/leave"
    assert asked["post_logout_redirect_uri"] == ["http://testserver/oidc/signed-out/"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert not is_signed_in(visitor)
    back = from_provider(address.geturl())
    assert "You are signed out, here and at the sign-in service." in html(
        visitor.get(back, follow=True)
    )


@pytest.mark.parametrize("query", ["", "?state=", "?state=another"])
def test_nobody_else_can_say_that_one_is_signed_out(visitor, forger, query):
    sign_in(visitor)
    visitor.post("/sign-out/")

    page = html(visitor.get(f"/oidc/signed-out/{query}", follow=True))

    assert "signed out" not in page


def test_who_signed_in_here_signs_out_here(signed_in, forger):
    response = signed_in.post("/sign-out/")

    assert response.headers["Location"] == "/sign-in/"
    assert forger.asked == []


def test_without_the_provider_one_is_signed_out_here_and_told(visitor, forger):
    sign_in(visitor)
    discovery.forget()
    forger.status["/.well-known/openid-configuration"] = 503

    page = html(visitor.post("/sign-out/", follow=True))

    assert not is_signed_in(visitor)
    assert "you may still be signed in there" in page


def test_a_session_of_before_is_not_taken_over(visitor, forger, editor):
    """Signed in as somebody else, the old session ends; the token is kept for signing out."""
    visitor.force_login(editor)

    sign_in(visitor)

    assert visitor.session["_auth_user_id"] == str(User.objects.get(subject="alice").pk)
    assert visitor.session["oidc_id_token"]
