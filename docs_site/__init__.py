"""What the site of docs/ does beyond mkdocs-material."""
