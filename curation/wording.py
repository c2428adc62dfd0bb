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
    search: Words  # label of the search field
    hint: Words  # what may be typed or pasted there
    leads_here: Words  # an address that was pasted into another listing's field
    rather_here: Words  # what to do about that
    empty: Words  # heading of an empty list
    find_first: Words  # what to do about it
    sorts: dict[str, Words]  # what a search may be sorted by (PortalClient.search)
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
        hint=_("Add a dataset: title, organisation or address"),
        leads_here=_("This address leads to a dataset."),
        rather_here=_("Add it to the datasets instead?"),
        empty=_("No dataset on the front page"),
        find_first=_(
            "Visitors do not see this section while the list is empty. Search for a first dataset."
        ),
        sorts={
            "-views": _("Views"),
            "-last_update": _("Last update"),
            "-created": _("Publication"),
            "-followers": _("Followers"),
            "-reuses": pgettext_lazy("listing", "Reuses"),
        },
        wide=False,
    ),
    "reuses": ListingWords(
        title=pgettext_lazy("listing", "Reuses"),
        search=_("Search for a reuse to add"),
        hint=_("Add a reuse: title, author or address"),
        leads_here=_("This address leads to a reuse."),
        rather_here=_("Add it to the reuses instead?"),
        empty=_("No reuse on the front page"),
        find_first=_(
            "Visitors do not see this section while the list is empty. Search for a first reuse."
        ),
        sorts={
            "-views": _("Views"),
            "-created": _("Publication"),
            "-followers": _("Followers"),
            "-datasets": _("Datasets used"),
        },
        wide=True,
    ),
}
