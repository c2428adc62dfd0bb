"""A small OpenID provider that is honest until told to lie: loopback only, nobody is asked."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT = "a-la-une"
SECRET = "the-secret-of-the-client-"
KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
}
STRANGE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ALICE = {
    "sub": "alice",
    "given_name": "Alice",
    "usual_name": "Durand",
    "email": "alice@example.org",
    "groups": ["homepage-editors"],
}

Claims = dict[str, Any]


@dataclass
class Forger:
    """What the provider says, and to what it makes it. Change anything between two requests."""

    issuer: str = ""
    person: Claims = field(default_factory=lambda: dict(ALICE))
    algorithm: str = "RS256"
    signs_userinfo: bool = False
    takes_secret_in_body: bool = True
    # The lies. Each gets what would be true.
    id_token: Callable[[Claims], Claims] = lambda claims: claims
    userinfo: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[[Claims], str] | None = None
    discovery: Callable[[Claims], Claims] = lambda document: document
    tokens: Callable[[Claims], Claims] = lambda answer: answer
    redirect: Callable[[dict[str, str]], dict[str, str]] = lambda parameters: parameters
    status: dict[str, int] = field(default_factory=dict)  # by path
    body: dict[str, bytes] = field(default_factory=dict)  # likewise
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # likewise
    # What was asked of it.
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [path for path, _ in self.asked]

    def signed(self, claims: Claims, algorithm: str = "", key: Any = None, **header: str) -> str:
        """Return a token."""
        algorithm = algorithm or self.algorithm
        key = KEYS[algorithm] if key is None else key
        return jwt.encode(claims, key, algorithm, headers={"kid": algorithm} | header)

    def about(self, nonce: str) -> Claims:
        """Return the true claims of an id_token."""
        now = int(time.time())
        who = {"iss": self.issuer, "sub": self.person["sub"], "aud": CLIENT, "nonce": nonce}
        return who | {"iat": now, "exp": now + 60}

    # --- The endpoints: each returns status, media type and content -------------------------------

    def configuration(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        document: Claims = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
        }
        if self.takes_secret_in_body:
            document["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        return _json(self.discovery(document))

    def keys(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        algorithms = jwt.get_algorithm_by_name("RS256"), jwt.get_algorithm_by_name("ES256")
        published = [
            json.loads(algorithm.to_jwk(KEYS[name].public_key())) | {"kid": name, "use": "sig"}
            for name, algorithm in zip(KEYS, algorithms, strict=True)
        ]
        return _json({"keys": published})

    def authorize(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return 302, f"{asked['redirect_uri']}?{urlencode(self.redirect(back))}", b""

    def token(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        if asked.get("client_secret") != SECRET:
            return _json({"error": "invalid_client"}, 401)
        request = self._codes.pop(asked.get("code", ""), None)
        if request is None:
            return _json({"error": "invalid_grant"}, 400)
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if challenge != request["code_challenge"] or request["code_challenge_method"] != "S256":
            return _json({"error": "invalid_grant"}, 400)
        claims = self.id_token(self.about(request["nonce"]))
        token = (self.sign or self.signed)(claims)
        return _json(self.tokens({"id_token": token, "access_token": "access"}))

    def say_who(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        if self.signs_userinfo:
            true = self.person | {"iss": self.issuer, "aud": CLIENT}
            token = (self.sign or self.signed)(self.userinfo(true))
            return 200, "application/jwt", token.encode()
        return _json(self.userinfo(self.person))

    def leave(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        return 302, f"{asked['post_logout_redirect_uri']}?state={asked['state']}", b""


def _json(value: object, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value).encode()


@contextmanager
def forging_provider() -> Iterator[Forger]:
    """Serve a provider on a port of its own."""
    forger = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            if basic := self.headers.get("Authorization", "").removeprefix("Basic "):
                name, _, secret = base64.b64decode(basic).decode().partition(":")
                asked |= {"client_id": name, "client_secret": secret}
            self._answer(asked)

        def _answer(self, asked: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            forger.asked.append((path, asked))
            answer = {
                "/.well-known/openid-configuration": forger.configuration,
                "/keys": forger.keys,
                "/authorize": forger.authorize,
                "/token": forger.token,
                "/userinfo": forger.say_who,
                "/leave": forger.leave,
            }[path]
            status, kind, content = answer(asked)
            self.send_response(forger.status.get(path, status))
            self.send_header("Location" if status == 302 else "Content-Type", kind)
            for name, value in forger.headers.get(path, {}).items():
                self.send_header(name, value)
            content = forger.body.get(path, content)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        forger.issuer = f"http://127.0.0.1:{server.server_port}"
        try:
            yield forger
        finally:
            server.shutdown()
            thread.join()
