"""What the log says, read in the plainest way: what anything faster is held to."""

from collections.abc import Iterable
from datetime import datetime

from curation.domain.selection import Selection


def state_at(log: Iterable[tuple[datetime, Selection]], moment: datetime) -> Selection | None:
    """Replay a log up to a moment, inclusive; None before its first state."""
    state = None
    for since, selection in log:
        if since > moment:
            break
        state = selection
    return state
