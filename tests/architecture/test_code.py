import ast
import re
import sys

import importlinter.cli

LONGEST = 400  # lines; a file fits in one sitting


def test_every_room_imports_only_what_its_contracts_allow(root, capsys):
    code = importlinter.cli.lint_imports(
        config_filename=str(root / "pyproject.toml"), no_cache=True, no_logo=True
    )
    assert code == importlinter.cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_module_fits_in_one_sitting(root, modules):
    scripts = [f.relative_to(root) for f in root.glob("src/stannary/report/charts/src/*.ts")]
    lines = {
        str(file): len((root / file).read_text().splitlines()) for file in [*modules, *scripts]
    }
    assert not {file: n for file, n in lines.items() if n > LONGEST}


def test_every_public_name_says_what_it_is(modules):
    bare = []
    for file, tree in modules.items():
        if not ast.get_docstring(tree):
            bare.append(f"{file}: the module")
        bare += [
            f"{file}:{node.lineno} {name}" for name, node in public(tree) if no_docstring(node)
        ]
    assert not bare


def public(tree, prefix=""):
    """Public functions and classes of a module, and public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_") or overload(node):
                continue
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{node.name}.")


def overload(node):
    return any(ast.unparse(d) in {"overload", "typing.overload"} for d in node.decorator_list)


def no_docstring(node):
    return not ast.get_docstring(node)


def test_every_package_imported_is_declared(modules, pyproject):
    project = pyproject["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["spark"]]
    declared = {re.split(r"[\[<>=;~! ]", line)[0].lower() for line in wanted}
    declared |= {name.removesuffix("-framework") for name in declared}  # ibis-framework is `ibis`
    imported = {}
    for file, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            else:
                continue
            for name in names:
                imported.setdefault(name.split(".")[0].lower(), str(file))
    own = {"stannary"} | {name.lower() for name in sys.stdlib_module_names}
    assert not {name: file for name, file in imported.items() if name not in declared | own}
