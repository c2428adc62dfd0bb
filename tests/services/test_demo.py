from curation.domain.chain import Walk
from curation.models import Action, AuditEntry, Listing, User
from curation.services import audit, demo


def test_the_demo_has_its_accounts_once(db):
    demo.create_accounts()
    demo.create_accounts()

    assert {user.username: user.role for user in User.objects.all()} == {
        "claire": "editor",
        "karim": "editor",
        "lea": "reader",
        "admin": "administrator",
    }
    assert all(user.check_password("demo") for user in User.objects.all())


def test_the_demo_history_leads_to_the_lists_of_today(portal, client_of_portal):
    demo.create_accounts()

    count = demo.create_history(client_of_portal)

    assert 40 <= count <= 60
    walk = Walk()
    assert audit.verify(walk) is None
    assert walk.count == count
    for listing in Listing.objects.all():
        entries = AuditEntry.objects.filter(listing=listing.key).order_by("sequence")
        live = list(portal.live(listing.key))
        assert listing.known == live
        assert entries.last().after == live
    moments = list(AuditEntry.objects.order_by("sequence").values_list("recorded_at", flat=True))
    assert moments == sorted(moments)
    assert (moments[-1] - moments[0]).days > 60
    assert not AuditEntry.objects.filter(action=Action.CHANGE_OUTSIDE, note__gt="").exists()


def test_each_entry_follows_on_the_one_before(portal, client_of_portal):
    demo.create_accounts()
    demo.create_history(client_of_portal)

    known: dict[str, list[str]] = {"datasets": [], "reuses": []}
    for entry in AuditEntry.objects.order_by("sequence"):
        assert entry.before == known[entry.listing]
        if entry.action not in {Action.PUBLISH_STARTED, Action.PUBLISH_FAILED}:
            known[entry.listing] = entry.after


def test_the_demo_history_is_told_once(portal, client_of_portal):
    demo.create_accounts()
    demo.create_history(client_of_portal)

    assert demo.create_history(client_of_portal) == 0
