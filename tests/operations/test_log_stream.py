"""What a real server writes: a line for each request and each call of the portal, and no secret."""

import json
from pathlib import Path
from typing import Any

from curation.models import AuditEntry
from curation.sandbox import ADMIN_KEY
from tests.operations.people import PASSWORD, Person

AUDIT_KEY = "sealing-key-of-the-log-stream-test"
SEARCHED = "words that an editor typed"


def lines(log: Path) -> list[dict[str, Any]]:
    """Return each line; every one must be a JSON object."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_lines_of_a_day_at_work(serve, claire, log):
    with serve("--access-logfile=-", AUDIT_KEY=AUDIT_KEY) as (_, url):
        editor = Person(url).sign_in("claire")
        editor.get("/live/")
        editor.get(f"/lists/datasets/search/?q={SEARCHED}")
        editor.move(editor.ids()[1], to=1)
        published = editor.session.post(
            f"{url}/review/publish/",
            {**editor.review(), "note": "for a secret reason"},
            headers={"X-CSRFToken": editor.session.cookies["csrftoken"], "X-Request-ID": "a" * 32},
            allow_redirects=False,
            timeout=60,
        )
        cookies = editor.session.cookies.get_dict()

    written = lines(log)
    assert published.headers["X-Request-ID"] == "a" * 32
    of_publishing = [line for line in written if line["request_id"] == "a" * 32]
    access = of_publishing[-1]
    assert (access["logger"], access["method"], access["path"], access["status"]) == (
        "gunicorn.access",
        "POST",
        "/review/publish/",
        302,
    )
    assert access["milliseconds"] >= 0
    calls = [line for line in of_publishing if line["logger"] == "curation.portal.client"]
    assert [(call["method"], call["path"], call["status"]) for call in calls] == [
        ("GET", "/api/1/site/home/datasets/", 200),
        ("PUT", "/api/1/site/home/datasets/", 200),
    ]
    heads = [line for line in of_publishing if line["logger"] == "curation.audit"]
    assert [(head["sequence"], head["digest"]) for head in heads] == list(
        AuditEntry.objects.filter(action__startswith="publish")
        .order_by("sequence")
        .values_list("sequence", "digest")
    )
    text = log.read_text(encoding="utf-8")
    secrets = ["k" * 60, ADMIN_KEY, AUDIT_KEY, PASSWORD, SEARCHED, SEARCHED.replace(" ", "%20")]
    secrets += [*cookies.values(), "csrfmiddlewaretoken"]
    assert [secret for secret in secrets if secret in text] == []


def test_failures_are_written_without_secrets_too(serve, claire, log):
    with serve("--access-logfile=-", PORTAL_URL="http://127.0.0.1:9", AUDIT_KEY=AUDIT_KEY) as (
        _,
        url,
    ):
        editor = Person(url).sign_in("claire")
        editor.get("/live/")

    failed = [line for line in lines(log) if line["message"].startswith("portal.failed")]
    assert {(line["error"], line["path"]) for line in failed} == {
        ("PortalUnreachable", "/api/1/site/home/datasets/"),
        ("PortalUnreachable", "/api/1/site/home/reuses/"),
    }
    assert all(line["request_id"] for line in failed)
    assert ADMIN_KEY not in log.read_text(encoding="utf-8")
