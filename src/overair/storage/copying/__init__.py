"""Copying a store from one database to another: `overair store copy`."""
