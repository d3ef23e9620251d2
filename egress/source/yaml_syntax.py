"""What libyaml says of a file that is not YAML, in words that say what to do."""

import yaml


class UnreadableError(Exception):
    """The file cannot be read any further; `line` is where, from 1."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def syntax_error(error: yaml.YAMLError) -> UnreadableError:
    """A syntax error of libyaml in our words, where the words are known to help."""
    problem, mark = str(error), None
    if isinstance(error, yaml.MarkedYAMLError):
        problem, mark = error.problem or "it ends too early", error.problem_mark or error.context_mark
    fix = next((fix for words, fix in _FIXES.items() if words in problem), problem)
    return UnreadableError(f"the file is not YAML: {fix}", mark.line + 1 if mark else None)


_FIXES = {
    "cannot start any token": "a tab or a reserved sign (@ ` %) begins a word: use blanks, or quotes",
    "mapping values are not allowed": "a second `key: value` on this line: break the line or quote the text",
    "could not find expected ':'": "a key has no colon, here or above: write `key: value`",
    "did not find expected key": "the indentation does not fit the lines above: align keys of one mapping",
    "did not find expected '-' indicator": "the indentation does not fit the list above: align its dashes",
    "did not find expected ',' or ']'": "a [ is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "a { is not closed, or a comma is missing",
    "did not find expected node content": "a value is missing here, or something above is not closed",
    "found unexpected end of stream": "a quote is not closed",
}
"""Parts of libyaml's messages, and what to do about them."""
