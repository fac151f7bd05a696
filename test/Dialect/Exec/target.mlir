// RUN: shard-opt %s --split-input-file --verify-roundtrip | FileCheck %s

// CHECK: module attributes {exec.target = #exec.target<cpu, cpu = "native">}
module attributes {exec.target = #exec.target<cpu, cpu = "native">} {}

// -----

// CHECK: module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_90", "sm_100"], gpu_code = auto>}
module attributes {exec.target = #exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_90", "sm_100"], gpu_code = auto>} {}

// -----

// CHECK: gpu_code = cubin>
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90a"], gpu_code = cubin>} {}
