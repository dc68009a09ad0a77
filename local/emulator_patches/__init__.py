"""What ministack 1.5.33 gets wrong, and a patch for each.

A patch is one function that replaces one behaviour of the emulator; its docstring says what is
broken upstream and what we do. `tests/local` runs each behaviour with the patch and without it,
and fails when upstream no longer needs it. A patch that does not find the code it replaces
raises `Changed`, so an upgrade cannot switch one off in silence.

This package runs inside the emulator's own environment and imports nothing of Dunlin.
"""

from collections.abc import Callable, Collection

from local.emulator_patches import (
    admin,
    events,
    functions,
    machines,
    messages,
    permissions,
    stack,
)

Patch = Callable[[], None]

PATCHES: tuple[Patch, ...] = (
    functions.own_packages_only,
    functions.exception_names,
    functions.unpack_once,
    functions.log_marks,
    functions.idle_workers,
    functions.metrics_from_logs,
    events.asynchronous_calls,
    events.streams,
    events.windows,  # after `streams`, whose polls it goes before
    events.queue_policies,
    events.file_versions,
    events.version_ranges,
    machines.yaml_definitions,
    machines.same_start,
    machines.timeouts,
    machines.retries,
    machines.throttles,
    machines.distributed_maps,
    machines.roles,  # after `distributed_maps`, which takes the reader out of the state
    machines.stops,
    events.turns,  # after `stops`: who was stopped while waiting for a turn must not run
    messages.mail_details,
    messages.mail_refusals,
    messages.mail_resources,
    messages.mail_events,
    messages.phone_numbers,
    messages.outboxes,
    messages.optout_lists,
    permissions.row_conditions,
    stack.object_lock,
    stack.permissions_boundary,
    stack.canary_deployments,
    stack.api_bodies,
    stack.api_addresses,
    admin.schedules,
    admin.rewind,
    admin.activity,
)


def apply(skip: Collection[str] = ()) -> None:
    """Apply every patch whose name is not in `skip`; `all` skips them all."""
    if "all" in skip:
        return
    unknown = set(skip) - {patch.__name__ for patch in PATCHES}
    if unknown:
        raise ValueError(f"no such patch: {', '.join(sorted(unknown))}")
    for patch in PATCHES:
        if patch.__name__ not in skip:
            patch()
