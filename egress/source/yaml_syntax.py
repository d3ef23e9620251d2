"""What libyaml says of a file that is not YAML, in words that say what to do."""

import yaml


class UnreadableError(Exception):
    """The file cannot be read any further; `line` is where, from 1."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def syntax_error(error: yaml.YAMLError, quoted: tuple[int, int] | None = None) -> UnreadableError:
    """A syntax error of libyaml in our words, where the words are known to help.

    `quoted` are the first and the last line of the last quoted text that has several: where the error is on its last
    line, the quote was most likely meant to end on its first.
    """
    problem, mark = str(error), None
    if isinstance(error, yaml.MarkedYAMLError):
        problem, mark = error.problem or "it ends too early", error.problem_mark or error.context_mark
        if "unexpected end of stream" in problem:
            mark = error.context_mark or mark  # where the quote opens, not where the file ends
        if "unexpected end of stream" in problem:
            mark = error.context_mark or mark  # where the quote opens, not where the file ends
    if quoted and mark and mark.line + 1 == quoted[1] and mark.line + 1 != quoted[0]:
        message = f"the quote that opens here is closed on line {quoted[1]} only: close it on this line"
        return UnreadableError(f"the file is not YAML: {message}", quoted[0])
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
    "found unexpected end of stream": "the quote that opens here is not closed",
}
"""Parts of libyaml's messages, and what to do about them."""
