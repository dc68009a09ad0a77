"""`NAME.mapping.yaml` from its bytes."""

from __future__ import annotations

import yaml

from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors, check_sidecar

_CAP = 1 << 20


def read_sidecar(data: bytes) -> Sidecar | SidecarErrors:
    """The checked sidecar, or everything that is wrong with it."""
    if len(data) > _CAP:
        return SidecarErrors(errors=("the mapping file is larger than a megabyte",))
    try:
        text = data.decode("utf-8-sig")
        raw = yaml.safe_load(text)
    except UnicodeDecodeError:
        return SidecarErrors(errors=("the mapping file is not UTF-8 text",))
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f" on line {mark.line + 1}" if mark else ""
        return SidecarErrors(errors=(f"the mapping file is not YAML{where}",))
    except RecursionError:
        return SidecarErrors(errors=("the mapping file is nested too deeply",))
    return check_sidecar(raw)
