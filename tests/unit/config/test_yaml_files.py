"""Files that cannot be read, and YAML that readers understand differently."""

import time

import pytest

AMBIGUOUS = "unquoted, this is"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            b"\xff\xfe",
            "destinations.yaml:1: the file is not UTF-8 (byte 0xff): save it as UTF-8",
            id="UTF-16",
        ),
        pytest.param(
            b"destinations:\n  # caf\xe9\n",
            "destinations.yaml:2: the file is not UTF-8 (byte 0xe9): save it as UTF-8",
            id="Latin-1",
        ),
        pytest.param(
            "# \u202e\n",
            "destinations.yaml:1: the file holds the invisible character U+202E: remove it",
            id="text-direction",
        ),
        pytest.param(
            "a: 1\n\x07",
            "destinations.yaml:2: the file holds the invisible character U+0007: remove it",
            id="bell",
        ),
        pytest.param(
            "",
            "destinations.yaml: the file is empty: write lines of `key: value`, "
            "the keys being authorization, destinations, google_apis",
            id="empty",
        ),
        pytest.param(
            "# nothing but a comment\n",
            "destinations.yaml: the file is empty: write lines of `key: value`, "
            "the keys being authorization, destinations, google_apis",
            id="comment",
        ),
        pytest.param(
            "- example.com\n",
            "destinations.yaml:1: the file is no mapping: write lines of `key: value`, "
            "the keys being authorization, destinations, google_apis",
            id="list",
        ),
        pytest.param(
            "\nexample.com\n",
            "destinations.yaml:2: 'example.com': the file is no mapping: write lines of `key: value`, "
            "the keys being authorization, destinations, google_apis",
            id="text",
        ),
        pytest.param(
            "authorization: open\n---\nauthorization: open\n",
            "destinations.yaml:2: a second document begins here (---): one file is one document",
            id="two-documents",
        ),
        pytest.param(
            "destinations:\n\texample.com: {}\n",
            "destinations.yaml:2: the file is not YAML: a tab or a reserved sign (@ ` %) begins a word: "
            "use blanks, or quotes",
            id="tab",
        ),
        pytest.param(
            "authorization: by-namespace: open\n",
            "destinations.yaml:1: the file is not YAML: a second `key: value` on this line: "
            "break the line or quote the text",
            id="two-keys",
        ),
        pytest.param(
            "authorization\ndestinations: {}\n",
            "destinations.yaml:2: the file is not YAML: a second `key: value` on this line: "
            "break the line or quote the text",
            id="no-colon",
        ),
        pytest.param(
            "destinations: {}\n  authorization: open\n",
            "destinations.yaml:2: the file is not YAML: the indentation does not fit the lines above: "
            "align keys of one mapping",
            id="indentation",
        ),
        pytest.param(
            "destinations: {a: b\n",
            "destinations.yaml:2: the file is not YAML: a { is not closed, or a comma is missing",
            id="brace",
        ),
        pytest.param(
            "destinations: [a\n",
            "destinations.yaml:2: the file is not YAML: a [ is not closed, or a comma is missing",
            id="bracket",
        ),
        pytest.param(
            "destinations: {\n",
            "destinations.yaml:2: the file is not YAML: a value is missing here, or something above is not closed",
            id="no-value",
        ),
        pytest.param(
            'authorization: "open\n',
            "destinations.yaml:2: the file is not YAML: a quote is not closed",
            id="quote",
        ),
        pytest.param(
            "destinations: *missing\n",
            "destinations.yaml:1: the alias *missing has no anchor &missing before it",
            id="alias-without-anchor",
        ),
        pytest.param(
            "destinations: &loop\n  a.com: *loop\n",
            "destinations.yaml:2: the alias *loop has no anchor &loop before it",
            id="alias-of-itself",
        ),
        pytest.param(
            "destinations: " + "[" * 30 + "]" * 30,
            "destinations.yaml:1: lists and mappings nest deeper than 20 levels: flatten them",
            id="deep",
        ),
        pytest.param(
            "#" * 1_000_001,
            "destinations.yaml: the file has 1000001 bytes, at most 1000000 are read: split it",
            id="large",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(folder, content, problem):
    folder.write("destinations.yaml", content)

    assert [each for each in folder.problems() if each.startswith("destinations.yaml")] == [problem]


def test_an_unreadable_destinations_file_does_not_make_every_grant_a_problem(folder):
    folder.write("destinations.yaml", b"\xff")

    assert len(folder.problems()) == 1


def test_an_alias_bomb_ends_quickly(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    folder.write("destinations.yaml", "\n".join(lines) + "\n")
    start = time.perf_counter()

    problems = folder.problems()

    assert time.perf_counter() - start < 5
    assert problems == [
        "destinations.yaml:1: the file holds more than 50000 values once its aliases are expanded: write them out"
    ]


def test_ten_thousand_open_brackets_end_quickly(folder):
    folder.write("destinations.yaml", "[" * 10_000)

    assert folder.problems() == [
        "destinations.yaml:1: lists and mappings nest deeper than 20 levels: flatten them"
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (
            "no",
            "a switch to some YAML readers and text to others: write false for a switch, or 'no' for text",
        ),
        ("On", "a switch to some YAML readers and text to others: write true for a switch, or 'On' for text"),
        ("010", "octal to some YAML readers and decimal to others: write it in quotes ('010')"),
        ("0o17", "a number to some YAML readers and text to others: write it in quotes ('0o17')"),
        ("0x1F", "a number to some YAML readers and text to others: write it in quotes ('0x1F')"),
        ("1_000", "a number to some YAML readers and text to others: write it in quotes ('1_000')"),
        ("12:30", "a number to base 60 to some YAML readers: write it in quotes ('12:30')"),
        ("2026-11-23", "a date to some YAML readers and text to others: write it in quotes ('2026-11-23')"),
        (".inf", "not a number that JSON can carry: write it in quotes ('.inf')"),
        (
            "12345678901234567890",
            "a number too large to be read exactly: write it in quotes ('12345678901234567890')",
        ),
    ],
)
def test_a_scalar_that_readers_understand_differently_must_be_quoted(folder, written, says):
    folder.edit("teams/team-x.yaml", "team: x", f"team: {written}")
    assert folder.problems() == [f"teams/team-x.yaml:1: labels.team: '{written}': {AMBIGUOUS} {says}"]

    folder.edit("teams/team-x.yaml", f"team: {written}", f"team: '{written}'")
    assert not any(AMBIGUOUS in problem for problem in folder.problems())


@pytest.mark.parametrize("word", ["x", "y", "n", "node", "-", "a-b", "1.2.3", "1.31.1", "e2-standard-4", "+"])
def test_plain_words_need_no_quotes(folder, word):
    folder.edit("teams/team-x.yaml", "hello: world", f"hello: {word if word != '-' else '--'}")

    assert folder.problems() == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1: x", "labels.1: a key must be text: write it in quotes ('1')"),
        ("null: x", "labels.null: a key must be text: write it in quotes ('null')"),
        (
            "no: x",
            "labels.no: this key is a switch to some YAML readers and text to others: write it in quotes ('no')",
        ),
        ("<<: {a: b}", "labels.<<: a merge key (<<) is not read: write the keys out"),
        ("? [a, b]\n  : x", "labels: a key must be text, not a list or a mapping"),
        ("a: x\n  a: y", "labels.a: the key is here twice, first on line 2: keep one of them"),
        ("a: !!str 1", "labels.a: a YAML tag (!...) is not read: write the plain value"),
        ("a: !!python/name:os.system ''", "labels.a: a YAML tag (!...) is not read: write the plain value"),
        ("a:", "labels.a: there is no value here: write a value, or remove the key"),
        ("a: ~", "labels.a: there is no value here: write a value, or remove the key"),
        (
            "a: $${x}",
            "labels.a: '$${x}': Terraform would read ${ as a template of its own: write the text without it",
        ),
        (
            "'%{x}': y",
            "labels.%{x}: '%{x}': Terraform would read %{ as a template of its own: write the text without it",
        ),
        ('a: "\\a"', "labels.a: '\\x07': the text holds the invisible character U+0007: remove it"),
    ],
)
def test_yaml_beyond_plain_keys_and_values_is_refused(folder, line, problem):
    folder.edit("teams/team-x.yaml", "labels: { team: x }", f"labels:\n  {line}")

    assert [each.partition(": ")[2] for each in folder.problems()] == [problem]


def test_a_template_is_refused_wherever_it_stands(folder):
    folder.edit("teams/team-x.yaml", "hello: world", "hello: 'Hello, ${name}!'")

    assert folder.problems() == [
        "teams/team-x.yaml:13: buckets.data.objects.hello: 'Hello, ${name}!': "
        "Terraform would read ${ as a template of its own: write the text without it"
    ]
