"""What visitors of the sandbox see."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from curation.sandbox.images import draw, initials, monogram
from curation.sandbox.models import KINDS, Dataset, Reuse, Site
from curation.sandbox.seed import special_id

pytestmark = pytest.mark.usefixtures("seeded")


def shown(client: Client) -> list[str]:
    """Return the ids of the cards of the homepage."""
    return re.findall(r'data-id="(\w+)"', client.get("/sandbox/").content.decode())


def publish(**lists: list[str]) -> None:
    """Make lists the homepage's."""
    Site.objects.update(**{f"home_{kind}": ids for kind, ids in lists.items()})


def test_homepage_shows_both_lists_in_order_to_anybody(client: Client):
    assert shown(client) == Site.get().home_datasets + Site.get().home_reuses


def test_homepage_follows_what_is_published(client: Client):
    datasets, reuses = Site.get().home_datasets[::-1], Site.get().home_reuses[:3]
    publish(datasets=datasets, reuses=reuses)

    assert shown(client) == datasets + reuses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", ["private", "archived", "deleted"])
def test_homepage_hides_what_visitors_may_not_see(client: Client, kind: str, state: str):
    hidden, visible = special_id(f"{kind[:-1]}_{state}"), Site.get().home(kind)[0]
    publish(**{"datasets": [], "reuses": []} | {kind: [hidden, visible]})

    assert shown(client) == [visible]


def test_homepage_hides_what_is_gone_and_reuses_of_nothing(client: Client):
    gone, dataset = Site.get().home_datasets[:2]
    Dataset.objects.get(pk=gone).delete()
    publish(datasets=[gone, dataset], reuses=[special_id("reuse_without_datasets")])

    assert shown(client) == [dataset]


def test_homepage_without_anything_says_so(client: Client):
    publish(datasets=[], reuses=[])

    page = client.get("/sandbox/").content.decode()

    assert "Aucun jeu de données n’est à la une." in page
    assert "Aucune réutilisation n’est à la une." in page


def test_homepage_before_seeding_is_empty(client: Client):
    Site.objects.all().delete()

    assert "Aucun jeu de données" in client.get("/sandbox/").content.decode()


def test_titles_are_text(client: Client):
    publish(datasets=[special_id("dataset_markup")], reuses=[special_id("reuse_markup")])

    for url in ("/sandbox/", page_of(Dataset, "dataset_markup"), page_of(Reuse, "reuse_markup")):
        page = client.get(url).content.decode()

        assert "<script" not in page
        assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", page)
        assert "&lt;script&gt;alert(" in page


def test_pages_keep_to_the_strict_policy(client: Client):
    for url in ("/sandbox/", page_of(Dataset, "dataset_big"), page_of(Reuse, "reuse_markup")):
        response = client.get(url)
        page = response.content.decode()

        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)


def test_address_that_is_no_web_page_is_no_link(client: Client):
    page = client.get(page_of(Reuse, "reuse_javascript")).content.decode()

    assert "Lien piégé" in page
    assert "javascript:" not in page
    assert "Voir la réutilisation" not in page


@pytest.mark.parametrize(
    ("kind", "state", "status"),
    [
        ("dataset", "private", 404),
        ("dataset", "deleted", 410),
        ("dataset", "archived", 200),
        ("reuse", "private", 404),
        ("reuse", "deleted", 410),
        ("reuse", "archived", 200),
    ],
)
def test_page_of_an_item_in_another_state(client: Client, kind: str, state: str, status: int):
    model: Any = KINDS[f"{kind}s"]

    assert client.get(page_of(model, f"{kind}_{state}")).status_code == status


def test_page_of_a_reuse_leads_to_its_datasets(client: Client):
    reuse = Reuse.objects.get(pk=Site.get().home_reuses[0])

    page = client.get(f"/sandbox/reuses/{reuse.slug}/").content.decode()

    for dataset in Dataset.objects.filter(pk__in=reuse.datasets):
        assert f"/sandbox/datasets/{dataset.slug}/" in page


def test_switches_for_tests_are_not_on_the_product_s_site(client: Client):
    for url in ("/__ctl__/seed", "/sandbox/__ctl__/seed", "/sandbox/__ctl__/faults"):
        assert client.get(url).status_code in {302, 404}
        assert b"sandbox-admin-key" not in client.get(url).content


def test_api_of_the_product_s_site_takes_changes_without_csrf_token():
    browser = Client(enforce_csrf_checks=True)

    response = browser.put(
        "/sandbox/api/1/site/home/datasets/",
        "[]",
        content_type="application/json",
        headers={"X-API-KEY": "sandbox-admin-key"},
    )

    assert (response.status_code, response.json()) == (200, [])
    assert Site.get().home_datasets == []


def test_api_of_the_product_s_site_gives_complete_links(client: Client):
    item = client.get("/sandbox/api/1/site/home/datasets/").json()[0]

    assert item["page"] == f"http://testserver/sandbox/datasets/{item['slug']}/"
    assert client.get("/sandbox/api/1/site/home/datasets").status_code == 308


# --- Pictures -------------------------------------------------------------------------------------


def test_picture_belongs_to_its_id():
    ids = [reuse.id for reuse in Reuse.objects.all()]

    pictures = [draw(each) for each in ids]

    assert pictures == [draw(each) for each in ids]
    assert len(set(pictures)) > 0.9 * len(ids)
    for picture in pictures:
        ET.fromstring(picture)  # noqa: S314  ours


def test_picture_and_logo_are_images_without_script(client: Client):
    reuse = Reuse.objects.get(pk=Site.get().home_reuses[0])
    dataset = Dataset.objects.get(pk=Site.get().home_datasets[0])

    for url in (f"/sandbox/images/{reuse.id}.svg", f"/sandbox/logos/{dataset.organization_id}.svg"):
        response = client.get(url)

        assert response["Content-Type"] == "image/svg+xml"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("url", ["/sandbox/images/nothing.svg", "/sandbox/logos/nothing.svg"])
def test_picture_of_nothing_is_not_found(client: Client, url: str):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Institut national de la statistique et des études économiques", "INS"),
        ("Ministère de l’Économie", "MÉ"),
        ("data.gouv.fr", "DGF"),
        ("ADEME", "ADEME"),
        ("…", ""),
    ],
)
def test_initials_are_those_of_the_words_that_count(name: str, letters: str):
    assert initials(name) == letters


def test_letters_of_a_logo_are_text():
    logo = ET.fromstring(monogram("x", "<&\">'"))  # noqa: S314  ours

    assert logo[1].text == "<&\">'"


def page_of(model: type[Dataset] | type[Reuse], name: str) -> str:
    """Return the address of the page of a special object."""
    item = model.objects.get(pk=special_id(name))
    return f"/sandbox/{item.kind}/{item.slug}/"
