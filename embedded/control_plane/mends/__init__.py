"""What MiniStack 1.5.33 does wrong and a deployment cannot do without: one mend a module.

Each says what is wrong and is called once, before the first request.
"""
