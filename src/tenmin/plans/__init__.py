"""What to build, connect or change: the place of siting, links and scenarios, between the measures and the outputs."""
