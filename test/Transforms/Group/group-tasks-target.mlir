// RUN: shard-opt %s --shardc-group-tasks --verify-diagnostics
// expected-error@+1 {{has no exec.target, which says what the program runs on; shardc-set-target gives it one}}
module {}
