"""The backend for mail: IMAP servers of every age, on the client in overair.imap."""
