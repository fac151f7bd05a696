//===- NNDialect.td - The nn dialect -----------------------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NNDIALECT_TD
#define SHARDC_DIALECT_NN_NNDIALECT_TD

include "mlir/IR/OpBase.td"

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

    The builtin module that holds a model carries `nn.config` (the text of config.json), `nn.root` (the class of the whole model)
    and `nn.tp_plan` (the architecture's own plan, a list of pattern and style).
  }];
}

#endif // SHARDC_DIALECT_NN_NNDIALECT_TD
