//===- NNDialect.td - The nn dialect -----------------------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNDIALECT_TD
#define SHARDC_DIALECT_NN_NNDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "shardc/Interfaces/ModuleInterfaces.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::shardc::nn";
  let summary = "What a model computes: modules, parameters, tensor operations";
  let dependentDialects = [
    // What operations lower to, and the types of library calls.
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect",
    "::mlir::LLVM::LLVMDialect"
  ];
  let description = [{
    A model is a tree of modules. A module class is a symbol with parameters, instances of other classes and a forward function;
    names joined with dots are the Hugging Face names. The dialect knows no device: shapes are global before partition
    and one rank's after it, and encodings of tensor types are not looked at.

    The builtin module that holds a model carries what is not in its classes as `nn.model`, an #nn.model.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

def NN_ModelAttr : AttrDef<NN_Dialect, "Model", [ModelAttrInterface]> {
  let mnemonic = "model";
  let summary = "What is known of a model beside its classes";
  let description = [{
    The class of the whole model, the size of its vocabulary, and the standard deviation of what is initialised as `normal`. There may be
    tensor-parallel plans, the recommended one and the one that Hugging Face ships, as styles by patterns; the text of config.json;
    and what weights of another config.json must agree in.

    Example: `#nn.model<root = @LlamaForCausalLM, vocab_size = 256, initializer_range = 2.000000e-02, tp_plan = {lm_head = "colwise_rep"}>`
    Constraints: (C1) vocab_size is positive. (C2) initializer_range is a number and not negative. (C3) the styles of plans are names.
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$root, "int64_t":$vocab_size, "::mlir::FloatAttr":$initializer_range,
                        OptionalParameter<"::mlir::DictionaryAttr">:$tp_plan, OptionalParameter<"::mlir::DictionaryAttr">:$tp_plan_hf,
                        OptionalParameter<"::mlir::DictionaryAttr">:$mathematics, OptionalParameter<"::mlir::StringAttr">:$config);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // SHARDC_DIALECT_NN_NNDIALECT_TD
