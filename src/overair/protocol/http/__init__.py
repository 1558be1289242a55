"""MS-ASHTTP: what the query, the headers and the HTTP statuses mean.

``read_request`` makes a Request of a query and headers; ``Request.to_query`` and ``to_headers``
go the other way, for a client.
"""

from overair.protocol.http.commands import CODE_OF_COMMAND, COMMAND_CODES, Command, command_in_version
from overair.protocol.http.compression import DecompressionError, accepts_gzip, compress, decompress
from overair.protocol.http.credentials import Credentials, parse_authorization
from overair.protocol.http.errors import BadRequest
from overair.protocol.http.request import (
    MIME_TYPE,
    MULTIPART_TYPE,
    WBXML_TYPE,
    WBXML_TYPES,
    Request,
    read_request,
)
from overair.protocol.http.responses import PATH, answer_headers, offer_headers, resynchronize_headers
from overair.protocol.http.statuses import MEANINGS, HttpStatus, http_status_for

__all__ = [
    "CODE_OF_COMMAND",
    "COMMAND_CODES",
    "MEANINGS",
    "MIME_TYPE",
    "MULTIPART_TYPE",
    "PATH",
    "WBXML_TYPE",
    "WBXML_TYPES",
    "BadRequest",
    "Command",
    "Credentials",
    "DecompressionError",
    "HttpStatus",
    "Request",
    "accepts_gzip",
    "answer_headers",
    "command_in_version",
    "compress",
    "decompress",
    "http_status_for",
    "offer_headers",
    "parse_authorization",
    "read_request",
    "resynchronize_headers",
]
