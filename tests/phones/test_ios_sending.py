"""Drafts, mail out and people, as iOS 17 has them."""

from __future__ import annotations

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.wbxml.pages import GAL, AirSync, AirSyncBase, ComposeMail, Email, Email2, Find
from phones.handset import body_of, e, text
from phones.letters import plain
from phones.test_ios import iphone, mail, rest, sync
from support.phone import every
from support.server import BEN, RunningServer


@pytest.mark.req("MS-ASEMAIL_R1278")
def test_a_draft_is_written_on_one_phone_and_sent_from_the_other(server: RunningServer) -> None:
    phone, other = iphone(server), iphone(server)
    for handset in (phone, other):
        while sync(handset, mail(handset, FolderType.DRAFTS)):
            pass
    data = (
        e(Email.To, f"Ben Beck <{BEN}>"),
        e(Email.Subject, "Draft"),
        e(Email.Importance, "1"),
        e(Email.Read, "1"),
        e(AirSyncBase.Body, e(AirSyncBase.Type, "2"), e(AirSyncBase.Data, "<p>Dear Ben</p>")),
    )
    draft = e(AirSync.Add, e(AirSync.ClientId, "d1"), e(AirSync.ApplicationData, *data))
    sync(phone, mail(phone, FolderType.DRAFTS, draft))
    sync(other, mail(other, FolderType.DRAFTS))
    kept = other[FolderType.DRAFTS].item("Draft")
    assert kept[Email2.IsDraft].text == "1"
    assert "Dear Ben" in list(body_of(kept))[3]
    send = e(
        AirSync.Change,
        e(AirSync.ServerId, other[FolderType.DRAFTS].id_of("Draft")),
        e(Email2.Send),
        e(AirSync.ApplicationData, *data[:4]),
    )
    sync(other, mail(other, FolderType.DRAFTS, send))
    for handset in (phone, other):
        while sync(handset, mail(handset, FolderType.DRAFTS)):
            pass
        assert not handset[FolderType.DRAFTS].items
        while sync(handset, mail(handset, FolderType.SENT_ITEMS)):
            pass
        assert handset[FolderType.SENT_ITEMS].subjects == ["Draft"]
    receiver = iphone(server, BEN)
    rest(receiver)
    assert "Dear Ben" in list(body_of(receiver[FolderType.INBOX].item("Draft")))[3]


def test_mail_is_sent_and_a_repetition_is_known(server: RunningServer) -> None:
    phone = iphone(server)
    mime = plain("sent", to=BEN)
    tree = e(
        ComposeMail.SendMail,
        e(ComposeMail.ClientId, "7A1C53C5-98D4-4B1F"),
        e(ComposeMail.SaveInSentItems),
        e(ComposeMail.Mime, mime),
    )
    answer = phone.send(Command.SEND_MAIL, tree)
    assert (answer.status, answer.body) == (200, b"")
    assert text(phone.send(Command.SEND_MAIL, tree).tree, ComposeMail.Status) == "118"
    receiver = iphone(server, BEN)
    rest(receiver)
    assert receiver[FolderType.INBOX].subjects == ["sent"]
    while sync(phone, mail(phone, FolderType.SENT_ITEMS)):
        pass
    assert phone[FolderType.SENT_ITEMS].subjects == ["sent"]


def test_people_are_found(server: RunningServer) -> None:
    phone = iphone(server)
    tree = e(
        Find.Find,
        e(Find.SearchId, "0E4B2B5C-6D0F-4E5B-9B38-0A7C0E4F7B11"),
        e(
            Find.ExecuteSearch,
            e(Find.GalSearchCriterion, e(Find.Query, "ben"), e(Find.Options, e(Find.Range, "0-99"))),
        ),
    )
    answer = phone.send(Command.FIND, tree).tree
    assert [one.text for one in every(answer) if one.tag is GAL.EmailAddress] == [BEN]
