"""From a due time to a sent message: the gate, the permit, the senders."""
