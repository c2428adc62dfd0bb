"""Reading the environment by type."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from curation.environment import Environment


def variable(value: str) -> Environment:
    return Environment({"IT": value})


@pytest.mark.parametrize(
    ("value", "expected"),
    [("word", "word"), ("  two words \n", "two words"), ("", "default"), ("   ", "default")],
)
def test_text_drops_surrounding_blanks_and_knows_a_default(value, expected):
    assert variable(value).text("IT", "default") == expected


def test_absent_variable_is_the_default():
    nothing = Environment({})

    assert nothing.text("IT") == ""
    assert nothing.flag("IT", default=True) is True
    assert nothing.seconds("IT", 2.5) == 2.5
    assert nothing.words("IT") == []
    assert nothing.limits("IT") == {}
    assert nothing.secret("IT", "default") == "default"
    assert nothing.choice("IT", "fr", ["fr", "en"]) == "fr"
    assert nothing.portal("IT", "sandbox:") == "sandbox:"


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", " on "])
def test_flag_is_on(value):
    assert variable(value).flag("IT") is True


@pytest.mark.parametrize("value", ["0", "false", "No", "off"])
def test_flag_is_off(value):
    assert variable(value).flag("IT", default=True) is False


@pytest.mark.parametrize(
    ("value", "expected"), [("3", 3.0), ("0.5", 0.5), ("1e1", 10.0), ("", 7.0)]
)
def test_seconds_are_a_number(value, expected):
    assert variable(value).seconds("IT", 7.0) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", ["a"]), ("a, b ,c", ["a", "b", "c"]), (",a,,", ["a"]), (" , ", [])],
)
def test_words_are_separated_by_commas(value, expected):
    assert variable(value).words("IT") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("datasets=9,reuses=8", {"datasets": 9, "reuses": 8}),
        (" datasets = 12 ,", {"datasets": 12}),
        ("reuses=1", {"reuses": 1}),
    ],
)
def test_limits_are_numbers_by_name(value, expected):
    assert variable(value).limits("IT") == expected


@pytest.mark.parametrize(
    "value",
    ["9", "=9", "datasets=", "datasets=0", "datasets=-1", "datasets=9.5", "datasets=٩", "a=1,b"],
)
def test_anything_else_is_no_limit(value):
    with pytest.raises(ImproperlyConfigured, match="IT must read like datasets=9,reuses=8"):
        variable(value).limits("IT")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sandbox:", "sandbox:"),
        ("https://www.data.gouv.fr", "https://www.data.gouv.fr"),
        ("https://www.data.gouv.fr/", "https://www.data.gouv.fr"),
        ("https://www.data.gouv.fr/api/1/", "https://www.data.gouv.fr"),
        ("https://open.example.org/portal", "https://open.example.org/portal"),
        ("http://127.0.0.1:7000", "http://127.0.0.1:7000"),
        ("http://[::1]:7000/", "http://[::1]:7000"),
        ("https://données.example", "https://données.example"),
    ],
)
def test_portal_is_an_address_without_its_api(value, expected):
    assert variable(value).portal("IT", "sandbox:") == expected


@pytest.mark.parametrize(
    "value",
    [
        "https://login.example.org",
        "https://login.example.org/",
        "https://login.example.org/realms/staff",
        "http://127.0.0.1:9400",
        "http://localhost:8080/realms/staff",
        "http://[::1]:9400",
    ],
)
def test_issuer_is_kept_to_the_letter(value):
    assert variable(value).issuer("IT") == value


def test_no_issuer_is_none():
    assert variable(" ").issuer("IT") == ""


@pytest.mark.parametrize(
    "value",
    [
        "login.example.org",
        "http://login.example.org",
        "http://127.0.0.1.example.org",
        "https://",
        "https://person:password@login.example.org",
        "https://login.example.org?tenant=1",
        "https://login.example.org#here",
        "ftp://localhost",
        "https://[",
    ],
)
def test_anything_else_is_no_issuer(value):
    with pytest.raises(ImproperlyConfigured, match="IT must be the address"):
        variable(value).issuer("IT")


def test_secret_may_stand_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("sésame\n", encoding="utf-8")

    assert Environment({"IT_FILE": str(file)}).secret("IT") == "sésame"


def test_empty_secret_file_is_the_default(tmp_path):
    file = tmp_path / "secret"
    file.write_text("\n")

    assert Environment({"IT_FILE": str(file)}).secret("IT", "default") == "default"


KEYS = ["k" * 32, "é" * 40]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", []), (KEYS[0], KEYS[:1]), (", ".join(KEYS), KEYS), ("\n".join([*KEYS, ""]), KEYS)],
    ids=["none", "one", "commas", "lines"],
)
def test_keys_are_separated_by_blanks_or_commas(value, expected):
    assert variable(value).keys("IT") == expected


def test_key_is_one_or_none():
    assert variable(KEYS[0]).key("IT") == KEYS[0]
    assert variable("").key("IT") == ""


def refused(environment: Environment, kind: str, *arguments: object) -> str:
    """Return the sentence with which a value is refused."""
    with pytest.raises(ImproperlyConfigured) as refusal:
        getattr(environment, kind)("IT", *arguments)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "arguments", "values", "sentence"),
    [
        ("flag", (), ["2", "enabled", "ja"], "IT must be 1 or 0, not “{value}”."),
        (
            "seconds",
            (1.0,),
            ["0", "-1", "soon", "nan", "inf", "1,5"],
            "IT must be a number of seconds, not “{value}”.",
        ),
        ("choice", ("fr", ["fr", "en"]), ["de", "FR"], "IT must be one of fr, en."),
        ("keys", (), ["k" * 31, f"{KEYS[0]} short"], "IT: a key has at least 32 characters."),
        ("key", (), [" ".join(KEYS)], "IT must be one key, without blanks or commas."),
        (
            "portal",
            ("sandbox:",),
            [
                "www.data.gouv.fr",
                "ftp://www.data.gouv.fr",
                "https://",
                "https://person:secret@www.data.gouv.fr",
                "https://www.data.gouv.fr?q=1",
                "https://www.data.gouv.fr#top",
                "https://two words.example",
                "http://[::1",
                "http://portal.example:port",
                "http://portal.example:99999",
                "sandbox",
            ],
            "IT must be an address such as https://www.data.gouv.fr, or sandbox:.",
        ),
    ],
    ids=["flag", "seconds", "choice", "keys", "key", "portal"],
)
def test_wrong_value_is_refused_in_a_sentence_that_names_the_variable(
    kind, arguments, values, sentence
):
    expected = [sentence.format(value=value) for value in values]

    assert [refused(variable(value), kind, *arguments) for value in values] == expected


def test_secret_in_both_places_is_refused(tmp_path):
    file = tmp_path / "secret"
    file.write_text("one")
    both = Environment({"IT": "two", "IT_FILE": str(file)})

    assert refused(both, "secret") == "Set IT or IT_FILE, not both."


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["absent", "not UTF-8"])
def test_unreadable_secret_file_is_refused(tmp_path: Path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    sentence = refused(Environment({"IT_FILE": str(file)}), "secret")

    assert sentence == f"IT_FILE: “{file}” cannot be read."


def test_peers_are_addresses_networks_and_the_socket():
    assert variable("10.0.0.0/8, 192.0.2.1,::1,unix").peers("IT") == [
        "10.0.0.0/8",
        "192.0.2.1",
        "::1",
        "unix",
    ]


@pytest.mark.parametrize("value", ["localhost", "10.0.3.7/8", "10.0.0", "*", "unix:/run/s"])
def test_peer_that_is_no_address_is_named(value):
    with pytest.raises(ImproperlyConfigured, match=r"^IT must hold addresses or networks such as"):
        variable(value).peers("IT")
