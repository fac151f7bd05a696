//===- ExecOps.td - The operations of exec -----------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECOPS_TD
#define SHARDC_DIALECT_EXEC_EXECOPS_TD

include "shardc/Dialect/Exec/ExecAttrs.td"
include "shardc/Dialect/Exec/ExecInterfaces.td"
include "shardc/Dialect/Exec/ExecTarget.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def Exec_Tensor : StaticShapeTensorOf<[BF16, F32, F64, I32]>;

/// What a state and those that read and write it have in common.
defvar stateDeclarations = [{
  /// Returns whose bytes: name and part.
  StateKey getKey() { return {getNameAttr(), getPartAttr()}; }
}];

class Exec_Op<string mnemonic, list<Trait> traits = []> : Op<Exec_Dialect, mnemonic, traits>;

//===- Kernels ---------------------------------------------------------------------------------===//

def Exec_KernelOp : Exec_Op<"kernel", [Symbol, IsolatedFromAbove, SingleBlock, HasParent<"::mlir::ModuleOp">,
                                      DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A fused group of operations, lowered to linalg";
  let description = [{
    A function over tensors without encodings. Its loops share `rows`, the sizes of their leading dimensions: one row after another on the
    CPU, a block for each on the GPU. `in_place` lists pairs (result, argument) that may share bytes: every read of the
    argument is at the index that is written, and not after it. `flops` is what one run costs. A `dist.coordinate` in the body is a parameter that
    the program's loader gives. In a program for GPUs `gpu_launches`, one after another, do what the body says, from when the kernel's functions are there.

    Example:
    ```mlir
    exec.kernel @add(%x: tensor<8x16xf32>, %y: tensor<8x16xf32>) -> (tensor<8x16xf32>) rows = [8] in_place = [0, 0, 0, 1] {
      %e = tensor.empty() : tensor<8x16xf32>
      %0 = linalg.generic {...} ins(%x, %y : ...) outs(%e : ...) {...} -> tensor<8x16xf32>
      exec.yield %0 : tensor<8x16xf32>
    }
    ```
    Constraints: (C1) it ends in an `exec.yield` of its result types. (C2) in_place holds pairs of existing results and arguments of equal
    size in bytes. (C3) rows are positive. (C4) functions of GPU launches exist and take as many arguments as the launch has operands and numbers;
    while they are over memory, arguments have the kernel's elements.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type, DenseI64ArrayAttr:$rows,
                       DenseI64ArrayAttr:$in_place, OptionalAttr<I64Attr>:$flops,
                       OptionalAttr<Exec_GpuLaunchArrayAttr>:$gpu_launches);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// Returns the operation that ends the body.
    YieldOp getYield();
    /// Returns the launches that do what the body says; none before there are functions.
    ::llvm::SmallVector<GpuLaunchAttr> getLaunchesOnGpu();
  }];
}

def Exec_YieldOp : Exec_Op<"yield", [Pure, Terminator, HasParent<"KernelOp">]> {
  let summary = "Ends a kernel";
  let arguments = (ins Variadic<Exec_Tensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

//===- State and sections ----------------------------------------------------------------------===//

def Exec_StateOp : Exec_Op<"state", [HasParent<"::mlir::ModuleOp">]> {
  let summary = "Persistent bytes of the arena";
  let description = [{
    `name` and `part` say whose: a parameter's value, gradient or moments, or a state without parts. What parts there are another dialect says: here they are only compared.
    `kind` is what the memory report counts it as. `offset` is there after `place`.
    Example: `exec.state "model.norm.weight"[#dist.part<moment1>] : tensor<64xf32> kind optimizer offset = 4096`
    Constraint: (C1) name and part are unique.
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<AnyAttr>:$part, TypeAttrOf<Exec_Tensor>:$type, Exec_MemoryKindAttr:$kind,
                       OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = "$name (`` `[` $part^ `]`)? `:` $type `kind` `` $kind (`offset` `=` $offset^)? attr-dict";
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::Attribute":$part, "::mlir::Type":$type, "MemoryKind":$kind), [{
    build($_builder, $_state, $_builder.getStringAttr(name), part, ::mlir::TypeAttr::get(type),
          MemoryKindAttr::get($_builder.getContext(), kind), /*offset=*/nullptr);
  }]>];
  let hasVerifier = 1;
  let extraClassDeclaration = stateDeclarations;
}

def Exec_ArenaOp : Exec_Op<"arena", [HasParent<"::mlir::ModuleOp">]> {
  let summary = "The one allocation of a rank, after place";
  let description = [{
    `bytes` in all, the first `persistent` of them with the same offsets in every section; `lower_bound` is the heaviest set of buffers that are pairwise unordered,
    with the persistent part. Example: `exec.arena bytes = 8192 persistent = 4096 lower_bound = 8192`
  }];
  let arguments = (ins I64Attr:$bytes, I64Attr:$persistent, I64Attr:$lower_bound);
  let assemblyFormat = "`bytes` `=` $bytes `persistent` `=` $persistent `lower_bound` `=` $lower_bound attr-dict";
}

def Exec_SectionOp : Exec_Op<"section", [Symbol, IsolatedFromAbove, SingleBlock, NoTerminator, HasParent<"::mlir::ModuleOp">]> {
  let summary = "A list of tasks that is run as a whole";
  let description = [{
    `backward`, where it is there, is the id of the first task of the backward pass.
    Example: `exec.section @micro repeat = 2 { ... }`
    Constraints: (C1) task ids ascend. (C2) waits name earlier tasks of the section. (C3) a state that is read or written exists and has as many
    bytes.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$repeat, OptionalAttr<I64Attr>:$backward);
  let regions = (region SizedRegion<1>:$body);
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "int64_t":$repeat), [{
    build($_builder, $_state, $_builder.getStringAttr(name), $_builder.getI64IntegerAttr(repeat), /*backward=*/nullptr);
    $_state.regions.front()->emplaceBlock();
  }]>];
  let assemblyFormat = "$sym_name `repeat` `=` $repeat (`backward` `=` $backward^)? attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Exec_PhaseOp : Exec_Op<"phase", []> {
  let summary = "Marks where the forward or the backward pass begins";
  let description = [{ Example: `exec.phase backward`. No task; gone after schedule, where the section's `backward` says it. }];
  let arguments = (ins Exec_PhaseAttr:$phase);
  let assemblyFormat = "`` $phase attr-dict";
}

def Exec_ReadOp : Exec_Op<"read", [MemoryEffects<[MemRead]>]> {
  let summary = "The bytes of a state";
  let description = [{ No task: the result lies where the state does. The section checks that the state exists and has as many bytes. }];
  let arguments = (ins StrAttr:$name, OptionalAttr<AnyAttr>:$part);
  let results = (outs Exec_Tensor:$result);
  let assemblyFormat = "$name (`` `[` $part^ `]`)? attr-dict `:` type($result)";
  let extraClassDeclaration = stateDeclarations;
}

def Exec_WriteOp : Exec_Op<"write", [MemoryEffects<[MemWrite]>]> {
  let summary = "Makes a value the state's";
  let description = [{
    No task: the value is computed where the state lies, so each earlier read of the state must be over by then, or in place. `schedule` inserts an `exec.copy` where that
    cannot be. The section checks that the state exists and has as many bytes.
  }];
  let arguments = (ins Exec_Tensor:$value, StrAttr:$name, OptionalAttr<AnyAttr>:$part);
  let assemblyFormat = "$value `,` $name (`` `[` $part^ `]`)? attr-dict `:` type($value)";
  let extraClassDeclaration = stateDeclarations;
}

def Exec_ViewOp : Exec_Op<"view", [Pure]> {
  let summary = "The same bytes under another type";
  let description = [{ No task. Constraint: (C1) as many bytes, or fewer: then the first ones. }];
  let arguments = (ins Exec_Tensor:$x);
  let results = (outs Exec_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===- Tasks -----------------------------------------------------------------------------------===//

/// A task reads its operands and writes its results. `holds` says what the results are for, values of the model's computation where it is not there; `order` is what schedule
/// decides, and `bytes` what place does.
class Exec_TaskOp<string mnemonic, list<Trait> traits = []>
    : Exec_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<TaskOpInterface>], traits)> {
  dag taskAttributes = (ins OptionalAttr<Exec_HoldsAttr>:$holds, OptionalAttr<Exec_OrderAttr>:$order, OptionalAttr<Exec_BytesAttr>:$bytes);
  string taskFormat = "(`holds` $holds^)? (`order` $order^)? (`bytes` $bytes^)? attr-dict `:` functional-type($inputs, $outputs)";
  let results = (outs Variadic<Exec_Tensor>:$outputs);
}

def Exec_LaunchOp : Exec_TaskOp<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a kernel";
  let description = [{
    Example: `%0 = exec.launch @add(%x, %y) order <3 on compute after [1]> bytes <[256]> : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>`
    `workspace` is what the target's code needs besides, in bytes: sums over rows that blocks of a GPU leave for one another.
    Constraints: (C1) the kernel exists and has these types, encodings aside. (C2) the workspace has the bytes that the kernel's functions take, while they are over memory.
  }];
  let arguments = !con((ins FlatSymbolRefAttr:$kernel, Variadic<Exec_Tensor>:$inputs, DefaultValuedAttr<I64Attr, "0">:$workspace), taskAttributes);
  let assemblyFormat = "$kernel `(` $inputs `)` " # taskFormat;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$outputs, "::mlir::FlatSymbolRefAttr":$kernel, "::mlir::ValueRange":$inputs), [{
    $_state.addTypes(outputs);
    $_state.addOperands(inputs);
    $_state.getOrAddProperties<Properties>().kernel = kernel;
  }]>];
}

def Exec_CallOp : Exec_TaskOp<"call"> {
  let summary = "Calls a library function of the runtime";
  let description = [{
    In the convention of shardrt/abi.h: the rank, pointers to the inputs, to `constants`, to the outputs, to the workspace if workspace > 0, then
    `integers`, then `floats`. `in_place` lists pairs (output, input) that may share bytes. `adding`, of the type `adding_type`, is a function that
    does the same and adds one more input, the last, to the only output. Example:
    `%0 = exec.call "shardrt_gemm"(%a, %b) {constants = [], floats = array<f64>, integers = array<i64: 8, 8, 8, 0, 1, 0>, workspace = 0 : i64, flops = 1024 : i64} : (...) -> ...`
  }];
  let arguments = !con((ins StrAttr:$function, TypeAttr:$function_type, Variadic<Exec_Tensor>:$inputs, ArrayAttr:$constants, I64Attr:$workspace,
                            DenseI64ArrayAttr:$integers, DenseF64ArrayAttr:$floats, I64Attr:$flops,
                            OptionalAttr<DenseI64ArrayAttr>:$in_place, OptionalAttr<StrAttr>:$adding, OptionalAttr<TypeAttr>:$adding_type), taskAttributes);
  let assemblyFormat = "$function `(` $inputs `)` " # taskFormat;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$outputs, "const ::shardc::RuntimeFunction &":$function, "::mlir::ValueRange":$inputs,
                                 "const ::shardc::LibraryCall &":$call, "int64_t":$flops)>];
  let extraClassDeclaration = [{
    /// Makes the call add `term` to its output by `adding`: returns the new call before this one, whose results it replaces.
    CallOp addTerm(::mlir::OpBuilder &builder, ::mlir::Value term);
  }];
}

def Exec_CollectiveOp : Exec_TaskOp<"collective"> {
  let summary = "One group call of collectives";
  let description = [{
    One tensor in and one out for each of `dims`, the dimension that is gathered or scattered (-1 for an all-reduce). `axes` name the group, `group_size` its number of ranks.
    The whole's dimension may be shorter than group_size parts: the rest is padding. `index` is the position in the program's total order of starts.
    `placed` is the type of what it moves with the encodings that say from where to where; they are another dialect's.

    Example: `%w = exec.collective all_gather(%s) over ["dp_shard"] cause "unit model.layers.0: unshard" {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<32x8xf32>) -> tensor<64x8xf32>`
    Constraints: (C1) an all-reduce and a reduce-scatter have a reduction, a gather has none. (C2) as many inputs as outputs as dims. (C3) shapes are equal but in the dimension,
    which is whole on one side and a part on the other. (C4) `placed` has the types of inputs and outputs, encodings aside.
  }];
  let arguments = !con((ins Exec_CollectiveKindAttr:$kind, Variadic<Exec_Tensor>:$inputs, OptionalAttr<Exec_ReductionAttr>:$reduction, StrArrayAttr:$axes,
                            I64Attr:$group_size, DenseI64ArrayAttr:$dims, StrAttr:$cause, OptionalAttr<I64Attr>:$index,
                            OptionalAttr<TypeAttrOf<FunctionType>>:$placed), taskAttributes);
  let assemblyFormat = "`` $kind `(` $inputs `)` (`by` `` $reduction^)? `over` $axes `cause` $cause (`placed` $placed^)? " # taskFormat;
  /// The outputs are of the types of `placed`, without their encodings.
  let builders = [OpBuilder<(ins "CollectiveKind":$kind, "::mlir::ValueRange":$inputs, "::mlir::FunctionType":$placed, "::mlir::ArrayAttr":$axes,
                                 "int64_t":$groupSize, "::llvm::ArrayRef<int64_t>":$dims, "const ::llvm::Twine &":$cause)>];
  let hasVerifier = 1;
}

def Exec_CopyOp : Exec_TaskOp<"copy"> {
  let summary = "Copies bytes";
  let description = [{ Example: `%1 = exec.copy(%0) : (tensor<4xf32>) -> tensor<4xf32>`. Constraint: (C1) one input and one output of equal bytes. }];
  let arguments = !con((ins Variadic<Exec_Tensor>:$inputs), taskAttributes);
  let assemblyFormat = "`(` $inputs `)` " # taskFormat;
  let builders = [OpBuilder<(ins "::mlir::Value":$input), [{
    $_state.addTypes(input.getType());
    $_state.addOperands(input);
  }]>];
  let hasVerifier = 1;
}

#endif // SHARDC_DIALECT_EXEC_EXECOPS_TD
