// RUN: shard-opt %s --split-input-file --verify-diagnostics --shardc-set-target=kind=cpu
// RUN: not shard-opt %s --shardc-set-target=kind=tpu 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: target must be cpu or cuda, got tpu
// RUN: not shard-opt %s --shardc-set-target="kind=cuda gpu-code=elf" 2>&1 | FileCheck %s --check-prefix=CODE
// CODE: error: gpu-code must be cubin, ptx or auto, got elf
// RUN: not shard-opt %s --shardc-set-target="kind=cuda gpu-arch=sm_90,sm_90" 2>&1 | FileCheck %s --check-prefix=ARCH
// ARCH: error: each gpu_arch must stand once, got "sm_90" twice

// expected-error@+1 {{the program is compiled for cuda up to its tasks, and cannot go on for cpu; compile the model again, or leave the target as it is}}
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = auto>} {
  exec.state "x" : tensor<f32> kind scalars
  exec.section @run repeat = 1 {
    %x = exec.read "x" : tensor<f32>
    %0 = exec.copy(%x) : (tensor<f32>) -> tensor<f32>
  }
}
