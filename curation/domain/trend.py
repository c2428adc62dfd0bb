"""What is looked at much for how long it has been there."""

from datetime import datetime, timedelta

# What is younger counts as this old: two views on the first day are no trend.
_YOUNGEST = timedelta(days=30)


def views_a_day(views: int | None, created_at: datetime | None, now: datetime) -> float:
    """Return the views since the publication, a day; 0 where either is not known."""
    if not views or created_at is None:
        return 0.0
    return views / (max(now - created_at, _YOUNGEST) / timedelta(days=1))
