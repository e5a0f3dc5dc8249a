"""The control plane: MiniStack in one process, and what it lacks.

Runs as ``python -m embedded.control_plane`` with the Python of the embedded AWS's own virtual
environment; ``PYTHONPATH`` is the repository's root and the folder of our package ``docker``.
It listens on 127.0.0.1 and nowhere else.

Set by whoever starts it:

========================= =======================================================================
``GATEWAY_PORT``          port of the AWS endpoint, ``http://localhost:{port}``
``MINISTACK_ACCOUNT_ID``  account of a caller whose access key is not itself an account id
``MINISTACK_REGION``      region of a caller that names none
``STATE_DIR``             folder that keeps all state: services as JSON, ``s3/`` objects,
                          ``scratch/`` what running functions have unpacked
``EMBEDDED_RECORD``       file that lists the recorded resources (`embedded.control_plane.record`)
``EMBEDDED_KEEPS_HOURS``  ``0``: scheduled actions are kept and told, and not carried out
``LOG_LEVEL``             MiniStack's own; ``WARNING`` is quiet
========================= =======================================================================

Everything else that MiniStack can be set to, `embedded.control_plane.settings` decides. A resource
of a stack is in one of three states:

- *created*: through its service's API, by MiniStack or by `embedded.control_plane.api_resources`;
- *recorded*: nothing behind it runs, but its properties hold by the official schema, its
  identifiers can be referred to, and it is listed in the record;
- refused by name.
"""
