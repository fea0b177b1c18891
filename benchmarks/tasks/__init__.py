"""What is measured: each module does one piece of work in a process of its own and says in JSON what it took."""
