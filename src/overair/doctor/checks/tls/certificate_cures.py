"""How each program gets another certificate: the cure of most of what can be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from overair.doctor.illness import Product

NEW_CERTIFICATE: Final[Mapping[Product, str]] = {
    Product.EXCHANGE: "Request a new certificate for {host} (`New-ExchangeCertificate -GenerateRequest`), "
    "import the answer (`Import-ExchangeCertificate`) and give it to the web site: "
    "`Enable-ExchangeCertificate -Thumbprint THUMBPRINT -Services IIS`.",
    Product.IIS: "Import a new certificate for {host} into the machine's store (certlm.msc, Personal) and "
    "choose it in the https binding of the site in IIS Manager.",
    Product.NGINX: "Get a certificate for {host} (`certbot --nginx -d {host}`), or name it with "
    "`ssl_certificate` and `ssl_certificate_key`, and run `nginx -s reload`.",
    Product.APACHE: "Get a certificate for {host} (`certbot --apache -d {host}`), or name it with "
    "`SSLCertificateFile` and `SSLCertificateKeyFile`, and run `apachectl graceful`.",
    Product.HAPROXY: "Put certificate, intermediates and key of {host} into one file, name it with "
    "`bind :443 ssl crt FILE`, and run `systemctl reload haproxy`.",
    Product.OVERAIR: "Let Overair get one by itself (`[tls.acme]` in overair.toml with `names`), name "
    "files with `[tls] certificate` and `key`, or run `overair cert renew --force` for its own authority.",
}
"""Where the program is known; Z-Push, SOGo, grommunio, Kerio and Zimbra sit behind one of these."""
