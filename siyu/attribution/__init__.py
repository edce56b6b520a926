"""What campaigns and experiments have achieved: revenue shared out among them, cost, and what can be read from arms."""
