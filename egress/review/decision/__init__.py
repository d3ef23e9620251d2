"""What one control decides, as data: who, what, why. Texts of it are made in texts alone."""
