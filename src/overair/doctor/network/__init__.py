"""How the doctor reaches hosts: names, connections, TLS, HTTP."""
