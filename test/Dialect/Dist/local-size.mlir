// RUN: shard-opt %s --allow-unregistered-dialect -test-local-size --verify-diagnostics -o /dev/null

// Chunks are those of torch.chunk, padded: 3, 3, 3, 1; then 2, 2, 1, 0; 3, 3, 3, 0; 1, 1, 1, 0.
// expected-remark@+1 {{3}}
"test.size"() {size = 10, axes = array<i64: 4>} : () -> ()
// expected-remark@+1 {{2}}
"test.size"() {size = 5, axes = array<i64: 4>} : () -> ()
// expected-remark@+1 {{3}}
"test.size"() {size = 9, axes = array<i64: 4>} : () -> ()
// expected-remark@+1 {{1}}
"test.size"() {size = 3, axes = array<i64: 4>} : () -> ()

// Each axis cuts the padded extent of the one before.
// expected-remark@+1 {{4}}
"test.size"() {size = 16, axes = array<i64: 2, 2>} : () -> ()
// expected-remark@+1 {{2}}
"test.size"() {size = 10, axes = array<i64: 4, 2>} : () -> ()
// expected-remark@+1 {{7}}
"test.size"() {size = 7, axes = array<i64>} : () -> ()
