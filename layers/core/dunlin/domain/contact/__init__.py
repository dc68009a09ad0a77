"""The planner: which touch comes next, when and why."""
