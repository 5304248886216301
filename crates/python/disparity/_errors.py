"""What can go wrong."""

from __future__ import annotations


class DisparityError(Exception):
    """Something was wrong with what was asked or given.

    `hint` says what to do about it; `file`, `line` and `column` where it was, if it was in a file.
    """

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        # Errors of files bring their hints along, each behind its own.
        if self.hint and self.hint not in self.message:
            return f"{self.message}\nhint: {self.hint}"
        return self.message


class DisparityWarning(UserWarning):
    """Something to know of what was asked: a note of the program, such as which years are not held."""
