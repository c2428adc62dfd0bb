import io

from django.core.management.base import OutputWrapper

from curation.management import progress
from curation.management.progress import watched


class Terminal(OutputWrapper):
    def __init__(self):
        self.text = io.StringIO()
        super().__init__(self.text)

    def isatty(self):
        return True

    def getvalue(self):
        return self.text.getvalue()


def test_the_bar_grows_to_the_end_and_is_wiped_out(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(progress, "THINGS_BETWEEN", 1)
    terminal = Terminal()

    assert list(watched("abcd", 4, terminal)) == list("abcd")

    drawn = terminal.getvalue().split("\r")[1:]
    assert [line[-4:] for line in drawn[:-1]] == [" 25%", " 50%", " 75%", "100%"]
    assert drawn[1].count("█") == drawn[1].count("░") == progress.WIDTH // 2
    assert drawn[-1] == "\033[K"


def test_things_may_count_for_more_and_be_none(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(progress, "THINGS_BETWEEN", 1)
    terminal = Terminal()

    assert list(watched(["aaa", "b"], 4, terminal, amount=len)) == ["aaa", "b"]
    assert list(watched([], 0, terminal)) == []

    assert " 75%" in terminal.getvalue()


def test_it_is_wiped_out_when_something_breaks_off():
    terminal = Terminal()
    things = watched(range(9), 9, terminal)
    next(things)
    next(things)

    things.close()

    assert terminal.getvalue().endswith("\r\033[K")
