"""What Overair costs, measured."""
