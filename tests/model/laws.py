"""The laws of the engine as the model words them, and their breach.

What looks at which of the nine; ``defects/`` has, row by row, what is found by it.

1. Keys and repetition: KEY_LIVES (a key is refused, or an answer brings none; collection.py, phone.py),
   ONCE (what a repeated command is answered with), NOT_TWICE and NOT_BACK (the mailboxes themselves;
   ledger.py). Defects: defects/repetition.py.
2. Effects and state together: KEPT, NOT_TWICE, NOT_BACK and NOT_OUT_OF_NOTHING, with kills between any two
   transactions and a disk that is full at the commit (store.py). Defects: defects/effects.py. EXCEPTIONS and
   UNSEEN say the same of the occurrences of a series and of what a version has no word for (forms/event.py,
   ledger.py), FOLLOWS of conversations (conversing.py, ledger.py), FOUND of what is searched (searching.py).
   Defects: defects/plans.py, defects/conversations.py, defects/searching.py.
3. Nothing thrown away early: KEY_LIVES. Defects: "the older state is thrown away" and its like.
4. Add before Change, no echo: ADD_FIRST, NO_ECHO, for items and folders. Defects: defects/wording.py.
5. Conflicts: CONFLICTS (who wins, that the winner is shown, that there was a conflict at all).
6. What cannot be rendered: NEVER_BLOCKED and RETRIED while the fault "item broken" lasts, AGREED a day
   after it was mended.
7. A broken backend: RETRIED, KEY_LIVES. The embedded store can be busy, slow or full, for every folder at
   once; that a backend fails its own folders and no other has nothing here to look at until there are two.
8. Waiting: WOKEN (items, and folders for a Ping), NOT_FRUITLESS (a wake, or a new key, without news). That
   the token moves on under an unchanged key shows in no answer; tests/laws has it.
9. One after the other: ALONE (two requests with the engine at once, which in_process.py sees; one that
   hangs because another waits; a wait that outlives the next one).
"""

from __future__ import annotations

from enum import StrEnum


class Law(StrEnum):
    """What holds all the way through every story."""

    ONCE = "a request that is repeated is neither done twice nor taken for another (law 1)"
    KEPT = "nothing that was acknowledged is gone (laws 2 and 3)"
    NOT_TWICE = "nothing exists twice (laws 1 and 2)"
    NOT_BACK = "what was overwritten or deleted does not come back (laws 1 and 2)"
    NOT_OUT_OF_NOTHING = "nothing is there that nobody asked for (law 2)"
    KEY_LIVES = "a key that the phone may still use is taken (law 3)"
    ADD_FIRST = "a phone hears of an item before it hears of a change to it, and once (law 4)"
    NO_ECHO = "a phone is never told of its own change as news (law 4)"
    CONFLICTS = "a conflict is settled as the request says, and the loser is told (law 5)"
    NEVER_BLOCKED = "a folder comes to rest, whatever is in it (law 6)"
    RETRIED = "what cannot be done now is refused with a status that keeps the key (law 7)"
    NOT_FRUITLESS = "a phone is woken only for what the next Sync shows (law 8)"
    WOKEN = "no phone waits for something that is there (law 8)"
    ALONE = "requests of one device are served one after the other (law 9)"
    EXCEPTIONS = "an exception of a series is neither lost nor doubled (law 2)"
    UNSEEN = "a phone wipes nothing that its version does not show it (law 2)"
    FOLLOWS = (
        "a conversation that was moved is where it was moved to, and what comes in it goes there (law 2)"
    )
    FOUND = "what is there is found at once, and what is gone is not (law 2)"
    AGREED = "at rest every phone shows the mailbox as its filter has it"


class Broken(AssertionError):
    """A law does not hold."""

    def __init__(self, law: Law, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law = law
        self.detail = detail

    def __reduce__(self) -> tuple[type[Broken], tuple[Law, str]]:
        return Broken, (self.law, self.detail)


def hold(condition: object, law: Law, detail: str) -> None:
    """Raise Broken unless the condition holds."""
    if not condition:
        raise Broken(law, detail)
