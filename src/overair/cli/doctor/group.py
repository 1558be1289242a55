"""A noun that is a verb, too: `overair doctor ADDRESS` examines, `overair doctor certs` is a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Context  # what TyperGroup says of its methods

DEFAULT: Final = "examine"
HELP: Final = frozenset(("--help", "-h"))


class WithDefault(TyperGroup):
    """A group whose first word need not be a command's name: what is none is meant for DEFAULT."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the default command's name before what does not begin with one."""
        if args and args[0] not in self.commands and args[0] not in HELP:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
