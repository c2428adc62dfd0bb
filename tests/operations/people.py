"""Somebody with a browser, at a server in another process."""

from __future__ import annotations

import re

import requests

PASSWORD = "correct-horse-battery"
# Seconds. Nothing here takes so long, unless it hangs.
PATIENCE = 90


class Person:
    """Keeps cookies, and sends forms as the pages have them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        """Sign in by the page."""
        self.get("/sign-in/")
        answer = self.post("/sign-in/", username=username, password=password)
        assert answer.url == f"{self.url}/", answer.text
        return self

    def at(self, url: str) -> Person:
        """Return the same browser at another server."""
        other = Person(url)
        other.session.cookies = self.session.cookies
        return other

    def get(self, path: str, **headers: str) -> requests.Response:
        """Load a page."""
        return self.session.get(self.url + path, headers=headers, timeout=PATIENCE)

    def post(self, path: str, *, follow: bool = True, **fields: str) -> requests.Response:
        """Send a form."""
        token = self.session.cookies["csrftoken"]
        return self.session.post(
            self.url + path,
            fields,
            headers={"X-CSRFToken": token, "Referer": self.url},
            timeout=PATIENCE,
            allow_redirects=follow,
        )

    def ids(self, listing: str = "datasets") -> list[str]:
        """Return a list as the board shows it."""
        return _ids(self.get("/").text, listing)

    def move(self, item: str, to: int, listing: str = "datasets") -> requests.Response:
        """Move an item of the own draft, as without JavaScript."""
        version = self.form(f"{listing}-form")["version"]
        return self.post(f"/lists/{listing}/items/{item}/move/", to=str(to), version=version)

    def move_on(self, page: str, listing: str) -> requests.Response:
        """Put the last item of a list first, as a board that was loaded before shows it."""
        last = _ids(page, listing)[-1]
        version = _hidden(page, f"{listing}-form")["version"]
        return self.post(
            f"/lists/{listing}/items/{last}/move/", follow=False, to="1", version=version
        )

    def publish_from(self, review: str) -> requests.Response:
        """Publish what a review page that was loaded before shows."""
        return self.post("/review/publish/", follow=False, **_hidden(review, "publish"))

    def form(self, name: str, path: str = "/") -> dict[str, str]:
        """Return the hidden fields of a form of a page."""
        return _hidden(self.get(path).text, name)

    def publish(self, note: str = "") -> requests.Response:
        """Publish what the review page shows."""
        return self.post("/review/publish/", follow=False, **self.review(), note=note)

    def review(self) -> dict[str, str]:
        """Return the hidden fields of the review page."""
        return self.form("publish", "/review/")


def _ids(page: str, listing: str) -> list[str]:
    found = re.search(rf'<ol[^>]*data-listing="{listing}".*?</ol>', page, re.DOTALL)
    assert found, page
    return re.findall(r'<li[^>]*data-id="([^"]+)"', found[0])


def _hidden(page: str, form: str) -> dict[str, str]:
    found = re.search(rf'<form[^>]*\bid="{form}".*?</form>', page, re.DOTALL)
    assert found, page
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
