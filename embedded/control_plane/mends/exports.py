"""An export that another stack imports can neither change nor go.

MiniStack holds that for the deletion of a stack, and forgets it when an update takes the export
away or gives it another value: then an app that would be stuck in an account goes on here.
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks


class ExportInUseError(ValueError):
    """In CloudFormation's words."""


def mend() -> None:
    """Outputs are resolved before anything is deleted, so the update can still be taken back."""
    theirs = stacks._resolve_stack_outputs

    def resolve_stack_outputs(*arguments: Any) -> Any:
        outputs, exports = theirs(*arguments)
        stack_id: str = arguments[-1]
        for name, export in list(cloudformation._exports.items()):
            if export["StackId"] != stack_id or exports.get(name) == export:
                continue
            if importers := _importers(name):
                verb = "update" if name in exports else "delete"
                in_use = f"Cannot {verb} export {name} as it is in use by {', '.join(importers)}"
                raise ExportInUseError(in_use)
        return outputs, exports

    stacks._resolve_stack_outputs = resolve_stack_outputs


def _importers(export: str) -> list[str]:
    return sorted(
        name
        for name, stack in cloudformation._stacks.items()
        if not stack["StackStatus"].startswith("DELETE")
        and export in handlers._imported_export_names(stack, name)
    )
