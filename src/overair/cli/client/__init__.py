"""`overair client`: a phone on the command line, to see what a phone would see."""
