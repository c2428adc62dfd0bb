"""Invented logs, as they are exported."""

from curation.domain.chain import GENESIS, digest, fingerprint

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def link(previous_digest, payload, key=b""):
    """An exported entry."""
    sealed = {**payload, "key": fingerprint(key)} if key else payload
    return {
        **sealed,
        "previous_digest": previous_digest,
        "digest": digest(previous_digest, sealed, key),
    }


def chained(payloads, key=b"", after=()):
    """A log of these payloads, numbered on from those before."""
    entries = list(after)
    head = entries[-1]["digest"] if entries else GENESIS
    for sequence, payload in enumerate(payloads, start=len(entries) + 1):
        entries.append(link(head, {**payload, "sequence": sequence}, key))
        head = entries[-1]["digest"]
    return entries


def log(length=5, key=b"", after=()):
    """An ordinary log."""
    return chained(
        [
            {
                "recorded_at": f"2026-11-{day:02}T09:48:00.123456Z",
                "action": "publish.succeeded",
                "listing": "datasets",
                "actor": {"id": "7", "name": "Zoé Lefèvre", "via": "oidc"},
                "attempt": "b8f1",
                "before": ["a" * 24, "b" * 24],
                "after": ["b" * 24, "a" * 24],
                "titles": {"a" * 24: "Élections « 2026 »", "b" * 24: "Prix\u00a0: l’essence 🚗"},
                "note": 'Retour à l’ordre "validé"\nen comité',
                "detail": {"status": 200, "known_by": None},
            }
            for day in range(1, length + 1)
        ],
        key,
        after,
    )
