"""What is told of an examination: as data, in words, as a page, without names."""
