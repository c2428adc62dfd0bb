import pytest
from django.utils.translation import override

from curation.comparison import compare
from curation.portal.items import Item
from curation.templatetags import pictures


def item(**fields):
    return Item(**{"kind": "datasets", "id": "a" * 24, "title": "Titre"} | fields)


@pytest.mark.parametrize(
    ("organization", "acronym", "shown"),
    [
        ("Institut national", "Insee", "Insee"),
        ("Institut National de la Statistique", "", "INS"),
        ("Institut National", "ABCDEFGH", "IN"),
        ("ville de paris", "", "VDP"),
        ("", "", "T"),
        ("42", "", ""),
    ],
)
def test_letters_stand_for_a_picture(organization, acronym, shown):
    assert pictures.letters(item(organization=organization, acronym=acronym)) == shown


def test_a_strip_says_what_it_shows_and_has_no_inline_style():
    with override("fr"):
        svg = pictures.strip(compare("datasets", tuple("abcd"), tuple("bcax"), {}))

    assert 'aria-label="1 ajout, 1 retrait, 1 déplacement"' in svg
    assert "style=" not in svg
    assert "is-add" in svg
    assert "is-del" in svg
    assert "is-mov" in svg


def test_links_are_hidden_from_readers_who_have_the_words():
    svg = pictures.links(compare("datasets", tuple("ab"), tuple("ba"), {}))

    assert 'aria-hidden="true"' in svg


def test_an_icon_is_decoration():
    assert pictures.icon("x", "icon--s") == (
        '<svg class="icon icon--s" aria-hidden="true"><use href="/static/img/icons.svg#x"/></svg>'
    )
