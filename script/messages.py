"""The texts of the sources and their translations, with Babel alone (no system gettext).

Python files are read as they are, templates through Django's `templatize`, which turns their tags
into gettext calls. Each `curation/locale/<language>/LC_MESSAGES/django.po` then has the texts of
both, with the file that shows them and no line numbers: moving a line leaves no difference.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from babel.messages.catalog import PYTHON_FORMAT, Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent

# Arguments that are texts ("c": the context), by the name under which Python files import gettext.
_PLAIN, _PLURAL = (1,), (1, 2)
_IN_CONTEXT, _PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {"_": _PLAIN, "gettext_noop": _PLAIN} | {
    name + lazily: arguments
    for lazily in ("", "_lazy")
    for name, arguments in {
        "gettext": _PLAIN,
        "ngettext": _PLURAL,
        "pgettext": _IN_CONTEXT,
        "npgettext": _PLURAL_IN_CONTEXT,
    }.items()
}

# What a header needs; dates and addresses would only make differences.
HEADERS = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-Type:", "Content-Transfer-")

# A string literal, or blank space that Python's tokenizer takes for an error.
_LITERAL_OR_ODD_SPACE = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|[^\S\n ]""",
)


def template_as_python(text: str, origin: str) -> str:
    """Return a template's texts as gettext calls that Python's tokenizer can read."""
    from django.utils.translation.template import templatize  # noqa: PLC0415  not to compile

    calls = _LITERAL_OR_ODD_SPACE.sub(lambda found: found[1] or " ", templatize(text, origin))
    # What stands between the calls keeps its indentation, which means nothing inside parentheses.
    return f"(\n{calls}\n)"


def sources(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the path, relative to `root`, and the Python text of whatever can hold texts."""
    for path in sorted([*root.glob("curation/**/*.py"), *root.glob("**/templates/**/*.html")]):
        name = path.relative_to(root).as_posix()
        if name.startswith((".", "var/")):
            continue  # .venv, and the environment of the benchmarks
        text = path.read_text(encoding="utf-8")
        yield name, template_as_python(text, name) if path.suffix == ".html" else text


def texts(root: Path) -> Catalog:
    """Return every text that the sources ask to be translated."""
    catalog = Catalog()
    for name, python in sources(root):
        file = io.BytesIO(python.encode())
        for line, ids, comments, context in extract(
            "python", file, KEYWORDS, ["Translators:"], strip_comment_tags=True
        ):
            catalog.add(ids, None, [(name, line)], auto_comments=comments, context=context or None)
    return catalog


def key(message: Message) -> tuple[str, str]:
    """Return what tells a text from the others: its context and its (singular) words."""
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def described(message: Message) -> str:
    """Return the words of a text as its translator would look for them."""
    context, words = key(message)
    return f'"{words}"' + (f" ({context})" if context else "")


def forms(message: Message) -> list[str]:
    """Return the translation: one form, or one for each plural form of the language."""
    translation = message.string or ""
    return [translation] if isinstance(translation, str) else list(translation)


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a format string, sorted."""
    found = (match.group(0) for match in PYTHON_FORMAT.finditer(text))
    return sorted(placeholder for placeholder in found if not placeholder.endswith("%"))


def wrong_placeholders(message: Message) -> bool:
    """Tell whether a translation asks for other values than its text offers.

    Form by form the same ones, but that "one addition" may leave out the number: the first form of
    a plural may leave out what its text has. Babel's own check lets any of them be forgotten.
    """
    first, *others = forms(message)
    if isinstance(message.id, str):
        return placeholders(message.id) != placeholders(first)
    offered, wanted = placeholders(message.id[0]), placeholders(message.id[1])
    return not set(placeholders(first)) <= {*offered, *wanted} or any(
        placeholders(form) != wanted for form in others
    )


def wrong(catalog: Catalog) -> Iterator[str]:
    """Yield, in words, the translations that would break what shows them."""
    for message in finished(catalog):
        if not isinstance(message.id, str) and len(forms(message)) != catalog.num_plurals:
            yield f"{catalog.num_plurals} plural forms wanted: {described(message)}"
        elif wrong_placeholders(message):
            yield f"wrong placeholders: {described(message)}"


def unfinished(catalog: Catalog) -> Iterator[str]:
    """Yield, in words, the texts that the program would show untranslated."""
    done = {key(message) for message in finished(catalog)}
    for message in catalog:
        if message.id and key(message) not in done:
            state = "to be confirmed (fuzzy)" if "fuzzy" in message.flags else "not translated"
            yield f"{state}: {described(message)}"


def finished(catalog: Catalog) -> Iterator[Message]:
    """Yield the texts that have a translation, confirmed and in each form that it writes."""
    for message in catalog:
        if message.id and all(forms(message)) and "fuzzy" not in message.flags:
            yield message


def differences(wanted: Catalog, catalog: Catalog) -> Iterator[str]:
    """Yield, in words, how the texts of a translation differ from those of the sources."""
    there = {key(message): message for message in catalog if message.id}
    for message in wanted:
        if not message.id:
            continue
        known = there.pop(key(message), None)
        if known is None or isinstance(known.id, str) != isinstance(message.id, str):
            yield f"missing: {described(message)}"
        elif known.id != message.id:
            yield f"its plural changed: {described(message)}"
    for message in [*there.values(), *catalog.obsolete.values()]:
        yield f"no longer used: {described(message)}"


def read(path: Path) -> Catalog:
    """Return a django.po as a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def write(path: Path, catalog: Catalog) -> None:
    """Write a django.po in the order of the pages that show its texts."""
    catalog.header_comment = f"# The texts of À la une in {catalog.locale.english_name}."
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    header, _, rest = file.getvalue().decode().partition("\n\n")
    kept = [
        line
        for line in header.splitlines()
        if not line.startswith('"') or line.removeprefix('"').startswith(HEADERS)
    ]
    path.write_text("\n".join(kept) + "\n\n" + rest.rstrip("\n") + "\n", encoding="utf-8")


def update(root: Path) -> list[str]:
    """Write the texts of the sources into each django.po; return what is left to translate.

    A text that changed a little keeps its translation, marked fuzzy: the program does not use it
    before somebody confirmed it by taking the mark away.
    """
    wanted = texts(root)
    left = []
    for path in translations(root):
        catalog = read(path)
        catalog.update(wanted)
        catalog.obsolete.clear()
        write(path, catalog)
        catalog = read(path)
        left += named(root, path, unfinished(catalog), wrong(catalog))
    return left


def check(root: Path) -> list[str]:
    """Return what keeps the translations from being complete."""
    wanted = texts(root)
    problems = []
    for path in translations(root):
        catalog = read(path)
        problems += named(
            root, path, differences(wanted, catalog), unfinished(catalog), wrong(catalog)
        )
    return problems


def compile_all(root: Path) -> list[str]:
    """Make each .mo file but those that would break a page; return why not."""
    problems = []
    for path in translations(root):
        catalog = read(path)
        mistakes = named(root, path, wrong(catalog))
        problems += mistakes
        if not mistakes:
            new = path.with_suffix(".mo.new")
            with new.open("wb") as file:
                write_mo(file, catalog)
            new.replace(path.with_suffix(".mo"))  # at once: a server may be reading it
    return problems


def translations(root: Path) -> list[Path]:
    """Return each django.po."""
    return sorted(root.glob("curation/**/locale/*/LC_MESSAGES/django.po"))


def named(root: Path, path: Path, *faults: Iterator[str]) -> list[str]:
    """Return faults with the file that has them."""
    return [f"{path.relative_to(root)}: {fault}" for fault in chain(*faults)]


def main() -> int:
    """Do what the command line asks; print what is left to do, and return 1 if it must be done."""
    parser = argparse.ArgumentParser(prog="script/messages", description=__doc__)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", action="store_true", help="change nothing, fail if incomplete")
    ways.add_argument("--compile", action="store_true", help="make the .mo files")
    parser.add_argument("--root", type=Path, default=ROOT, help="another project, for tests")
    options = parser.parse_args()
    act = check if options.check else compile_all if options.compile else update
    problems = act(options.root)
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201  a command's output
    if act is check and problems:
        print("Run script/messages, then translate.", file=sys.stderr)  # noqa: T201
    return 1 if problems and act is not update else 0


if __name__ == "__main__":
    sys.exit(main())
