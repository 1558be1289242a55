"""Tells stories through a gateway."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from model.over_gateway import GatewayWorkshop
from model.run import simulation
from model.served import Served
from model.upstream import Upstream


@contextmanager
def gatewayed() -> Iterator[Served]:
    """A Served whose servers are gateways, with servers behind them."""
    with (
        simulation() as simulated,
        closing(Upstream()) as upstream,
        tempfile.TemporaryDirectory(prefix="overair-gateway-") as directory,
    ):
        yield Served(GatewayWorkshop(Path(directory), simulated.template, upstream), simulated)
