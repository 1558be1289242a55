"""The doctor as a web page for a help desk: `overair doctor serve`."""
