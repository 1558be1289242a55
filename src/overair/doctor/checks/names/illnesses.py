"""What can be wrong with the addresses of a name."""

from __future__ import annotations

from typing import Final

from overair.doctor.illness import Illness, Severity

UNKNOWN: Final = Illness(
    id="name-unknown",
    severity=Severity.BREAKS,
    says="The name {host} does not exist in DNS.",
    cure="Look whether {host} is spelled right. If it is, add the record `{host}. A ADDRESS` with the public "
    "address of the server to the zone.",
)
WITHOUT_ADDRESS: Final = Illness(
    id="name-without-address",
    severity=Severity.BREAKS,
    says="The name {host} exists in DNS, but has no address (neither A nor AAAA).",
    cure="Add the record `{host}. A ADDRESS` with the public address of the server to the zone.",
)
ALIAS_DANGLING: Final = Illness(
    id="alias-dangling",
    severity=Severity.BREAKS,
    says="{host} is an alias (CNAME) that ends at {target}, which does not exist.",
    cure="Change the CNAME record of {host} so that it leads to the name of the server, or create {target}.",
)
ALIAS_WITHOUT_ADDRESS: Final = Illness(
    id="alias-without-address",
    severity=Severity.BREAKS,
    says="{host} is an alias (CNAME) that ends at {target}, which has no address (neither A nor AAAA).",
    cure="Add the record `{target}. A ADDRESS`, or change the CNAME record of {host} so that it leads to the "
    "name of the server.",
)
ALIAS_LOOP: Final = Illness(
    id="alias-loop",
    severity=Severity.BREAKS,
    says="The aliases (CNAME) of {host} lead in a circle: {trail}.",
    cure="Replace one of these CNAME records, the last one best, by an A record with the address of the "
    "server.",
)
ALIAS_LONG: Final = Illness(
    id="alias-chain-long",
    severity=Severity.IMPAIRS,
    says="{host} leads over {count} aliases (CNAME) to {last}; many resolvers give up on the way.",
    cure="Let the CNAME record of {host} lead straight to {last}.",
)
DNSSEC_BOGUS: Final = Illness(
    id="dnssec-bogus",
    severity=Severity.BREAKS,
    says="The signatures (DNSSEC) of {name} are wrong: resolvers that check them, as those of most mobile "
    "networks do, give no address.",
    cure="Sign the zone anew (signatures that have expired), and let the DS record at the registrar match "
    "the zone's key: compare `dig +cd DNSKEY ZONE` with `dig DS ZONE`. Without a key any more, remove the "
    "DS record.",
)
DNS_FAILS: Final = Illness(
    id="dns-fails",
    severity=Severity.BREAKS,
    says="The look-up of {host} fails (SERVFAIL): the name servers of its zone do not answer as they should.",
    cure="Ask each name server of the zone itself: `dig NS ZONE`, then `dig @SERVER {host}`. One that is "
    "gone or does not know the zone has to be mended, or taken out of the delegation at the registrar.",
)
DNS_REFUSES: Final = Illness(
    id="dns-refuses",
    severity=Severity.BREAKS,
    says="The name server refuses to look up {host}.",
    cure="Look for a filter (response policy zone, parental control, block list) in the name server and take "
    "{host} out of it.",
)
DNS_SILENT: Final = Illness(
    id="dns-silent",
    severity=Severity.BREAKS,
    says="The name servers answer other questions, but nothing for {host}.",
    cure="Ask each name server of the zone itself: `dig NS ZONE`, then `dig @SERVER {host}`. Look for a "
    "firewall that drops long answers (DNS over UDP above 512 bytes, DNS over TCP).",
)
FAMILY_FAILS: Final = Illness(
    id="dns-fails-for-a-family",
    severity=Severity.IMPAIRS,
    says="{host} has addresses, but the question for its {kind} records fails ({outcome}); some phones then "
    "wait, or take the name for unknown.",
    cure="Have the name server answer questions for {kind} of {host}: with the records, or with “no such "
    "record” (NOERROR) where there are none. Load balancers that answer DNS are often at fault.",
)
HOSTS_FILE_ONLY: Final = Illness(
    id="name-only-here",
    severity=Severity.BREAKS,
    says="Only this machine knows {host} ({addresses}), by its hosts file or a name service of its own; DNS "
    "does not, and phones ask DNS.",
    cure="Add the record `{host}. A ADDRESS` to the zone, and take the line out of /etc/hosts "
    "(C:\\Windows\\System32\\drivers\\etc\\hosts on Windows).",
)
HOSTS_FILE: Final = Illness(
    id="hosts-file",
    severity=Severity.ODDITY,
    says="This machine takes {host} for {here} (its hosts file says so); DNS says {there}, and so phones go "
    "somewhere else than this examination.",
    cure="Take the line of {host} out of /etc/hosts (C:\\Windows\\System32\\drivers\\etc\\hosts on "
    "Windows) and run the doctor again.",
)
AUTODISCOVER_MISSING: Final = Illness(
    id="autodiscover-name-missing",
    severity=Severity.ODDITY,
    says="There is no {host} in DNS; phones look for the server there.",
    cure="Add the record `{host}. CNAME SERVER.` with the name of the EAS server to the zone of {domain}, "
    "and {host} to the server's certificate.",
)
SLOW: Final = Illness(
    id="dns-slow",
    severity=Severity.ODDITY,
    says="The look-up of {host} took {seconds} seconds.",
    cure="Ask each name server of the zone itself (`dig NS ZONE`, then `dig @SERVER {host}`) and take out, "
    "or mend, the one that is late or gone.",
)
