//===- ExecTarget.td - What a program runs on --------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECTARGET_TD
#define SHARDC_DIALECT_EXEC_EXECTARGET_TD

include "shardc/Dialect/Exec/ExecDialect.td"
include "shardc/Dialect/Exec/ExecEnums.td"
include "mlir/IR/AttrTypeBase.td"

def Exec_TargetKind : Exec_Enum<"TargetKind", "what runs kernels and library calls", [
  I32EnumCase<"CPU", 0, "cpu">,
  I32EnumCase<"CUDA", 1, "cuda">,
]>;

def Exec_GpuCodeKind : Exec_Enum<"GpuCodeKind", "what a program holds for GPUs", [
  I32EnumCase<"Auto", 0, "auto">,
  I32EnumCase<"Cubin", 1, "cubin">,
  I32EnumCase<"PTX", 2, "ptx">,
]>;

def Exec_TargetAttr : AttrDef<Exec_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "What a program runs on";
  let description = [{
    The attribute `exec.target` of a module. `cpu` is the instruction set of all code but that of GPUs: `native`, the machine that
    generates the code, or a name of LLVM's. A program for `cuda` has kernels for the GPUs of `gpu_arch`. `gpu_code` says in which form: `ptx`, which a driver
    compiles when the program starts; `cubin`, besides that the machine code for each architecture; `auto`, which is cubin where there is a ptxas, else ptx.

    Examples: `#exec.target<cpu, cpu = "native">`, `#exec.target<cuda, cpu = "x86-64-v3", gpu_arch = ["sm_90"], gpu_code = auto>`
    Constraints: (C1) a target of the kind cuda has architectures, each once, one of the kind cpu has none. (C2) the CPU has a name.
  }];
  let parameters = (ins
    EnumParameter<Exec_TargetKind>:$kind,
    StringRefParameter<"instruction set of the host's code">:$cpu,
    ArrayRefParameter<"::mlir::StringAttr", "architectures of GPUs, the lowest first">:$gpuArch,
    "::shardc::exec::GpuCodeKind":$gpuCode);
  let builders = [
    AttrBuilder<(ins "::shardc::exec::TargetKind":$kind, "::llvm::StringRef":$cpu, "::mlir::ArrayRef<::mlir::StringAttr>":$gpuArch,
                     "::shardc::exec::GpuCodeKind":$gpuCode), [{ return $_get($_ctxt, kind, cpu, gpuArch, gpuCode); }]>,
  ];
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isCuda() const { return getKind() == TargetKind::CUDA; }
  }];
}

def Exec_GpuLaunchAttr : AttrDef<Exec_Dialect, "GpuLaunch"> {
  let mnemonic = "gpu_launch";
  let summary = "A launch of a function on a GPU";
  let description = [{
    `function` runs on `grid` blocks of `threads`. Its arguments are some `operands` of the kernel, in this order: pointers to the kernel's arguments and results, an i64 for each distinct
    `dist.coordinate`, a pointer to the workspace where there is one. Then come `numbers`, as i64. All pointers are multiples of 16. Launches may share a function.

    Example: `#exec.gpu_launch<@shardc.kernels::@add, grid = 8, threads = 128, operands = [0, 1, 2], numbers = [1024]>`
    Constraints: (C1) grid and threads are positive. (C2) operands are not negative.
  }];
  let parameters = (ins
    "::mlir::SymbolRefAttr":$function,
    "int64_t":$grid,
    "int64_t":$threads,
    ArrayRefParameter<"int64_t", "operands of the kernel">:$operands,
    OptionalArrayRefParameter<"int64_t", "arguments behind them">:$numbers);
  let assemblyFormat = [{
    `<` $function `,` `grid` `=` $grid `,` `threads` `=` $threads `,` `operands` `=` `[` $operands `]` (`,` `numbers` `=` `[` $numbers^ `]`)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the same launch of another function.
    GpuLaunchAttr withFunction(::mlir::SymbolRefAttr function) const {
      return get(getContext(), function, getGrid(), getThreads(), getOperands(), getNumbers());
    }
  }];
}

def Exec_GpuLaunchArrayAttr : TypedArrayAttrBase<Exec_GpuLaunchAttr, "launches on a GPU">;

#endif // SHARDC_DIALECT_EXEC_EXECTARGET_TD
