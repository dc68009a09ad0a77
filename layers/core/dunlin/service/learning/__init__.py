"""Training the learner. Needs numpy, which the training function alone carries."""
