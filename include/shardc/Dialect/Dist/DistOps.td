//===- DistOps.td - The operations of dist -----------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_DISTOPS_TD
#define SHARDC_DIALECT_DIST_DISTOPS_TD

include "shardc/Dialect/Dist/DistEnums.td"
include "shardc/Dialect/Dist/DistInterfaces.td"
include "shardc/Interfaces/OpInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def Dist_Tensor : StaticShapeTensorOf<[BF16, F32, F64, I32]>;
def Dist_Float : StaticShapeTensorOf<[BF16, F32, F64]>;
/// What is stored, accumulated and updated.
def Dist_Wide : StaticShapeTensorOf<[F32, F64]>;

class Dist_Op<string mnemonic, list<Trait> traits = []> : Op<Dist_Dialect, mnemonic, traits>;

def Dist_MeshOp : Dist_Op<"mesh", [HasParent<"::mlir::ModuleOp">]> {
  let summary = "The mesh of ranks";
  let description = [{
    A product of named axes, the last the fastest: rank = ((dp_replicate * |dp_shard| + dp_shard) * |cp| + cp) * |tp| + tp.

    Example: `dist.mesh ["dp_replicate" = 1, "dp_shard" = 2, "cp" = 1, "tp" = 4]`
    Constraints: (C1) axis names are unique. (C2) sizes are positive. (C3) a module has one mesh.
  }];
  let arguments = (ins StrArrayAttr:$axes, DenseI64ArrayAttr:$sizes);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Returns the size of `axis`, or nothing if the mesh has no such axis.
    ::std::optional<int64_t> getAxisSize(::llvm::StringRef axis);
    /// Returns the product of the sizes of `axes`.
    int64_t getGroupSize(::mlir::ArrayRef<::mlir::StringAttr> axes);
    /// Returns the number of ranks.
    int64_t getWorldSize();
    /// Returns the position of `axis` in mesh order.
    unsigned getPosition(::mlir::StringAttr axis);
  }];
}

def Dist_ParameterOp : Dist_Op<"parameter", [Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "A parameter of the whole model, and its chain";
  let description = [{
    One for each parameter, with its dotted name, global type, the unit whose parameters are gathered together, how it is initialised, whether it is
    decayed, and the names of its other uses.

    Its chain says where it is when, each time as a placement and an element type: *stored* (what the optimizer owns), *resident* (between steps),
    *held* (between micro batches), *parked* (between the forward and the backward pass), and computed, which stands at its uses (`dist.unshard`). A stage
    that is not written is as the one before. The gradient is added up in the *accumulator*, as stored if it is not written; where that is P, the sum over ranks is taken once a step, after
    the last micro batch. Gradients move over ranks in the element type after `reduced in`, the accumulator's if it is not written.

    Example:
    ```mlir
    dist.parameter @"model.norm.weight" : tensor<64xf32> stored #dist.sharding<[["dp_shard"] : 64]> unit "" init "ones" {aliases = []}
    dist.parameter @lm_head.weight : tensor<64x8xf32> stored <[["dp_shard"] : 64, []]> parked <bf16, <[[], []], copied = ["dp_replicate", "dp_shard"]>>
        accumulator <f32, <[["dp_shard"] : 64, []], partial = ["dp_replicate"]>> reduced in bf16 unit "" init "normal"
    ```
    Where the checkpoint keeps several parameters in one tensor, `tensor` names it, and the parameter begins at `tensor_at` of the
    `tensor_size` that the tensor has along dimension `tensor_dim`.

    Constraints: (C1) the stored placement has no C and no P, and its axes are the mesh's. (C2) its sizes are the type's. (C3) a part of
    a tensor says tensor, dimension, place and size, and lies within the tensor. (C4) gathers, varies and casts to no wider element type lead from each stage to the next.
    (C5) sums over ranks lead from the accumulator to the stored placement. (C6) the accumulator is no narrower than what gradients are reduced in.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Dist_Wide>:$type, Dist_ShardingAttr:$stored, OptionalAttr<Dist_StageAttr>:$resident,
                       OptionalAttr<Dist_StageAttr>:$held, OptionalAttr<Dist_StageAttr>:$parked, OptionalAttr<Dist_StageAttr>:$accumulator,
                       OptionalAttr<TypeAttrOf<AnyFloat>>:$reduce_type, StrAttr:$unit, StrAttr:$init,
                       OptionalAttr<StrArrayAttr>:$aliases, OptionalAttr<StrAttr>:$tensor, OptionalAttr<I64Attr>:$tensor_dim,
                       OptionalAttr<I64Attr>:$tensor_at, OptionalAttr<I64Attr>:$tensor_size);
  let assemblyFormat = [{
    $sym_name `:` $type `stored` $stored (`resident` $resident^)? (`held` $held^)? (`parked` $parked^)? (`accumulator` $accumulator^)?
    (`reduced` `in` $reduce_type^)? `unit` $unit `init` $init attr-dict
  }];
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::RankedTensorType":$type, "::shardc::dist::ShardingAttr":$stored, "::llvm::StringRef":$unit,
                   "::llvm::StringRef":$init)>,
  ];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Return the type of a stage: local shape, element type, placement as encoding.
    ::mlir::RankedTensorType getStoredType();
    ::mlir::RankedTensorType getResidentType();
    ::mlir::RankedTensorType getHeldType();
    ::mlir::RankedTensorType getParkedType();
    ::mlir::RankedTensorType getAccumulatorType();
    /// Return the stage itself, where its type is not asked for: that takes time.
    ::shardc::dist::StageAttr getParkedStage();
    ::shardc::dist::StageAttr getAccumulatorStage();
    /// Returns the element type in which gradients move over ranks.
    ::mlir::Type getReduceElementType();
    /// Makes the accumulator P along those of `axes` where it is R: their sum is taken once a step.
    void accumulatePartial(::mlir::ArrayRef<::mlir::StringAttr> axes);
  }];
}

def Dist_StateOp : Dist_Op<"state", [Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "A value that lives across sections and steps";
  let description = [{
    Scalars that the runtime writes or reads, inputs, the running loss. It starts as zero.
    Example: `dist.state @loss : tensor<f32> kind scalar`
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Dist_Tensor>:$type, Dist_StateKindAttr:$kind);
  let assemblyFormat = "$sym_name `:` $type `kind` `` $kind attr-dict";
}

def Dist_ReadOp : Dist_Op<"read", [MemoryEffects<[MemRead]>, DeclareOpInterfaceMethods<StateUserOpInterface>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a state, or of one part of a parameter's";
  let description = [{
    Parts of a parameter: `value`, `gradient` (the accumulator), `moment1`, `moment2`, all of the stored local shape (a gradient is on its way from the accumulator's placement to the stored one).

    Example: `%p = dist.read @"model.norm.weight"[value] : tensor<32xf32, #dist.sharding<[["dp_shard"] : 64]>>`
    Constraints: (C1) the symbol is a `dist.parameter` or `dist.state`. (C2) a parameter is read with one of its parts, a state without. (C3) the type is the state's, or has the
    parameter's stored local shape, or is one that sums over ranks make of the accumulator and lead from to the stored one.
  }];
  let arguments = (ins FlatSymbolRefAttr:$symbol, OptionalAttr<Dist_PartAttr>:$part);
  let results = (outs Dist_Tensor:$result);
  let assemblyFormat = "$symbol `` custom<Part>($part) attr-dict `:` type($result)";
}

def Dist_WriteOp : Dist_Op<"write", [MemoryEffects<[MemWrite]>, DeclareOpInterfaceMethods<StateUserOpInterface>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Gives a state, or a part of a parameter's, a new value";
  let description = [{
    Every read of the old value comes before. Constraints: (C1), (C2), (C3) as `dist.read`.
    Example: `dist.write %p, @"model.norm.weight"[value] : tensor<32xf32, #dist.sharding<[["dp_shard"] : 64]>>`
  }];
  let arguments = (ins Dist_Tensor:$value, FlatSymbolRefAttr:$symbol, OptionalAttr<Dist_PartAttr>:$part);
  let assemblyFormat = "$value `,` $symbol `` custom<Part>($part) attr-dict `:` type($value)";
}

def Dist_UnshardOp : Dist_Op<"unshard", [MemoryEffects<[MemRead]>, DeclareOpInterfaceMethods<StateUserOpInterface>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Walks a parameter's chain from stored to computed";
  let description = [{
    Gathers along the axes where stored is S and computed is C, is a vary along those where stored is R and computed C. Before partition the
    type is global and `computed` says the placement of the use; after it the encoding does, and `computed` is gone. `cause` is the parameter and the rule of the plan.
    Its derivative is `dist.accumulate`.

    Example: `%w = dist.unshard @"model.norm.weight" cause "model.norm: replicated" : tensor<64xf32, #dist.sharding<[[]], copied = ["dp_shard"]>>`
    Constraints: (C1) the symbol is a `dist.parameter`. (C2) the type has the local shape of the placement. (C3) gathers and varies lead from the parked
    placement to it: no axis changes from S to R, or from one dimension to another. (C4) the element type is no wider than the parked one.
  }];
  let arguments = (ins FlatSymbolRefAttr:$symbol, OptionalAttr<Dist_ShardingAttr>:$computed, StrAttr:$cause);
  let results = (outs Dist_Float:$result);
  let assemblyFormat = "$symbol (`computed` $computed^)? `cause` $cause attr-dict `:` type($result)";
}

def Dist_AccumulateOp : Dist_Op<"accumulate", [MemoryEffects<[MemWrite]>, DeclareOpInterfaceMethods<StateUserOpInterface>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Adds a gradient to a parameter's accumulator";
  let description = [{
    The derivative of `dist.unshard`: the gradient, in the element type in which it is reduced, is summed along the axes where it is P and the accumulator is not, and added.

    Example: `dist.accumulate %g, @"model.norm.weight" cause "model.norm: replicated" : tensor<64xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>`
    Constraints: (C1) the symbol is a `dist.parameter`. (C2) the placement is the dual of one that its chain reaches.
    (C3) sums over ranks lead from it to the accumulator's. (C4) the element type is the one that gradients are reduced in.
  }];
  let arguments = (ins Dist_Float:$gradient, FlatSymbolRefAttr:$symbol, StrAttr:$cause);
  let assemblyFormat = "$gradient `,` $symbol `cause` $cause attr-dict `:` type($gradient)";
}

def Dist_ReshardOp : Dist_Op<"reshard", [Pure, AllTypesMatch<["x", "result"]>]> {
  let summary = "What a plan asks of a value, before partition";
  let description = [{
    Along `axes`: `replicated`, or sharded on `dim`. Partition turns it into the moves that it takes.
    Example: `%1 = dist.reshard %0 to replicated over ["tp"] cause "lm_head: colwise_rep" : tensor<2x8x256xf32>`
  }];
  let arguments = (ins AnyStaticShapeTensor:$x, StrArrayAttr:$axes, OptionalAttr<I64Attr>:$dim, StrAttr:$cause);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$x `to` (`dim` $dim^):(`replicated`)? `over` $axes `cause` $cause attr-dict `:` type($x)";
}

//===- Changes of placement --------------------------------------------------------------------===//

/// A change of placement along `axes`, with its cause. The operand's and the result's encodings say from what to what, and are
/// verified; the derivative is the dual move.
class Dist_MoveOp<string mnemonic, list<Trait> traits = []> : Dist_Op<mnemonic,
    !listconcat([Pure, DeclareOpInterfaceMethods<DifferentiableOpInterface>], traits)> {
  let results = (outs Dist_Tensor:$result);
  let hasVerifier = 1;
}

class Dist_PlainMoveOp<string mnemonic, list<Trait> traits = []> : Dist_MoveOp<mnemonic, traits> {
  let arguments = (ins Dist_Tensor:$x, StrArrayAttr:$axes, StrAttr:$cause);
  let assemblyFormat = "$x `over` $axes `cause` $cause attr-dict `:` functional-type(operands, results)";
}

class Dist_DimMoveOp<string mnemonic, list<Trait> traits = []> : Dist_MoveOp<mnemonic, traits> {
  let arguments = (ins Dist_Tensor:$x, StrArrayAttr:$axes, ConfinedAttr<I64Attr, [IntNonNegative]>:$dim, StrAttr:$cause);
  let assemblyFormat = "$x `over` $axes `dim` `=` $dim `cause` $cause attr-dict `:` functional-type(operands, results)";
}

def Dist_VaryOp : Dist_PlainMoveOp<"vary"> {
  let summary = "R to C: from here on each rank's use counts by itself";
  let description = [{
    Nothing at run time; its derivative is the all-reduce. Example: `%1 = dist.vary %0 over ["tp"] cause "q_proj: colwise" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>`
    Constraint: (C1) R on the axes becomes C, and nothing else changes.
  }];
}

def Dist_UnifyOp : Dist_PlainMoveOp<"unify"> {
  let summary = "C to R: equal bytes become one value";
  let description = [{
    Nothing at run time; its derivative keeps the first. Example: `%1 = dist.unify %0 over ["tp"] cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>) -> tensor<10x6xf32>`
    Constraint: (C1) C on the axes becomes R, and nothing else changes.
  }];
}

def Dist_AllReduceOp : Dist_PlainMoveOp<"all_reduce"> {
  let summary = "P to R: the sum over the ranks";
  let description = [{
    Its derivative is a vary. Example: `%1 = dist.all_reduce %0 over ["tp"] cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<10x6xf32>`
    Constraint: (C1) P on the axes becomes R, and nothing else changes.
  }];
}

def Dist_KeepFirstOp : Dist_PlainMoveOp<"keep_first", [DeclareOpInterfaceMethods<LowerableOpInterface>]> {
  let summary = "R or C to P: zero on all ranks but the first";
  let description = [{
    The derivative of R to P is a unify, that of C to P a keep_first.
    Example: `%1 = dist.keep_first %0 over ["tp"] cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>`
    Constraint: (C1) R, or C, on the axes becomes P, and nothing else changes.
  }];
}

def Dist_AllGatherOp : Dist_DimMoveOp<"all_gather"> {
  let summary = "S to R or C: the whole on every rank";
  let description = [{
    10 rows over 4 ranks are 3 each; what is gathered is 10 rows, without the padding. Its derivative is a slice (R) or a reduce-scatter (C).
    Example: `%1 = dist.all_gather %0 over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>`
    Constraints: (C1) the axes are the minor ones of `dim`'s, in order, and are R in the result,
    or C. (C2) the local size of `dim` is that of the sharding without them. (C3) nothing else changes.
  }];
}

def Dist_ReduceScatterOp : Dist_DimMoveOp<"reduce_scatter"> {
  let summary = "P to S: each rank has its part of the sum";
  let description = [{
    Its derivative is an all-gather to C. Example: `%1 = dist.reduce_scatter %0 over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>`
    Constraint: (C1) the all-gather from the result to the operand with P as C holds its constraints.
  }];
}

def Dist_SliceOp : Dist_DimMoveOp<"slice", [DeclareOpInterfaceMethods<LowerableOpInterface>]> {
  let summary = "R or C to S: each rank keeps its part";
  let description = [{
    Its derivative is an all-gather to R, or a pad. Example: `%1 = dist.slice %0 over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>`
    Constraint: (C1) the all-gather from the result to the operand holds its constraints.
  }];
}

def Dist_PadOp : Dist_DimMoveOp<"pad", [DeclareOpInterfaceMethods<LowerableOpInterface>]> {
  let summary = "S to P: zeros around each rank's part";
  let description = [{
    Its derivative is a slice of C. Example: `%1 = dist.pad %0 over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>`
    Constraint: (C1) the all-gather from the operand to the result with P as C holds its constraints.
  }];
}

def Dist_AllToAllOp : Dist_MoveOp<"all_to_all"> {
  let summary = "S on one dimension to S on another";
  let description = [{
    Its derivative is the reverse. Example: `%1 = dist.all_to_all %0 over ["tp"] from 0 to 1 cause "q_proj: colwise" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>`
    Constraint: (C1) the axes are the minor ones of `from` and become those of `to`; both sizes divide; nothing else changes.
  }];
  let arguments = (ins Dist_Tensor:$x, StrArrayAttr:$axes, ConfinedAttr<I64Attr, [IntNonNegative]>:$from, ConfinedAttr<I64Attr, [IntNonNegative]>:$to, StrAttr:$cause);
  let assemblyFormat = "$x `over` $axes `from` $from `to` $to `cause` $cause attr-dict `:` functional-type(operands, results)";
}

//===- Recomputation ---------------------------------------------------------------------------===//

def Dist_KeepOp : Dist_Op<"keep", [Pure, AllTypesMatch<["x", "result"]>, DeclareOpInterfaceMethods<ShardingRuleOpInterface>,
                                   DeclareOpInterfaceMethods<DifferentiableOpInterface>]> {
  let summary = "A value that is not recomputed";
  let description = [{
    The operand itself, in any placement, and nothing at run time. In a function that is marked `dist.checkpoint` the backward pass
    recomputes what it reads of the forward pass from the function's operands and from values that are kept.
    Example: `%1 = dist.keep %0 : tensor<4x8x16xf32>`
  }];
  let arguments = (ins Dist_Float:$x);
  let results = (outs Dist_Float:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Dist_AfterOp : Dist_Op<"after", [Pure, AllTypesMatch<["x", "result"]>]> {
  let summary = "A value, not before another one is there";
  let description = [{
    `x` itself, and nothing at run time. What is computed from the result depends on `cotangent`, so it is neither merged with what is
    computed from `x` nor moved ahead of `cotangent`: so the backward pass recomputes a part of the forward pass.
    Example: `%1 = dist.after %x, %cotangent : tensor<4x8xf32>, tensor<4x16xf32>`
  }];
  let arguments = (ins Dist_Tensor:$x, Dist_Float:$cotangent);
  let results = (outs Dist_Tensor:$result);
  let assemblyFormat = "$x `,` $cotangent attr-dict `:` type($x) `,` type($cotangent)";
}

//===- Operations that depend on the rank ------------------------------------------------------===//

def Dist_MaskOp : Dist_Op<"mask", [Pure, AllTypesMatch<["x", "result"]>, DeclareOpInterfaceMethods<DifferentiableOpInterface>,
                                   DeclareOpInterfaceMethods<LowerableOpInterface>]> {
  let summary = "Sets the padding of one dimension";
  let description = [{
    Elements of `dim` that lie beyond the global size on this rank become `neutral`. The derivative is a mask with zero.
    Example: `%1 = dist.mask %0 dim = 2 neutral = 0.0 : tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>`
    Constraint: (C1) the dimension is sharded.
  }];
  let arguments = (ins Dist_Float:$x, ConfinedAttr<I64Attr, [IntNonNegative]>:$dim, F64Attr:$neutral);
  let results = (outs Dist_Float:$result);
  let assemblyFormat = "$x `dim` `=` $dim `neutral` `=` $neutral attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dist_LocalIndexOp : Dist_Op<"local_index", [Pure, AllTypesMatch<["x", "result"]>, DeclareOpInterfaceMethods<LowerableOpInterface>]> {
  let summary = "Global indices to indices into this rank's shard";
  let description = [{
    -1 for an index that another rank owns. `size` is the global extent that is sharded over `axes`, chunked in their order.
    Example: `%1 = dist.local_index %0 over ["tp"] size = 1009 : tensor<2x8xi32>`
    Constraint: (C1) the mesh has the axes.
  }];
  let arguments = (ins StaticShapeTensorOf<[I32]>:$x, StrArrayAttr:$axes, ConfinedAttr<I64Attr, [IntPositive]>:$size);
  let results = (outs StaticShapeTensorOf<[I32]>:$result);
  let assemblyFormat = "$x `over` $axes `size` `=` $size attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dist_CoordinateOp : Dist_Op<"coordinate", [Pure]> {
  let summary = "This rank's position in the group of some axes";
  let description = [{
    The last axis the fastest. Stands in kernels, where it becomes a parameter; evaluated when the program is loaded.
    Example: `%0 = dist.coordinate over ["dp_shard", "tp"]`
  }];
  let arguments = (ins StrArrayAttr:$axes);
  let results = (outs Index:$result);
  let assemblyFormat = "`over` $axes attr-dict";
}

#endif // SHARDC_DIALECT_DIST_DISTOPS_TD
