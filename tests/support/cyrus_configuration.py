"""The files of the Cyrus that tests start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PASSWORD: Final = "Geheim-pässwort 2"
MASTER: Final = "gateway"
MASTER_PASSWORD: Final = "master of all"

IMAPD: Final = """
configdirectory: {directory}/conf
partition-default: {directory}/spool
defaultpartition: default
cyrus_user: {user}
altnamespace: yes
unixhierarchysep: yes
virtdomains: off
admins: cyrus
proxyservers: {master}
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {directory}/passwords
sasl_mech_list: PLAIN
failedloginpause: 0
autocreate_quota: 0
autocreate_inbox_folders: Drafts|Sent|Trash|Junk|Archive
autocreate_subscribe_folders: Drafts|Sent|Trash|Junk|Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-junk: Junk
xlist-archive: Archive
conversations: yes
httpmodules: caldav carddav
tls_server_cert: {certificate}
tls_server_key: {key}
idlesocket: {directory}/conf/idle
proc_path: {directory}/conf/proc
mboxname_lockpath: {directory}/conf/lock
lmtpsocket: {directory}/conf/lmtp
syslog_prefix: overair-tests
"""

MASTER_CONF: Final = """
START {{
  recover cmd="ctl_cyrusdb -C {configuration} -r"
  idled cmd="{imapd}/idled -C {configuration}"
}}
SERVICES {{
  imap cmd="{imapd}/imapd -C {configuration}" listen="127.0.0.1:{port}" prefork=0 maxchild=200
  imaps cmd="{imapd}/imapd -s -C {configuration}" listen="127.0.0.1:{tls_port}" prefork=0 maxchild=200
  http cmd="httpd -C {configuration}" listen="127.0.0.1:{http_port}" prefork=0 maxchild=50
}}
EVENTS {{
}}
"""


def imapd_conf(directory: Path, certificate: tuple[Path, Path], user: str) -> str:
    """What all of its programs read; ``certificate`` has a key beside it."""
    return IMAPD.format(
        directory=directory,
        user=user,
        master=MASTER,
        certificate=certificate[0],
        key=certificate[1],
    )


def cyrus_conf(configuration: Path, imapd: Path, ports: tuple[int, int, int]) -> str:
    """What its first process starts."""
    port, tls_port, http_port = ports
    return MASTER_CONF.format(
        configuration=configuration, imapd=imapd, port=port, tls_port=tls_port, http_port=http_port
    )
