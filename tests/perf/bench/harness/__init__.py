"""The benchmark: starts servers and the load generator, measures, and shows what came out."""
