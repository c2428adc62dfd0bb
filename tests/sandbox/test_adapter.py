"""The sandbox inside this process, as `requests` sees it."""

from typing import Any

import pytest
import requests
from django.test import Client

from curation import sandbox
from curation.sandbox import faults
from curation.sandbox.adapter import SandboxAdapter
from curation.sandbox.faults import Fault, What
from curation.sandbox.models import Site
from tests.sandbox.conftest import HOST

HOME = f"{HOST}/api/1/site/home/datasets/"
ADMIN = {"X-API-KEY": sandbox.ADMIN_KEY}


def test_request_and_answer_arrive_whole(session: requests.Session):
    ids = Site.get().home_datasets[::-1]

    response = session.put(HOME, json=ids, headers=ADMIN | {"X-Fields": "id"}, timeout=(3, 10))

    assert (response.status_code, response.reason) == (200, "OK")
    assert response.headers["content-type"] == "application/json"
    assert int(response.headers["Content-Length"]) == len(response.content)
    assert [item["id"] for item in response.json()] == ids
    assert Site.get().home_datasets == ids


@pytest.mark.django_db
def test_empty_sandbox_fills_itself():
    with requests.Session() as session:
        session.mount(HOST, SandboxAdapter())

        assert len(session.get(HOME, headers={"X-Fields": "id"}).json()) == 9


def test_query_and_path_are_decoded_once(session: requests.Session):
    query = {"q": "prix & carburants=100 %", "page_size": "1"}

    found = session.get(f"{HOST}/api/1/datasets/", params=query).json()
    missing = session.get(f"{HOST}/api/1/datasets/%C3%A9t%C3%A9%20%2F/")

    assert found["page_size"] == 1
    assert missing.status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PATCH"])
def test_every_method_passes(session: requests.Session, method: str):
    status = {"PATCH": 405}.get(method, 200)

    assert session.request(method, HOME).status_code == status


def test_redirect_is_followed_as_elsewhere(session: requests.Session):
    response = session.get(HOME.rstrip("/"))

    assert [hop.status_code for hop in response.history] == [308]
    assert response.url == HOME


def test_session_cookie_comes_along_and_is_not_sent_back_in_clear(session: requests.Session):
    response = session.get(HOME, headers=ADMIN)

    assert "session" in response.cookies
    assert session.put(HOME, json=[]).status_code == 401  # it is for https only


def test_body_can_be_read_bit_by_bit(session: requests.Session):
    with session.get(HOME, stream=True) as response:
        chunks = list(response.iter_content(1000))

    assert len(chunks) > 10
    assert b"".join(chunks).startswith(b"[{")


def test_body_may_be_larger_than_django_would_take(session: requests.Session, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    ids = Site.get().home_datasets * 10

    assert session.put(HOME, json=ids, headers=ADMIN | {"X-Fields": "id"}).status_code == 200


def test_links_are_paths_on_the_product_s_own_site(session: requests.Session):
    item = session.get(HOME, headers={"X-Fields": "page,uri,slug,organization{logo}"}).json()[0]

    assert item["page"] == f"/sandbox/datasets/{item['slug']}/"
    assert item["uri"] == f"/sandbox/api/1/datasets/{item['slug']}/"
    assert item["organization"]["logo"].startswith("/sandbox/logos/")


def test_links_are_complete_if_the_public_address_is_known(session: requests.Session, settings):
    settings.SANDBOX_PUBLIC_URL = "https://une.example.org"

    item = session.get(HOME, headers={"X-Fields": "page,slug"}).json()[0]

    assert item["page"] == f"https://une.example.org/sandbox/datasets/{item['slug']}/"


def test_links_lead_to_pages_and_pictures_of_the_product(session: requests.Session, client: Client):
    mask = {"X-Fields": "page,image,uri"}
    found = session.get(
        f"{HOST}/api/1/reuses/", headers={"X-Fields": "data{page,image,uri}"}
    ).json()

    for item in found["data"][:3]:
        assert client.get(item["page"]).status_code == 200
        assert client.get(item["image"])["Content-Type"] == "image/svg+xml"
        assert client.get(item["uri"], headers=mask).status_code == 200


def test_delay_within_the_time_out_is_waited_for(session: requests.Session):
    with faults.switched_on(Fault(What.DELAY, seconds=0.01)):
        assert session.get(HOME, timeout=5).status_code == 200


@pytest.mark.parametrize("timeout", [0.5, (3, 0.5)])
def test_delay_beyond_the_time_out_fails_at_once(session: requests.Session, timeout: Any):
    with (
        faults.switched_on(Fault(What.DELAY, seconds=60)),
        pytest.raises(requests.exceptions.ReadTimeout),
    ):
        session.get(HOME, timeout=timeout)
