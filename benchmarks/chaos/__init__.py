"""What jobs survive: workers are killed while they work, and every job still ends once."""
