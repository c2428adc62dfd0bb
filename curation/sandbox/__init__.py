"""The sandbox: a stand-in of a udata 10.8.3 portal, traps included.

It knows nothing of the rest of the product, which in turn knows it only as a portal that answers
HTTP: through `adapter` inside this process, or over a socket (`manage.py sandbox`).
"""

ADMIN_KEY = "sandbox-admin-key"
# Keys of accounts that may do less.
EDITOR_KEY = "sandbox-editor-key"
INACTIVE_KEY = "sandbox-inactive-key"
DELETED_KEY = "sandbox-deleted-key"
