"""What an editor pastes to name an item."""

import pytest

from curation.portal.addresses import ItemAddress, OtherAddress, read

ID = "5de8f397634f4164071119c5"
KINDS = ("datasets", "reuses")
HOMES = ("https://www.data.gouv.fr", "http://127.0.0.1:8000/sandbox/")


@pytest.mark.parametrize(
    ("text", "kind", "ref"),
    [
        (ID, "", ID),
        (f"  {ID.upper()}\n", "", ID),
        ("https://www.data.gouv.fr/datasets/base-sirene/", "datasets", "base-sirene"),
        ("https://www.data.gouv.fr/datasets/base-sirene", "datasets", "base-sirene"),
        ("https://www.data.gouv.fr/fr/datasets/base-sirene/", "datasets", "base-sirene"),
        ("https://www.data.gouv.fr/pt-br/reuses/carbubu/", "reuses", "carbubu"),
        (
            "https://www.data.gouv.fr/fr/datasets/base-sirene/?x=1#/resources/9",
            "datasets",
            "base-sirene",
        ),
        ("https://www.data.gouv.fr/datasets/base-sirene#/discussions", "datasets", "base-sirene"),
        (f"https://www.data.gouv.fr/api/1/datasets/{ID}/", "datasets", ID),
        (f"https://www.data.gouv.fr/api/2/datasets/{ID}/resources/?page=2", "datasets", ID),
        (f"https://www.data.gouv.fr/api/1/reuses/{ID.upper()}", "reuses", ID),
        (f"https://www.data.gouv.fr/admin/datasets/{ID}/", "datasets", ID),
        (f"https://www.data.gouv.fr/beta/admin/reuses/{ID}/metadata", "reuses", ID),
        ("http://data.gouv.fr/fr/reuses/carbubu/", "reuses", "carbubu"),
        ("HTTPS://WWW.DATA.GOUV.FR/fr/reuses/carbubu/", "reuses", "carbubu"),
        ("https://www.data.gouv.fr:443/fr/reuses/carbubu/", "reuses", "carbubu"),
        ("www.data.gouv.fr/fr/reuses/carbubu/", "reuses", "carbubu"),
        ("data.gouv.fr/datasets/base-sirene", "datasets", "base-sirene"),
        ("https://www.data.gouv.fr/datasets/base%2Dsirene/", "datasets", "base-sirene"),
        ("http://127.0.0.1:8000/sandbox/datasets/base-sirene/", "datasets", "base-sirene"),
        ("127.0.0.1:8000/sandbox/fr/datasets/base-sirene/", "datasets", "base-sirene"),
    ],
)
def test_an_item_is_named_by(text, kind, ref):
    assert read(text, KINDS, HOMES) == ItemAddress(kind, ref)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.data.gouv.fr/",
        "https://www.data.gouv.fr/fr/datasets/",
        "https://www.data.gouv.fr/datasets/search?q=prix",
        f"https://www.data.gouv.fr/fr/datasets/r/{ID}",
        "https://www.data.gouv.fr/api/1/datasets/suggest/?q=x",
        "https://www.data.gouv.fr/organizations/insee/",
        "https://www.data.gouv.fr/datasets/../../etc/",
        "https://www.data.gouv.fr/datasets/%2e%2e/",
        "https://www.data.gouv.fr/datasets/a%2fb/",
        "https://www.data.gouv.fr/datasets/" + "a" * 300,
        "http://127.0.0.1:8000/history/12/",
        "http://[::1/datasets/x",
        "http://127.0.0.1:99999/datasets/x",
    ],
)
def test_an_address_that_is_no_item(text):
    assert read(text, KINDS, HOMES) == OtherAddress()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://example.org/datasets/base-sirene/", "example.org"),
        ("https://www.data.gouv.fr@example.org/datasets/base-sirene/", "example.org"),
        (
            "https://www.data.gouv.fr.example.org/datasets/base-sirene/",
            "www.data.gouv.fr.example.org",
        ),
        ("https://demo.data.gouv.fr/datasets/base-sirene/", "demo.data.gouv.fr"),
        ("https://www.data.gouv.fr:8443/datasets/base-sirene/", "www.data.gouv.fr"),
        ("example.org/datasets/base-sirene", "example.org"),
    ],
)
def test_an_address_of_another_site_names_it(text, host):
    assert read(text, KINDS, HOMES) == OtherAddress(host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prix des carburants",
        "data.gouv.fr",
        "eau/air",
        "https://",
        "javascript:alert(1)",
        ID[1:],
        f"{ID} {ID}",
        "https://www.data.gouv.fr/datasets/base sirene",
        "1.5/10 000",
        "\x00",
    ],
)
def test_anything_else_is_words(text):
    assert read(text, KINDS, HOMES) is None
