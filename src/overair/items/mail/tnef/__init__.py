"""TNEF: what Outlook wraps a message's rich parts in, as ``winmail.dat`` (MS-OXTNEF)."""
