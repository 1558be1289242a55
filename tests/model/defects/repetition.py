"""Defects in keys and in recognising what is repeated (laws 1 and 3)."""

from __future__ import annotations

import secrets
from typing import Any, Final

import msgspec
import pytest

from model.defects.defect import defect
from model.laws import Law
from overair.devices import hierarchy
from overair.protocol.sync import AddCommand, DeleteCommand
from overair.server import answering, submitting
from overair.server.commands import move_items
from overair.sync import changing
from overair.sync.apply import Applier
from overair.sync.digest import edits_of
from overair.sync.exchange import Exchange
from overair.sync.state import AppliedAdd, CollectionStates, State


def only_the_newest_key_lives(patch: pytest.MonkeyPatch) -> None:
    find = CollectionStates.find

    def newest(self: CollectionStates, key: str) -> State | None:
        return find(self, key) if key == self.latest else None

    patch.setattr(CollectionStates, "find", newest)


def the_older_state_is_thrown_away(patch: pytest.MonkeyPatch) -> None:
    hand_out = CollectionStates.hand_out

    def forgetful(self: CollectionStates, base: State, successor: State) -> None:
        hand_out(self, base, successor)
        self.acknowledged = None

    patch.setattr(CollectionStates, "hand_out", forgetful)


def a_restart_kills_the_old_pair(patch: pytest.MonkeyPatch) -> None:
    primed = CollectionStates.primed

    def alone(self: CollectionStates, *args: Any, **named: Any) -> State:
        self.acknowledged = self.handed_out = None
        return primed(self, *args, **named)

    patch.setattr(CollectionStates, "primed", alone)


def a_beginning_that_is_repeated_is_another_one(patch: pytest.MonkeyPatch) -> None:
    primed = CollectionStates.primed

    def anew(self: CollectionStates, *args: Any, **named: Any) -> State:
        self.restart = None
        return primed(self, *args, **named)

    patch.setattr(CollectionStates, "primed", anew)


def only_the_last_answer_to_a_request_that_was_doubled_counts(patch: pytest.MonkeyPatch) -> None:
    hand_out = CollectionStates.hand_out

    async def otherwise(*_: object) -> bool:
        return False

    def alone(self: CollectionStates, base: State, successor: State) -> None:
        hand_out(self, base, successor)
        self.doubled = None

    patch.setattr(Exchange, "_says_the_same", otherwise)
    patch.setattr(CollectionStates, "hand_out", alone)


def what_was_applied_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    hand_out = CollectionStates.hand_out

    def forgetful(self: CollectionStates, base: State, successor: State) -> None:
        hand_out(self, base, msgspec.structs.replace(successor, applied=None))

    patch.setattr(CollectionStates, "hand_out", forgetful)


def a_repeated_add_is_another_one(patch: pytest.MonkeyPatch) -> None:
    add = Applier._add

    async def again(self: Applier, place: int, command: AddCommand) -> None:
        self.applied.adds.pop(command.client_id, None)
        await add(self, place, command)

    patch.setattr(Applier, "_add", again)


def a_repeated_change_is_another_one(patch: pytest.MonkeyPatch) -> None:
    def digests(commands: Any) -> dict[str, bytes]:
        return {item_id: secrets.token_bytes(16) for item_id in edits_of(commands)}

    patch.setattr(changing, "digests_of_changes", digests)


def a_repeated_delete_is_refused(patch: pytest.MonkeyPatch) -> None:
    delete = Applier._delete

    async def again(self: Applier, command: DeleteCommand) -> None:
        self.applied.deletes.pop(command.server_id, None)
        await delete(self, command)

    patch.setattr(Applier, "_delete", again)


def an_add_that_says_more_is_made_again_after_its_deletion(patch: pytest.MonkeyPatch) -> None:
    otherwise = Applier._add_otherwise

    async def again(
        self: Applier, place: int, command: AddCommand, earlier: AppliedAdd, digest: bytes
    ) -> None:
        if await self._known(earlier) is None:
            await self._add_new(place, command, digest)
        else:
            await otherwise(self, place, command, earlier, digest)

    patch.setattr(Applier, "_add_otherwise", again)


def a_draft_that_was_sent_at_once_is_not_recorded(patch: pytest.MonkeyPatch) -> None:
    added = Applier._added

    def unrecorded(self: Applier, command: AddCommand, add: AppliedAdd, stored: Any) -> None:
        added(self, command, add, stored)
        if not add.item_id:
            del self.applied.adds[command.client_id]

    patch.setattr(Applier, "_added", unrecorded)


async def _nothing(*_: object) -> None:
    return None


def a_mail_that_is_sent_again_is_not_recognised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(submitting, "recall", _nothing)


def an_answer_is_looked_for_by_its_source_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answering, "was_sent", _nothing)


def a_move_that_is_asked_for_again_is_not_recognised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(move_items, "recall", _nothing)


def a_folder_that_is_made_again_is_not_recognised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hierarchy.Hierarchy, "repeated", lambda *_: None)


def only_the_newest_hierarchy_key_lives(patch: pytest.MonkeyPatch) -> None:
    hand_out = hierarchy.Hierarchy.hand_out

    def forgetful(
        self: hierarchy.Hierarchy, token: str, hidden: frozenset[str] = frozenset()
    ) -> hierarchy.State:
        found = hand_out(self, token, hidden)
        self.acknowledged = None
        return found

    patch.setattr(hierarchy.Hierarchy, "hand_out", forgetful)


DEFECTS: Final = (
    defect("only the newest key lives", only_the_newest_key_lives, Law.KEY_LIVES),
    defect("the older state is thrown away", the_older_state_is_thrown_away, Law.KEY_LIVES),
    defect("a restart kills the old pair", a_restart_kills_the_old_pair, Law.KEY_LIVES),
    defect(
        "a beginning that is repeated is another one",
        a_beginning_that_is_repeated_is_another_one,
        Law.KEY_LIVES,
    ),
    defect(
        "only the last answer to a request that was doubled counts",
        only_the_last_answer_to_a_request_that_was_doubled_counts,
        Law.KEY_LIVES,
    ),
    defect("what was applied is forgotten", what_was_applied_is_forgotten, Law.NOT_TWICE, Law.NOT_BACK),
    defect("a repeated Add is another one", a_repeated_add_is_another_one, Law.NOT_TWICE),
    defect(
        "a repeated Change is another one",
        a_repeated_change_is_another_one,
        Law.CONFLICTS,
        Law.NOT_BACK,
        Law.KEY_LIVES,
    ),
    defect("a repeated Delete is refused", a_repeated_delete_is_refused, Law.ONCE),
    defect(
        "an Add that says more is made again after its deletion",
        an_add_that_says_more_is_made_again_after_its_deletion,
        Law.NOT_BACK,
        Law.NOT_TWICE,
    ),
    defect(
        "a draft that was sent at once is not recorded",
        a_draft_that_was_sent_at_once_is_not_recorded,
        Law.NOT_TWICE,
    ),
    defect(
        "a mail that is sent again is not recognised",
        a_mail_that_is_sent_again_is_not_recognised,
        Law.NOT_TWICE,
    ),
    defect(
        "an answer is looked for by its source first", an_answer_is_looked_for_by_its_source_first, Law.ONCE
    ),
    defect(
        "a move that is asked for again is not recognised",
        a_move_that_is_asked_for_again_is_not_recognised,
        Law.ONCE,
    ),
    defect(
        "a folder that is made again is not recognised",
        a_folder_that_is_made_again_is_not_recognised,
        Law.ONCE,
    ),
    defect("only the newest hierarchy key lives", only_the_newest_hierarchy_key_lives, Law.KEY_LIVES),
)
