"""Values in a message: what sort, which canonical form, and where the words stand."""
