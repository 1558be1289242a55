"""Which policies does the server demand? They are accepted in words; a wipe is never acknowledged."""

from __future__ import annotations

import re
from typing import Final

from overair.client import ClientError, HttpError, WipeRequested
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.protocol import illnesses
from overair.doctor.checks.protocol.failures import REFUSALS, status_of, told
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned
from overair.doctor.facts.web import Endpoint
from overair.doctor.phone import device_id, phone
from overair.protocol.http import HttpStatus
from overair.protocol.policy import EASProvisionDoc
from overair.versions import Version

STRICT: Final = (
    "RequireStorageCardEncryption",
    "RequireDeviceEncryption",
    "RequireEncryptedSMIMEMessages",
    "RequireSignedSMIMEMessages",
)
"""What demands more of a device than a setting."""
NOTHING_DEMANDED: Final = frozenset(("", "0", "-1"))
PERMISSION: Final = re.compile("Allow|AttachmentsEnabled")
MOST_PERMISSIVE: Final = {"AllowBluetooth": "2", "AllowSMIMEEncryptionAlgorithmNegotiation": "2"}
"""Of settings that permit; of the others it is 1."""
WITHOUT: Final = frozenset((HttpStatus.NOT_IMPLEMENTED, HttpStatus.BAD_REQUEST, HttpStatus.FORBIDDEN))
"""What servers answer that know no policies."""


async def examine(bedside: Bedside) -> Provisioned | None:
    """Fetch the policy and acknowledge it."""
    async with phone(bedside) as client:
        try:
            policy = await client.provision()
        except WipeRequested as order:
            what = "of the account alone" if order.account_only else "of the whole device"
            bedside.find(illnesses.WIPE_ORDERED, what=what)
            return None
        except ClientError as error:
            # A refusal is no matter of policies: the next check asks without them and hears it, too.
            if (isinstance(error, HttpError) and error.status in WITHOUT) or status_of(error) in REFUSALS:
                bedside.note(f"none ({told(error)})")
                return Provisioned(0, {})
            if isinstance(error, HttpError) and error.status == HttpStatus.REDIRECT:
                raise NotReached("the server redirects in circles") from None
            bedside.find(illnesses.PROVISIONING_FAILS, told=told(error), device=device_id())
            return None
        policies = demanded(policy, bedside.fact(Spoken).version)
        bedside.note(", ".join(f"{name}={value}" for name, value in policies.items()) or "none")
        strict = [name for name in STRICT if name in policies]
        if strict:
            bedside.find(illnesses.POLICIES_STRICT, policies=", ".join(strict))
        return Provisioned(client.policy_key, policies)


def demanded(policy: EASProvisionDoc | None, version: Version) -> dict[str, str]:
    """What a policy demands, by the names of the specification."""
    children = policy.to_element(version).children if policy is not None else ()
    return {child.tag.name: child.text for child in children if _demands(child.tag.name, child.text)}


def _demands(name: str, value: str) -> bool:
    if PERMISSION.match(name):
        return value not in ("", MOST_PERMISSIVE.get(name, "1"))
    return value not in NOTHING_DEMANDED


CHECK: Final = Check(
    id="provisioning",
    title="Read and accept the policies",
    section=Section.PROTOCOL,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken),
    yields=Provisioned,
    finds=(illnesses.WIPE_ORDERED, illnesses.PROVISIONING_FAILS, illnesses.POLICIES_STRICT),
)
