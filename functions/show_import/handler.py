"""ShowImport: dashboard widget of dropped files and what became of their rows."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.service.imports.shown import import_at, lacked, newest_imports


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by CloudWatch with `{creditor, key, widgetContext}`; returns HTML."""
    ask = wiring.widgets().read(event, context.invoked_function_arn)
    widget, drop_box = wiring.import_widget(), wiring.drop_box()
    if ask.describe:
        return widget.describe()
    key = ask.values.get("key", "")
    if key:
        document = import_at(drop_box, ask.creditor, key)
        return widget.one(ask, document, lacks=lacked(drop_box, document))
    return widget.imports(ask, newest_imports(drop_box, ask.creditor))
