"""`overair doctor`: why a phone does not connect, and what to do about it."""
