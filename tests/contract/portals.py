"""A portal under test, the sandbox or a real udata, as plain HTTP sees it."""

from collections.abc import Sequence
from typing import Any

import requests

# Seconds; udata answers one request at a time, slowly when the machine is busy.
PATIENCE = 60

UNKNOWN_ID = "f" * 24


class Portal:
    """A portal with its seed: `ids[kind]`, `home[kind]`, `special[name]`, `keys[name]`."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        seed = requests.get(f"{url}/__ctl__/seed", timeout=PATIENCE).json()
        self.keys: dict[str, str] = seed["keys"]
        self.ids = {kind: [item["id"] for item in seed[kind]] for kind in ("datasets", "reuses")}
        self.slugs = {
            kind: [item["slug"] for item in seed[kind]] for kind in ("datasets", "reuses")
        }
        self.home = {kind: seed[f"home_{kind}"] for kind in ("datasets", "reuses")}
        self.special = {name: item["id"] for name, item in seed["special"].items()}

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        mask: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> requests.Response:
        """Make one request on its own: no session, no redirect. `key` is a name of `keys`."""
        sent = dict(headers or {})
        if key is not None:
            sent["X-API-KEY"] = self.keys.get(key, key)
        if mask is not None:
            sent["X-Fields"] = mask
        return requests.request(
            method,
            self.url + path,
            headers=sent,
            timeout=PATIENCE,
            allow_redirects=False,
            **more,
        )

    def get(self, path: str, **more: Any) -> requests.Response:
        """GET."""
        return self.call("GET", path, **more)

    def put(self, path: str, json: Any, *, key: str | None = "admin", **more: Any) -> Any:
        """PUT a value as JSON, by default as an administrator."""
        return self.call("PUT", path, json=json, key=key, **more)

    def put_home(self, kind: str, ids: Sequence[Any], **more: Any) -> requests.Response:
        """PUT a homepage list; the answer is masked to the ids unless said otherwise."""
        response: requests.Response = self.put(
            home(kind), list(ids), **{"mask": "id,message"} | more
        )
        return response

    def listed(self, kind: str) -> list[str]:
        """Return the ids of a homepage list as an administrator reads them."""
        return ids(self.get(home(kind), key="admin", mask="id"))

    def act(self, kind: str, item_id: str, act: str) -> None:
        """Change an item behind the API's back, see launch_udata.py."""
        self.control(f"{kind[:-1]}/{item_id}/{act}")

    def control(self, path: str, **more: Any) -> None:
        """Use a switch."""
        url = f"{self.url}/__ctl__/{path}"
        requests.post(url, timeout=PATIENCE, **more).raise_for_status()


def home(kind: str) -> str:
    """Return the path of a homepage list."""
    return f"/api/1/site/home/{kind}/"


def ids(response: requests.Response) -> list[str]:
    """Return the ids of a list that a portal answered."""
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()]


def names(words: str) -> set[str]:
    """Return the words of a text."""
    return set(words.split())


def message(response: requests.Response) -> str:
    """Return what an error says."""
    text: str = response.json()["message"]
    return text
