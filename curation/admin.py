"""Django's admin, for administrators: accounts to edit, the audit log to read, nothing else."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from curation.accounts.roles import Permission, Role, may
from curation.models import AuditEntry, AuditItem, User
from curation.services import accounts, audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.admin.models import LogEntry
    from django.db.models import Model
    from django.forms import ModelForm
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    ModelAdmin = admin.ModelAdmin[Model]
    AccountAdmin = UserAdmin[User]
    View = TypeVar("View", bound=Callable[..., HttpResponseBase])
else:
    ModelAdmin, AccountAdmin = admin.ModelAdmin, UserAdmin


class Administration(admin.AdminSite):
    """An admin with no sign-in of its own: one signs in where everybody does."""

    site_title = site_header = _("Administration")
    index_title = _("Accounts and audit log")

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody is an administrator. Who is not active is nobody already."""
        return may(request.user, Permission.ADMINISTER)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuse whoever is signed in and no administrator; Django would offer a sign-in again."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return cast("View", refusing)

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one sign-in page, and from there back."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(  # type: ignore[override]  # which forgets the redirect once it is done
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Let administrators change their own password, and record it."""
        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            _record_password(request, cast("User", request.user))
        return response


def _record_password(request: HttpRequest, user: User) -> None:
    by = cast("User", request.user)
    accounts.record_password(user, by=audit.actor_of(by))


site = Administration(name="admin")


class ReadOnly(ModelAdmin):
    """Shows rows, and changes none: whoever is an administrator still cannot rewrite the log."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(ReadOnly):
    """The entries of the audit log."""

    list_display = ("sequence", "recorded_at", "action", "listing", "actor_name", "note")
    list_filter = ("action",)


@admin.register(AuditItem, site=site)
class AuditItemAdmin(ReadOnly):
    """Which entry changed which item."""

    list_display = ("portal_id", "kind", "entry_id")
    ordering = ("-entry",)


@admin.register(User, site=site)
class PersonAdmin(AccountAdmin):
    """Accounts and their roles. None is removed, its drafts would go with it: make it inactive."""

    list_display = ("username", "display_name", "email", "role", "via", "is_active", "last_login")
    list_filter = ("role", "is_active", "via")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("via", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("role", "is_active", "via", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "role", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Keep the user name, by which the log knows people, and what single sign-on says."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if obj is None:
            return fields
        vouched = () if obj.is_local else ("first_name", "last_name", "email")
        return (*fields, "username", *vouched)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Offer no password where none would be taken."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.is_local:
            return fieldsets
        return ((None, {"fields": ("username",)}), *fieldsets[1:])

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set the password of an account of our own."""
        account = self.get_object(request, id)
        if account is not None and not account.is_local:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        """Save, and record who gave or took which role."""
        old = User.objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        by = cast("User", request.user)
        before = old.role_in_force if old else Role.NONE
        accounts.record_role_change(obj, before, by=audit.actor_of(by))

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        """Keep Django's own note of a change, and record a password."""
        if {"changed": {"fields": ["password"]}} in message:
            _record_password(request, obj)
        return super().log_change(request, obj, message)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse."""
        return False
