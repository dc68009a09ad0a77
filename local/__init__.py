"""The local cloud: an AWS emulator in one process, and the world around it.

`cloud` starts and stops it, `deploy` builds and deploys the stack, `outside` plays the mail
servers and phone carriers, `emulator_patches` holds what it needs to behave as AWS does.
"""
