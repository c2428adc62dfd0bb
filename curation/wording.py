"""What listings and roles are called, in the words of a sentence."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


@dataclass(frozen=True, slots=True)
class ListingWords:
    """The phrases that name a listing and what it holds."""

    title: Words  # heading: "Datasets"
    search: Words  # label and placeholder of the search field
    empty: Words  # heading of an empty list
    find_first: Words  # what to do about it
    wide: bool  # pictures of reuses are landscape, logos of datasets are square


ROLE_WORDS = {
    "": _("no access"),
    "reader": _("reader"),
    "editor": _("editor"),
    "administrator": _("administrator"),
}

LISTING_WORDS = {
    "datasets": ListingWords(
        title=pgettext_lazy("listing", "Datasets"),
        search=_("Search for a dataset to add"),
        empty=_("No dataset on the front page"),
        find_first=_(
            "Visitors do not see this section while the list is empty. Search for a first dataset."
        ),
        wide=False,
    ),
    "reuses": ListingWords(
        title=pgettext_lazy("listing", "Reuses"),
        search=_("Search for a reuse to add"),
        empty=_("No reuse on the front page"),
        find_first=_(
            "Visitors do not see this section while the list is empty. Search for a first reuse."
        ),
        wide=True,
    ),
}
