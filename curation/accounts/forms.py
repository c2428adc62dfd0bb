"""The form for a name and a password."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from curation.accounts.addresses import address_of
from curation.services import accounts, throttling

if TYPE_CHECKING:
    from datetime import timedelta


class SignInForm(AuthenticationForm):
    """Looks at a password only if it was not tried too often."""

    wait: timedelta | None = None

    def clean(self) -> dict[str, Any]:
        """Sign in, unless one has to wait: then `wait` says how long."""
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password") or not self.request:
            return super().clean()  # nothing to try: the fields say what is missing
        address = address_of(self.request)
        self.wait = throttling.begin_attempt(name, address)
        if self.wait:
            accounts.record_refusal("local", accounts.named(name))
            raise ValidationError(_wait_in_words(self.wait), code="throttled")
        super().clean()
        throttling.forgive_attempt(name, address)
        return self.cleaned_data


def _wait_in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    return ngettext(
        "Too many attempts. Wait %(n)s minute, then try again.",
        "Too many attempts. Wait %(n)s minutes, then try again.",
        minutes,
    ) % {"n": minutes}
