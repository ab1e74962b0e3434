"""What ratings say about people: for now plain means, marked as such wherever they are shown."""
