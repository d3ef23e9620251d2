"""Why a request was refused: from what a person has to the line that decides and the patch that grants it."""
