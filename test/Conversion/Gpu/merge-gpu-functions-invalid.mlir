// RUN: shard-opt %s --shardc-merge-gpu-functions --split-input-file --verify-diagnostics

// expected-error@+1 {{has no module @shardc.kernels, which code generation adds}}
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {}

// -----

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    // expected-error@+1 {{function "exp" does not exist on a GPU}}
    llvm.func @exp(f64) -> f64
  }
}

// -----

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    llvm.func @f(%x: f64) {
      // expected-error@+1 {{function 'intr.exp' of 'f64' does not exist on a GPU}}
      %0 = llvm.intr.exp(%x) : (f64) -> f64
      llvm.return
    }
  }
}

// -----

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    // expected-error@+1 {{function "f" is not in the LLVM dialect}}
    func.func @f() {
      return
    }
  }
}
