"""How commands are declared: options that many share are said once, a refusal is said in one way,
and the help of each ends with its example.

A parameter marked with `Given` is made of options: its source's own parameters become options of
the command, and what the source returns is the value. `--aws` and `--stack`, the account that is
meant, and who does something and why are given so.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand
from typer.models import ArgumentInfo

from dunlin.cli.speech import refused
from dunlin.domain.errors import Conflict, DomainError, Unavailable

_MARK = "\n\nExample: "


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that is the answer of `source`, whose parameters are the command's options."""

    source: Callable[..., Any]


class SpokenCommand(TyperCommand):
    """A command whose errors are sentences, and whose example can be pasted as it stands."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Typer would fold the lines of the example into one and wrap it anew."""
        epilog, self.epilog = self.epilog, None
        super().format_help(ctx, formatter)
        self.epilog = epilog
        for line in (epilog or "").split("\n"):
            typer.echo(f" {line}")

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise refused(error) from error
        except Unavailable as error:
            from dunlin.adapters.aws.refusals import explained

            meant = explained(error)
            again = f"{error}. Nothing is lost: try again."
            raise refused(again if meant == str(error) else meant) from error
        except Conflict as error:
            raise refused(f"{error}. Nothing is lost: try again.") from error
        except OSError as error:
            if error.filename is None:
                raise
            raise refused(f"{error.filename}: {error.strerror}") from error
        except Exception as error:
            # Told by its module, since a command that speaks to no stack never loads the SDK.
            if not type(error).__module__.startswith("botocore"):
                raise
            from dunlin.adapters.aws.refusals import explained

            raise refused(explained(error)) from error


class Commands(typer.Typer):
    """A group of commands. The docstring of each ends with a line `Example: dunlin ...`."""

    def __init__(self, text: str, *, example: str, **settings: Any) -> None:
        super().__init__(help=text, epilog=_MARK.strip() + " " + example, no_args_is_help=True,
                         **settings)  # fmt: skip

    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        """As Typer's, with what is given spread out into options."""

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            text, _, example = (inspect.getdoc(function) or "").partition(_MARK)
            epilog = f"Example: {example}" if example else None
            settings.setdefault("cls", SpokenCommand)
            add = super(Commands, self).command(name, help=text, epilog=epilog, **settings)
            add(_spread(function))
            return function

        return declare


def _spread(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the options of its sources in place of what they give. Arguments come
    first and in order, then its own options, then those that it shares with others."""
    own = _parameters(function)
    sources = {name: source for name, p in own.items() if (source := _source(p)) is not None}
    if not sources:
        return function
    taken = {name: _parameters(source) for name, source in sources.items()}
    arguments: dict[str, inspect.Parameter] = {}
    options: dict[str, inspect.Parameter] = {}
    shared: dict[str, inspect.Parameter] = {}
    for name, parameter in own.items():
        many = taken.get(name)
        for each, of in many.items() if many is not None else [(name, parameter)]:
            place = arguments if _is_argument(of) else options if many is None else shared
            place[each] = of

    def command(**values: Any) -> Any:
        given = {
            name: source(**{each: values[each] for each in taken[name]})
            for name, source in sources.items()
        }
        return function(**{n: given[n] if n in given else values[n] for n in own})

    # What a command says of an option itself (`--yes`) is kept beside what others say of it.
    spread = {**arguments, **options, **{n: p for n, p in shared.items() if n not in options}}
    command.__signature__ = inspect.Signature(list(spread.values()))  # type: ignore[attr-defined]
    command.__annotations__ = {name: p.annotation for name, p in spread.items()}
    command.__name__ = function.__name__
    return command


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function, eval_str=True).parameters
    return {n: p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for n, p in parameters.items()}


def _source(parameter: inspect.Parameter) -> Callable[..., Any] | None:
    marks = getattr(parameter.annotation, "__metadata__", ())
    return next((mark.source for mark in marks if isinstance(mark, Given)), None)


def _is_argument(parameter: inspect.Parameter) -> bool:
    marks = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(mark, ArgumentInfo) for mark in marks)
