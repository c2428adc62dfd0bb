"""Translations are complete, and script/messages finds what is not."""

import gettext
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext as shown
from django.utils.translation import override

ROOT = Path(__file__).resolve().parent.parent

# Words for which Django or its admin have others.
SHARED = ["Filter", "Search", "today"]

TEMPLATE = """{% load i18n %}
  <h1 title="{% translate "Hello" context "greeting" %}">{{ name|default:_("nobody") }}</h1>
    {% blocktranslate trimmed count n=items|length %}
      One item
    {% plural %}
      {{ n }} items
    {% endblocktranslate %}
 <p>1\u00a0000 l'été {# Translators: of the list #}
 {% translate 'It\u2019s "here"' %}
"""
PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, npgettext

a = _("Hi %(name)s")
b = gettext_lazy("Long " "text")
c = npgettext("pages", "%(n)d page", "%(n)d pages", 2)
d = other("not translated")
"""
HEADER = """msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
FRENCH = """msgctxt "greeting"
msgid "Hello"
msgstr "Bonjour"

msgid "nobody"
msgstr "personne"

msgid "One item"
msgid_plural "%(n)s items"
msgstr[0] "Un élément"
msgstr[1] "%(n)s éléments"

msgid "It\u2019s \\"here\\""
msgstr "C\u2019est « ici »"

msgid "Hi %(name)s"
msgstr "Salut %(name)s"

msgid "Long text"
msgstr "Long texte"

msgctxt "pages"
msgid "%(n)d page"
msgid_plural "%(n)d pages"
msgstr[0] "%(n)d page"
msgstr[1] "%(n)d pages"
"""


def messages(*arguments: str, root: Path = ROOT):
    return subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, str(ROOT / "script/messages.py"), *arguments, "--root", str(root)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    """Return a small project whose translation is complete."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text(TEMPLATE, encoding="utf-8")
    translation = tmp_path / "curation/locale/fr/LC_MESSAGES"
    translation.mkdir(parents=True)
    (tmp_path / "curation/page.py").write_text(PYTHON, encoding="utf-8")
    (translation / "django.po").write_text(HEADER + FRENCH, encoding="utf-8")
    return tmp_path


def translation(project: Path) -> Path:
    return project / "curation/locale/fr/LC_MESSAGES/django.po"


def test_translations_of_the_product_are_complete():
    done = messages("--check")

    assert (done.returncode, done.stderr) == (0, "")


def test_every_way_to_write_a_text_is_found(project):
    done = messages("--check", root=project)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('msgid "nobody"\nmsgstr "personne"', "", 'missing: "nobody"'),
        ('msgstr "personne"', 'msgstr ""', 'not translated: "nobody"'),
        ('msgstr[0] "Un élément"', 'msgstr[0] ""', 'not translated: "One item"'),
        ('msgid "nobody"', '#, fuzzy\nmsgid "nobody"', 'to be confirmed (fuzzy): "nobody"'),
        ('"Salut %(name)s"', '"Salut"', 'wrong placeholders: "Hi %(name)s"'),
        ('"Salut %(name)s"', '"Salut %(nom)s"', 'wrong placeholders: "Hi %(name)s"'),
        ('"%(n)s éléments"', '"des éléments"', 'wrong placeholders: "One item"'),
        ('"Un élément"', '"Un %(x)s"', 'wrong placeholders: "One item"'),
        ('"%(n)s items"', '"%(n)s things"', 'its plural changed: "One item"'),
        ('msgctxt "greeting"\n', "", 'missing: "Hello" (greeting)'),
        (
            'msgid "nobody"',
            'msgid "old"\nmsgstr "vieux"\n\nmsgid "nobody"',
            'no longer used: "old"',
        ),
        (
            'msgid "nobody"',
            '#~ msgid "old"\n#~ msgstr "x"\n\nmsgid "nobody"',
            'no longer used: "old"',
        ),
    ],
)
def test_check_names_what_is_wrong(project, old, new, problem):
    text = translation(project).read_text(encoding="utf-8")
    assert old in text
    translation(project).write_text(text.replace(old, new), encoding="utf-8")

    done = messages("--check", root=project)

    assert done.returncode == 1
    assert f"curation/locale/fr/LC_MESSAGES/django.po: {problem}\n" in done.stderr


def test_update_keeps_translations_and_changes_nothing_the_second_time(project):
    messages(root=project)
    once = translation(project).read_text(encoding="utf-8")

    messages(root=project)

    assert translation(project).read_text(encoding="utf-8") == once
    assert messages("--check", root=project).returncode == 0
    assert '#: templates/page.html\nmsgid "nobody"\nmsgstr "personne"\n' in once
    assert "Date" not in once


def test_update_drops_what_is_gone_and_adds_what_is_new(project):
    (project / "curation/page.py").write_text('_("Hi %(name)s")\n_("Something else")\n')

    done = messages(root=project)

    text = translation(project).read_text(encoding="utf-8")
    assert done.returncode == 0
    assert 'not translated: "Something else"' in done.stderr
    assert 'msgid "Something else"\nmsgstr ""' in text
    assert "Long text" not in text
    assert "Salut %(name)s" in text


def test_compiled_translations_are_what_the_program_shows(project):
    done = messages("--compile", root=project)

    with translation(project).with_suffix(".mo").open("rb") as file:
        french = gettext.GNUTranslations(file)
    assert done.returncode == 0
    assert french.gettext("Long text") == "Long texte"
    assert french.pgettext("greeting", "Hello") == "Bonjour"
    assert french.npgettext("pages", "%(n)d page", "%(n)d pages", 2) == "%(n)d pages"


def test_wrong_placeholders_are_not_compiled(project):
    text = translation(project).read_text(encoding="utf-8")
    translation(project).write_text(text.replace("Salut %(name)s", "Salut %s"), encoding="utf-8")

    done = messages("--compile", root=project)

    assert done.returncode == 1
    assert 'wrong placeholders: "Hi %(name)s"' in done.stderr
    assert not translation(project).with_suffix(".mo").exists()


def test_our_translations_are_the_ones_that_are_shown():
    with (ROOT / "curation/locale/fr/LC_MESSAGES/django.mo").open("rb") as file:
        ours = gettext.GNUTranslations(file)

    with override("fr"):
        found = {text: shown(text) for text in SHARED}

    assert found == {text: ours.gettext(text) for text in SHARED}


def test_french_signs_stay_with_their_words():
    with (ROOT / "curation/locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        ours = [message.string or "" for message in read_po(file, locale="fr") if message.id]
    texts = chain.from_iterable([each] if isinstance(each, str) else each for each in ours)

    assert [text for text in texts if re.search(r"n° |« | »| [:;?!](?=\s|$|<)", text)] == []
