"""Errors speak to editors: one plain sentence each, in their language."""

import pytest
from django.utils import translation

from curation.portal import errors

EACH = [
    errors.PortalError(),
    errors.PortalUnreachable(),
    errors.PortalUntrusted(),
    errors.PortalTimeout(),
    errors.PortalBroken(),
    *(errors.PortalUnavailable(status=status) for status in (408, 429, 500, 502, 503, 504, 599)),
    *(errors.PortalRefused(status=status) for status in (401, 403, 404, 405, 423)),
    errors.PortalRejected(status=400),
    errors.PortalUnreadable(),
    errors.PortalMoved("https://x.example", status=302),
    errors.ItemNotFound(status=404),
    errors.ItemDeleted(status=410),
]


@pytest.mark.parametrize("error", EACH, ids=lambda error: f"{type(error).__name__}-{error.status}")
def test_every_error_is_a_sentence(error):
    with translation.override("en"):
        sentence = str(error)

    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_every_error_is_listed_above():
    def family(error):
        return {error}.union(*map(family, error.__subclasses__()))

    assert family(errors.PortalError) == {type(error) for error in EACH}


def test_the_sentence_is_that_of_the_status():
    with translation.override("en"):
        assert str(errors.PortalRefused(status=423)) == (
            "The portal is in read-only mode for the moment."
        )


def test_the_portals_words_are_kept_apart():
    error = errors.PortalRefused("<script>", status=403)

    assert error.portal_message == "<script>"
    assert "<script>" not in str(error)
