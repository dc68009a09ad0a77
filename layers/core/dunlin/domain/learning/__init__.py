"""The learner: what is known of an account, what a touch may be, and which is chosen.

Pure: a decision follows from facts, settings, a model and one number drawn by lot, and can be
repeated from its record alone.
"""
