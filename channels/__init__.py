"""The ways in and out: web, desk and the command line."""

import os

# One sentence at a time is encoded and scored: more threads only spin and steal from the other
# turns (p99 of understanding fell from 250 to 54 ms on two busy cores). Read by the numeric
# libraries when they are first imported, hence here, before anything else.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
