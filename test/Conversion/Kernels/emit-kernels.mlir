// RUN: shard-opt %s --shardc-set-target=cpu=x86-64-v3 --shardc-emit-kernels --canonicalize --cse --split-input-file | FileCheck %s

// One loop over rows, one over vectors; a multiple of the vector length leaves no scalar loop.
// CHECK-LABEL: func.func @add(
// CHECK-SAME:    %[[X:[^:]*]]: memref<1536xf32>, %[[Y:[^:]*]]: memref<1536xf32>, %[[R:[^:]*]]: memref<1536xf32>, %{{.*}}: i64, %{{.*}}: i64)
// CHECK:         scf.for
// CHECK:           scf.for %[[I:.*]] = %c0 to %c64 step %c8 {
// CHECK:             %[[AT:.*]] = arith.addi %{{.*}}, %[[I]]
// CHECK:             %[[A:.*]] = vector.load %[[X]][%[[AT]]] : memref<1536xf32>, vector<8xf32>
// CHECK:             %[[B:.*]] = vector.load %[[Y]][%[[AT]]] : memref<1536xf32>, vector<8xf32>
// CHECK:             %[[S:.*]] = arith.addf %[[A]], %[[B]] : vector<8xf32>
// CHECK:             vector.store %[[S]], %[[R]][%[[AT]]] : memref<1536xf32>, vector<8xf32>
// CHECK-NOT:     scf.for
// CHECK-NOT:     memref.alloc
// CHECK:         return
exec.kernel @add(%x: tensor<4x6x64xf32>, %y: tensor<4x6x64xf32>) -> (tensor<4x6x64xf32>) rows = [4, 6] in_place = [0, 0, 0, 1] {
  %e = tensor.empty() : tensor<4x6x64xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, t, d) -> (b, t, d)>, affine_map<(b, t, d) -> (b, t, d)>, affine_map<(b, t, d) -> (b, t, d)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %y : tensor<4x6x64xf32>, tensor<4x6x64xf32>) outs(%e : tensor<4x6x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6x64xf32>
  exec.yield %0 : tensor<4x6x64xf32>
}

// -----

// Two pointwise operations become one loop, and what lies between stays in registers.
// CHECK-LABEL: func.func @chain(
// CHECK:         scf.for
// CHECK-COUNT-2:   vector.load
// CHECK:           %[[M:.*]] = arith.mulf
// CHECK:           arith.addf %[[M]]
// CHECK-COUNT-1:   vector.store
// CHECK-NOT:     scf.for
// CHECK-NOT:     vector.load
// CHECK-NOT:     memref.alloca
// CHECK:         return
exec.kernel @chain(%x: tensor<4x16xf64>, %y: tensor<4x16xf64>) -> (tensor<4x16xf64>) rows = [4] in_place = [] {
  %e = tensor.empty() : tensor<4x16xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<4x16xf64>, tensor<4x16xf64>) outs(%e : tensor<4x16xf64>) {
  ^bb0(%a: f64, %b: f64, %out: f64):
    %s = arith.mulf %a, %b : f64
    linalg.yield %s : f64
  } -> tensor<4x16xf64>
  %1 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%0, %y : tensor<4x16xf64>, tensor<4x16xf64>) outs(%e : tensor<4x16xf64>) {
  ^bb0(%a: f64, %b: f64, %out: f64):
    %s = arith.addf %a, %b : f64
    linalg.yield %s : f64
  } -> tensor<4x16xf64>
  exec.yield %1 : tensor<4x16xf64>
}

// -----

// A reduction carries vectors, is combined by halves, and its row's value is a scalar. A local value that a later stage reads
// lies in scratch of one row, outside of the loop over rows.
// CHECK-LABEL: func.func @normalise(
// CHECK-SAME:    %[[X:[^:]*]]: memref<276xf32>, %[[R:[^:]*]]: memref<276xf32>,
// CHECK:         %[[SCRATCH:.*]] = memref.alloca() {alignment = 64 : i64} : memref<69xf32>
// CHECK:         scf.for
// CHECK:           %[[PARTS:.*]]:4 = scf.for {{.*}} = %c0 to %c64 step %c32 iter_args
// CHECK:             math.exp {{.*}} : vector<8xf32>
// CHECK:             vector.store %{{.*}}, %[[SCRATCH]]
// CHECK:             arith.addf
// CHECK:           %[[TAIL:.*]] = scf.for {{.*}} = %c64 to %c69 step %c1 iter_args
// CHECK:             math.exp {{.*}} : f32
// CHECK:             memref.store %{{.*}}, %[[SCRATCH]]
// CHECK:           arith.addf %[[PARTS]]#0, %[[PARTS]]#2
// CHECK:           vector.shuffle
// CHECK:           arith.addf %{{.*}}, %[[TAIL]]
// CHECK:           scf.for {{.*}} = %c0 to %c64 step %c8 {
// CHECK:             vector.load %[[SCRATCH]]
// CHECK:             arith.divf
// CHECK:             vector.store %{{.*}}, %[[R]]
// CHECK:           scf.for {{.*}} = %c64 to %c69 step %c1 {
// CHECK:             memref.load %[[SCRATCH]]
// CHECK:             memref.store %{{.*}}, %[[R]]
exec.kernel @normalise(%x: tensor<4x69xf32>) -> (tensor<4x69xf32>) rows = [4] in_place = [] {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x69xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x69xf32>) outs(%e : tensor<4x69xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = math.exp %a : f32
    linalg.yield %s : f32
  } -> tensor<4x69xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n)>],
      iterator_types = ["parallel", "reduction"]} ins(%0 : tensor<4x69xf32>) outs(%start : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%0, %1 : tensor<4x69xf32>, tensor<4xf32>) outs(%e : tensor<4x69xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.divf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x69xf32>
  exec.yield %2 : tensor<4x69xf32>
}

// -----

// A sum over rows adds to memory, which the first row's runner sets.
// CHECK-LABEL: func.func @columns(
// CHECK-SAME:    %[[X:[^:]*]]: memref<96xf32>, %[[R:[^:]*]]: memref<16xf32>, %[[BEGIN:[^:]*]]: i64,
// CHECK:         %[[FIRST:.*]] = arith.cmpi eq
// CHECK:         scf.if %[[FIRST]] {
// CHECK:           scf.for
// CHECK:             vector.store {{.*}}, %[[R]]
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             vector.load %[[X]]
// CHECK:             %[[OLD:.*]] = vector.load %[[R]]
// CHECK:             %[[NEW:.*]] = arith.addf %[[OLD]]
// CHECK:             vector.store %[[NEW]], %[[R]]
exec.kernel @columns(%x: tensor<6x16xf32>) -> (tensor<16xf32>) rows = [6] in_place = [] {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (d)>],
      iterator_types = ["reduction", "parallel"]} ins(%x : tensor<6x16xf32>) outs(%start : tensor<16xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<16xf32>
  exec.yield %0 : tensor<16xf32>
}

// -----

// A row gathered by an integer that was loaded is read in vectors; a coordinate is a parameter.
// CHECK-LABEL: func.func @gather(
// CHECK-SAME:    %[[IDS:[^:]*]]: memref<4xi32>, %[[TABLE:[^:]*]]: memref<160xf32>, %[[R:[^:]*]]: memref<64xf32>, %[[C:[^:]*]]: i64, %{{[^:]*}}: i64, %{{[^:]*}}: i64)
// CHECK:         arith.index_cast %[[C]]
// CHECK:         scf.for
// CHECK:           %[[ID:.*]] = memref.load %[[IDS]]
// CHECK:           scf.for
// CHECK:             vector.load %[[TABLE]]
// CHECK:             vector.store %{{.*}}, %[[R]]
exec.kernel @gather(%ids: tensor<4xi32>, %table: tensor<10x16xf32>) -> (tensor<4x16xf32>) rows = [4] in_place = [] {
  %e = tensor.empty() : tensor<4x16xf32>
  %c = dist.coordinate over ["tp"]
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<4xi32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%id: i32, %out: f32):
    %i = arith.index_cast %id : i32 to index
    %row = arith.addi %i, %c : index
    %d = linalg.index 1 : index
    %s = tensor.extract %table[%row, %d] : tensor<10x16xf32>
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  exec.yield %0 : tensor<4x16xf32>
}
