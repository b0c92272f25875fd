import re

# Written in two halves, so that this file does not hold what it looks for.
HOSTS = [
    "pypi" + ".org/simple",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb." + "debian.org",
]
MACHINES = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w"
    r"|/tm" + r"p/venv"
)
OUTSIDE = "../" + "shared"


def texts(files):
    for file in files:
        try:
            yield file, file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture


def test_no_file_names_a_registry_or_a_path_of_one_machine(kept):
    found = [
        f"{file.name}: {hit}"
        for file, text in texts(kept)
        for hit in [*(host for host in HOSTS if host in text), *MACHINES.findall(text)]
    ]
    assert not found


def test_nothing_is_read_from_outside_the_checkout(root, kept):
    inside = [file for file in kept if file.relative_to(root).parts[0] in {"src", "tests"}]
    assert not [file for file, text in texts(inside) if OUTSIDE in text]


def test_no_lock_file_is_kept_that_names_hosts(kept):
    assert not {"uv.lock", "pylock.toml", "poetry.lock"} & {file.name for file in kept}


def test_constraints_are_versions_only_and_cover_what_is_declared(root, pyproject):
    lines = (root / "constraints.txt").read_text().splitlines()
    assert not [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+( ; [^:@/]+)?", line)]
    pinned = {line.split("==")[0].lower() for line in lines}
    project = pyproject["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [want for group in groups for want in group]
    assert not [want for want in wanted if re.split(r"[\[<>=~! ]", want)[0].lower() not in pinned]


def test_readme_sets_up_with_two_commands_and_no_other(root):
    readme = (root / "README.md").read_text()
    fenced = "\n".join(re.findall(r"^```\w*\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL))
    typed = [line.removeprefix("$ ").split("#")[0].strip() for line in fenced.splitlines()]
    assert {"./run", "./run test"} <= set(typed)
    assert not re.search(r"\b(pip|uv|conda|venv|apt|apt-get|brew|npm) ", fenced)
