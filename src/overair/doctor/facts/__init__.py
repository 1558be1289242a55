"""What checks yield and need: one module per part of the examination."""
