"""Instance families of ``benchmarks.quality``: how each is found, solved and checked."""
