// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=float64" --shardc-set-precision | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=float32" --shardc-set-precision | FileCheck %s --check-prefix=F32


// Parameters, signatures and values change; integers and attributes that are numbers of the model do not.
// CHECK-LABEL: nn.module @Norm
// F32-LABEL: nn.module @Norm
nn.module @Norm {
  // CHECK: nn.parameter @weight : tensor<8xf64> init "ones"
  // F32: nn.parameter @weight : tensor<8xf32> init "ones"
  nn.parameter @weight : tensor<8xf32> init "ones"
  // CHECK: nn.forward(%{{.*}}: tensor<4x2x8xf64>) -> tensor<4x2x8xf64>
  nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
    // CHECK: nn.use @weight : tensor<8xf64>
    %w = nn.use @weight : tensor<8xf32>
    // CHECK: nn.rms_norm {{.*}} epsilon = 1.000000e-05 size = 8 : (tensor<4x2x8xf64>, tensor<8xf64>) -> tensor<4x2x8xf64>
    %0 = nn.rms_norm %x, %w epsilon = 1.000000e-05 size = 8 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
    nn.return %0 : tensor<4x2x8xf32>
  }
}

// What the model itself computes in another type is float64, too.
// CHECK-LABEL: nn.module @Narrow
nn.module @Narrow {
  nn.forward(%x: tensor<4x2xf32>) -> tensor<4x2xbf16> {
    // CHECK: nn.cast %{{.*}} : (tensor<4x2xf64>) -> tensor<4x2xf64>
    %0 = nn.cast %x : (tensor<4x2xf32>) -> tensor<4x2xbf16>
    nn.return %0 : tensor<4x2xbf16>
  }
}

// CHECK-LABEL: nn.module @Rotary
nn.module @Rotary {
  // CHECK: nn.forward(%{{.*}}: tensor<4x2xi32>) -> (tensor<4x2x1xf64>, tensor<4x2x1xf64>)
  nn.forward(%positions: tensor<4x2xi32>) -> (tensor<4x2x1xf32>, tensor<4x2x1xf32>) {
    // CHECK: frequencies = dense<1.000000e-01> : tensor<1xf64> : (tensor<4x2xi32>) -> (tensor<4x2x1xf64>, tensor<4x2x1xf64>)
    %cos, %sin = nn.rope_table %positions frequencies = dense<0.1> : tensor<1xf64> : (tensor<4x2xi32>) -> (tensor<4x2x1xf32>, tensor<4x2x1xf32>)
    nn.return %cos, %sin : tensor<4x2x1xf32>, tensor<4x2x1xf32>
  }
}
