"""Does the endpoint answer itself, or send phones elsewhere?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import MAXIMUM_URL, led_to
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.web import Greeting
from overair.doctor.greeting import Nature
from overair.doctor.illness import Illness, Product, Severity

REDIRECTED: Final = Illness(
    id="post-redirected",
    severity=Severity.BREAKS,
    says="{host} answers a phone's POST with a redirect (HTTP {status}) to {target}. Phones do not follow "
    "redirects of POST, or lose the request on the way.",
    cure="Answer {path} at {host} itself, without a redirect: pass it on to the server instead of sending "
    "the phone there.",
    cures={
        Product.NGINX: "Put location /Microsoft-Server-ActiveSync {{ proxy_pass … }} beside the return or "
        "rewrite that redirects.",
        Product.APACHE: "With a slash added it is mod_dir: DirectorySlash Off, or Alias the path to the "
        "program rather than to a folder. Otherwise RewriteCond %{{REQUEST_URI}} "
        "!^/Microsoft-Server-ActiveSync [NC] before the RewriteRule.",
        Product.HAPROXY: "Add unless {{ path_beg -i /microsoft-server-activesync }} to http-request "
        "redirect.",
        Product.IIS: "HTTP Redirect of the site is inherited by Microsoft-Server-ActiveSync: switch it off "
        "there.",
        Product.EXCHANGE: "HTTP Redirect of the Default Web Site (to /owa) is inherited: switch it off at "
        "Microsoft-Server-ActiveSync in IIS Manager, then iisreset.",
    },
)


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    if greeting.nature is Nature.REDIRECT:
        target = led_to(greeting.url, greeting.post)
        bedside.find(
            REDIRECTED,
            status=greeting.post.status,
            target=f"{target.origin()}{target.raw_path}"[:MAXIMUM_URL] if target is not None else "nowhere",
            path=greeting.path,
        )


CHECK: Final = Check(
    id="endpoint-redirects",
    title="Does the endpoint answer itself?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting,),
    finds=(REDIRECTED,),
)
