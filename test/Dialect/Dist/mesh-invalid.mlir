// RUN: shard-opt %s --split-input-file --verify-diagnostics

module @mesh_c1 {
  // expected-error@+1 {{'dist.mesh' op axis "tp" occurs more than once}}
  dist.mesh ["tp" = 2, "tp" = 4]
}

// -----

module @mesh_c2 {
  // expected-error@+1 {{'dist.mesh' op size of axis "tp" must be positive, got 0}}
  dist.mesh ["dp" = 2, "tp" = 0]
}

// -----

module @mesh_c3 {
  // expected-note@+1 {{mesh declared here}}
  dist.mesh ["dp" = 2]
  // expected-error@+1 {{'dist.mesh' op is the second mesh of the module}}
  dist.mesh ["tp" = 2]
}
