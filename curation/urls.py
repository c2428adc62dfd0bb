"""The site map."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from curation import admin
from curation.views import (
    board,
    errors,
    history,
    lists,
    looks,
    merge,
    preview,
    probes,
    review,
    search,
    shortcuts,
    sign_in,
    status,
    timeline,
)


def _oidc(name: str) -> Callable[[HttpRequest], HttpResponseBase]:
    """Import a view with its first request: its cryptography is a tenth of the memory of all."""

    @login_not_required
    def view(request: HttpRequest) -> HttpResponseBase:
        from curation.views import oidc  # noqa: PLC0415  the reason for this view

        answer: HttpResponseBase = getattr(oidc, name)(request)
        return answer

    return view


urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("live/", board.live, name="board-live"),
    # One listing: the search to add, and the actions on an item of the editor's draft.
    path("lists/<slug:listing_key>/search/", search.search, name="list-search"),
    path("lists/<slug:listing_key>/undo/", lists.undo, name="list-undo"),
    path("lists/<slug:listing_key>/redo/", lists.redo, name="list-redo"),
    path("lists/<slug:listing_key>/move/", lists.move_several, name="list-move-several"),
    path("lists/<slug:listing_key>/remove/", lists.remove_several, name="list-remove-several"),
    path("lists/<slug:listing_key>/items/<slug:item_id>/place/", lists.place, name="list-place"),
    path("lists/<slug:listing_key>/items/<slug:item_id>/move/", lists.move, name="list-move"),
    path("lists/<slug:listing_key>/items/<slug:item_id>/add/", lists.add, name="list-add"),
    path("lists/<slug:listing_key>/items/<slug:item_id>/remove/", lists.remove, name="list-remove"),
    path(
        "lists/<slug:listing_key>/items/<slug:item_id>/restore/", lists.restore, name="list-restore"
    ),
    path("shortcuts/", shortcuts.shortcuts, name="shortcuts"),
    path("discard/", lists.discard, name="discard"),
    # Review and publish.
    path("review/", review.review, name="review"),
    path("review/publish/", review.publish, name="review-publish"),
    path("review/merge/<slug:listing_key>/", merge.merge, name="merge"),
    path("review/merge/<slug:listing_key>/adopt/", review.adopt, name="merge-adopt"),
    # The homepage as visitors would see it, with one's own draft or that of a colleague.
    path("preview/", preview.preview, name="preview"),
    path("preview/<int:user_id>/", preview.preview_of, name="preview-of"),
    # The audit log.
    path("history/", history.history, name="history"),
    path("history/export.csv", history.export, {"extension": "csv"}, name="history-csv"),
    path("history/export.jsonl", history.export, {"extension": "jsonl"}, name="history-jsonl"),
    path("history/as-it-was/", history.as_it_was, name="history-as-it-was"),
    path("history/<int:sequence>/", history.entry, name="history-entry"),
    path("history/<int:sequence>/restore/", history.restore, name="history-restore"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/<slug:listing_key>.csv", timeline.export, name="timeline-export"),
    path("timeline/<slug:listing_key>/<slug:item_id>/", timeline.item, name="timeline-item"),
    path("status/", status.show, name="status"),
    # People.
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="sign-out"),
    path("oidc/authenticate/", _oidc("authenticate"), name="oidc-authenticate"),
    path("oidc/callback/", _oidc("callback"), name="oidc-callback"),
    path("oidc/signed-out/", _oidc("signed_out"), name="oidc-signed-out"),
    path("admin/", admin.site.urls),
    path("language/", require_POST(login_not_required(set_language)), name="set_language"),
    path("theme/", looks.choose_theme, name="theme"),
    path("brand-<slug:digest>.css", looks.colors, name="brand"),
    # Machines.
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]

if settings.IS_SANDBOX:
    urlpatterns.append(path("sandbox/", include("curation.sandbox.urls")))

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
