"""Events: made, changed and shown as each version has them."""
