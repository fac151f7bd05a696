//===- Passes.td - Passes from a model to a training step --------------------------------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PASSES_TD
#define SHARDC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def SetPrecisionPass : Pass<"set-precision", "::mlir::ModuleOp"> {
  let summary = "Gives the whole model one floating-point type";
  let description = [{
    Before: a model in float32. After: every tensor of floats has `dtype`, attributes that are numbers of the model (epsilon, scale) are left as they are.
    float64 is the mode for tests in which everything is float64. Example: `test/Transforms/set-precision.mlir`.
  }];
  let options = [Option<"dtype", "dtype", "std::string", "\"float32\"", "float32 or float64">];
}

def PlanPass : Pass<"plan", "::mlir::ModuleOp"> {
  let summary = "Applies the plan: mesh, parameters, units, functions";
  let description = [{
    Before: a tree of module classes; `nn.root` names the class of the whole model, whose forward function takes tokens, targets and
    positions, all [batch, sequence], and returns the loss's sum and count. `dist.tp_plan`, a list of {pattern, style, loc}, is the tensor-parallel plan.
    After: a `dist.mesh`; a `dist.parameter` for each parameter with its stored placement and its unit (an element of a list of modules; the root takes the rest); the tree as functions over global shapes: `@forward`, and one
    for each class of list elements and way of planning it. Parameters enter by `dist.unshard` at the call sites, with the computed placement of that use; what a style asks of
    a module's operands and results stands there as `dist.reshard`. Functions of elements whose activations are recomputed in the backward pass are marked `dist.checkpoint`; with
    `modules`, what their modules take and return is marked `dist.keep`.

    A style is read through the rule of the operations that use the parameter: colwise shards the factor that comes out (and rowwise the one that is contracted), so
    no style knows a module class. Errors: a pattern that matches no module, two that disagree on one, an unknown style, one that cannot be applied, uses of a parameter that disagree, a batch that the
    data-parallel ranks do not divide, checkpointing that covers no element. `cp` must be 1.

    With `sequence-parallel` what the plan's modules reduce is split over tp on its sequence (dimension 1 of [batch, sequence, ...]) instead of whole: a reduce-scatter; what lies between
    follows, and a module that asks for whole operands gathers. Errors: a sequence that the ranks do not divide, a value without one, an empty plan.
    Examples: `test/Transforms/plan.mlir`, `plan-sequence-parallel.mlir`, `plan-checkpoint.mlir`.
  }];
  let options = [
    Option<"dpReplicate", "dp-replicate", "int64_t", "1", "Ranks that replicate parameters">,
    Option<"dpShard", "dp-shard", "int64_t", "1", "Ranks that parameters are sharded over">,
    Option<"cp", "cp", "int64_t", "1", "Ranks that the sequence is sharded over">,
    Option<"tp", "tp", "int64_t", "1", "Tensor-parallel ranks">,
    Option<"sequenceParallel", "sequence-parallel", "bool", "false", "Split activations by their sequence between the modules of the plan">,
    Option<"checkpointing", "checkpointing", "std::string", "\"none\"",
           "Elements of lists that are recomputed: none, full, modules (each module of an element by itself), every:K (each K-th)">,
  ];
  let dependentDialects = ["::shardc::dist::DistDialect", "::mlir::func::FuncDialect"];
}

def SetComputeTypePass : Pass<"set-compute-type", "::mlir::ModuleOp"> {
  let summary = "Computes in a narrower type than parameters are stored in";
  let description = [{
    Before: functions over global shapes in float32, as `plan` leaves them. After: `dist.unshard` gives parameters in `dtype`, and what is computed from them is of that type, operation by
    operation: a result has the element type of the first operand of floats, unless the operation says otherwise (PrecisionOpInterface: statistics and losses stay float32). What is made of
    integers alone stays as it is, and so does `dist.parameter`: gradients are accumulated and parameters updated in the stored type.

    Errors: a function that is called with operands of different element types. Example: `test/Transforms/set-compute-type.mlir`.
  }];
  let options = [Option<"dtype", "dtype", "std::string", "\"float32\"", "float32, which changes nothing, or bfloat16">];
}

def PartitionPass : Pass<"partition", "::mlir::ModuleOp"> {
  let summary = "Global shapes to local ones, moves made explicit";
  let description = [{
    Before: functions over global shapes, as `plan` leaves them. After: one function for each variant (function, placements of its operands), with local shapes and
    placements as encodings; every change of placement is a `dist` operation with its cause, once per value, axis and target; a forward value is never P at a boundary.

    Where operands disagree on a factor, the parameter's computed placement decides, then the first operand. P passes only through operations that are linear in it.
    Errors: parts of a product (heads) or a contracted factor that the ranks do not divide, with the module's name; an operation without a rule.
    Examples: `test/Transforms/partition.mlir`, `partition-functions.mlir`, `partition-vocabulary.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect"];
}

def VerifyPlacementsPass : Pass<"verify-placements", "::mlir::ModuleOp"> {
  let summary = "Checks every placement against the rules";
  let description = [{
    Infers the placement of each result from those of the operands by the operation's rule, and compares; checks that each accumulated gradient leads to its parameter's stored placement and is the
    dual of one of its uses. Changes nothing. Runs at every border from `partition` to `differentiate`.
    Example: `test/Transforms/verify-placements-invalid.mlir`.
  }];
}

def DifferentiatePass : Pass<"differentiate", "::mlir::ModuleOp"> {
  let summary = "Forward, backward, clipping, optimizer";
  let description = [{
    Before: `@forward` and the variants that it calls. After: `@micro`, one micro batch: forward, backward, gradients accumulated; `@update`: global norm, clipping, AdamW; for each
    variant a function `forward.X` that returns its residuals besides, and a function `backward.X` that takes residuals and then the cotangents of the results. Residuals that are operands are passed again, not
    returned. A backward function returns cotangents of the operands that something flows back to.

    A cotangent may be wider than its primal, as gradients of weights computed in bfloat16 are float32; it is rounded to the primal's type where an operation that computes takes it. A gradient is
    accumulated in float32, or a wider type that it has; with `reduce-in-bfloat16` in bfloat16: the type in which it is reduced over ranks.

    A residual that is returned is marked `keep`. In a function with `dist.checkpoint` only values behind `dist.keep` are, those that others are recomputed from included; the others are marked `recompute`.

    Invariants, checked here: the placement of a cotangent is the dual of its primal's; a gradient that reaches the optimizer has exactly its parameter's stored placement.
    Examples: `test/Transforms/differentiate.mlir`, `differentiate-functions.mlir`, `differentiate-checkpoint.mlir`, `differentiate-update.mlir`.
  }];
  let options = [
    Option<"beta1", "beta1", "double", "0.9", "Decay of the first moment">,
    Option<"beta2", "beta2", "double", "0.95", "Decay of the second moment">,
    Option<"epsilon", "epsilon", "double", "1e-8", "Added to the root of the second moment">,
    Option<"weightDecay", "weight-decay", "double", "0.1", "Decay of parameters of two or more dimensions">,
    Option<"clipNorm", "clip-norm", "double", "0", "Greatest global norm of the gradient; 0 is none">,
    Option<"reduceInBFloat16", "reduce-in-bfloat16", "bool", "false", "Round gradients to bfloat16 before they are reduced over ranks">,
  ];
  let dependentDialects = ["::shardc::dist::DistDialect", "::shardc::exec::ExecDialect"];
}

#endif // SHARDC_TRANSFORMS_PASSES_TD
