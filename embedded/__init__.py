"""One machine's AWS: MiniStack and what it lacks. Serves any CDK app; knows none."""
