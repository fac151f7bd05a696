// RUN: shard-opt %s --split-input-file --verify-diagnostics

// @target_c1
// expected-error@+1 {{a target of the kind cpu has no gpu_arch, got "sm_90"}}
module attributes {exec.target = #exec.target<cpu, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {}

// -----

// expected-error@+1 {{a target of the kind cuda must have a gpu_arch such as "sm_90", got none}}
module attributes {exec.target = #exec.target<cuda, cpu = "native">} {}

// -----

// expected-error@+1 {{each gpu_arch must stand once, got "sm_90" twice}}
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90", "sm_90"], gpu_code = ptx>} {}

// -----

// @target_c2
// expected-error@+1 {{cpu must be native or the name of an instruction set such as x86-64-v3, got nothing}}
module attributes {exec.target = #exec.target<cpu, cpu = "">} {}

// -----

// expected-error@+1 {{expected one of [cpu, cuda] for what runs kernels and library calls, got: tpu}}
module attributes {exec.target = #exec.target<tpu, cpu = "native">} {}

// -----

// expected-error@+1 {{'exec.target' must be an #exec.target, got "cuda"}}
module attributes {exec.target = "cuda"} {}

// -----

// expected-error@+1 {{there is no attribute 'exec.targets'}}
module attributes {exec.targets = #exec.target<cpu, cpu = "native">} {}

// -----

// expected-error@+1 {{'exec.target' is an attribute of modules}}
func.func private @f() attributes {exec.target = #exec.target<cpu, cpu = "native">}
