// RUN: shard-opt %s --split-input-file --shardc-set-target | FileCheck %s
// RUN: shard-opt %s --split-input-file --shardc-set-target="kind=cuda gpu-arch=sm_90,sm_100 gpu-code=ptx cpu=x86-64-v2" | FileCheck %s --check-prefix=CUDA
// RUN: shard-opt %s --split-input-file --shardc-set-target="kind=cuda" | FileCheck %s --check-prefix=DEFAULT
// RUN: shard-opt %s --split-input-file --shardc-set-target="gpu-arch=sm_120" | FileCheck %s --check-prefix=PART

// CHECK: module attributes {exec.target = #exec.target<cpu, cpu = "native">}
// CUDA: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v2", gpu_arch = ["sm_90", "sm_100"], gpu_code = ptx>}
// DEFAULT: module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = auto>}
// What is said of GPUs is nothing to a program for the CPU.
// PART: module attributes {exec.target = #exec.target<cpu, cpu = "native">}
module {}

// -----

// What is not said stays, and what is said replaces it.
// CHECK: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_80"], gpu_code = cubin>}
// CUDA: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v2", gpu_arch = ["sm_90", "sm_100"], gpu_code = ptx>}
// DEFAULT: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_80"], gpu_code = cubin>}
// PART: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_120"], gpu_code = cubin>}
module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_80"], gpu_code = cubin>} {}

// -----

// A model becomes one for GPUs as long as there are no tasks.
// CUDA: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v2",
module attributes {exec.target = #exec.target<cpu, cpu = "native">} {}
