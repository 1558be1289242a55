"""Errors of the DAV client as those of a backend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from overair.dav import errors
from overair.dav.hrefs import BadHref
from overair.mailboxes.gateway.backend import NobodyHere, Stale, WrongCredentials
from overair.mailboxes.interface import MailboxFull, MailboxUnavailable, NoSuchFolder, Refused


@contextmanager
def translated(account_id: int) -> Iterator[None]:
    """Raise what the client raises as a backend raises it.

    What is not there is a folder; where an object is meant, the caller says so before.
    """
    try:
        yield
    except errors.NoLogIn as error:
        raise NobodyHere(str(error)) from error
    except errors.NotAuthorized as error:
        raise WrongCredentials(str(error)) from error
    except errors.NoRoom as error:
        raise MailboxFull(account_id, too_large=error.status == 413) from error
    except errors.NotThere as error:
        raise NoSuchFolder(str(error)) from error
    except errors.NotAllowed as error:
        raise Refused(str(error)) from error
    except errors.Clash as error:
        raise Stale(str(error)) from error
    except errors.DavError as error:
        raise MailboxUnavailable(str(error)) from error
    except BadHref as error:
        raise MailboxUnavailable(f"the address of the server {error}") from error
