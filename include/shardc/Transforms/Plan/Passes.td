//===- Passes.td - From a model to functions with a plan ---------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PLAN_PASSES_TD
#define SHARDC_TRANSFORMS_PLAN_PASSES_TD

include "mlir/Pass/PassBase.td"

def SetTargetPass : Pass<"shardc-set-target", "::mlir::ModuleOp"> {
  let summary = "Says what the program runs on";
  let description = [{
    After: the module has an `exec.target`. What no option says stays as the module has it; where it has none, a program is for the CPU, `native`, and one for `cuda` has
    code for sm_90, `auto`. What is said of GPUs counts for `cuda` alone.

    Errors: another kind than the module's once the program is tasks, as these were chosen for it; a kind or a form of code that there is not.
    Example: `test/Transforms/Plan/set-target.mlir`.
  }];
  let options = [
    Option<"kind", "kind", "std::string", "", "cpu or cuda">,
    Option<"cpu", "cpu", "std::string", "", "Instruction set of the host's code: native, or a name of LLVM's such as x86-64-v3">,
    ListOption<"gpuArch", "gpu-arch", "std::string", "Architectures of GPUs, such as sm_90">,
    Option<"gpuCode", "gpu-code", "std::string", "", "What the program holds for GPUs: cubin, ptx or auto">,
  ];
  let dependentDialects = ["::shardc::exec::ExecDialect"];
}

def SetSettingsPass : Pass<"shardc-set-settings", "::mlir::ModuleOp"> {
  let summary = "Changes the settings that a module carries";
  let description = [{
    After: the module's `dist.settings` has the values that `set` names, by the keys of docs/recipe.md; the others stay as they were. All passes read their settings
    there, so this comes first. Errors: what `#dist.settings` does not take. Example: `test/Transforms/Plan/set-settings.mlir`.
  }];
  let options = [ListOption<"set", "set", "std::string", "KEY=VALUE, separated by commas">];
  let dependentDialects = ["::shardc::dist::DistDialect"];
}

def SetPrecisionPass : Pass<"shardc-set-precision", "::mlir::ModuleOp"> {
  let summary = "Gives the whole model one floating-point type";
  let description = [{
    Before: a model in float32. After: every tensor of floats has the type that parameters are stored in by `precision.param_dtype`, attributes that are numbers of the model (epsilon, scale) are left as they are.
    float64 is the mode for tests in which everything is float64. Example: `test/Transforms/Plan/set-precision.mlir`.
  }];
}

def PlanModelPass : Pass<"shardc-plan-model", "::mlir::ModuleOp"> {
  let summary = "Applies the plan: mesh, parameters, units, functions";
  let description = [{
    Before: a tree of module classes; `nn.model` names the class of the whole model. The arguments of its forward function are the inputs, by name; the first dimension of each is the batch, and tokens, targets and
    positions are integers [batch, sequence]. It returns the loss's sum and count. `dist.tp_plan`, a list of {pattern, style, loc}, is the tensor-parallel plan.
    After: a `dist.mesh`; a `dist.parameter` for each parameter with its stored placement and its unit (an element of a list of modules; the root takes the rest); the tree as functions over global shapes: `@forward`, and one
    for each class of list elements and way of planning it, which takes the numbers in which elements differ as operands. Parameters enter by `dist.unshard` at the call sites, with the computed placement of that use; what a style asks of
    a module's operands and results stands there as `dist.reshard`. Functions of elements whose activations are recomputed in the backward pass are marked `dist.checkpoint`; with
    `modules`, what their modules take and return is marked `dist.keep`.

    A style is read through the rule of the operations that use the parameter: colwise shards the factor that comes out (and rowwise the one that is contracted), so
    no style knows a module class. Errors: a pattern that matches no module, two that disagree on one, an unknown style, one that cannot be applied, uses of a parameter that disagree, a batch that the
    data-parallel ranks do not divide, checkpointing that covers no element.

    With `distributed.sequence_parallel` what the plan's modules reduce is split over tp on its sequence (dimension 1 of [batch, sequence, ...]) instead of whole: a reduce-scatter; what lies between
    follows, and a module that asks for whole operands gathers. Errors: a sequence that the ranks do not divide, a value without one, an empty plan.
    Examples: `test/Transforms/Plan/plan-model.mlir`, `plan-model-sequence-parallel.mlir`, `plan-model-checkpoint.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect", "::mlir::func::FuncDialect"];
}

def SetComputeTypePass : Pass<"shardc-set-compute-type", "::mlir::ModuleOp"> {
  let summary = "Computes in a narrower type than parameters are stored in";
  let description = [{
    Before: functions over global shapes in float32, as `plan` leaves them. After: `dist.unshard` gives parameters in `precision.param_dtype`, where that is bfloat16, and what is computed from them is of that type, operation by
    operation: a result has the element type of the first operand of floats, unless the operation says otherwise (PrecisionOpInterface: statistics and losses stay float32). What is made of
    integers alone stays as it is, and so does `dist.parameter`: gradients are accumulated and parameters updated in the stored type.

    Errors: a function that is called with operands of different element types. Example: `test/Transforms/Plan/set-compute-type.mlir`.
  }];
}

def PlanChainsPass : Pass<"shardc-plan-chains", "::mlir::ModuleOp"> {
  let summary = "Says where each parameter and its gradient are at every stage";
  let description = [{
    Before: functions over global shapes, whose `dist.unshard` operations say in which placement and element type each use computes. After: each `dist.parameter` has its chain. It is resident and
    held as it is stored. With `distributed.reshard_after_forward` true it is parked so too, and gathered once more in the backward pass; with false it is parked as it is computed; null does the latter for the last
    unit and the root, which the backward pass begins with, and the former for the others. Where nothing leads from stored to computed there is nothing to choose.
    The accumulator is as the parameter is stored, and P along axes where it is stored R and computed C: gradients are reduce-scattered in every micro batch, and summed over replicas in the last one.
    With `precision.reduce_dtype` bfloat16 they are rounded to bfloat16 before.

    Errors: a number of ranks to reshard over, which is not supported yet. Example: `test/Transforms/Plan/plan-chains.mlir`.
  }];
}

#endif // SHARDC_TRANSFORMS_PLAN_PASSES_TD
