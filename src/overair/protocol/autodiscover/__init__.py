"""Autodiscover: how a client that knows an address finds its server (MS-ASCMD 2.2.1.1, MS-OXDSCLI).

``pox`` has the messages in XML, ``json_v2`` those in JSON, ``autoconfig`` the file of Thunderbird,
``records`` what DNS has to say; ``site`` is where a server is, ``services`` what is offered beside it.
"""
