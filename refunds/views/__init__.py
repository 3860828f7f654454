"""The pages of refund plans, for the owner and for sellers."""
