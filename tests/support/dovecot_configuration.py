"""The files of the Dovecot that tests start."""

from __future__ import annotations

import base64
import os
import pwd
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from overair.tls import private_ca
from overair.tls.machine import Machine

PASSWORD: Final = "Geheim-pässwort 2"
MASTER: Final = "gateway"
MASTER_PASSWORD: Final = "master of all"
TOKEN_KEY: Final = b"a key of thirty-two bytes or more"
"""What access tokens (JWT, HS256, without a "kid") are signed with."""
ACCOUNTS: Final = 2_000
SMALL: Final = 20

LOCATIONS: Final = {
    "sdbox": "sdbox:~/mail",
    "maildir": "maildir:~/Maildir",
}

TEMPLATE: Final = """
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/log
listen = 127.0.0.1
protocols = imap
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
default_client_limit = 4000
default_process_limit = 4000
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  client_limit = 9000
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  client_limit = 9000
  unix_listener auth-userdb {{
    mode = 0777
  }}
}}
service stats {{
  chroot =
}}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_username_format = %Ln
auth_master_user_separator = *
auth_failure_delay = 0
auth_cache_size = 0
mail_max_userip_connections = 2000
passdb {{
  driver = passwd-file
  args = {directory}/masters
  master = yes
}}
passdb {{
  driver = passwd-file
  args = {directory}/users
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {directory}/oauth2.conf
}}
userdb {{
  driver = passwd-file
  args = {directory}/users
  default_fields = uid={uid} gid={gid} home={directory}/mails/%n
}}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
mail_location = {location}
mail_plugins = acl quota zlib
mail_fsync = never
mailbox_list_index = yes
mail_attribute_dict = file:%h/dovecot-attributes
protocol imap {{
  mail_plugins = $mail_plugins imap_acl imap_quota imap_zlib
  imap_metadata = yes
}}
plugin {{
  acl = vfile
  acl_user = %u
  acl_shared_dict = file:{directory}/mails/shared-mailboxes
  quota = count:User
  quota_vsizes = yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Archive {{
    auto = create
    special_use = \\Archive
  }}
}}
namespace {{
  type = shared
  separator = /
  prefix = shared/%%u/
  location = {shared}
  subscriptions = no
  list = children
}}
"""

OAUTH2: Final = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={directory}/keys/
username_attribute = sub
"""


def configuration(directory: Path, owner: pwd.struct_passwd, ports: tuple[int, int], storage: str) -> str:
    """dovecot.conf, and the files beside it."""
    machine = Machine(names=("localhost",), addresses=(ip_address("127.0.0.1"),))
    shown = private_ca.ensure(directory / "tls", machine)
    keys = directory / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(TOKEN_KEY))
    (directory / "oauth2.conf").write_text(OAUTH2.format(directory=directory))
    (directory / "run").mkdir()
    mine = pwd.getpwuid(os.geteuid()).pw_name
    root = os.geteuid() == 0
    return TEMPLATE.format(
        directory=directory,
        port=ports[0],
        tls_port=ports[1],
        internal="dovecot" if root else mine,
        internal_group="dovecot" if root else "",
        login="dovenull" if root else mine,
        certificate=shown.certificate_path,
        key=shown.private_key_path,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        location=LOCATIONS[storage],
        shared=LOCATIONS[storage].replace("~", "%%h"),
    )


def password_files(directory: Path, changed: Mapping[str, str]) -> None:
    """Every user there will be, so that none has to be added while it runs, and others by their names."""
    passwords = {f"user{number}": PASSWORD for number in range(1, ACCOUNTS + 1)} | dict(changed)
    lines = [f"{name}:{{PLAIN}}{password}::::::" for name, password in passwords.items()]
    small = [f"small{number}" for number in range(1, SMALL + 1)]
    lines += [f"{name}:{{PLAIN}}{PASSWORD}::::::userdb_quota_rule=*:storage=100K" for name in small]
    fresh = directory / "users.new"
    fresh.write_text("\n".join(lines) + "\n")
    fresh.replace(directory / "users")
    (directory / "masters").write_text(f"{MASTER}:{{PLAIN}}{MASTER_PASSWORD}\n")
