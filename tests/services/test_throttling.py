"""Passwords are tried a few times, whoever asks which process."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.models import SignInAttempts
from curation.services.throttling import (
    MOST_FOR_NAME,
    MOST_FROM_ADDRESS,
    WINDOW,
    begin_attempt,
    forgive_attempt,
)
from tests.services import processes

HERE, THERE = "192.0.2.1", "192.0.2.2"


def tried(times: int, name: str = "claire", address: str = HERE) -> list[bool]:
    """Try so often; return which attempts may look at the password."""
    return [begin_attempt(name, address) is None for _attempt in range(times)]


def test_name_is_closed_after_a_few_attempts_from_anywhere(db):
    assert tried(MOST_FOR_NAME + 2) == [True] * MOST_FOR_NAME + [False] * 2
    assert tried(1, "CLAIRE", THERE) == [False]
    assert tried(1, "karim") == [True]


def test_address_is_closed_after_many_attempts_for_anybody(db):
    admitted = [tried(1, f"name {number}")[0] for number in range(MOST_FROM_ADDRESS + 2)]

    assert admitted == [True] * MOST_FROM_ADDRESS + [False] * 2
    assert tried(1, "name 1", THERE) == [True]


def test_wait_ends_with_the_window_whatever_is_tried_meanwhile(db):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        tried(MOST_FOR_NAME)
        clock.move_to(start + timedelta(minutes=10))

        wait = begin_attempt("claire", HERE)
        again = begin_attempt("claire", HERE)
        clock.move_to(start + WINDOW)
        after = begin_attempt("claire", HERE)

    assert (wait, again, after) == (timedelta(minutes=5), timedelta(minutes=5), None)


def test_success_forgets_the_attempts_for_the_name_but_not_those_of_the_address(db):
    tried(MOST_FOR_NAME - 1)
    tried(1)
    forgive_attempt("claire", HERE)

    assert tried(MOST_FOR_NAME) == [True] * MOST_FOR_NAME
    assert sorted(SignInAttempts.objects.values_list("count", flat=True)) == [
        MOST_FOR_NAME,
        MOST_FOR_NAME * 2 - 1,
    ]


def test_own_account_does_not_buy_attempts_on_others(db):
    for number in range(MOST_FROM_ADDRESS):
        tried(1, f"name {number}")
        if begin_attempt("mine", HERE) is None:
            forgive_attempt("mine", HERE)

    assert tried(1, "one more") == [False]


def test_nothing_that_was_typed_is_stored_and_nothing_is_stored_for_ever(db):
    with time_machine.travel(timezone.now() - 2 * WINDOW, tick=False):
        for number in range(8):
            tried(1, f"password {number}")
    tried(1, "x" * 1000, "")
    tried(1, "\x00", "")

    keys = list(SignInAttempts.objects.values_list("key", flat=True))
    assert len(keys) == 3
    assert {len(key) for key in keys} == {64}


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_attempts():
    place = processes.place("http://127.0.0.1:9")

    admitted = processes.together(
        place, *((processes.try_passwords, "claire", 4) for _process in range(4))
    )

    assert sum(admitted) == MOST_FOR_NAME
