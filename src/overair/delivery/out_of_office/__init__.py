"""Automatic replies while their users are out of office (MS-ASCMD 2.2.3.122, RFC 3834)."""
