"""Sick servers on loopback: what the doctor is tested and people are trained on."""
