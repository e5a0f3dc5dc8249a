"""Small stages to compare, built in memory."""

from proofs.assembly import Acknowledgement, Json, Resource, Stack, Stage


def resource(type_: str, path: str = "", policy: str = "Delete", **properties: object) -> Json:
    """A resource of a template; `path` is its construct's, where it is not its logical id."""
    return {
        "Type": type_,
        "DeletionPolicy": policy,
        "UpdateReplacePolicy": policy,
        "Properties": properties,
        "_path": path,
    }


def stage(
    name: str = "live",
    account: str = "100000000021",
    acknowledged: tuple[Acknowledgement, ...] = (),
    **stacks: dict[str, Json],
) -> Stage:
    """A stage of an account, each stack given by its resources."""
    return Stage(
        name,
        tuple(
            Stack(
                name=stack,
                stack_name=f"{name}-{stack}",
                target=f"aws://{account}/eu-central-1",
                template={"Resources": resources},
                artifact={},
                resources=tuple(
                    Resource(
                        stack,
                        body.get("_path") or id_,
                        id_,
                        {key: value for key, value in body.items() if key != "_path"},
                    )
                    for id_, body in resources.items()
                ),
                acknowledged=tuple(a for a in acknowledged if a.construct.startswith(stack)),
            )
            for stack, resources in stacks.items()
        ),
        report={},
    )
