"""One formatter per file: VERB_FORMAT.py has `render(document) -> str`, and the registry says which there are."""
