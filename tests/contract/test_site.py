"""The site itself, and its catalogue in RDF."""

import json
from xml.etree import ElementTree as ET

import pytest

from tests.contract.portals import Portal, message

DCAT = "http://www.w3.org/ns/dcat#"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"

TYPES = {
    "xml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "ttl": "application/x-turtle",
    "n3": "text/n3",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "json": "application/ld+json",
    "jsonld": "application/ld+json",
}


def test_site_has_a_name_and_figures_but_no_version(portal: Portal) -> None:
    site = portal.get("/api/1/site/").json()

    assert set(site) == {"id", "title", "metrics"}
    assert site["id"] == "default"
    assert site["title"]
    assert all(isinstance(site["metrics"][name], int) for name in ("datasets", "reuses", "users"))


def test_site_masked(portal: Portal) -> None:
    shown = portal.get("/api/1/site/", mask="id,version,metrics{datasets}").json()

    assert set(shown) == {"id", "metrics"}
    assert set(shown["metrics"]) == {"datasets"}


def test_site_refuses_a_wrong_key(portal: Portal) -> None:
    for path in ("/api/1/site/", "/api/1/site/catalog", "/api/1/site/context.jsonld"):
        response = portal.get(path, key="wrong")

        assert (response.status_code, message(response)) == (401, "Invalid API Key")


def test_site_needs_its_slash_and_the_catalogue_none(portal: Portal) -> None:
    assert portal.get("/api/1/site").headers["Location"] == f"{portal.url}/api/1/site/"
    assert portal.get("/api/1/site/catalog/").status_code == 404


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("*/*", "xml"),
        ("application/rdf+xml", "xml"),
        ("application/rdf+xml, */*;q=0.5", "xml"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "xml"),
        ("text/turtle", "ttl"),
        ("text/n3", "n3"),
        ("application/ld+json", "json"),
        ("application/json", "json"),
        ("text/html", "json"),
    ],
)
def test_catalogue_redirects_to_the_format_accepted(
    portal: Portal, accept: str, extension: str
) -> None:
    response = portal.get("/api/1/site/catalog?page=2", headers={"Accept": accept})

    assert response.status_code == 302
    assert response.headers["Location"] == f"/api/1/site/catalog.{extension}"


@pytest.mark.parametrize("extension", ["xml", "ttl", "json", "nope"])
def test_data_is_an_older_name_of_the_catalogue(portal: Portal, extension: str) -> None:
    response = portal.get(f"/api/1/site/data.{extension}")

    assert response.status_code == 302
    assert response.headers["Location"] == f"/api/1/site/catalog.{extension}"


@pytest.mark.parametrize("extension", TYPES)
def test_catalogue_in_each_format(portal: Portal, extension: str) -> None:
    response = portal.get(f"/api/1/site/catalog.{extension}")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == TYPES[extension]
    assert DCAT in response.text


def test_catalogue_describes_visible_datasets(portal: Portal) -> None:
    shown, hidden = portal.ids["datasets"][0], portal.special["dataset_private"]

    xml = ET.fromstring(portal.get("/api/1/site/catalog.xml").content)  # noqa: S314  ours
    graph = portal.get("/api/1/site/catalog.jsonld").json()["@graph"]

    subjects = {node.get(f"{RDF}about") for node in xml} & {node["@id"] for node in graph}
    assert f"{portal.url}/datasets/{shown}/" in subjects
    assert f"{portal.url}/datasets/{hidden}/" not in subjects


@pytest.mark.parametrize(
    ("query", "status"), [("page=99", 404), ("page=0", 404), ("page=abc", 400)]
)
def test_catalogue_has_pages(portal: Portal, query: str, status: int) -> None:
    assert portal.get(f"/api/1/site/catalog.xml?{query}").status_code == status


def test_catalogue_in_an_unknown_format(portal: Portal) -> None:
    assert portal.get("/api/1/site/catalog.nope").status_code == 404


def test_context_explains_the_terms(portal: Portal) -> None:
    response = portal.get("/api/1/site/context.jsonld")

    context = json.loads(response.text)
    assert response.headers["Content-Type"] == "application/ld+json"
    assert context["@vocab"] == DCAT
    assert context["dct"] == "http://purl.org/dc/terms/"
    assert context["title"] == "dct:title"
    assert context["dataset"] == {"@id": "dcat:dataset", "@type": "@id"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_site_is_only_read(portal: Portal, method: str) -> None:
    response = portal.call(method, "/api/1/site/", key="admin", json={})

    assert response.status_code == 405
    assert {*response.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}
