#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints where a pointer is used as a truth value (`if (p)`, `!p`, `p && …`: we compare pointers with NULL), and where sizeof
has brackets around an object (`sizeof(x)`: we write `sizeof x`).

Usage: dialect.py BUILD-FOLDER SOURCE.c…, in the source folder. Exits with 77 if libclang is missing.
"""
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

try:
    from clang.cindex import CursorKind, Index, TypeKind
except ImportError:
    sys.exit(77)

BUILD, SOURCES = sys.argv[1], sys.argv[2:]
FOLDERS = ["STATE_PARENT", "SYSCONFDIR", "SBINDIR", "PKGLIBDIR", "RUNTIME_PARENT"]
LIBRARIES = ["libsystemd", "json-c", "ncursesw", "inih", "cmocka"]
POINTERS = {TypeKind.POINTER, TypeKind.CONSTANTARRAY, TypeKind.INCOMPLETEARRAY}


def arguments():
    flags = subprocess.run(["pkg-config", "--cflags", *LIBRARIES], capture_output=True, text=True).stdout.split()
    return ["-std=gnu11", "-D_GNU_SOURCE", "-I.", f"-I{BUILD}", *flags,
            *(f'-DKIPC_{name}=""' for name in FOLDERS)]


def bare(cursor):
    """The expression inside brackets and implicit conversions."""
    while cursor.kind in (CursorKind.UNEXPOSED_EXPR, CursorKind.PAREN_EXPR):
        inside = list(cursor.get_children())
        if len(inside) != 1:
            break
        cursor = inside[0]
    return cursor


def is_pointer(cursor):
    return cursor.kind.is_expression() and bare(cursor).type.get_canonical().kind in POINTERS


def is_macro(cursor, text):
    """A macro that looks like a call: what it expands to is not ours."""
    looks_like_call = re.match(rb"\w+\(", text[cursor.extent.start.offset:])
    return looks_like_call and bare(cursor).kind != CursorKind.CALL_EXPR


def operands(cursor, text):
    """The children of an expression or statement that it takes for truth values."""
    inside = list(cursor.get_children())
    kind = cursor.kind
    if kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.CONDITIONAL_OPERATOR):
        return inside[:1]
    if kind == CursorKind.DO_STMT:
        return inside[-1:]
    if kind == CursorKind.UNARY_OPERATOR and text[cursor.extent.start.offset:][:1] == b"!":
        return inside
    if kind == CursorKind.BINARY_OPERATOR and len(inside) == 2:
        between = text[inside[0].extent.end.offset:inside[1].extent.start.offset]
        return inside if b"&&" in between or b"||" in between else []
    if kind == CursorKind.FOR_STMT:
        ends = [child for child in inside[:-1] if text[child.extent.end.offset:].lstrip()[:1] == b";"]
        return [child for child in ends
                if text[cursor.extent.start.offset:child.extent.start.offset].rstrip()[-1:] == b";"]
    if kind == CursorKind.UNEXPOSED_EXPR and cursor.type.get_canonical().kind == TypeKind.BOOL:
        return [child for child in inside if child.extent == cursor.extent] # converted, with no operator
    return []


def is_bracketed_object(cursor, text):
    """sizeof(x), but not in the expansion of a macro."""
    if cursor.kind != CursorKind.CXX_UNARY_EXPR or not text[cursor.extent.start.offset:].startswith(b"sizeof"):
        return False
    inside = list(cursor.get_children())
    return len(inside) == 1 and inside[0].kind == CursorKind.PAREN_EXPR


def breaches(source):
    unit = Index.create().parse(source, args=arguments())
    errors = [str(problem) for problem in unit.diagnostics if problem.severity >= 3]
    if errors:
        return errors[:1]
    with open(source, "rb") as file:
        text = file.read()
    found = []

    def note(place, sentence):
        found.append(f"{source}:{place.line}: {sentence}: {text.splitlines()[place.line - 1].decode().strip()}")

    def visit(cursor):
        for operand in operands(cursor, text):
            if is_pointer(operand) and not is_macro(operand, text):
                note(operand.extent.start, "compare the pointer with NULL")
        if is_bracketed_object(cursor, text):
            note(cursor.extent.start, "sizeof needs no brackets here")
        for child in cursor.get_children():
            visit(child)

    for declaration in unit.cursor.get_children():
        file = declaration.location.file
        if file is not None and file.name == source:
            visit(declaration)
    return found


if __name__ == "__main__":
    with ProcessPoolExecutor() as pool:
        for lines in pool.map(breaches, SOURCES):
            for line in lines:
                print(line)
