"""How well the portal answers each documented call of its site. Only reads.

The calls of https://guides.data.gouv.fr/guide-data.gouv.fr/readme-1/reference/site but the two that
would change something.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from curation.portal.diagnosis import Diagnosis, conclude
from curation.portal.errors import PortalError, PortalTimeout
from curation.portal.items import Identity, Site

if TYPE_CHECKING:
    from curation.portal.client import PortalClient

# Seconds. No call begins later, and none lasts longer than the client lets it.
DEADLINE = 15.0

SITE = "/api/1/site/"
DATASETS = "/api/1/site/home/datasets/"
REUSES = "/api/1/site/home/reuses/"
ME = "/api/1/me/"
FORMATS = ("xml", "ttl", "n3", "nt", "trig", "jsonld")


@dataclass(frozen=True, slots=True)
class Trial:
    """One call that was tried: its path, what became of it, and how long that took.

    `milliseconds` is None if the portal was so slow that it was not tried any more.
    """

    path: str
    answer: object | PortalError
    milliseconds: int | None

    @property
    def name(self) -> str:
        """The path without what all have in common."""
        return self.path.removeprefix("/api/1/")

    @property
    def error(self) -> PortalError | None:
        """What went wrong, if anything did."""
        return self.answer if isinstance(self.answer, PortalError) else None


@dataclass(frozen=True, slots=True)
class Survey:
    """Every call, in the order of the documentation, and what follows for publishing."""

    trials: tuple[Trial, ...]
    diagnosis: Diagnosis

    @property
    def milliseconds(self) -> int | None:
        """How long the portal took to tell its name."""
        return next(trial.milliseconds for trial in self.trials if trial.path == SITE)

    @property
    def documented(self) -> tuple[Trial, ...]:
        """The calls of the site; `me` is about the key."""
        return tuple(trial for trial in self.trials if trial.path != ME)


def survey(client: PortalClient, *, deadline: float = DEADLINE) -> Survey:
    """Try every call side by side, and conclude."""
    calls: dict[str, Callable[[], object]] = {
        SITE: client.site,
        DATASETS: lambda: client.home("datasets"),
        REUSES: lambda: client.home("reuses"),
        ME: client.me,
        "/api/1/site/catalog": client.catalog,
        **{f"/api/1/site/catalog.{format}": _catalog(client, format) for format in FORMATS},
        "/api/1/site/data.jsonld": lambda: client.data_as("jsonld"),
        "/api/1/site/context.jsonld": client.context,
    }
    until = time.monotonic() + deadline
    timed = [_timed(path, call, until) for path, call in calls.items()]
    trials = {trial.path: trial for trial in client.together(timed)}
    diagnosis = conclude(
        cast(Site | PortalError, trials[SITE].answer),
        trials[REUSES].answer,
        cast(Identity | PortalError, trials[ME].answer),
        has_key=client.has_key,
    )
    return Survey(tuple(trials.values()), diagnosis)


def _catalog(client: PortalClient, format: str) -> Callable[[], object]:
    return lambda: client.catalog_as(format)


def _timed(path: str, call: Callable[[], object], until: float) -> Callable[[], Trial]:
    def timed() -> Trial:
        began = time.monotonic()
        if began > until:
            return Trial(path, PortalTimeout(), None)
        answer: object
        try:
            answer = call()
        except PortalError as error:
            answer = error
        return Trial(path, answer, round((time.monotonic() - began) * 1000))

    return timed
