"""The doctor: plays the phone at any EAS server, finds what is wrong and says how to mend it.

``Examination`` runs the checks of ``checks.CHECKS`` as a graph; ``diagnose`` names the one cause of what
they found.
"""
