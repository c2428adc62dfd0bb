#!/usr/bin/env python3
"""Serve a real udata 10.8.3 on 127.0.0.1 with an in-memory database, for contract tests.

HTTP, permissions, forms, marshalling, models and signals are udata's own code, installed from PyPI
(requirements-v10.txt, for Python 3.11). Three things are replaced, all of them here:

* MongoDB by mongomock, in this process;
* Redis and Celery by Celery's eager mode, the cache by none;
* the text index of MongoDB by a regular expression on the title: every word of the search must be
  there as a whole word (a plural "s" or "es" more is tolerated), case and accents ignored, the most
  recent first instead of the most relevant.

Prints "READY http://127.0.0.1:PORT udata 10.8.3" once it is about to serve.

Ids are made from names (md5 of "dataset-0", "reuse-0"...), so that two starts give the same
content. Objects in a special state, by name, in the description of the content: dataset_big (100
resources), dataset_private, dataset_archived, dataset_deleted, dataset_no_org (owner only),
reuse_private, reuse_archived, reuse_deleted.

Switches for tests (not udata's):

    GET  /__ctl__/seed                         the description of the content, keys included
    POST /__ctl__/reset                        back to that content
    POST /__ctl__/read-only?on=1|0             READ_ONLY_MODE
    POST /__ctl__/<dataset|reuse>/<id>/<act>   delete (soft, as the API does), undelete, archive,
                                               unarchive, private, public, empty (a dataset of its
                                               resources, a reuse of its datasets), purge
                                               (Document.delete(), as udata's daily job), vanish
                                               (removed from the database, no signal: references
                                               dangle)
    GET  /__ctl__/home                         the ids as they are stored
"""

import argparse
import atexit
import copy
import hashlib
import io
import os
import re
import shutil
import tempfile
import threading
import unicodedata
import uuid
import warnings
from datetime import datetime, timedelta

warnings.simplefilter("ignore")

parser = argparse.ArgumentParser(
    formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__
)
parser.add_argument("--port", type=int, default=7000)
parser.add_argument("--verbose", action="store_true", help="log each request")
OPTIONS = parser.parse_args()

BASE = f"http://127.0.0.1:{OPTIONS.port}"
FILES = tempfile.mkdtemp(prefix="udata-files-")
atexit.register(shutil.rmtree, FILES, ignore_errors=True)
# udata would read a configuration of the machine otherwise.
os.environ["UDATA_SETTINGS"] = os.path.join(FILES, "no-such-udata.cfg")

import mongomock  # noqa: E402
from bson import ObjectId  # noqa: E402

ADMIN_KEY = "udata-admin-key-0001"
USER_KEY = "udata-user-key-0002"
INACTIVE_KEY = "udata-inactive-key-0003"
DELETED_KEY = "udata-deleted-key-0004"


class Config:
    DEBUG = False
    TESTING = False
    PROPAGATE_EXCEPTIONS = False  # a crash answers 500 in JSON, as in production
    SEND_MAIL = False
    # No SERVER_NAME: any Host header is accepted, absolute URLs follow it.
    PREFERRED_URL_SCHEME = "http"
    CDATA_BASE_URL = BASE
    DEFAULT_LANGUAGE = "fr"
    SITE_ID = "default"
    SITE_TITLE = "Portail de test (udata)"
    SECRET_KEY = "local-test-only"
    MONGODB_HOST = "mongodb://127.0.0.1:27017/udata"
    MONGODB_SETTINGS = {
        "host": "mongodb://127.0.0.1:27017/udata",
        "mongo_client_class": mongomock.MongoClient,
        "uuidRepresentation": "pythonLegacy",
    }
    CELERY_BROKER_URL = "memory://"
    CELERY_RESULT_BACKEND = "cache+memory://"
    CELERY_TASK_ALWAYS_EAGER = True
    CELERY_TASK_EAGER_PROPAGATES = False
    CACHE_TYPE = "flask_caching.backends.null"
    CACHE_NO_NULL_WARNING = True
    AUTO_INDEX = False
    SEARCH_SERVICE_API_URL = None
    ELASTICSEARCH_URL = None
    PUBLISH_ON_RESOURCE_EVENTS = False
    RESOURCES_ANALYSER_URI = None
    SCHEMA_CATALOG_URL = None
    URLS_RESOLVE_HOSTNAME = False
    HARVEST_ACTIVITY_USER_ID = None
    SECURITY_EMAIL_VALIDATOR_ARGS = {"check_deliverability": False}
    FS_ROOT = FILES
    FS_IMAGES_OPTIMIZE = False
    READ_ONLY_MODE = False
    PLUGINS = []


# --- Replacements ---------------------------------------------------------------------------------

ACCENTED = {
    "a": "aàáâãäå",
    "c": "cç",
    "e": "eèéêë",
    "i": "iìíîï",
    "n": "nñ",
    "o": "oòóôõö",
    "u": "uùúûü",
    "y": "yýÿ",
}


def accent_regex(word):
    bare = unicodedata.normalize("NFKD", word)
    bare = "".join(char for char in bare if not unicodedata.combining(char)).lower()
    return "".join(f"[{ACCENTED[char]}]" if char in ACCENTED else re.escape(char) for char in bare)


def replace_text_search():
    """Search titles by regular expression; mongomock knows no $text."""
    from mongoengine.queryset import base
    from mongoengine.queryset.visitor import Q

    def search_text(self, text, language=None, text_score=True):
        queryset = self.clone()
        words = []
        for phrase in re.findall(r'"([^"]*)"', text) or text.split():
            words.extend(re.findall(r"[^\W_]+", phrase))
        clauses = [
            {"title": {"$regex": r"(?i)(?<![^\W_])" + accent_regex(word) + r"(s|es)?(?![^\W_])"}}
            for word in words
        ]
        # $text without any term matches nothing.
        raw = {"$and": clauses} if clauses else {"_id": {"$in": []}}
        queryset._query_obj &= Q(__raw__=raw)
        queryset._mongo_query = None
        queryset._cursor_obj = None
        return queryset

    original = base.BaseQuerySet._get_order_by

    def _get_order_by(self, keys):
        if "$text_score" in keys:
            keys = [key for key in keys if key != "$text_score"] or list(
                self._document._meta.get("ordering") or []
            )
        return original(self, keys)

    base.BaseQuerySet.search_text = search_text
    base.BaseQuerySet._get_order_by = _get_order_by


def accept_driver_options():
    """Drop options of the real driver that mongomock refuses although they are None."""
    from mongomock.collection import Collection

    for name in (
        "aggregate",
        "count_documents",
        "create_index",
        "delete_many",
        "delete_one",
        "find_one_and_delete",
        "find_one_and_replace",
        "find_one_and_update",
        "insert_many",
        "insert_one",
        "replace_one",
        "update_many",
        "update_one",
    ):

        def wrapper(self, *args, __original=getattr(Collection, name), **kwargs):
            for option in ("session", "hint", "collation", "comment", "let"):
                if kwargs.get(option, 0) is None:
                    kwargs.pop(option)
            return __original(self, *args, **kwargs)

        setattr(Collection, name, wrapper)


class OneAtATime:
    """One request at a time: mongomock is not meant for concurrent writers."""

    def __init__(self, app):
        self.app, self.lock = app, threading.Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            iterable = self.app(environ, start_response)
            try:
                return [b"".join(iterable)]
            finally:
                if hasattr(iterable, "close"):
                    iterable.close()


# --- Content --------------------------------------------------------------------------------------

ORGANIZATIONS = [
    ("Ministère de la Transition écologique", "MTE", "#000091"),
    ("Institut national de la statistique et des études économiques", "INSEE", None),
    ("Ville de Paris", None, "#00ac8c"),
    ("Métropole de Lyon", None, "#ff9940"),
    ("Institut national de l'information géographique et forestière", "IGN", "#484d7a"),
    ("SNCF", None, "#a558a0"),
    ("Direction générale des finances publiques", "DGFiP", "#169b62"),
    ("Bordeaux Métropole", None, "#5770be"),
]
SUBJECTS = [
    ("Base adresse nationale", ["adresse", "cartographie"]),
    ("Comptage des vélos sur les axes cyclables", ["mobilite", "velo"]),
    ("Qualité de l'air — mesures horaires", ["environnement", "air"]),
    ("Demandes de valeurs foncières", ["foncier", "immobilier"]),
    ("Répertoire des établissements scolaires", ["education", "ecole"]),
    ("Horaires théoriques des transports en commun (GTFS)", ["transport", "gtfs"]),
    ("Arbres remarquables", ["arbres", "espaces-verts"]),
    ("Prix des carburants en temps réel", ["carburant", "energie"]),
    ("Équipements sportifs recensés", ["sport", "equipements"]),
    ("Marchés publics conclus", ["marches-publics", "decp"]),
    ("Subventions aux associations", ["subventions", "associations"]),
    ("Bornes de recharge pour véhicules électriques", ["irve", "mobilite"]),
    ("Population légale des communes", ["population", "communes"]),
    ("Résultats des élections municipales", ["elections", "politique"]),
    ("Consommation électrique annuelle", ["energie", "electricite"]),
    ("Accidents corporels de la circulation routière", ["securite-routiere", "accidents"]),
    ("Menus de la restauration scolaire", ["restauration", "ecole"]),
    ("Plan local d'urbanisme", ["urbanisme", "plu"]),
    ("Lieux de collecte des déchets et déchèteries", ["dechets", "environnement"]),
    ("Agenda culturel", ["culture", "agenda"]),
]
PLACES = ["Paris", "Lyon", "Marseille"]
REUSES = [
    ("Carte interactive des pistes cyclables", "visualization", "transport_and_mobility"),
    ("Observatoire des prix des carburants", "application", "economy_and_business"),
    ("Où recharger ma voiture ?", "application", "transport_and_mobility"),
    ("Comprendre la qualité de l'air en dix graphiques", "post", "health"),
    ("Le prix du mètre carré rue par rue", "visualization", "housing_and_development"),
    ("Annuaire des écoles primaires", "application", "education_and_research"),
    ("Bibliothèque Python pour la Base adresse nationale", "api", "economy_and_business"),
    ("Les arbres de ma ville", "visualization", "environment_and_energy"),
    ("Qui finance les associations ?", "news_article", "politics_and_public_life"),
    ("Cantine : que mangent nos enfants ?", "news_article", "food_and_agriculture"),
]


def oid(name):
    return ObjectId(hashlib.md5(name.encode()).hexdigest()[:24])


def png(color):
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), color).save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def seed():
    """Fill the empty database; return the description of the content."""
    from udata.core.dataset.models import Checksum, Dataset, License, Resource
    from udata.core.organization.models import Member, Organization
    from udata.core.reuse.models import Reuse
    from udata.core.site.models import Site
    from udata.core.user.models import Role, User

    now = datetime.utcnow().replace(microsecond=0)
    admin_role = Role(name="admin").save()
    licence = License(id="lov2", title="Licence Ouverte", url="https://licence.example.org").save()

    def user(name, first_name, last_name, key, **more):
        return User(
            id=oid(name),
            first_name=first_name,
            last_name=last_name,
            email=f"{name}@example.org",
            confirmed_at=now,
            active=more.pop("active", True),
            apikey=key,
            # What Flask-Security's create_user() sets; permissions and sessions need it.
            fs_uniquifier=hashlib.md5(f"fs-{name}".encode()).hexdigest(),
            **more,
        ).save()

    admin = user("admin", "Aline", "Administratrice", ADMIN_KEY, roles=[admin_role])
    editor = user("editor", "Éric", "Éditeur", USER_KEY)
    user("inactive", "Inès", "Inactive", INACTIVE_KEY, active=False)
    user("deleted", "Denis", "Supprimé", DELETED_KEY, deleted=now)

    organizations = []
    for i, (name, acronym, color) in enumerate(ORGANIZATIONS):
        organization = Organization(
            id=oid(f"org-{i}"),
            name=name,
            acronym=acronym,
            description=f"{name} publie ses données ouvertes.",
            members=[Member(user=admin, role="admin")],
        )
        if i == 0:
            organization.members.append(Member(user=editor, role="editor"))
        organization.save()
        if color:
            organization.logo.save(png(color), filename=f"logo-{i}.png")
            organization.save()
        organizations.append(organization)

    def resource(key, number, title):
        return Resource(
            id=uuid.UUID(hashlib.md5(f"res-{key}-{number}".encode()).hexdigest()),
            title=f"{title} — fichier {number + 1}",
            description="Fichier mis à jour chaque mois. " * 3,
            url=f"https://static.example.org/jeux/{key}/fichier-{number}.csv",
            filetype="remote",
            type="main",
            format="csv",
            mime="text/csv",
            filesize=12345 + number,
            checksum=Checksum(
                type="sha1", value=hashlib.sha1(f"{key}-{number}".encode()).hexdigest()
            ),
        )

    def dataset(key, title, tags, organization, days, resources=2, **more):
        return Dataset(
            id=oid(key),
            title=title,
            tags=tags,
            organization=organization,
            owner=None if organization else editor,
            license=licence,
            frequency="monthly",
            description=f"**{title}**.\n\nJeu de données de démonstration.",
            created_at_internal=now - timedelta(days=days),
            last_modified_internal=now - timedelta(days=days // 2),
            resources=[resource(key, number, title) for number in range(resources)],
            metrics={"followers": (days * 7) % 97, "views": days * 13, "reuses": days % 5},
            **more,
        ).save()

    datasets = []
    for i in range(60):
        title, tags = SUBJECTS[i % len(SUBJECTS)]
        if i >= len(SUBJECTS):
            title = f"{title} - {PLACES[i // len(SUBJECTS)]}"
        organization = organizations[i % len(organizations)]
        datasets.append(
            dataset(f"dataset-{i}", title, tags, organization, i + 1, resources=1 + i % 4)
        )
    paris = organizations[2]
    special = {
        "dataset_big": dataset(
            "dataset-big", "Base Sirene (SIREN, SIRET)", ["sirene"], organizations[1], 400, 100
        ),
        "dataset_private": dataset(
            "dataset-private", "Brouillon : stationnement", ["auto"], paris, 401, private=True
        ),
        "dataset_archived": dataset(
            "dataset-archived", "Écoles (ancienne version)", ["ecole"], paris, 402, archived=now
        ),
        "dataset_deleted": dataset(
            "dataset-deleted", "Horaires des piscines", ["piscine"], paris, 403, deleted=now
        ),
        "dataset_no_org": dataset("dataset-no-org", "Relevés météo", ["meteo"], None, 404),
    }

    def reuse(key, i, title, type_, topic, **more):
        made = Reuse(
            id=oid(key),
            title=title,
            type=type_,
            topic=topic,
            description=f"{title}. Une réutilisation fondée sur des données ouvertes.",
            url=f"https://reutilisations.example.org/{key}",
            organization=organizations[i % len(organizations)] if i % 3 else None,
            owner=None if i % 3 else editor,
            tags=["demo", "reutilisation"],
            datasets=datasets[i:][:2],
            created_at=now - timedelta(days=i + 1),
            metrics={"followers": (i * 5) % 41, "views": i * 11, "datasets": 2},
            **more,
        ).save()
        if i % 4:
            made.image.save(png(ORGANIZATIONS[i % 8][2] or "#e1000f"), filename=f"{key}.png")
            made.save()
        return made

    reuses = []
    for i in range(30):
        title, type_, topic = REUSES[i % len(REUSES)]
        if i >= len(REUSES):
            title = f"{title} - {PLACES[i // len(REUSES)]}"
        reuses.append(reuse(f"reuse-{i}", i, title, type_, topic))
    special |= {
        "reuse_private": reuse(
            "reuse-private", 1, "Brouillon de réutilisation", "application", "health", private=True
        ),
        "reuse_archived": reuse(
            "reuse-archived", 2, "Ancienne application", "application", "health", archived=now
        ),
        "reuse_deleted": reuse(
            "reuse-deleted", 4, "Réutilisation supprimée", "application", "health", deleted=now
        ),
    }

    site = Site(id="default", title=Config.SITE_TITLE, keywords=["opendata", "udata"])
    site.settings.home_datasets = datasets[:6]
    site.settings.home_reuses = reuses[:4]
    site.save()

    def reference(item):
        return {"id": str(item.id), "slug": item.slug, "title": item.title}

    return {
        "base": BASE,
        "keys": {
            "admin": ADMIN_KEY,
            "user": USER_KEY,
            "inactive": INACTIVE_KEY,
            "deleted": DELETED_KEY,
        },
        "datasets": [reference(item) for item in datasets],
        "reuses": [reference(item) for item in reuses],
        "special": {name: reference(item) for name, item in special.items()},
        "home_datasets": [str(item.id) for item in datasets[:6]],
        "home_reuses": [str(item.id) for item in reuses[:4]],
    }


# --- Switches -------------------------------------------------------------------------------------


def add_control(app, state):
    from flask import Blueprint, jsonify, request
    from udata.app import csrf

    control = Blueprint("ctl", __name__, url_prefix="/__ctl__")

    @control.route("/seed")
    def get_seed():
        return jsonify(state["seed"])

    @control.route("/reset", methods=["POST"])
    def reset():
        restore(state["snapshot"])
        return jsonify({"ok": True})

    @control.route("/read-only", methods=["POST"])
    def read_only():
        app.config["READ_ONLY_MODE"] = request.args.get("on") == "1"
        return jsonify({"READ_ONLY_MODE": app.config["READ_ONLY_MODE"]})

    @control.route("/home")
    def home():
        from mongoengine.connection import get_db

        stored = (get_db()["site"].find_one({"_id": "default"}) or {}).get("settings", {})
        return jsonify(
            {
                name: [str(getattr(each, "id", each)) for each in stored.get(name, [])]
                for name in ("home_datasets", "home_reuses")
            }
        )

    @control.route("/<kind>/<id>/<act>", methods=["POST"])
    def act(kind, id, act):
        from udata.core.dataset.models import Dataset
        from udata.core.reuse.models import Reuse

        model = {"dataset": Dataset, "reuse": Reuse}[kind]
        if act == "vanish":
            model._get_collection().delete_one({"_id": ObjectId(id)})
            return jsonify({"ok": True, "act": act})
        item = model.objects.get(id=id)
        if act == "purge":
            item.delete()
            return jsonify({"ok": True, "act": act})
        now = datetime.utcnow()
        field, value = {
            "delete": ("deleted", now),
            "undelete": ("deleted", None),
            "archive": ("archived", now),
            "unarchive": ("archived", None),
            "private": ("private", True),
            "public": ("private", False),
            "empty": ({"dataset": "resources", "reuse": "datasets"}[kind], []),
        }[act]
        setattr(item, field, value)
        item.save()
        return jsonify({"ok": True, "act": act})

    csrf.exempt(control)
    app.register_blueprint(control)


def snapshot():
    from mongoengine.connection import get_db

    database = get_db()
    return {name: list(database[name].find()) for name in database.list_collection_names()}


def restore(saved):
    from mongoengine.connection import get_db

    database = get_db()
    for name in set(database.list_collection_names()) | set(saved):
        database[name].delete_many({})
        if saved.get(name):
            database[name].insert_many(copy.deepcopy(saved[name]))


def main():
    accept_driver_options()
    replace_text_search()
    from udata.app import create_app, standalone
    from werkzeug.serving import WSGIRequestHandler, run_simple

    app = standalone(create_app(override=Config))
    state = {}
    add_control(app, state)
    with app.app_context(), app.test_request_context("/", base_url=BASE):
        state["seed"] = seed()
        state["snapshot"] = snapshot()

    class Handler(WSGIRequestHandler):
        def log_request(self, *args, **kwargs):
            if OPTIONS.verbose:
                super().log_request(*args, **kwargs)

    print(f"READY {BASE} udata 10.8.3", flush=True)
    run_simple("127.0.0.1", OPTIONS.port, OneAtATime(app), threaded=True, request_handler=Handler)


if __name__ == "__main__":
    main()
