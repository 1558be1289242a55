"""What commands print is what there is."""

from __future__ import annotations

import pytest
from rich.table import Table

from overair.cli.output import print_table


@pytest.mark.parametrize("text", ["59:BC:CD:63", ":smile:", "[red]x[/red]", "a [b] c"])
def test_a_cell_is_printed_as_it_is(capsys: pytest.CaptureFixture[str], text: str) -> None:
    table = Table("Text", box=None)
    table.add_row(text)
    print_table(table)
    assert text in capsys.readouterr().out
