"""The act and look-up steps: what a flow asks for, carried out through the ports."""
