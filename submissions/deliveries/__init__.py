"""Send outgoing messages to endpoints. `workflow.messages` writes them in the transaction of the change."""
