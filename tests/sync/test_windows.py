"""First Syncs in windows, filters, and what changes between two windows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from overair.items.body import Body
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.get_item_estimate import EstimateCollectionRequest, EstimateOptions
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import CollectionRequest, CollectionResponse, ServerAdd, SoftDelete
from overair.protocol.sync_options import FilterType, Options
from support.asynchronous import run
from sync.phone import Phone
from sync.world import NOON, World, contact, mime, world

Scenario = Callable[[World, Phone], Awaitable[None]]


def play(directory: Path, scenario: Scenario, folder_type: FolderType = FolderType.CONTACTS) -> None:
    """Run a scenario with one primed phone."""

    async def work() -> None:
        async with world(directory) as there:
            phone = Phone(there, await there.partner(), await there.folder(folder_type))
            await phone.begin()
            await scenario(there, phone)

    run(work())


def filtered(filter_type: FilterType) -> tuple[Options, ...]:
    """Options with nothing but a filter."""
    return (Options(filter_type=filter_type),)


@pytest.mark.req("MS-ASCMD_R4767", "MS-ASCMD_R4771", "MS-ASCMD_R3456")
def test_windows_end_when_everything_is_told(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for number in range(230):
            await there.add(phone.folder, contact(f"{number:03}"))
        sizes, more = [], []
        while (answer := await phone.sync()) is not None:
            sizes.append(len(answer.commands))
            more.append(answer.more_available)
        assert sizes == [100, 100, 30]
        assert more == [True, True, False]
        assert phone.names == [f"{number:03}" for number in range(230)]
        assert phone.echoes == 0

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R4768")
def test_a_window_of_nought_or_too_many_is_512(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        async def fill(session: object) -> None:
            for number in range(520):
                await session.add(phone.folder.folder_id, contact(f"{number:03}"))  # type: ignore[attr-defined]  # any Session

        await there.do(fill)
        for size in (0, 600):
            answer = await phone.ask(window_size=size)
            assert answer is not None
            assert len(answer.commands) == 512
            assert answer.more_available

    play(tmp_path, scenario)


def test_changes_between_windows_are_neither_lost_nor_told_twice(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        folder_id = phone.folder.folder_id
        ids = [(await there.add(phone.folder, contact(f"{number:02}"))).item_id for number in range(30)]
        step = 0
        while (answer := await phone.sync(window_size=5)) is not None:
            assert len(answer.commands) <= 5
            if step < 10:
                changed, removed = ids[step * 3], ids[step * 3 + 1]
                name = f"new{step}"
                await there.do(lambda session, i=changed, n=name: session.change(folder_id, i, contact(n)))  # type: ignore[misc]  # defaults bind now
                await there.do(lambda session, i=removed: session.remove(folder_id, i))  # type: ignore[misc]  # as above
                await there.add(phone.folder, contact(f"late{step}"))
            step += 1
        stored = await there.items(phone.folder)
        assert set(stored) == set(phone.items)
        assert phone.names == sorted(item.first_name for item in stored.values())  # type: ignore[attr-defined]  # contacts
        assert phone.echoes == 0

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R4776", "MS-ASCMD_R4778", "MS-ASCMD_R4779")
def test_the_window_of_the_whole_request_is_shared_in_order(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            partner = await there.partner()
            phones = [
                Phone(there, partner, await there.folder(folder_type))
                for folder_type in (FolderType.CONTACTS, FolderType.INBOX, FolderType.SENT_ITEMS)
            ]
            for phone in phones:
                await phone.begin()
            for number in range(8):
                await there.add(phones[0].folder, contact(f"{number}"))
                await there.deliver(mime(f"{number}"))

            async def exchange(window: int) -> dict[str, CollectionResponse]:
                asked = [
                    CollectionRequest(sync_key=phone.key, collection_id=phone.folder.folder_id, window_size=6)
                    for phone in phones
                ]
                answers = await there.engine.exchange(partner, asked, window)
                return {one.collection_id: one for one in answers}

            answers = await exchange(10)
            assert [len(one.commands) for one in answers.values()] == [6, 4]
            assert all(one.more_available for one in answers.values())
            # A full window says of the others only that there is more; Sent Items have nothing.
            answers = await exchange(6)
            assert [len(one.commands) for one in answers.values()] == [6, 0]
            assert all(one.more_available for one in answers.values())

    run(work())


@pytest.mark.req("MS-ASCMD_R2987", "MS-ASCMD_R3036", "MS-ASCMD_R3076")
def test_a_filter_shows_what_it_covers(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for days in (0, 2, 6, 13, 29, 400):
            await there.deliver(mime(f"{days:03}"), received=NOON - timedelta(days=days))
        for filter_type, expected in (
            (FilterType.ONE_DAY, ["000"]),
            (FilterType.ONE_MONTH, ["000", "002", "006", "013", "029"]),
            (FilterType.THREE_DAYS, ["000", "002"]),
            (FilterType.ALL, ["000", "002", "006", "013", "029", "400"]),
            (FilterType.ONE_WEEK, ["000", "002", "006"]),
            (FilterType.TWO_WEEKS, ["000", "002", "006", "013"]),
        ):
            phone.options = filtered(filter_type)
            await phone.rest(window_size=2)
            assert phone.names == expected
        # Options that are not sent stay (MS-ASCMD_R3598); new ones take their place (R3599).
        phone.options = ()
        assert await phone.sync() is None
        phone.options = (Options(),)
        await phone.rest()
        assert len(phone.names) == 6
        assert phone.echoes == 0

    play(tmp_path, scenario, FolderType.INBOX)


@pytest.mark.req("MS-ASCMD_R3967")
def test_what_grows_too_old_is_soft_deleted_once_a_day(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.THREE_DAYS)
        await there.deliver(mime("old"), received=NOON - timedelta(days=2))
        await there.deliver(mime("new"))
        await phone.rest()
        there.clock.forward(hours=11)
        assert await phone.sync() is None
        there.clock.forward(hours=2)
        assert not (await there.engine.has_news(phone.partner, [phone.folder.folder_id])).with_news
        there.clock.forward(days=1)
        watched = await there.engine.has_news(phone.partner, [phone.folder.folder_id])
        assert watched.with_news == (phone.folder.folder_id,)
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [SoftDelete]
        assert phone.names == ["new"]
        assert len(await there.items(phone.folder)) == 2
        assert await phone.sync() is None

    play(tmp_path, scenario, FolderType.INBOX)


@pytest.mark.req("MS-ASCMD_R3080", "MS-ASCMD_R3041", "MS-ASCMD_R3042", "MS-ASCMD_R3043")
@pytest.mark.parametrize(
    "filter_type", [FilterType.THREE_MONTHS, FilterType.SIX_MONTHS, FilterType.INCOMPLETE_TASKS]
)
def test_mail_takes_no_filter_of_other_classes(tmp_path: Path, filter_type: FilterType) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        answer = await phone.ask(options=filtered(filter_type))
        assert answer is not None
        assert answer.status == SyncStatus.PROTOCOL_ERROR
        assert answer.sync_key == phone.key

    play(tmp_path, scenario, FolderType.INBOX)


@pytest.mark.req("MS-ASCMD_R3078", "MS-ASCMD_R3079")
def test_contacts_ignore_a_filter(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.add(phone.folder, contact("Ada"))
        await phone.rest(options=filtered(FilterType.ONE_DAY))
        assert phone.names == ["Ada"]

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R930", "MS-ASCMD_R935")
def test_options_of_one_class_twice_or_of_another_class_are_refused(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for options in (
            (Options(), Options(item_class="Email")),
            (Options(item_class="Contacts"),),
            (Options(item_class="Novels"),),
        ):
            answer = await phone.ask(options=options)
            assert answer is not None
            assert answer.status == SyncStatus.PROTOCOL_ERROR
        await there.deliver(mime("one"))
        await phone.sync(options=(Options(item_class="Email"), Options(item_class="SMS")))
        assert phone.names == ["one"]

    play(tmp_path, scenario, FolderType.INBOX)


def test_a_large_answer_is_cut_and_goes_on(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        from overair.protocol.body_preferences import BodyPreference, BodyType

        phone.options = (Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT),)),)
        for number in range(5):
            await there.deliver(mime(f"{number}", f"{'x' * 70}\r\n" * 50_000))
        sizes = []
        while (answer := await phone.sync()) is not None:
            sizes.append(len(answer.commands))
            assert answer.more_available == (sum(sizes) < 5)
        assert sum(sizes) == 5
        assert max(sizes) < 5
        assert phone.names == ["0", "1", "2", "3", "4"]
        assert phone.echoes == 0

    play(tmp_path, scenario, FolderType.INBOX)


@pytest.mark.req("MS-ASCMD_R5056", "MS-ASCMD_R2970", "MS-ASCMD_R2967")
def test_the_estimate_is_what_the_next_sync_shows(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for days in (0, 2, 20):
            await there.deliver(mime(f"{days}"), received=NOON - timedelta(days=days))

        async def estimate(**request: object) -> int:
            return await there.engine.estimate(
                phone.partner,
                EstimateCollectionRequest(
                    sync_key=phone.key,
                    collection_id=phone.folder.folder_id,
                    **request,  # type: ignore[arg-type]  # fields by name
                ),
            )

        assert await estimate() == 3
        assert await estimate(options=(EstimateOptions(filter_type=FilterType.THREE_DAYS),)) == 2
        assert await estimate(filter_type=FilterType.ONE_DAY) == 1
        answer = await phone.sync()
        assert answer is not None
        assert len(answer.commands) == 3
        assert all(isinstance(one, ServerAdd) for one in answer.commands)
        assert await estimate() == 0

    play(tmp_path, scenario, FolderType.INBOX)


def test_a_filter_sent_with_a_repeated_key_stays(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(mime("new"))
        await phone.rest()
        await there.deliver(mime("older"), received=NOON - timedelta(days=3))
        lost = await phone.ask(options=filtered(FilterType.ALL))
        assert lost is not None
        phone.options = filtered(FilterType.ONE_DAY)
        assert await phone.sync() is None
        watched = await there.engine.has_news(phone.partner, [phone.folder.folder_id])
        assert not watched.with_news
        phone.options = ()
        assert await phone.sync() is None

    play(tmp_path, scenario, FolderType.INBOX)


def test_large_items_of_any_class_do_not_come_all_at_once(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for number in range(12):
            await there.add(phone.folder, contact(f"{number:02}", company_name="x" * 1_500_000))
        first = await phone.sync()
        assert first is not None
        assert 4 <= len(first.commands) <= 6
        assert first.more_available
        await phone.rest()
        assert len(phone.items) == 12

    play(tmp_path, scenario)


def test_a_cut_body_takes_no_room(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = (
            Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=10),)),
        )
        await phone.begin()
        notes = Body(type=BodyType.PLAIN_TEXT, data="x" * 1_500_000)
        for number in range(12):
            await there.add(phone.folder, contact(f"{number:02}", body=notes))
        answer = await phone.sync()
        assert answer is not None
        assert len(answer.commands) == 12
        assert not answer.more_available

    play(tmp_path, scenario)
