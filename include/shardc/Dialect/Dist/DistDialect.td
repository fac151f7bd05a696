//===- DistDialect.td - The dist dialect and its attributes ------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_DISTDIALECT_TD
#define SHARDC_DIALECT_DIST_DISTDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/TensorEncoding.td"

def Dist_Dialect : Dialect {
  let name = "dist";
  let cppNamespace = "::shardc::dist";
  let summary = "Where values live and how they move";
  let description = [{
    The mesh, placements, and the operations that change them. Along each mesh axis a value is in one of four placements, and its
    cotangent in the dual one:

    | placement | meaning | cotangent |
    |---|---|---|
    | R, replicated | every rank has the value, and it is one value | R |
    | S, sharded | every rank has its part | S |
    | C, copied | equal bytes, but each rank's use counts by itself | P |
    | P, partial | the value is the sum of what the ranks have | C |

    The placement is the encoding of the tensor type, whose shape is one rank's. A module has one `dist.mesh`, and the axes that an
    operation or a placement names are its axes, each once.

    Attributes of functions: `dist.input` on an argument of @forward, the name of what it reads, and until partition `dist.placement`, where that
    lies; `dist.parameter` on an argument that is a parameter; `dist.checkpoint` on a function whose activations the backward pass recomputes, up to those that
    `dist.keep` marks; `dist.residual` on a result of a forward function that the backward function reads, #dist.residual<keep> or #dist.residual<recompute>.

    Attributes of modules: `dist.settings`, and until plan `dist.tp_plan`, the tensor-parallel plan.
  }];
  // What operations lower to.
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

def Dist_ShardingAttr : AttrDef<Dist_Dialect, "Sharding", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "sharding";
  let summary = "The placement of a tensor along every axis of the mesh";
  let description = [{
    For each dimension the axes that it is sharded over, major to minor, and its global size; the axes that it is copied or
    partial on. R on every axis that is not named. Each axis is chunked once, as torch.chunk does, on the padded
    extent of the one before: 10 rows over an axis of 4 give local shapes of 3, and the valid rows are a prefix of them.

    Example: `#dist.sharding<[["tp", "dp_shard"] : 256, []], copied = ["dp_replicate"], partial = ["cp"]>`
    A tensor without an encoding is R on every axis.
  }];
  let parameters = (ins
    ArrayRefParameter<"::mlir::ArrayAttr", "axes of each dimension">:$dims,
    ArrayRefParameter<"int64_t", "global size of each dimension, 0 where it is not sharded">:$sizes,
    ArrayRefParameter<"::mlir::StringAttr", "axes on which the value is copied, sorted">:$copied,
    ArrayRefParameter<"::mlir::StringAttr", "axes on which the value is partial, sorted">:$partial);
  let builders = [
    AttrBuilder<(ins "::mlir::ArrayRef<::mlir::ArrayAttr>":$dims, "::mlir::ArrayRef<int64_t>":$sizes,
                     "::mlir::ArrayRef<::mlir::StringAttr>":$copied, "::mlir::ArrayRef<::mlir::StringAttr>":$partial), [{
      return $_get($_ctxt, dims, sizes, ::llvm::ArrayRef<::mlir::StringAttr>(sorted(copied)),
                   ::llvm::ArrayRef<::mlir::StringAttr>(sorted(partial)));
    }]>,
  ];
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the axes of dimension `dim`, major to minor.
    ::llvm::SmallVector<::mlir::StringAttr> getAxes(int64_t dim) const;
    /// Returns `axes` in the order in which copied and partial ones are kept.
    static ::llvm::SmallVector<::mlir::StringAttr> sorted(::mlir::ArrayRef<::mlir::StringAttr> axes);
  }];
}

def Dist_StageAttr : AttrDef<Dist_Dialect, "Stage"> {
  let mnemonic = "stage";
  let summary = "Where a parameter or its gradient is at one stage of its life, and in which element type";
  let description = [{
    Example: `#dist.stage<bf16, <[["tp"] : 64, []], copied = ["dp_shard"]>>`
  }];
  let parameters = (ins TypeParameter<"::mlir::Type", "element type">:$elementType, "::shardc::dist::ShardingAttr":$placement);
  let assemblyFormat = "`<` $elementType `,` $placement `>`";
}

def Dist_SettingsAttr : AttrDef<Dist_Dialect, "Settings"> {
  let mnemonic = "settings";
  let summary = "The settings of a recipe that phases read";
  let description = [{
    What the passes, and the program's manifest, are to know of a recipe: the keys of docs/recipe.md that other settings do not say.
    Nothing in it is open: null stands only where it is a value of its own. Printed is what differs from the default, and a module without
    the attribute has the defaults; a module carries it as `dist.settings`.

    Example: `#dist.settings<distributed.dp_size = 2, precision.param_dtype = bfloat16, activation_checkpointing = "every:2">`

    Constraints:
    - (C1) `distributed.dp_size` is a multiple of `distributed.dp_replicate_size`, and all sizes multiply to at most 2147483647 ranks
    - (C2) `precision.reduce_dtype` is what parameters are stored in, or bfloat16 where that is `precision.param_dtype`
    - (C3) `precision.float32_matmul = tf32` stands with `precision.param_dtype = float32`
    - (C4) `train.min_learning_rate` is at most `train.learning_rate`
  }];
  let parameters = (ins AttrParameter<"::shardc::dist::Settings", "the settings", "const ::shardc::dist::Settings &">:$settings);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Dist_PlanRuleAttr : AttrDef<Dist_Dialect, "PlanRule"> {
  let mnemonic = "plan_rule";
  let summary = "The style of the modules that a pattern matches";
  let description = [{
    Where it was written, if that is a file of its own, is what errors point at.

    Example: `#dist.plan_rule<"model.layers.*.mlp.up_proj" = "colwise">`
  }];
  let parameters = (ins "::mlir::StringAttr":$pattern, "::mlir::StringAttr":$style, OptionalParameter<"::mlir::LocationAttr">:$loc);
  let assemblyFormat = "`<` $pattern `=` $style (`at` $loc^)? `>`";
}

def Dist_TpPlanAttr : AttrDef<Dist_Dialect, "TpPlan"> {
  let mnemonic = "tp_plan";
  let summary = "A tensor-parallel plan";
  let description = [{
    Example: `#dist.tp_plan<[<"model.layers.*.mlp.up_proj" = "colwise">, <"model.layers.*.mlp.down_proj" = "rowwise">]>`
  }];
  let parameters = (ins OptionalArrayRefParameter<"::shardc::dist::PlanRuleAttr">:$rules);
  let assemblyFormat = "`<` `[` (`]`) : ($rules^ `]`)? `>`";
}

#endif // SHARDC_DIALECT_DIST_DISTDIALECT_TD
