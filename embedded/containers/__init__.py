"""Containers as processes: what MiniStack asks of Docker, on a machine without Docker.

MiniStack imports ``docker``; this folder is on its path and ``docker/`` is that package, in the
words of the Docker SDK for Python. A container is a process with its own loopback address, its own
folder and an environment of nothing but what was deployed and what the platform adds. Database
images become PostgreSQL servers.
"""
