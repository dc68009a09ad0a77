"""Ports: what the use cases need from the outside world, named for the need.

Adapters implement them over AWS and in memory; one contract suite runs over both.
"""
